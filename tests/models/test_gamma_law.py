"""What a smaller gamma does to the updates of Z-IL, and the rates that make up for it."""

import numpy as np
from oracles.bits import largest_difference
from oracles.samples import samples

import neurosim as ns
from neurosim import models


def test_gamma_law():
    sizes = [5, 6, 7, 3]
    net = ns.Network.layered(sizes, seed=6)
    inputs, targets = samples(1, sizes)
    start = models.BP(net).weights
    bp = models.BP(net, learning_rate=1.0)
    bp.fit(inputs, targets)
    gamma = 0.5
    sim = ns.Simulator(net, models.ZIL(learning_rate=1.0, gamma=gamma))
    sim.fit(inputs, targets)
    levels = {"hidden2->output": 0, "hidden1->hidden2": 1, "input->hidden1": 2}
    for name, level in levels.items():
        expected = gamma**level * (bp.weights[name] - start[name])
        assert np.allclose(sim.weights[name] - start[name], expected, rtol=1e-12, atol=1e-15)
    rates = {name: gamma**-level for name, level in levels.items()}
    restored = ns.Simulator(net, models.ZIL(learning_rate=rates, gamma=gamma))
    restored.fit(inputs, targets)
    assert largest_difference(restored.weights, bp.weights) < 1e-14
