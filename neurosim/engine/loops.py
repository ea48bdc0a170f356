"""Loops of the engine that are called by address: activations, and the three synaptic sums."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.engine.slopes import compare_slope
from neurosim.engine.threads import start_threads
from neurosim.rules.compilation import compiled_loop
from neurosim.rules.reading import check_plain, check_pure

__all__ = ["compile_activation", "compile_sums"]

_ACTIVATION = """
from math import nan
from numba import carray, types
from neurosim.kernels.machine.callbacks import callback
from neurosim.kernels.machine.deferred import LoopCompiler

real = types.CPointer(types.{real})

@callback(types.void(real, real, real, types.int64), cache={cache}, error_model="numpy",
          pipeline_class=LoopCompiler)
def loop(x, f, slope, count):
    x, f, slope = carray(x, count), carray(f, count), carray(slope, count)
    for i in range(count):
        {body}
"""
# Where one of a user's functions raises an error there is no number.
_OWN = """try:
            f[i] = function0(x[i])
        except Exception:
            f[i] = nan
        try:
            slope[i] = function1(x[i])
        except Exception:
            slope[i] = nan"""
_SUM = """
from numba import types
from neurosim.kernels.machine.addresses import array_at
from neurosim.kernels.machine.callbacks import callback

real, int64 = types.CPointer(types.{real}), types.int64

@callback(types.void(real, int64, real, int64, real, int64, int64, int64, int64, int64,
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


_REMEDY = "write the number into it, or make it the default of a second argument, as in x, k=0.5"


def compile_activation(
    functions: tuple[Callable[..., Any], ...], dtype: np.dtype[Any], name: str = "of no name"
) -> int:
    """Address of the loop x -> f(x), f'(x), from one function that returns both or from two.

    Two are a user's, and checked: as rules are, that they depend on x alone.
    """
    owner, body = f"the activation {name!r}", "f[i], slope[i] = function0(x[i])"
    if len(functions) == 2:
        for part, function in zip(("function", "derivative"), functions, strict=True):
            check_plain(f"the {part} of {owner}", function)
            check_pure(f"the {part} of {owner}", function, _REMEDY)
        compare_slope(owner, *functions)
        body = _OWN
    return compiled_loop(_ACTIVATION, functions, {"real": dtype.name, "body": body}, owner)


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
    start_threads()
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
        addresses.append(compiled_loop(_SUM, (function,), words, "a synaptic sum"))
    return tuple(addresses)  # type: ignore[return-value]
