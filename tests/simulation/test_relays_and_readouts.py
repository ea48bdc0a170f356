"""Nodes that are put in between so that levels agree."""

import numpy as np
from oracles.backpropagation import assert_equal_to_backpropagation

import neurosim as ns
from neurosim import models


def test_a_readout_and_relays_are_nodes_like_others():
    net = ns.Network(seed=0)
    net.add_population("a", 2)
    net.add_population("b", 3, "tanh", output=True)
    net.add_population("c", 1, "tanh")
    net.add_population("d", 2)
    for pre, post in (("a", "b"), ("b", "c"), ("c", "d"), ("b", "d")):
        net.connect(pre, post)
    assert net.outputs == ("b.readout", "d")
    assert net.levels["b"] == 2
    assert_equal_to_backpropagation(net)
    sim = ns.Simulator(net, models.FaZIL())
    sim.clamp("a", [0.5, -0.5])
    sim.settle()
    relay = sim.value_node("b.relay1", 1)
    assert relay.x == np.float64(sim.value_node("b.readout", 1).x)
    assert sim.synapse("b", 1, "b.relay1", 1).theta == 1.0
    assert not sim.synapse("b", 1, "b.relay1", 1).plastic
    assert [s.pre.population for s in sim.error_node("d", 0).incoming] == ["b.relay1"] * 3 + ["c"]
