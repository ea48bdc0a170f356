"""The synaptic sums: one fixed chain of operations per result, whatever is computed beside it."""

from __future__ import annotations

import numpy as np
import pytest
from oracles.bits import same_array
from oracles.dense_chains import chain_feedback, chain_learning, chain_prediction
from oracles.flat_arrays import DTYPES, Layout, only_changed

SHAPES = [
    *[(rows, 17, 3) for rows in range(1, 10)],
    (1, 1, 1), (1, 1, 40), (1, 40, 1), (3, 1, 17), (5, 17, 1), (2, 3, 50), (1, 32, 10),
    (1, 33, 35), (1, 50, 49), (1, 70, 130), (2, 70, 130), (1, 300, 20), (20, 32, 10), (20, 20, 32),
    (9, 100, 25), (4, 270, 48), (7, 24, 515), (33, 47, 65),
    *[(1, 19, columns) for columns in range(5, 150, 8)], (3, 37, 200), (2, 9, 129), (5, 19, 1030),
    (48, 19, 128), (49, 140, 131), (50, 150, 403), (7, 40, 2100),
]  # fmt: skip


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
    assert same_array(layout.value("mu"), expected)
    assert only_changed(layout, "mu", before)
    assert same_array(layout.theta, theta)


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
    assert same_array(layout.value("feedback"), expected)
    assert only_changed(layout, "feedback", before)
    assert same_array(layout.theta, theta)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_learning_is_the_chain(shape, dtype):
    layout = Layout(shape, dtype)
    expected = chain_learning(
        layout.value("f"), layout.value("epsilon"), layout.weight(), dtype(0.3)
    )
    real, theta = layout.real.copy(), layout.theta.copy()
    layout.learn(0.3, look_ahead=True)
    assert same_array(layout.weight(), expected)
    assert same_array(layout.real, real)
    layout.weights()[:, : layout.post] = 0
    theta_layout = Layout(shape, dtype)
    theta_layout.weights()[:, : layout.post] = 0
    assert same_array(layout.theta, theta_layout.theta)
    assert not same_array(theta, theta_layout.theta)


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
    assert same_array(whole.real, split.real)


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
    assert same_array(alone.real, shared.real)
    assert same_array(alone.theta, shared.theta)


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
