"""Interventions that overflow: nothing has changed, or nothing is held any more."""

import numpy as np
import pytest
from oracles.bits import snapshot

import neurosim as ns
from neurosim import models
from neurosim.errors import DivergenceError
from neurosim.kernels.arrays import layout


def test_a_release_that_overflows_lets_go():
    """Changes that cannot be made are dropped, and the simulator goes on."""
    net = ns.Network.recurrent(2, 3, 1, steps=2, activation="identity", seed=0)
    sim = ns.Simulator(net, models.ZIL(learning_rate=1e307), bound=None)
    inputs = {"input1": [[1.0, 2.0]], "input2": [[3.0, 1.0]]}
    with pytest.raises(DivergenceError):
        sim.present(inputs, [[100.0]])
    assert all(np.isfinite(w).all() for w in sim.weights.values())
    before = sim.weights
    sim.present(inputs, [[0.0]], ticks=0)
    assert all(np.array_equal(before[name], w) for name, w in sim.weights.items())


def test_a_clamp_that_overflows_changes_nothing():
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[1e10]], [[1.0]]])
    sim = ns.Simulator(net, models.IL(gamma=1.0), batch_size=3, bound=None)
    sim.clamp("input", [[1.0], [2.0]])
    sim.settle()
    sim.run(5)
    before = snapshot(sim, 2)
    with pytest.raises(DivergenceError):
        sim.clamp("input", np.full((2, 1), 1e300))
    assert sim.t == 5
    assert snapshot(sim, 2) == before
    sim.release("input")
    with pytest.raises(DivergenceError):
        sim.clamp("input", np.full((3, 1), 1e300))
    assert sim.simulation.lowered.state.clock[layout.ROWS] == 2
    assert snapshot(sim, 2) == before


def test_a_lesion_that_cannot_be_undone_stays():
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[1e10]], [[1.0]]])
    sim = ns.Simulator(net, models.IL(gamma=1.0), bound=None)
    sim.clamp("input", [1.0])
    sim.settle()
    sim.cut("input", 0, "hidden1", 0)
    sim.clamp("input", [1e300])
    before = snapshot(sim, 1)
    with pytest.raises(DivergenceError):
        sim.mend("input", 0, "hidden1", 0)
    assert sim.synapse("input", 0, "hidden1", 0).is_cut
    assert snapshot(sim, 1) == before
    sim.run(2)
    assert sim.synapse("input", 0, "hidden1", 0).theta == 0
    sim.clamp("input", [1.0])
    sim.mend("input", 0, "hidden1", 0)
    assert sim.synapse("input", 0, "hidden1", 0).theta == 1e10
