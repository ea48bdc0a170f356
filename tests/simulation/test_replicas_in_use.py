"""Replicas that are not in use are nobody's."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import ProtocolError


@pytest.fixture
def sim():
    net = ns.Network.layered([2, 3, 1], seed=0)
    sim = ns.Simulator(net, models.ZIL(), batch_size=3)
    sim.clamp("input", [[0.5, 1.0], [1.0, 0.0], [0.0, 1.0]])
    sim.settle()
    sim.release("input")
    sim.clamp("input", [[0.5, 1.0]])
    sim.settle()
    return sim


def test_states_say_what_a_monitor_says(sim):
    monitor = ns.StateMonitor(sim, "x", populations=["output"])
    sim.run(1)
    x = sim.state("x", "output")
    assert sim.replicas == 1
    assert np.isfinite(x[0]).all()
    assert np.isnan(x[1:]).all()
    np.testing.assert_array_equal(monitor.x[-1], x)
    assert not sim.state("phi", "output")[1:].any()


def test_nodes_of_such_replicas_are_not_shown(sim):
    assert np.isnan(sim.value_node("output", 0, replica=2).x)
    assert np.isnan(sim.error_node("output", 0, replica=2).epsilon)
    assert sim.error_node("output", 0, replica=2).phi is False
    assert sim.value_node("output", 0).x == sim.state("x", "output")[0, 0]


def test_graphs_and_drawings_of_such_replicas_are_refused(sim):
    for look in (sim.to_networkx, sim.draw):
        with pytest.raises(ProtocolError, match="replica 2 is not in use, only the first 1 of 3"):
            look(replica=2)
    assert sim.to_networkx(replica=0).nodes["output[0]"]["x"] == sim.value_node("output", 0).x


def test_they_come_back_with_what_is_shown_to_them(sim):
    sim.release("input")
    sim.clamp("input", [[0.5, 1.0], [1.0, 0.0]])
    sim.settle()
    assert sim.replicas == 2
    assert np.isfinite(sim.state("x", "output")[:2]).all()
