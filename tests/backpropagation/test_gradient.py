"""The reference computes the gradient."""

import numpy as np
import pytest
from oracles.bits import largest_difference
from oracles.gradients import automatic, by_differences, energy_of
from oracles.samples import samples

import neurosim as ns
from neurosim import models

RATE = 0.01


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "softplus"])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-4)])
def test_blas_agrees_to_rounding(activation, dtype, tolerance):
    net = ns.Network.layered([7, 9, 8, 4], activation=activation, bias=True, seed=2)
    inputs, targets = samples(123, [7, 4], dtype=dtype)
    pair = [
        models.BP(net, learning_rate=RATE, batch_size=20, arithmetic=arithmetic, dtype=dtype)
        for arithmetic in ("engine", "blas")
    ]
    for bp in pair:
        bp.fit(inputs, targets, epochs=3)
    assert largest_difference(pair[0].weights, pair[1].weights) <= tolerance


def test_one_update_is_the_gradient():
    """f, not f', in the weight update: against an automatic differentiation and differences."""
    pytest.importorskip("autograd")
    net = ns.Network.layered([4, 5, 6, 3], activation="tanh", seed=5)
    inputs, targets = samples(6, [4, 3])
    names = ["input->hidden1", "hidden1->hidden2", "hidden2->output"]
    start = models.BP(net).weights
    theta = [start[name] for name in names]
    energy = energy_of(inputs, targets)
    gradient = automatic(energy, theta)
    bp = models.BP(net, learning_rate=1.0, batch_size=6)
    bp.fit(inputs, targets)
    for n, name in enumerate(names):
        assert np.allclose(bp.weights[name] - start[name], -gradient[n], rtol=0, atol=1e-12)
        for index in [(0, 0), (3, 2)]:
            difference = by_differences(energy, theta, n, index)
            assert difference == pytest.approx(gradient[n][index], rel=1e-6, abs=1e-8)
