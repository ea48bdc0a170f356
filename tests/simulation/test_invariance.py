"""The same run in other words: ticks apart, threads, rest, order of creation, batches."""

import numpy as np
import pytest
from oracles.bits import snapshot
from oracles.running import MODELS, SIZES, started
from oracles.samples import samples

import neurosim as ns
from neurosim import models


@pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
def test_stepping_is_running(model):
    stepped, run = started(model), started(model)
    for _ in range(9):
        stepped.step()
    run.run(9)
    assert snapshot(stepped) == snapshot(run)


@pytest.mark.parametrize("rest", [True, False])
def test_threads_and_rest_change_no_weight(rest):
    net = ns.Network.layered([300, 700, 900, 5], seed=1)
    inputs, targets = samples(8, [300, 5])
    learned = []
    for threads in (1, 2):
        sim = ns.Simulator(
            net, models.ZIL(learning_rate=1e-3), batch_size=4, threads=threads,
            rest_after_update=rest,
        )  # fmt: skip
        sim.fit(inputs, targets)
        learned.append(sim.weights)
    bp = models.BP(net, learning_rate=1e-3, batch_size=4)
    bp.fit(inputs, targets)
    for name, weights in bp.weights.items():
        assert all((w[name] == weights).all() for w in learned)


def test_creation_order_changes_no_bit():
    described = {"a": (5, "identity"), "b": (6, "tanh"), "c": (4, "tanh"), "d": (3, "identity")}
    links = [("a", "b"), ("b", "c"), ("c", "d")]
    learned = []
    for names, edges in ((list(described), links), (list(described)[::-1], links[::-1])):
        net = ns.Network(seed=3)
        for name in names:
            net.add_population(name, *described[name])
        for pre, post in edges:
            net.connect(pre, post)
        sim = ns.Simulator(net, models.FaZIL(learning_rate=0.1), batch_size=2)
        sim.fit(*samples(10, [5, 3]), epochs=2)
        learned.append({name: w.tobytes() for name, w in sim.weights.items()})
    assert learned[0] == learned[1]


def test_a_batch_is_the_sum_of_its_samples():
    inputs, targets = samples(6, SIZES)
    net = ns.Network.layered(SIZES, seed=1)
    start = models.BP(net).weights

    def update(batch, order):
        sim = ns.Simulator(net, models.FaZIL(learning_rate=0.1), batch_size=batch)
        sim.present(inputs[order], targets[order])
        return {name: w - start[name] for name, w in sim.weights.items()}

    whole, turned = update(6, np.arange(6)), update(6, np.arange(6)[::-1])
    singles = [update(1, [n]) for n in range(6)]
    for name, step in whole.items():
        assert np.allclose(step, turned[name], rtol=0, atol=1e-15)
        assert np.allclose(step, sum(s[name] for s in singles), rtol=0, atol=1e-14)
