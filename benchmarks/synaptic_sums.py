"""The three synaptic sums beside a large matrix product of BLAS, in GFLOP/s."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numba import njit

from benchmarks.interleave import Contestant, interleave, same_result
from benchmarks.peers import BLOCKS, measure
from benchmarks.report import Row
from neurosim.kernels.layout import row_stride
from neurosim.kernels.sums import accumulate_feedback, accumulate_prediction, learn

__all__ = ["synaptic_sums"]

# Replicas, pre, post.
_SHAPES = (
    (20, 784, 32), (20, 32, 32), (20, 2000, 2000), (128, 1024, 1024), (1, 1000, 1000),
)  # fmt: skip
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


def _blas(side: int, dtype: str) -> Contestant:
    a = np.random.Generator(np.random.PCG64(3)).random((side, side)).astype(dtype)
    out = np.empty_like(a)

    def run(first: int, last: int) -> None:
        for _ in range(first, last):
            a.dot(a, out)

    return lambda: measure(1, run, lambda: None)


def _sums(shape: tuple[int, int, int], dtype: str) -> dict[str, Contestant]:
    rows, pre, post = shape
    generator = np.random.Generator(np.random.PCG64(4))

    def block(count: int, columns: int) -> np.ndarray:
        """Draw a block whose rows lie as the engine lays them."""
        whole = np.zeros((count, row_stride(columns, np.dtype(dtype).itemsize)), dtype)
        whole[:, :columns] = generator.uniform(-1, 1, (count, columns))
        return whole

    f, theta, epsilon = block(rows, pre), block(pre, post), block(rows, post)
    inputs = f[:, :pre].copy(), theta[:, :post].copy(), epsilon[:, :post].copy()
    steps = BLOCKS * max(1, int(_FLOPS / BLOCKS / (2 * rows * pre * post)))

    def contestant(kernel: Callable[..., None], result: np.ndarray, expected: np.ndarray) -> object:
        def reset() -> None:
            for whole, part in zip((f, theta, epsilon), inputs, strict=True):
                whole[:, : part.shape[1]] = part

        def run(first: int, last: int) -> None:
            kernel(
                last - first, f.ravel(), f.shape[1], theta.ravel(), theta.shape[1],
                epsilon.ravel(), rows, pre, post,
            )  # fmt: skip

        def timed_and_once() -> tuple[list[np.ndarray], float]:
            reset()
            seconds = measure(steps, run, reset)
            reset()
            run(0, 1)
            return [result[:, : expected.shape[1]].copy()], seconds

        return same_result(timed_and_once, [expected], dtype)

    a, b, e = (part.astype(np.float64) for part in inputs)
    return {
        "prediction": contestant(_predict, epsilon, a @ b),
        "feedback": contestant(_feed_back, f, e @ b.T),
        "plasticity": contestant(_learn, theta, b + a.T @ e),
    }
