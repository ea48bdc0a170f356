"""The decorator of kernels that only other kernels call.

They need none of the wrappers by which Python or C would call them, which take as long to compile
as the kernels themselves.
"""

from __future__ import annotations

from numba import njit

__all__ = ["inner"]

inner = njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
