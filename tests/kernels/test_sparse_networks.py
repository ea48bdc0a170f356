"""Sparse projections learn what full ones learn, bit for bit."""

import numpy as np
import pytest
from oracles.backpropagation import RATE, learned
from oracles.samples import named_samples

import neurosim as ns
from neurosim import connectors, models


@pytest.mark.parametrize("batch", [1, 3, 4, 9])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sparse_is_dense_with_zeros(batch, dtype):
    """The same bits, as long as the zeros stay: x, mu and epsilon over a whole presentation."""
    generator = np.random.default_rng(3)
    mask = generator.random((17, 21)) < 0.4
    weights = generator.normal(size=mask.shape)
    states = []
    for sparse in (True, False):
        net = ns.Network(seed=0)
        for name, size in (("a", 5), ("b", 17), ("c", 21), ("d", 4)):
            net.add_population(name, size, "tanh")
        net.connect("a", "b")
        if sparse:
            net.connect("b", "c", weights=weights, mask=mask, plastic=False)
        else:
            net.connect("b", "c", weights=np.where(mask, weights, 0.0), plastic=False)
        net.connect("c", "d")
        sim = ns.Simulator(net, models.FaZIL(learning_rate=RATE), batch_size=batch, dtype=dtype)
        monitors = [ns.StateMonitor(sim, v) for v in ("x", "mu", "epsilon", "phi")]
        sim.present(np.ones((batch, 5)) * np.arange(batch)[:, None], np.ones((batch, 4)), ticks=6)
        states.append([getattr(m, m.variable).tobytes() for m in monitors])
        states[-1].append(sim.weights["a->b"].tobytes())
    assert states[0] == states[1]


def test_all_pairs_by_rule_learn_as_a_full_projection():
    nets = []
    weights = np.random.default_rng(1).normal(size=(4, 3))
    for rule in (None, connectors.Pairs([(i, j) for j in range(3) for i in range(4)])):
        net = ns.Network(seed=0)
        for name, size in (("a", 2), ("b", 4), ("c", 3)):
            net.add_population(name, size, "sigmoid")
        net.connect("a", "b")
        net.connect("b", "c", rule=rule, weights=weights)
        nets.append(net)
    data = named_samples(nets[0], 7)
    pair = [
        learned(ns.Simulator(net, models.FaZIL(learning_rate=RATE), batch_size=5), data)
        for net in nets
    ]
    assert pair[0]["b->c"].ravel().tobytes() == pair[1]["b->c"].tobytes()
    assert pair[0]["a->b"].tobytes() == pair[1]["a->b"].tobytes()
