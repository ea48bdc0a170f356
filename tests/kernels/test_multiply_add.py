"""The multiply-add that all sums are made of, against exact rational arithmetic."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numba import njit
from oracles.flat_arrays import DTYPES

from neurosim.kernels.machine.arithmetic import fma


@njit
def multiply_add(a, b, c):
    return fma(a, b, c)


@pytest.mark.parametrize("dtype", DTYPES)
def test_multiply_add_rounds_once(dtype):
    rng = np.random.default_rng(1)
    for a, b, c in rng.normal(size=(500, 3)).astype(dtype):
        c = dtype(-a * b) if rng.random() < 0.5 else c
        exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
        result = dtype(multiply_add(a, b, c))
        distance = abs(Fraction(float(result)) - exact)
        for towards in (-np.inf, np.inf):
            neighbour = np.nextafter(result, dtype(towards))
            assert distance <= abs(Fraction(float(neighbour)) - exact)
