"""Runs of replicas, and the largest magnitude among numbers."""

from __future__ import annotations

from numba import njit

from neurosim.kernels.intrinsics import bits_to_float, float_to_bits

__all__ = ["end_of_run", "largest", "start_of_run"]


@njit(cache=True)
def start_of_run(flags, first, rows):
    """First replica from `first` on whose flag is set, or `rows`."""
    while first < rows and flags[first] == 0:
        first += 1
    return first


@njit(cache=True)
def end_of_run(flags, first, rows):
    """First replica from `first` on whose flag is not set, or `rows`."""
    while first < rows and flags[first] != 0:
        first += 1
    return first


@njit(cache=True)
def largest(real, at, count):
    """Largest magnitude of `count` numbers; NaN if one of them is NaN.

    The bits of magnitudes are ordered as the magnitudes are, with inf and then NaN above all, and
    the maximum of integers is one that compilers vectorise.
    """
    top = float_to_bits(real.dtype.type(0))
    for i in range(at, at + count):
        bits = float_to_bits(abs(real[i]))
        top = bits if bits > top else top
    return float(bits_to_float(top))
