"""From one table of addresses to the arrays of a network, at the entry points of the engine.

Passing twenty arrays through Numba's dispatcher costs as much as a tick of a small network, and
arrays that Python owns are reference-counted wherever they are sliced. A table costs neither.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from numba import njit, types

from neurosim.kernels.intrinsics import array_in_table
from neurosim.kernels.layout import POPULATION, PROJECTION, SETTING, Plan, State

__all__ = ["make_table", "opened"]

_DIMENSIONS = 3

_populations = array_in_table(numba.from_dtype(POPULATION), 1)
_projections = array_in_table(numba.from_dtype(PROJECTION), 1)
_settings = array_in_table(numba.from_dtype(SETTING), 1)
_real = array_in_table(None, 1)
_bytes = array_in_table(types.uint8, 1)
_integers = array_in_table(types.int64, 1)
_stamps = array_in_table(types.int64, 2)
_flags = array_in_table(types.uint8, 3)
_bound = array_in_table(types.float64, 1)
_bounds = array_in_table(types.float64, 2)


def make_table(plan: Plan, state: State) -> npt.NDArray[np.int64]:
    """Addresses and shapes of all arrays, which must stay where they are."""
    table = np.zeros((len(plan) + len(state), 1 + _DIMENSIONS), np.int64)
    arrays: tuple[npt.NDArray[Any], ...] = (*plan, *state)
    for row, array in zip(table, arrays, strict=True):
        assert array.flags.c_contiguous
        row[0] = array.ctypes.data
        row[1 : 1 + array.ndim] = array.shape
    return table


@njit(cache=True)
def opened(table, parameter):
    """Return the plan and the state of a table; `parameter` tells the type of real numbers."""
    plan = Plan(
        _populations(table, 0, parameter),
        _projections(table, 1, parameter),
        _integers(table, 2, parameter),
        _integers(table, 3, parameter),
        _real(table, 4, parameter),
        _real(table, 5, parameter),
        _settings(table, 6, parameter),
    )
    state = State(
        _real(table, 7, parameter),
        _bytes(table, 8, parameter),
        _integers(table, 9, parameter),
        _real(table, 10, parameter),
        _flags(table, 11, parameter),
        _stamps(table, 12, parameter),
        _bytes(table, 13, parameter),
        _bytes(table, 14, parameter),
        _bounds(table, 15, parameter),
        _bound(table, 16, parameter),
        _integers(table, 17, parameter),
        _integers(table, 18, parameter),
    )
    return plan, state
