"""Fa-Z-IL in plain Python does what the engine does."""

import numpy as np
from oracles.examples import example

import neurosim as ns
from neurosim import models


def test_the_readable_reference_agrees():
    micro = example("micro")
    generator = np.random.default_rng(3)
    for activation, f, draw, tolerance in (
        (
            "relu", lambda x: (max(x, 0.0), float(x > 0.0)),
            lambda *s: generator.integers(-4, 5, s) / 4, 0.0,
        ),
        ("sigmoid", micro.sigmoid, lambda *s: generator.normal(size=s), 1e-12),
    ):  # fmt: skip
        weights = [draw(3, 4), draw(4, 3), draw(3, 2)]
        inputs, targets = draw(3), draw(2)
        net = ns.Network.layered([3, 4, 3, 2], activation=activation, weights=weights)
        sim = ns.Simulator(net, models.FaZIL(learning_rate=0.5, t_d=2))
        phi = ns.SpikeMonitor(sim)
        sim.present(inputs, targets, ticks=3)
        reference = micro.Network([w.tolist() for w in weights], f, alpha=0.5, t_d=2)
        raster = reference.present(inputs.tolist(), targets.tolist(), ticks=3)
        names = ["input->hidden1", "hidden1->hidden2", "hidden2->output"]
        for name, expected in zip(names, reference.weights(), strict=True):
            assert np.abs(sim.weights[name] - np.array(expected)).max() <= tolerance
        fired = {
            (t, name, i)
            for t, snap in enumerate(raster)
            for name, row in zip(["hidden1", "hidden2", "output"], snap, strict=True)
            for i, spike in enumerate(row)
            if spike
        }
        assert fired == set(zip(phi.t, phi.population, phi.i, strict=True))
