"""Copies of the reference go on alone."""

import numpy as np
import pytest
from oracles.networks import skipping
from oracles.running import pickled

from neurosim import models


@pytest.mark.parametrize("arithmetic", ["engine", "blas"])
def test_backpropagation_is_copied(arithmetic):
    bp = models.BP(skipping(), arithmetic=arithmetic)
    twin = pickled(bp)
    data = np.ones((5, 4)), np.ones((5, 3))
    start = bp.weights
    twin.fit(*data)
    assert all(np.array_equal(start[name], w) for name, w in bp.weights.items())
    bp.fit(*data)
    assert all(np.array_equal(twin.weights[name], w) for name, w in bp.weights.items())
