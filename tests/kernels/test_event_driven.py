"""Event-driven simulation has the bits of clock-driven simulation."""

import numpy as np
import pytest
from oracles.bits import same_bits, snapshot
from oracles.clock import both_ways
from oracles.running import MODELS, SIZES, started, started_with_bias
from oracles.samples import samples
from oracles.untimely_gate import UntimelyGate

import neurosim as ns
from neurosim import models


@pytest.mark.parametrize("model", MODELS, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("error_form", ["delta", "direct"])
def test_event_driven_is_clock_driven(model, error_form):
    pair = [started(model, event_driven=e, error_form=error_form) for e in (True, False)]
    for _ in range(12):
        assert snapshot(pair[0]) == snapshot(pair[1])
        for sim in pair:
            sim.step()
    assert pair[0].operations.total < pair[1].operations.total
    assert pair[0].clock_driven_operations == pair[1].clock_driven_operations


@pytest.mark.parametrize("model", MODELS[:2], ids=lambda m: type(m).__name__)
def test_rest_comes_to_a_network_that_is_right_already(model):
    """No error, nothing moves, yet time passes: gates open, or rest spreads from the teacher."""
    pair = []
    for event_driven in (True, False):
        sim = ns.Simulator(
            ns.Network.layered(SIZES, seed=1), model, event_driven=event_driven,
            rest_after_update=True,
        )  # fmt: skip
        sim.clamp("input", samples(1, SIZES)[0])
        sim.settle()
        sim.clamp("output", sim.state("mu", "output"))
        sim.run(3, learning=False)
        sim.run(6)
        sim.clamp("input", samples(1, SIZES, seed=1)[0])
        pair.append(sim)
    assert not pair[0].state("epsilon", "hidden3").any()
    assert snapshot(pair[0]) == snapshot(pair[1])


def test_replicas_that_come_back_into_use_have_no_spike_of_old():
    """A last, smaller batch that ends while phi fires, and a whole one after it."""
    weights = []
    for event_driven in (True, False):
        net = ns.Network.layered([4, 5, 6, 3, 2], seed=1)
        model = models.FaZIL(learning_rate=0.05)
        sim = ns.Simulator(net, model, batch_size=8, event_driven=event_driven)
        inputs, targets = samples(12, [4, 2])
        sim.fit(inputs, targets, ticks=3, shuffle=False)
        sim.fit(inputs[:8], targets[:8], shuffle=False)
        weights.append({name: w.tobytes() for name, w in sim.weights.items()})
    assert weights[0] == weights[1]


def test_a_second_look_in_a_snapshot_adds_to_the_first_in_each_replica():
    """One replica is at rest, the other was evaluated in the snapshot in which the world clamps."""
    spikes = []
    for event_driven in (True, False):
        net = ns.Network.layered([1, 1, 1], activation="identity", seed=0)
        # The prediction moves by more than the threshold, the error stays below it.
        model = UntimelyGate(learning_rate=0.1, gamma=0.475, zero_threshold=0.5)
        sim = ns.Simulator(
            net, model, batch_size=2, event_driven=event_driven, rest_after_update=True
        )
        sim.set_weights({"input->hidden1": [[1.0]], "hidden1->output": [[2.0]]})
        sim.clamp("input", [[1.0], [-1.0]])
        sim.settle()
        sim.clamp("output", [[3.0], [-2.4]])
        sim.run(2)
        sim.clamp("output", [[5.0], [-5.0]])
        spikes.append(sim.state("phi", "output").ravel().tolist())
    assert spikes == [[0, 0], [0, 0]]


@pytest.mark.parametrize("sizes", [[7, 5, 4], [5] * 7], ids=str)
@pytest.mark.parametrize("batch", [1, 20])
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize(
    "model", [models.ZIL(), models.FaZIL(), models.IL(t_c=6), models.IncrementalPC(presentation=5)]
)
def test_training_is_the_same_event_driven_and_clock_driven(model, activation, batch, sizes):
    net = ns.Network.layered(sizes, activation=activation, bias=True, seed=1)
    inputs, targets = samples(5 * batch + 3 * (batch > 1), sizes)
    for form in ("delta", "direct"):
        pair = both_ways(net, model, batch_size=batch, error_form=form)
        for sim in pair:
            sim.fit(inputs, targets, epochs=2)
        assert same_bits(pair[0].weights, pair[1].weights)
        assert pair[0].operations.total < pair[1].operations.total


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch", [1, 20, 70])
@pytest.mark.parametrize("model", [models.ZIL(), models.FaZIL(), models.IL(t_c=4)])
def test_leaving_out_the_silent_changes_no_bit(model, batch, dtype):
    sizes = [200, 80, 20, 4]
    net = ns.Network.layered(sizes, activation="relu", bias=True, seed=1)
    inputs, targets = samples(3 * batch + 2, sizes, dtype=dtype)
    inputs[np.random.default_rng(2).random(inputs.shape) < 0.8] = 0.0
    # A stretch of pixels that no sample lights, and one that all do.
    inputs[:, :70], inputs[:, 130:] = 0.0, 0.5
    pair = both_ways(net, model, batch_size=batch, dtype=dtype)
    for sim in pair:
        sim.fit(inputs, targets, epochs=2)
    assert same_bits(pair[0].weights, pair[1].weights)
    assert pair[0].predict(inputs).tobytes() == pair[1].predict(inputs).tobytes()
    if not isinstance(model, models.IL):
        bp = models.BP(net, learning_rate=model.learning_rate, batch_size=batch, dtype=dtype)
        bp.fit(inputs, targets, epochs=2)
        assert same_bits(pair[0].weights, bp.weights)


def test_learning_again_after_a_run_without_learning():
    """An error that waits for a gate which was not asked is not quiet."""
    weights = []
    for event_driven in (True, False):
        sim = started_with_bias(
            models.IncrementalPC(learning_rate=0.1, gamma=0.3), event_driven=event_driven
        )
        sim.run(200, learning=False)
        before = sim.weights
        sim.run(3)
        assert any((before[name] != w).any() for name, w in sim.weights.items())
        weights.append({name: w.tobytes() for name, w in sim.weights.items()})
    assert weights[0] == weights[1]
