"""What overflows in backpropagation is located, and weights stay finite."""

import numpy as np
import pytest
from oracles.networks import (
    INPUTS,
    overflowing,
)

import neurosim as ns
from neurosim import models
from neurosim.errors import DivergenceError


def test_numpys_arithmetic_keeps_the_last_finite_weights():
    net = ns.Network.layered([4, 3, 2], seed=0, activation="identity")
    bp = models.BP(net, learning_rate=1e100, arithmetic="blas", bound=None)
    with pytest.raises(DivergenceError):
        bp.fit(np.ones((50, 4)), np.ones((50, 2)))
    assert all(np.isfinite(w).all() for w in bp.weights.values())


def test_an_overflow_in_backpropagation_is_located():
    bp = models.BP(overflowing(), batch_size=3, bound=None)
    weights = bp.weights
    with pytest.raises(DivergenceError) as caught:
        bp.fit(INPUTS, np.ones((3, 2)), shuffle=False)
    error = caught.value
    assert (error.population, error.node, error.replica) == ("hidden1", 1, 2)
    assert error.tick is None
    assert all((bp.weights[name] == weights[name]).all() for name in weights)


#: All silent, but that the error of node 1 comes back to node 2, enlarged.
LARGE = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1e200]])


def test_an_overflowing_error_of_backpropagation_is_located():
    net = ns.Network.layered([2, 3, 2], activation="identity", weights=[np.ones((2, 3)), LARGE])
    bp = models.BP(net, batch_size=2, bound=None)
    with pytest.raises(DivergenceError) as caught:
        bp.fit([[0.0, 0.0]] * 2, [[0.0, 0.0], [0.0, 1e200]], shuffle=False)
    error = caught.value
    assert (error.population, error.node, error.replica) == ("hidden1", 2, 1)


def test_an_overflowing_weight_of_backpropagation_is_located():
    bp = models.BP(overflowing(1.0), learning_rate=1e160, arithmetic="blas", bound=None)
    with pytest.raises(DivergenceError) as caught:
        bp.fit([[0.0, 1.0]], [[3.0, 1e160]])
    error = caught.value
    assert (error.population, error.node, error.replica) == ("output", 1, None)
    assert "replica" not in str(error)
