"""Weights as the engine keeps them."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models


@pytest.mark.parametrize("route", ["weights", "networkx", "set_weights", "synapse"])
def test_there_is_one_zero_among_weights(route):
    tiny = np.full((80, 4), -1e-60)  # -0.0 in float32
    net = ns.Network(seed=1)
    net.add_population("a", 80)
    net.add_population("b", 4, "sigmoid")
    net.connect("a", "b", weights=tiny if route in ("weights", "networkx") else tiny + 1)
    if route == "networkx":
        net = ns.Network.from_networkx(net.to_networkx())
    sim = ns.Simulator(net, models.ZIL(), dtype="float32")
    name = next(iter(net.projections))
    if route == "set_weights":
        sim.set_weights({name: tiny})
    if route == "synapse":
        sim.synapse("a", 3, "b", 1).theta = -1e-60
    assert (sim.weights[name] == 0).any()
    assert not np.signbit(sim.weights[name]).any()
