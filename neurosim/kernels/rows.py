"""Runs of replicas, and what is said of each of them by a flag."""

from __future__ import annotations

from numba import njit

from neurosim.kernels.intrinsics import span

__all__ = ["any_set", "block", "clear", "end_of_run", "fill", "start_of_run"]


@njit(cache=True)
def block(array, at, first, last):
    """Elements `first` to `last`, this one excluded, of what begins at `at`."""
    return span(array, at + first, at + last)


@njit(cache=True)
def start_of_run(flags, first, rows):
    """First replica from `first` on whose flag is set, or `rows`."""
    while first < rows and flags[first] == 0:
        first += 1
    return first


@njit(cache=True)
def end_of_run(flags, first, rows):
    """First replica from `first` on whose flag is not that of `first`, or `rows`."""
    last = first
    while last < rows and flags[last] == flags[first]:
        last += 1
    return last


@njit(cache=True)
def fill(array, first, last, value):
    """Set the elements from `first` to `last`, this one excluded, to a value."""
    part = span(array, first, last)
    for i in range(part.size):
        part[i] = value


@njit(cache=True)
def clear(flags, rows):
    """No flag is set."""
    fill(flags, 0, rows, 0)


@njit(cache=True)
def any_set(flags, rows):
    """Whether the flag of any replica is set."""
    part = span(flags, 0, rows)
    seen = part.dtype.type(0)
    for r in range(part.size):
        seen |= part[r]
    return seen != 0
