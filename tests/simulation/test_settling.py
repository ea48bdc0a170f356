"""Settling: the network becomes what it predicts."""

import numpy as np
import pytest
from oracles.bits import snapshot
from oracles.running import SIZES, started
from oracles.samples import samples

import neurosim as ns
from neurosim import models


def test_settling_by_ticks_is_settling_by_a_sweep():
    pair = [started(models.FaZIL(), event_driven=e) for e in (True, False)]
    for sim in pair:
        sim.run(7)
        sim.release("output")
        sim.settle()
        assert not any(sim.state("epsilon", n).any() for n in ("hidden1", "hidden2", "output"))
    assert snapshot(pair[0]) == snapshot(pair[1])


def test_settling_by_inference():
    sim = started(models.FaZIL())
    sim.release("output")
    sim.clamp("input", samples(3, SIZES, seed=5)[0])
    sim.settle("inference", gamma=0.2, tolerance=1e-12)
    for name in ("hidden1", "hidden2", "hidden3", "output"):
        assert np.abs(sim.state("epsilon", name)).max() < 1e-10
    sim.clamp("input", samples(3, SIZES, seed=6)[0])
    with pytest.raises(ns.errors.ConvergenceError, match="not quiet after 2 ticks"):
        sim.settle("inference", gamma=0.01, max_ticks=2)


def test_failing_to_settle_changes_nothing():
    sizes = [6, 8, 7, 8, 4]
    sim = ns.Simulator(ns.Network.layered(sizes, seed=1), models.FaZIL())
    sim.clamp("input", samples(1, sizes)[0])
    before = [array.tobytes() for array in sim.simulation.guard.arrays]
    with pytest.raises(ns.errors.ConvergenceError):
        sim.settle("inference", gamma=0.01, max_ticks=3)
    assert [array.tobytes() for array in sim.simulation.guard.arrays] == before


def test_settling_needs_every_input():
    net = ns.Network()
    for name in "abc":
        net.add_population(name, 2)
    net.connect("a", "c")
    net.connect("b", "c")
    sim = ns.Simulator(net, models.ZIL())
    sim.clamp("c", [1.0, 1.0])
    sim.clamp("a", [1.0, 1.0])
    with pytest.raises(ns.errors.ProtocolError, match="clamp 'b' first"):
        sim.settle()
    sim.step()
    sim.clamp("b", [1.0, 1.0])
    sim.settle()
