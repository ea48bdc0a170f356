"""The synaptic sums: one fixed chain of operations per result, whatever is computed beside it.

Expectations come from the definition: a scalar loop in the stated order, whose multiply-add is
itself checked against exact rational arithmetic.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numba import njit

from neurosim.kernels.machine.intrinsics import address, fma
from neurosim.kernels.sums import dense as sums
from neurosim.kernels.sums import parallel as parallel_sums
from neurosim.kernels.sums.active import learn_active, predict_active

DTYPES = [np.float64, np.float32]
SHAPES = [
    *[(rows, 17, 3) for rows in range(1, 10)],
    (1, 1, 1), (1, 1, 40), (1, 40, 1), (3, 1, 17), (5, 17, 1), (2, 3, 50), (1, 32, 10),
    (1, 33, 35), (1, 50, 49), (1, 70, 130), (2, 70, 130), (1, 300, 20), (20, 32, 10), (20, 20, 32),
    (9, 100, 25), (4, 270, 48), (7, 24, 515), (33, 47, 65),
    *[(1, 19, columns) for columns in range(5, 150, 8)], (3, 37, 200), (2, 9, 129), (5, 19, 1030),
    (48, 19, 128), (49, 140, 131), (50, 150, 403), (7, 40, 2100),
]  # fmt: skip

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


@njit
def multiply_add(a, b, c):
    return fma(a, b, c)


@njit
def chain_prediction(f, theta, start):
    result = start.copy()
    for r in range(start.shape[0]):
        for j in range(start.shape[1]):
            total = start[r, j]
            for k in range(f.shape[1]):
                total = fma(f[r, k], theta[k, j], total)
            result[r, j] = total + (total - total)
    return result


@njit
def chain_feedback(epsilon, theta, start):
    result = start.copy()
    for r in range(start.shape[0]):
        for i in range(start.shape[1]):
            total = start[r, i]
            for j in range(epsilon.shape[1]):
                total = fma(epsilon[r, j], theta[i, j], total)
            result[r, i] = total + (total - total)
    return result


@njit
def chain_learning(f, drive, theta, alpha):
    result = theta.copy()
    for i in range(theta.shape[0]):
        for j in range(theta.shape[1]):
            total = alpha - alpha
            for r in range(f.shape[0]):
                total = fma(f[r, i], drive[r, j], total)
            result[i, j] = fma(alpha, total, theta[i, j]) + (alpha - alpha)
    return result


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


def same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def only_changed(layout: Layout, name: str, before: np.ndarray) -> bool:
    """Whether the real columns of one population are all that differs from `before`."""
    now = layout.real.copy()
    other = Layout.__new__(Layout)
    other.__dict__ = {**layout.__dict__, "real": now}
    unchanged = Layout.__new__(Layout)
    unchanged.__dict__ = {**layout.__dict__, "real": before.copy()}
    other.block(name)[:, : layout.columns()[name]] = 0
    unchanged.block(name)[:, : layout.columns()[name]] = 0
    return same_bits(other.real, unchanged.real)


@pytest.mark.parametrize("dtype", DTYPES)
def test_multiply_add_rounds_once(dtype):
    rng = np.random.default_rng(1)
    for a, b, c in rng.normal(size=(500, 3)).astype(dtype):
        c = dtype(-a * b) if rng.random() < 0.5 else c
        exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
        result = dtype(multiply_add(a, b, c))
        distance = abs(Fraction(float(result)) - exact)
        for towards in (-np.inf, np.inf):
            neighbour = np.nextafter(result, dtype(towards))
            assert distance <= abs(Fraction(float(neighbour)) - exact)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_prediction_is_the_chain(shape, fresh, dtype):
    layout = Layout(shape, dtype)
    start = layout.value("mu") * dtype(not fresh)
    start = np.zeros_like(start) if fresh else start
    expected = chain_prediction(layout.value("f"), layout.weight(), start)
    before, theta = layout.real.copy(), layout.theta.copy()
    layout.predict(fresh)
    assert same_bits(layout.value("mu"), expected)
    assert only_changed(layout, "mu", before)
    assert same_bits(layout.theta, theta)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("fresh", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_feedback_is_the_chain(shape, fresh, dtype):
    layout = Layout(shape, dtype)
    start = layout.value("feedback")
    start = np.zeros_like(start) if fresh else start
    expected = chain_feedback(layout.value("epsilon"), layout.weight(), start)
    before, theta = layout.real.copy(), layout.theta.copy()
    layout.feed_back(fresh)
    assert same_bits(layout.value("feedback"), expected)
    assert only_changed(layout, "feedback", before)
    assert same_bits(layout.theta, theta)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_learning_is_the_chain(shape, dtype):
    layout = Layout(shape, dtype)
    expected = chain_learning(
        layout.value("f"), layout.value("epsilon"), layout.weight(), dtype(0.3)
    )
    real, theta = layout.real.copy(), layout.theta.copy()
    layout.learn(0.3, look_ahead=True)
    assert same_bits(layout.weight(), expected)
    assert same_bits(layout.real, real)
    layout.weights()[:, : layout.post] = 0
    theta_layout = Layout(shape, dtype)
    theta_layout.weights()[:, : layout.post] = 0
    assert same_bits(layout.theta, theta_layout.theta)
    assert not same_bits(theta, theta_layout.theta)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", ["unlearning nothing", "a change that underflows"])
def test_learning_leaves_no_negative_zero(case, dtype):
    layout = Layout((2, 9, 11), dtype)
    layout.weights()[:] = -0.0
    if case == "unlearning nothing":
        # alpha * 0.0 is -0.0 here, and -0.0 + -0.0 would be -0.0.
        layout.block("f")[:] = 0.0
        alpha = -0.5
    else:
        smallest = np.finfo(dtype).smallest_subnormal
        layout.block("f")[:] = 0.0
        layout.block("f")[0, :9] = smallest
        layout.block("epsilon")[0, :11] = -1.0
        alpha = 0.25
    layout.learn(alpha)
    assert not layout.weight().any()
    assert not np.signbit(layout.weight()).any()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(13, 37, 29), (20, 40, 70), (11, 130, 9)])
def test_bits_do_not_depend_on_the_rows_computed_together(shape, dtype):
    whole, split = Layout(shape, dtype), Layout(shape, dtype)
    whole.predict(True)
    whole.feed_back(False)
    first = 0
    for count in (1, 4, 2, 3, shape[0] - 10):
        split.predict(True, first, count)
        split.feed_back(False, first, count)
        first += count
    assert first == shape[0]
    assert same_bits(whole.real, split.real)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(5, 30, 40), (1, 64, 64), (40, 300, 300), (600, 70, 60)])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_bits_do_not_depend_on_threads(shape, threads, dtype):
    alone, shared = Layout(shape, dtype), Layout(shape, dtype)
    for layout, count in ((alone, 0), (shared, threads)):
        layout.predict(True, threads=count)
        layout.feed_back(True, threads=count)
        layout.predict(False, threads=count)
        layout.feed_back(False, threads=count)
        layout.learn(1e-3, threads=count)
    assert same_bits(alone.real, shared.real)
    assert same_bits(alone.theta, shared.theta)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("share", [1.0, 0.95, 0.7, 0.3, [1.0, 0.1], [0.1, 0.9, 0.6]])
@pytest.mark.parametrize(
    "shape",
    [(1, 64, 5), (2, 130, 150), (3, 79, 37), (20, 784, 32), (70, 330, 20), (130, 200, 70),
     (1023, 70, 3), (1024, 140, 4), (1030, 140, 4)],
)  # fmt: skip
@pytest.mark.parametrize("threads", [0, 2])
def test_leaving_out_the_silent_changes_no_bit(shape, share, threads, dtype):
    whole, active = Layout(shape, dtype), Layout(shape, dtype)
    for layout, skip in ((whole, False), (active, True)):
        layout.silence(share)
        layout.predict(True, threads=threads, skip=skip)
        layout.predict(False, threads=threads, skip=skip)
        layout.learn(1e-3, threads=threads, look_ahead=True, skip=skip)
        layout.block("f")[0] = 0.0
        layout.learn(1e-3, threads=threads, skip=skip)
    assert same_bits(whole.real, active.real)
    assert same_bits(whole.theta, active.theta)


@njit
def predicts_active(f, theta, mu, rows, depth, post):
    return predict_active(
        address(mu, 0), 16, address(f, 0), 64, address(theta, 0), 16, rows, depth, post, True
    )


@njit
def learns_active(f, drive, theta, rows, pre, post):
    return learn_active(
        address(theta, 0), 16, address(f, 0), 64, address(drive, 0), 16, rows, pre, post, 0, 0, 1.0
    )


def test_the_silent_are_left_out_where_they_are_many():
    """In every row the same ones, or in each row others, so that none is silent in all rows."""
    rows = 8
    for share, same, pays in (
        (1.0, True, True), (0.75, True, True), (0, True, False), (0.5, False, False),
    ):  # fmt: skip
        f = np.zeros((rows, 64))
        f[:, int(64 * share) :] = 2.0
        if not same:
            f = np.where((np.arange(64) + np.arange(rows)[:, None]) % 2, 2.0, 0.0)
        drive, theta, mu = np.ones((rows, 16)), np.ones((64, 16)), np.full((rows, 16), 5.0)
        flat = [array.ravel() for array in (f, theta, mu, drive)]
        assert predicts_active(*flat[:3], rows, 64, 16) == pays
        assert learns_active(flat[0], flat[3], flat[1], rows, 64, 16) == pays
        assert (mu == (f.sum(axis=1)[:, None] if pays else 5)).all()
        assert (theta == (1 + f.sum(axis=0)[:, None] if pays else 1)).all()


@pytest.mark.parametrize("rows", [1, 8])
@pytest.mark.parametrize("skip", [True, False])
def test_weights_of_the_silent_are_not_touched(rows, skip):
    """Shown by -0.0, which is not found in a network: a weight that learns nothing becomes 0.0."""
    layout = Layout((rows, 80, 40), np.float64)
    layout.silence(1.0)
    layout.weights()[:] = -0.0
    layout.learn(0.5, skip=skip)
    assert np.signbit(layout.weights()[:, : layout.post]).all() == skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(3, 19, 21), (1, 35, 37), (1, 70, 150), (9, 128, 150)])
@pytest.mark.parametrize("skip", [False, True])
def test_padding_stays_zero_when_numbers_overflow(shape, skip, dtype):
    layout = Layout(shape, dtype)
    layout.silence(0.9)
    layout.block("f")[:, 0] = np.inf
    layout.block("epsilon")[:, 0] = np.nan
    layout.predict(True, skip=skip)
    layout.feed_back(True)
    layout.learn(0.1, skip=skip)
    assert not layout.block("mu")[:, layout.post :].any()
    assert not layout.block("feedback")[:, layout.pre :].any()
    assert not layout.weights()[:, layout.post :].any()


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_of_integers_are_exact(dtype):
    layout = Layout((6, 28, 22), dtype)
    rng = np.random.default_rng(3)
    for name, columns in layout.columns().items():
        layout.block(name)[:, :columns] = rng.integers(-9, 10, (6, columns))
    layout.weights()[:, :22] = rng.integers(-9, 10, (28, 22))
    f, theta, epsilon = layout.value("f"), layout.weight(), layout.value("epsilon")
    layout.predict(True)
    layout.feed_back(True)
    layout.learn(2.0)
    np.testing.assert_array_equal(layout.value("mu"), f @ theta)
    np.testing.assert_array_equal(layout.value("feedback"), epsilon @ theta.T)
    np.testing.assert_array_equal(layout.weight(), theta + 2 * f.T @ epsilon)
