"""Activations of a user."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models


def test_an_activation_of_your_own():
    square = ns.Activation("square", lambda x: 0.5 * x * x, lambda x: x)
    net = ns.Network.layered([4, 5, 3], activation=square, seed=2)
    generator = np.random.default_rng(0)
    inputs, targets = generator.normal(size=(30, 4)), generator.normal(size=(30, 3))
    bp = models.BP(net, learning_rate=0.01)
    sim = ns.Simulator(net, models.FaZIL(learning_rate=0.01))
    first, second = (sim.weights[name] for name in ("input->hidden1", "hidden1->output"))
    expected = (0.5 * (inputs @ first) ** 2) @ second
    assert np.allclose(sim.predict(inputs), expected, rtol=0, atol=1e-13)
    for learner in (bp, sim):
        learner.fit(inputs, targets)
    assert all((bp.weights[name] == sim.weights[name]).all() for name in bp.weights)
    with pytest.raises(ns.errors.NeurosimError, match="arithmetic"):
        models.BP(net, arithmetic="blas")
