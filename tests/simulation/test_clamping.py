"""Clamped nodes hold, and go on when they are released."""

import numpy as np
import pytest
from oracles.running import started_with_bias

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


def test_clamped_hidden_nodes_hold_through_settling_and_training():
    net = ns.Network.layered([3, 4, 2], activation="tanh", seed=0)
    sim = ns.Simulator(net, models.FaZIL(learning_rate=0.1))
    sim.clamp("hidden1", [[0.5, -0.5]], nodes=[1, 3])
    sim.clamp("input", [1.0, 2.0, 3.0])
    sim.settle()
    x = sim.state("x", "hidden1")[0]
    assert x[1] == 0.5
    assert x[3] == -0.5
    assert x[0] == sim.state("mu", "hidden1")[0, 0]
    sim.fit([[1.0, 2.0, 3.0]], [[1.0, 0.0]])
    x = sim.state("x", "hidden1")[0]
    assert x[1] == 0.5
    assert x[3] == -0.5
    sim.release("hidden1")
    sim.settle()
    assert (sim.state("x", "hidden1") == sim.state("mu", "hidden1")).all()


def test_a_refused_presentation_has_released_nothing():
    sim = started_with_bias(batch=3)
    sim.clamp("b", np.zeros((3, 1)), nodes=[0])
    with pytest.raises(NeurosimError, match="clamped to 3"):
        sim.present(np.ones((2, 4)), np.ones((2, 2)))
    sim.release("output")


NET = ns.Network.layered([4, 3, 2], seed=0)


def test_a_network_that_was_shown_something_goes_on_when_released():
    sim = ns.Simulator(NET, models.IL(t_c=10**6, gamma=0.1))
    sim.clamp("input", np.ones(4))
    sim.clamp("output", np.ones(2))
    sim.settle()
    sim.release("input")
    sim.release("output")
    before, energy = sim.state("x", "input"), sim.energy
    sim.run(5)
    assert (sim.state("x", "input") != before).all()
    assert sim.energy < energy
    sim.settle()
    assert sim.energy == 0.0
