"""Currents into nodes."""

import numpy as np
from oracles.running import started_with_bias

import neurosim as ns
from neurosim import models


def test_a_current_moves_a_node_and_no_more_than_that():
    """An uncoupled integrator: x rises by gamma I per tick, minus what epsilon takes back."""
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[0.0]], [[0.0]]])
    sim = ns.Simulator(net, models.ZIL(gamma=0.5))
    sim.clamp("input", [1.0])
    sim.settle()
    sim.inject("hidden1", [1.0], 3)
    x = 0.0
    for t in range(6):
        x += 0.5 * ((1.0 if t < 3 else 0.0) - x)
        sim.step(learning=False)
        assert sim.value_node("hidden1", 0).x == x
    sim.run(2000, learning=False)  # x halves until it is zero
    done = sim.operations
    sim.run(1000, learning=False)
    assert sim.operations == done


def test_a_steady_current_ends_in_time():
    """Even where a node stood still under it, so that nothing that it reads has changed."""
    for event_driven in (True, False):
        net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[0.0]], [[0.0]]])
        sim = ns.Simulator(net, models.ZIL(), event_driven=event_driven)
        sim.clamp("input", [1.0])
        sim.settle()
        sim.inject("hidden1", [0.25], 10)
        sim.run(10, learning=False)
        assert sim.value_node("hidden1", 0).x == 0.25
        sim.step(learning=False)
        assert sim.value_node("hidden1", 0).x == 0.0


def test_settling_ends_currents():
    sim = started_with_bias()
    sim.inject("b", np.ones(6), 100)
    sim.run(3)
    sim.release("output")
    sim.settle()
    before = sim.state("x", "b")
    sim.run(5)
    assert np.array_equal(before, sim.state("x", "b"))
