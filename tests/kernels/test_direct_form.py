"""Errors in the direct form, x - mu, which rounds: how far they are from exact ones."""

import numpy as np
from oracles.bits import largest_difference
from oracles.running import started
from oracles.samples import samples

import neurosim as ns
from neurosim import models


def test_direct_form_within_its_elementwise_bound():
    exact, direct = (
        started(models.ZIL(learning_rate=1e-3), error_form=form) for form in ("delta", "direct")
    )
    levels = exact.network.levels
    eps = np.finfo(float).eps
    seen = 0.0
    for t in range(exact.network.depth):
        for name, level in levels.items():
            if level == t and name != "input":
                delta, mu = exact.state("epsilon", name), exact.state("mu", name)
                gap = np.abs(direct.state("epsilon", name) - delta)
                scale = np.abs(mu).max() + np.abs(delta)
                assert (gap <= 4 * eps * scale).all()
                seen = max(seen, gap.max())
        exact.step()
        direct.step()
    assert seen > 0


def test_direct_form_is_within_its_bound():
    sizes = [6, 8, 8, 3]
    net = ns.Network.layered(sizes, seed=4)
    inputs, targets = samples(1, sizes)
    exact = models.BP(net, learning_rate=1.0)
    exact.fit(inputs, targets)
    sim = ns.Simulator(net, models.ZIL(learning_rate=1.0), error_form="direct")
    sim.fit(inputs, targets)
    difference = largest_difference(exact.weights, sim.weights)
    assert 0 < difference < 64 * np.finfo(float).eps * 10
