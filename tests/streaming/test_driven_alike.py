"""Cases in which working only on change once ran apart from working at every tick."""

import numpy as np
import pytest
from oracles.bits import snapshot

import neurosim as ns


def both(sizes, activation, model, **options):
    net = ns.Network.layered(sizes, activation=activation, seed=1)
    return [ns.Simulator(net, model, event_driven=each, **options) for each in (True, False)]


def at_rest(sim):
    view = sim.simulation.lowered.view
    return {name: view("resting", name)[0].tolist() for name in sim.wiring.populations}


def test_without_the_feedback_gate_phi_fires_as_an_onset_arrives():
    model = ns.models.FaZIL(t_d=5, sweep=True, feedback_gate=False, learning_rate=0.1)
    event_driven, clock_driven = both([1, 1, 1], "relu", model)
    for sim in (event_driven, clock_driven):
        first, second = sim.weights
        sim.set_weights({first: [[-1.0]], second: [[1.0]]})
        for value, ticks in ((1.0, 20), (2.0, 3), (-3.0, 10)):
            sim.clamp("input", [value])
            sim.run(ticks)
        assert sim.weights[second] != 1.0
    assert snapshot(event_driven) == snapshot(clock_driven)


def test_a_node_that_is_released_while_a_sweep_passes():
    model = ns.models.FaZIL(t_d=6, sweep=True)
    seen = []
    for sim in both([3, 4, 3, 2], "sigmoid", model, dtype="float32"):
        draw = np.random.default_rng(0).normal
        sim.clamp("input", draw(size=3))
        sim.run(20)
        sim.clamp("output", sim.state("mu", "output")[0] + 1)
        for _ in range(5):
            # Behind a clamped node epsilon adds up changes, and drifts.
            sim.clamp("input", draw(size=3))
            sim.run(1)
        sim.clamp("output", sim.state("mu", "output")[0])
        sim.release("output")
        sim.run(1)
        seen.append(snapshot(sim))
        x, mu = (sim.state(each, "output") for each in ("x", "mu"))
        assert np.array_equal(sim.state("epsilon", "output"), x - mu)
    assert seen[0] == seen[1]


def test_a_teacher_that_goes_as_the_next_input_comes():
    seen = []
    for sim in both([3, 4, 2], "sigmoid", ns.models.FaZIL(t_d=8, sweep=True)):
        draw = np.random.default_rng(0).normal
        sim.clamp("input", draw(size=3))
        sim.run(1)
        sim.clamp("output", [1.0, 2.0])
        sim.run(3)
        sim.release("output")
        sim.clamp("input", draw(size=3))
        seen.append(snapshot(sim))
    assert seen[0] == seen[1]


def test_what_a_failed_fit_leaves_is_looked_at_within_a_sweep():
    told = []
    for sim in both([3, 4, 2], "relu", ns.models.FaZIL(t_d=40, sweep=True)):
        sim.clamp("input", [1.0, 2.0, 3.0])
        sim.run(10)
        with pytest.raises(ns.errors.DivergenceError):
            sim.fit(np.full((1, 3), 1e307), np.zeros((1, 2)))
        with pytest.raises(ns.errors.DivergenceError) as caught:
            sim.run(3)
        told.append((str(caught.value), snapshot(sim)))
    assert told[0] == told[1]


def test_rest_spreads_when_nodes_cease_to_follow():
    model = ns.models.FaZIL(t_d=9, sweep=True)
    seen = []
    for sim in both([2, 3, 3, 3, 2], "tanh", model, rest_after_update=True):
        sim.clamp("input", [1.0, 2.0])
        sim.settle()
        sim.clamp("output", [1.0, -1.0])
        sim.run(2)
        sim.silence("hidden3")
        sim.clamp("input", [2.0, 1.0])
        sim.run(30)
        seen.append((at_rest(sim), snapshot(sim)))
        assert all(at_rest(sim)["hidden1"])
    assert seen[0] == seen[1]


def test_rest_that_could_not_spread_while_nothing_was_learned():
    seen = []
    for sim in both([1, 2, 2, 1], "relu", ns.models.FaZIL(t_d=2), rest_after_update=True):
        sim.set_weights({name: -np.ones(w.shape) for name, w in sim.weights.items()})
        sim.clamp("input", [1.0])
        sim.settle()
        sim.clamp("output", [1.0])
        sim.run(1)
        sim.run(20, learning=False)
        sim.run(6)
        seen.append((at_rest(sim), snapshot(sim)))
        assert all(at_rest(sim)["hidden1"])
    assert seen[0] == seen[1]


def test_a_recorded_sweep_costs_the_same_operations():
    counts = []
    for records in (True, False):
        sim = both([3, 5, 4, 2], "tanh", ns.models.FaZIL(sweep=True), rest_after_update=True)[0]
        monitors = [ns.StateMonitor(sim, "x")] if records else []
        draw = np.random.default_rng(0).normal
        for _ in range(6):
            sim.clamp("input", draw(size=3))
            sim.run(12)
            sim.clamp("output", draw(size=2))
            sim.run(5)
            sim.release("output")
        counts.append((sim.operations, snapshot(sim), len(monitors)))
    assert counts[0][:2] == counts[1][:2]
