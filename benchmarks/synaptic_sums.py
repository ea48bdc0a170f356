"""The three synaptic sums beside a large matrix product of BLAS, in GFLOP/s."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numba import njit

from benchmarks.interleave import Contestant, interleave, same_result
from benchmarks.peers import BLOCKS, measure
from benchmarks.report import Row
from neurosim.description.pattern import Pattern
from neurosim.kernels.machine.padding import row_stride
from neurosim.kernels.sums.dense import accumulate_feedback, accumulate_prediction, learn
from neurosim.kernels.sums.sparse import (
    feed_back_sparsely,
    learn_sparsely,
    predict_sparsely,
    scratch_elements,
)

__all__ = ["synaptic_sums"]

# Replicas, pre, post.
_SHAPES = (
    (20, 784, 32), (20, 32, 32), (20, 2000, 2000), (128, 1024, 1024), (1, 1000, 1000),
)  # fmt: skip
# The same, of which this share of pairs is connected.
_SPARSE_SHAPES, _SHARE = ((20, 1000, 1000), (1, 1000, 1000)), 0.1
_FLOPS = 2e8  # about as many as are timed at once


@njit
def _predict(times, f, f_stride, theta, stride, mu, rows, pre, post):
    for _ in range(times):
        accumulate_prediction(
            f, 0, f_stride, theta, 0, stride, mu, 0, stride, rows, pre, post, True, False
        )


@njit
def _feed_back(times, f, f_stride, theta, stride, epsilon, rows, pre, post):
    for _ in range(times):
        accumulate_feedback(
            epsilon, 0, stride, theta, 0, stride, f, 0, f_stride, rows, pre, post, True
        )


@njit
def _learn(times, f, f_stride, theta, stride, epsilon, rows, pre, post):
    alpha = theta.dtype.type(1)
    for _ in range(times):
        learn(
            f, 0, f_stride, epsilon, 0, stride, theta, 0, stride, rows, pre, post, 0, alpha, False
        )


@njit
def _predict_sparsely(times, f, f_stride, theta, table, mu, stride, rows, pre, post):
    for _ in range(times):
        predict_sparsely(f, f_stride, theta, table, mu, stride, rows, pre, post, True)


@njit
def _feed_back_sparsely(times, f, f_stride, theta, table, epsilon, stride, rows, pre, post):
    for _ in range(times):
        feed_back_sparsely(epsilon, stride, theta, table, f, f_stride, rows, pre, post, True)


@njit
def _learn_sparsely(times, f, f_stride, theta, table, epsilon, stride, rows, pre, post):
    alpha = theta.dtype.type(1)
    for _ in range(times):
        learn_sparsely(f, f_stride, epsilon, stride, theta, table, rows, pre, post, alpha)


def synaptic_sums(repeats: int, side: int = 2048) -> Iterator[Row]:
    """Sums of several shapes, called from compiled code as the engine calls them."""
    for dtype in ("float64", "float32"):
        seconds = interleave({"BLAS": _blas(side, dtype)}, repeats)["BLAS"]
        case = f"BLAS, product of matrices of {side}, {dtype}"
        yield Row(case, 2 * side**3 / seconds / 1e9, "GFLOP/s")
        for shape in _SHAPES:
            times = interleave(_sums(shape, dtype), repeats)
            flops = 2 * shape[0] * shape[1] * shape[2]
            for name in times.turns:
                case = f"{name}, batch {shape[0]}, {shape[1]} x {shape[2]}, {dtype}"
                yield Row(case, flops / times[name] / 1e9, "GFLOP/s")
        for rows, pre, post in _SPARSE_SHAPES:
            times = interleave(_sparse_sums((rows, pre, post), dtype), repeats)
            for name in times.turns:
                case = f"{name}, batch {rows}, {pre} x {post}, {_SHARE:.0%} connected, {dtype}"
                yield Row(case, 2 * rows * pre * post * _SHARE / times[name] / 1e9, "GFLOP/s")


def _blas(side: int, dtype: str) -> Contestant:
    a = np.random.Generator(np.random.PCG64(3)).random((side, side)).astype(dtype)
    out = np.empty_like(a)

    def run(first: int, last: int) -> None:
        for _ in range(first, last):
            a.dot(a, out)

    return lambda: measure(1, run, lambda: None)


def _block(generator: np.random.Generator, count: int, columns: int, dtype: str) -> np.ndarray:
    """Draw a block whose rows lie as the engine lays them."""
    whole = np.zeros((count, row_stride(columns, np.dtype(dtype).itemsize)), dtype)
    whole[:, :columns] = generator.uniform(-1, 1, (count, columns))
    return whole


def _contestants(
    kernels: dict[str, Callable[..., None]],
    arguments: tuple[Any, ...],
    blocks: tuple[np.ndarray, ...],
    flops: float,
    results: tuple[np.ndarray, ...],
    expected: tuple[np.ndarray, ...],
) -> dict[str, Contestant]:
    """Time kernels, each called with how often to sum, and compare what one sum makes of blocks."""
    kept = [block.copy() for block in blocks]
    steps = BLOCKS * max(1, int(_FLOPS / BLOCKS / flops))

    def reset() -> None:
        for block, values in zip(blocks, kept, strict=True):
            block[...] = values

    def contestant(kernel: Callable[..., None], result: np.ndarray, right: np.ndarray) -> Any:
        def timed_and_once() -> tuple[list[np.ndarray], float]:
            reset()
            seconds = measure(steps, lambda first, last: kernel(last - first, *arguments), reset)
            reset()
            kernel(1, *arguments)
            return [result.copy()], seconds

        return same_result(timed_and_once, [right], result.dtype.name)

    return {
        name: contestant(kernel, result, right)
        for (name, kernel), result, right in zip(kernels.items(), results, expected, strict=True)
    }


def _sums(shape: tuple[int, int, int], dtype: str) -> dict[str, Contestant]:
    rows, pre, post = shape
    generator = np.random.Generator(np.random.PCG64(4))
    f, theta, epsilon = blocks = tuple(
        _block(generator, count, columns, dtype)
        for count, columns in ((rows, pre), (pre, post), (rows, post))
    )
    results = epsilon[:, :post], f[:, :pre], theta[:, :post]
    e, a, b = (part.astype(np.float64) for part in results)
    arguments = (
        f.ravel(), f.shape[1], theta.ravel(), theta.shape[1], epsilon.ravel(), rows, pre, post,
    )  # fmt: skip
    kernels = {"prediction": _predict, "feedback": _feed_back, "plasticity": _learn}
    expected = a @ b, e @ b.T, b + a.T @ e
    return _contestants(kernels, arguments, blocks, 2.0 * rows * pre * post, results, expected)


def _sparse_sums(shape: tuple[int, int, int], dtype: str) -> dict[str, Contestant]:
    rows, pre, post = shape
    generator = np.random.Generator(np.random.PCG64(5))
    pairs = np.argwhere(generator.random((pre, post)) < _SHARE).T
    pattern, _ = Pattern.of_pairs("benchmark", (pre, post), *pairs)
    table = pattern.table()
    f, epsilon = (_block(generator, rows, columns, dtype) for columns in (pre, post))
    theta = generator.uniform(-1, 1, len(pattern.pre)).astype(dtype)
    scratch = np.zeros(scratch_elements((pre, post), rows, theta.itemsize), dtype)
    table[0] = scratch.ctypes.data
    whole = np.zeros((pre, post))
    whole[pattern.pre, pattern.post] = theta
    results = epsilon[:, :post], f[:, :pre], theta
    e, a, b = (part.astype(np.float64) for part in results)
    arguments = (
        f.ravel(), f.shape[1], theta, table.ctypes.data, epsilon.ravel(), epsilon.shape[1], rows,
        pre, post,
    )  # fmt: skip
    kernels = {
        "sparse prediction": _predict_sparsely,
        "sparse feedback": _feed_back_sparsely,
        "sparse plasticity": _learn_sparsely,
    }
    expected = a @ whole, e @ whole.T, b + (a.T @ e)[pattern.pre, pattern.post]
    # Those have to live, too, whose addresses are used.
    blocks = f, theta, epsilon, table, scratch
    return _contestants(kernels, arguments, blocks, 2.0 * rows * len(theta), results, expected)
