"""Loops of the engine that are called by address: activations, and the three synaptic sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from neurosim.rules.compilation import compiled_loop

__all__ = ["compile_activation", "compile_sums"]

_ACTIVATION = """
from numba import carray, cfunc, types
from neurosim.kernels.machine.deferred import LoopCompiler

real = types.CPointer(types.{real})

@cfunc(types.void(real, real, real, types.int64), cache={cache}, error_model="numpy",
       pipeline_class=LoopCompiler)
def loop(x, f, slope, count):
    x, f, slope = carray(x, count), carray(f, count), carray(slope, count)
    for i in range(count):
        {body}
"""
_SUM = """
from numba import cfunc, types
from neurosim.kernels.machine.addresses import array_at

real, int64 = types.CPointer(types.{real}), types.int64

@cfunc(types.void(real, int64, real, int64, real, int64, int64, int64, int64, int64,
                  types.{real}), cache={cache})
def loop(a, a_stride, theta, theta_stride, b, b_stride, rows, pre, post, fresh, alpha):
    a, theta, b = array_at(a), array_at(theta), array_at(b)
    function0({blocks}, rows, pre, post, {last})
"""
_BLOCKS_WITH_THETA = "a, 0, a_stride, theta, 0, theta_stride, b, 0, b_stride"
_THETA_LAST = "a, 0, a_stride, b, 0, b_stride, theta, 0, theta_stride"
# In the place of its stride, a sparse projection has the address of its pattern.
_SPARSE_BLOCKS = "a, a_stride, theta, theta_stride, b, b_stride"
_SPARSE_THETA_LAST = "a, a_stride, b, b_stride, theta, theta_stride"


def compile_activation(functions: tuple[Callable[..., Any], ...], dtype: np.dtype[Any]) -> int:
    """Address of the loop x -> f(x), f'(x), from one function that returns both or from two."""
    body = "f[i], slope[i] = function0(x[i])"
    if len(functions) == 2:
        body = "f[i] = function0(x[i]); slope[i] = function1(x[i])"
    return compiled_loop(_ACTIVATION, functions, {"real": dtype.name, "body": body})


def _sums(threads: int, sparse: bool) -> tuple[Callable[..., Any], ...]:
    """Prediction, feedback and plasticity."""
    from neurosim.kernels.sums import dense as sums
    from neurosim.kernels.sums import parallel as parallel_sums
    from neurosim.kernels.sums import sparse as sparse_sums

    if sparse:
        return (
            sparse_sums.predict_sparsely,
            sparse_sums.feed_back_sparsely,
            sparse_sums.learn_sparsely,
        )
    if threads == 1:
        return sums.accumulate_prediction, sums.accumulate_feedback, sums.learn
    # Starts Numba's threads, without which parallel code cannot be loaded from the disk cache.
    numba.get_num_threads()
    return (
        parallel_sums.accumulate_prediction_in_parallel,
        parallel_sums.accumulate_feedback_in_parallel,
        parallel_sums.learn_in_parallel,
    )


def compile_sums(
    dtype: np.dtype[Any], threads: int, *, sparse: bool = False, skip_silent: bool = False
) -> tuple[int, int, int]:
    """Addresses of the three synaptic sums: prediction, feedback and plasticity.

    `skip_silent` says whether those that read f(x) may leave out what is zero.
    """
    addresses = []
    for number, function in enumerate(_sums(threads, sparse)):
        learns = number == 2
        blocks = _THETA_LAST if learns else _BLOCKS_WITH_THETA
        if sparse:
            blocks = _SPARSE_THETA_LAST if learns else _SPARSE_BLOCKS
        last = "alpha" if learns else "fresh != 0"
        if not sparse and threads == 1 and learns:
            # Plasticity is told here what will be read soon.
            last = "fresh, alpha"
        if not sparse and number != 1:
            last += f", {skip_silent}"
        if not sparse and threads > 1:
            last += f", {threads}"
        words = {"real": dtype.name, "blocks": blocks, "last": last}
        addresses.append(compiled_loop(_SUM, (function,), words))
    return tuple(addresses)  # type: ignore[return-value]
