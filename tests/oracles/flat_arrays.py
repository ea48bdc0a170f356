"""State and weights in flat arrays, on which the dense sums are run as the engine runs them.

What is laid out here is computed from the sizes alone, with gaps and guards of its own, not by the
engine's layout; so a sum that reads or writes beside its block is seen.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from oracles.bits import same_array

from neurosim.kernels.sums import dense as sums
from neurosim.kernels.sums import parallel as parallel_sums

DTYPES = [np.float64, np.float32]


# Compiled here once more, so that Python can call them.
accumulate_prediction, accumulate_feedback, learn = (
    njit(each.py_func)
    for each in (sums.accumulate_prediction, sums.accumulate_feedback, sums.learn)
)
accumulate_prediction_in_parallel, accumulate_feedback_in_parallel, learn_in_parallel = (
    njit(each.py_func)
    for each in (
        parallel_sums.accumulate_prediction_in_parallel,
        parallel_sums.accumulate_feedback_in_parallel,
        parallel_sums.learn_in_parallel,
    )
)


def padded(n: int) -> int:
    return (n + 15) // 16 * 16


class Layout:
    """State and weights in flat arrays as the engine keeps them, in guards that must not change."""

    GUARD = 31.25

    def __init__(self, shape: tuple[int, int, int], dtype: type, seed: int = 0) -> None:
        self.rows, self.pre, self.post = shape
        rng = np.random.default_rng([seed, *shape])
        width = padded(self.pre) + padded(self.post)
        # Populations share a row, with a gap of one block between them and one at the end.
        self.stride = 2 * width + 48
        self.at = {
            "f": 5,
            "feedback": 5 + padded(self.pre) + 16,
            "mu": 5 + 2 * padded(self.pre) + 32,
            "epsilon": 5 + 2 * padded(self.pre) + padded(self.post) + 48,
        }
        self.theta_at = 3
        self.theta_stride = padded(self.post) + 16
        self.real = np.full(5 + self.rows * self.stride + 7, self.GUARD, dtype)
        self.theta = np.full(3 + self.pre * self.theta_stride + 9, self.GUARD, dtype)
        for name, columns in self.columns().items():
            block = self.block(name)
            block[:] = 0
            block[:, :columns] = self.numbers(rng, (self.rows, columns), dtype)
        block = self.weights()
        block[:] = 0
        block[:, : self.post] = self.numbers(rng, (self.pre, self.post), dtype)

    @staticmethod
    def numbers(rng: np.random.Generator, shape: tuple[int, int], dtype: type) -> np.ndarray:
        """Numbers of many sizes, with zeros of both signs among them."""
        values = rng.normal(size=shape) * np.exp2(rng.integers(-8, 9, size=shape))
        values[rng.random(shape) < 0.1] = 0.0
        values[rng.random(shape) < 0.1] = -0.0
        return values.astype(dtype)

    def columns(self) -> dict[str, int]:
        return {"f": self.pre, "feedback": self.pre, "mu": self.post, "epsilon": self.post}

    def block(self, name: str) -> np.ndarray:
        """Rows of one population, padding included."""
        rows = self.real[self.at[name] :][: self.rows * self.stride]
        missing = self.rows * self.stride - rows.size
        rows = np.lib.stride_tricks.as_strided(
            rows,
            (self.rows, padded(self.columns()[name])),
            (self.stride * rows.itemsize, rows.itemsize),
        )
        assert missing <= self.stride
        return rows

    def value(self, name: str) -> np.ndarray:
        return np.ascontiguousarray(self.block(name)[:, : self.columns()[name]])

    def weights(self) -> np.ndarray:
        rows = self.theta[self.theta_at :][: self.pre * self.theta_stride]
        return rows.reshape(self.pre, self.theta_stride)[:, : padded(self.post)]

    def weight(self) -> np.ndarray:
        return np.ascontiguousarray(self.weights()[:, : self.post])

    def predict(
        self, fresh: bool, first: int = 0, count: int | None = None, threads: int = 0, skip=False
    ):
        count = self.rows if count is None else count
        arguments = (
            self.real, self.at["f"] + first * self.stride, self.stride,
            self.theta, self.theta_at, self.theta_stride,
            self.real, self.at["mu"] + first * self.stride, self.stride,
            count, self.pre, self.post, fresh, skip,
        )  # fmt: skip
        if threads:
            accumulate_prediction_in_parallel(*arguments, threads)
        else:
            accumulate_prediction(*arguments)

    def feed_back(self, fresh: bool, first: int = 0, count: int | None = None, threads: int = 0):
        count = self.rows if count is None else count
        arguments = (
            self.real, self.at["epsilon"] + first * self.stride, self.stride,
            self.theta, self.theta_at, self.theta_stride,
            self.real, self.at["feedback"] + first * self.stride, self.stride,
            count, self.pre, self.post, fresh,
        )  # fmt: skip
        if threads:
            accumulate_feedback_in_parallel(*arguments, threads)
        else:
            accumulate_feedback(*arguments)

    def learn(self, alpha: float, threads: int = 0, *, look_ahead: bool = False, skip=False):
        arguments = (
            self.real, self.at["f"], self.stride, self.real, self.at["epsilon"], self.stride,
            self.theta, self.theta_at, self.theta_stride, self.rows, self.pre, self.post,
        )  # fmt: skip
        rate = self.real.dtype.type(alpha)
        if threads:
            learn_in_parallel(*arguments, rate, skip, threads)
        else:
            # Addresses that nothing is read from: looking ahead changes no result.
            ahead = np.array([3, 0, 8, self.real.ctypes.data], np.int64)
            learn(*arguments, ahead.ctypes.data if look_ahead else 0, rate, skip)

    def silence(self, share: float | list[float], seed: int = 0) -> None:
        """Silence a share of the presynaptic nodes; of each 64 another share, if there are many."""
        rng = np.random.default_rng(seed)
        f = self.block("f")
        for first in range(0, self.pre, 64):
            silent = share if isinstance(share, float) else share[first // 64 % len(share)]
            columns = slice(first, min(first + 64, self.pre))
            f[:, columns][rng.random(f[:, columns].shape) < silent] = 0.0
        # There is but one zero among weights.
        self.weights()[:] += 0.0


def only_changed(layout: Layout, name: str, before: np.ndarray) -> bool:
    """Whether the real columns of one population are all that differs from `before`."""
    now = layout.real.copy()
    other = Layout.__new__(Layout)
    other.__dict__ = {**layout.__dict__, "real": now}
    unchanged = Layout.__new__(Layout)
    unchanged.__dict__ = {**layout.__dict__, "real": before.copy()}
    other.block(name)[:, : layout.columns()[name]] = 0
    unchanged.block(name)[:, : layout.columns()[name]] = 0
    return same_array(other.real, unchanged.real)
