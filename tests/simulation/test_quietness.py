"""Change detectors after a prediction that was iterated, and is not exact."""

import warnings

import numpy as np
import pytest
from oracles.samples import samples

import neurosim as ns
from neurosim import models

SIZES = [6, 9, 9, 9, 4]
NAMES = ["output", "hidden3", "hidden2", "hidden1"]
TOLERANCE, GAMMA = 1e-10, 0.1


def settled(threshold, activation="sigmoid", method="inference", **options):
    net = ns.Network.layered(SIZES, activation=activation, seed=1)
    model = models.FaZIL(learning_rate=0.1, zero_threshold=threshold)
    sim = ns.Simulator(net, model, batch_size=5, **options)
    sim.clamp("input", samples(5, SIZES)[0])
    told = {"gamma": GAMMA, "tolerance": TOLERANCE} if method == "inference" else {}
    sim.settle(method, **told)
    return sim


def spikes(sim):
    """How many nodes fire at each tick, level by level, the output first."""
    found = []
    for _ in range(len(NAMES) + 3):
        found.append([int(sim.state("phi", name).sum()) for name in NAMES])
        sim.step()
    return np.array(found)


@pytest.mark.parametrize("event_driven", [True, False])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_a_threshold_of_some_tolerances_makes_every_node_fire_when_it_is_due(
    activation, event_driven
):
    """An x that moves by the tolerance in a tick has an error of the tolerance over gamma."""
    sim = settled(20 * TOLERANCE / GAMMA, activation, event_driven=event_driven)
    exact = settled(0.0, activation, "feedforward")
    before = sim.weights
    fired = []
    for each in (sim, exact):
        each.clamp("output", samples(5, SIZES)[1])
        fired.append(spikes(each))
    due = np.zeros_like(fired[0])
    for level, name in enumerate(NAMES):
        due[level, level] = 5 * sim.network.populations[name].size
    assert np.array_equal(fired[1], due)
    assert np.array_equal(fired[0], due)
    for name, w in exact.weights.items():
        learned, expected = sim.weights[name] - before[name], w - before[name]
        assert np.linalg.norm(learned - expected) < 1e-5 * np.linalg.norm(expected)


def test_mu_counts_as_moved_beyond_the_threshold_alone():
    """A hidden node that the teacher reaches while its own prediction creeps by 1 in 2^20."""
    fired = []
    for threshold in (2.0**-20, 2.0**-21, 0.0):
        net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[1.0]], [[1.0]]])
        sim = ns.Simulator(net, models.FaZIL(learning_rate=1e-9, zero_threshold=threshold))
        sim.clamp("input", [0.0])
        sim.settle()
        sim.clamp("output", [1.0])
        sim.step()
        # In the same snapshot, so that both are seen on the way to it.
        sim.clamp("input", [2.0**-20])
        fired.append(bool(sim.state("phi", "hidden1")))
    assert fired == [True, False, False]


def test_nodes_that_cannot_fire_are_told_of_once():
    sim = settled(0.0)
    with pytest.warns(UserWarning, match="cannot fire .* give the model zero_threshold=") as told:
        sim.clamp("output", samples(5, SIZES)[1])
    assert len(told) == 1
    enough = float(str(told[0].message).rsplit("=", 1)[1])
    sim.release("output")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sim.clamp("output", samples(5, SIZES)[1])
        # What is recommended is enough, and what is settled exactly needs none.
        settled(enough).clamp("output", samples(5, SIZES)[1])
        settled(0.0, method="feedforward").clamp("output", samples(5, SIZES)[1])
        # Other gates do not read phi.
        z_il = ns.Simulator(sim.network, models.ZIL())
        z_il.clamp("input", samples(1, SIZES)[0])
        z_il.clamp("output", samples(1, SIZES)[1])
    fired = settled(enough)
    fired.clamp("output", samples(5, SIZES)[1])
    assert np.trace(spikes(fired)) == 5 * sum(SIZES[1:])


def test_a_network_that_has_not_settled_is_told_of():
    sim = ns.Simulator(ns.Network.layered(SIZES, seed=1), models.FaZIL())
    sim.clamp("input", samples(1, SIZES)[0])
    with pytest.warns(UserWarning, match="settle\\(\\) before the teacher appears"):
        sim.clamp("output", samples(1, SIZES)[1])
