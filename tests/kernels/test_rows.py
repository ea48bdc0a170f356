"""Flags of replicas, and what is chosen by them, element by element."""

from typing import NamedTuple

import numpy as np
import pytest
from numba import njit

from neurosim.kernels.arrays import rows
from neurosim.kernels.machine.bits import choose


@njit
def runs(flags, count):
    """Where each run of alike flags begins and ends, unset ones left out."""
    found = [(0, 0)]
    first = rows.start_of_run(flags, 0, count)
    while first < count:
        last = rows.end_of_run(flags, first, count)
        found.append((first, last))
        first = rows.start_of_run(flags, last, count)
    return found[1:]


class Words(NamedTuple):
    """Of a state, what `mark` writes."""

    word: np.ndarray


# Compiled here once more: a cache that knows `Words` could be read only by processes that find this
# file.
mark_flags = njit(rows.mark.py_func)


@njit
def mark(state, first, last, value):
    mark_flags(state, 1, 2, first, last, value)


@njit
def every(flags):
    return rows.all_set(flags)


@njit
def chosen(flags, these, others, out):
    for i in range(out.size):
        out[i] = choose(flags[i], these[i], others[i])


def one_by_one(flags):
    found, first = [], 0
    while first < len(flags):
        last = first
        while last < len(flags) and flags[last] == flags[first]:
            last += 1
        if flags[first]:
            found.append((first, last))
        first = last
    return found


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 15, 16, 17, 63, 64, 65])
def test_runs_of_flags(count):
    generator = np.random.default_rng(count)
    padded = 8 * -(-count // 8)
    for values in ([0], [1], [0, 1], [0, 0, 0, 0, 1], [1, 1, 1, 1, 1, 1, 0], [0, 1, 2, 3, 7]):
        for _ in range(20):
            # What is behind those in use is anything.
            flags = generator.choice(values, padded).astype(np.uint8)
            assert list(runs(flags, count)) == one_by_one(flags[:count].tolist())


@pytest.mark.parametrize("count", [0, 1, 7, 8, 31, 32, 33, 100])
def test_all_set(count):
    flags = np.ones(count, np.uint8)
    assert every(flags)
    for i in range(count):
        flags[i] = 0
        assert not every(flags)
        flags[i] = 1


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_choose_keeps_every_bit(dtype):
    special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45, 1.5, -2.0], dtype)
    these, others = (grid.ravel() for grid in np.meshgrid(special, special))
    for flag in (0, 1):
        out = np.empty_like(these)
        chosen(np.full(these.size, flag, np.uint8), these, others, out)
        assert out.tobytes() == (these if flag else others).tobytes()


@pytest.mark.parametrize("value", [0, 1, 2, 3])
def test_mark_sets_some_flags_and_no_others(value):
    for first in range(25):
        for last in range(first, 25):
            flags = (np.arange(2 * 3 * 32, dtype=np.uint8) % 5).reshape(2, 3, 32)
            expected = flags.copy()
            expected[1, 2, first:last] = value
            mark(Words(flags.view(np.uint64)), first, last, value)
            np.testing.assert_array_equal(flags, expected)
