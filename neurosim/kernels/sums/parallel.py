"""The synaptic sums of `dense`, shared among threads.

Only the results are divided, never the summed index, and each thread runs the serial routine on its
part: every result is the same chain of operations, so the bits do not depend on the number of
threads. Work too small to pay for waking a thread runs serially.
"""

from __future__ import annotations

from numba import prange

from neurosim.kernels.machine.decorators import inner, outer
from neurosim.kernels.sums.dense import accumulate_feedback, accumulate_prediction, learn

__all__ = [
    "accumulate_feedback_in_parallel",
    "accumulate_prediction_in_parallel",
    "learn_in_parallel",
]

# Multiply-adds per thread below which a parallel region costs more than it saves.
LEAST_WORK = 1 << 18
# Parts begin at multiples of this many results: whole vectors and whole tiles.
GRAIN = 16


@inner
def _threads_worth(rows, pre, post, threads):
    """Threads that have enough to do, at least one."""
    return max(1, min(threads, rows * pre * post // LEAST_WORK))


@inner
def _share(total, part, parts):
    """First of `total` results that belongs to `part` of `parts`."""
    blocks = (total + GRAIN - 1) // GRAIN
    return min(total, (blocks * part // parts) * GRAIN)


@outer(parallel=True)
def _share_prediction(
    f, f_at, f_stride, theta, theta_at, theta_stride, mu, mu_at, mu_stride,
    rows, pre, post, fresh, skip, by_row, threads,
):  # fmt: skip
    for part in prange(threads):
        first = _share(rows if by_row else post, part, threads)
        count = _share(rows if by_row else post, part + 1, threads) - first
        if by_row and count > 0:
            accumulate_prediction(
                f, f_at + first * f_stride, f_stride, theta, theta_at, theta_stride,
                mu, mu_at + first * mu_stride, mu_stride, count, pre, post, fresh, skip,
            )  # fmt: skip
        elif count > 0:
            accumulate_prediction(
                f, f_at, f_stride, theta, theta_at + first, theta_stride,
                mu, mu_at + first, mu_stride, rows, pre, count, fresh, skip,
            )  # fmt: skip


@inner
def accumulate_prediction_in_parallel(
    f, f_at, f_stride, theta, theta_at, theta_stride, mu, mu_at, mu_stride,
    rows, pre, post, fresh, skip, threads,
):  # fmt: skip
    """`accumulate_prediction` on at most `threads` threads, with the same bits."""
    threads = _threads_worth(rows, pre, post, threads)
    if threads == 1:
        accumulate_prediction(
            f, f_at, f_stride, theta, theta_at, theta_stride, mu, mu_at, mu_stride,
            rows, pre, post, fresh, skip,
        )  # fmt: skip
    else:
        _share_prediction(
            f, f_at, f_stride, theta, theta_at, theta_stride, mu, mu_at, mu_stride,
            rows, pre, post, fresh, skip, rows > post, threads,
        )  # fmt: skip


@outer(parallel=True)
def _share_feedback(
    epsilon, epsilon_at, epsilon_stride, theta, theta_at, theta_stride,
    feedback, feedback_at, feedback_stride, rows, pre, post, fresh, by_row, threads,
):  # fmt: skip
    for part in prange(threads):
        first = _share(rows if by_row else pre, part, threads)
        count = _share(rows if by_row else pre, part + 1, threads) - first
        if by_row and count > 0:
            accumulate_feedback(
                epsilon, epsilon_at + first * epsilon_stride, epsilon_stride,
                theta, theta_at, theta_stride,
                feedback, feedback_at + first * feedback_stride, feedback_stride,
                count, pre, post, fresh,
            )  # fmt: skip
        elif count > 0:
            accumulate_feedback(
                epsilon, epsilon_at, epsilon_stride,
                theta, theta_at + first * theta_stride, theta_stride,
                feedback, feedback_at + first, feedback_stride, rows, count, post, fresh,
            )  # fmt: skip


@inner
def accumulate_feedback_in_parallel(
    epsilon, epsilon_at, epsilon_stride, theta, theta_at, theta_stride,
    feedback, feedback_at, feedback_stride, rows, pre, post, fresh, threads,
):  # fmt: skip
    """`accumulate_feedback` on at most `threads` threads, with the same bits."""
    threads = _threads_worth(rows, pre, post, threads)
    if threads == 1:
        accumulate_feedback(
            epsilon, epsilon_at, epsilon_stride, theta, theta_at, theta_stride,
            feedback, feedback_at, feedback_stride, rows, pre, post, fresh,
        )  # fmt: skip
    else:
        _share_feedback(
            epsilon, epsilon_at, epsilon_stride, theta, theta_at, theta_stride,
            feedback, feedback_at, feedback_stride, rows, pre, post, fresh, rows > pre, threads,
        )  # fmt: skip


@outer(parallel=True)
def _share_learning(
    f, f_at, f_stride, drive, drive_at, drive_stride, theta, theta_at, theta_stride,
    rows, pre, post, alpha, skip, by_pre, threads,
):  # fmt: skip
    for part in prange(threads):
        first = _share(pre if by_pre else post, part, threads)
        count = _share(pre if by_pre else post, part + 1, threads) - first
        if by_pre and count > 0:
            learn(
                f, f_at + first, f_stride, drive, drive_at, drive_stride,
                theta, theta_at + first * theta_stride, theta_stride, rows, count, post,
                0, alpha, skip,
            )  # fmt: skip
        elif count > 0:
            learn(
                f, f_at, f_stride, drive, drive_at + first, drive_stride,
                theta, theta_at + first, theta_stride, rows, pre, count, 0, alpha, skip,
            )  # fmt: skip


@inner
def learn_in_parallel(
    f, f_at, f_stride, drive, drive_at, drive_stride, theta, theta_at, theta_stride,
    rows, pre, post, alpha, skip, threads,
):  # fmt: skip
    """`learn` on at most `threads` threads, with the same bits."""
    threads = _threads_worth(rows, pre, post, threads)
    if threads == 1:
        learn(
            f, f_at, f_stride, drive, drive_at, drive_stride, theta, theta_at, theta_stride,
            rows, pre, post, 0, alpha, skip,
        )  # fmt: skip
    else:
        _share_learning(
            f, f_at, f_stride, drive, drive_at, drive_stride, theta, theta_at, theta_stride,
            rows, pre, post, alpha, skip, pre >= post, threads,
        )  # fmt: skip
