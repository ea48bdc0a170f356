"""Sums from which silent nodes are left out: no bit changes, and where it pays."""

from __future__ import annotations

import numpy as np
import pytest
from numba import njit
from oracles.bits import same_array
from oracles.flat_arrays import DTYPES, Layout

from neurosim.kernels.machine.addresses import address
from neurosim.kernels.sums.active import learn_active, predict_active


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
    assert same_array(whole.real, active.real)
    assert same_array(whole.theta, active.theta)


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
