"""The three synaptic sums of a projection in which only some pairs are connected.

The same chains of fused multiply-adds as in `sums`, without the pairs that are not connected: what
those would add is zero times a number, so that the bits are those of a full matrix with zeros in
their places.

A pattern is a table of int64: for each presynaptic node where its runs begin, and the end (pre + 1
numbers); then the runs as (first target, length, first weight). A run connects the node to
neighbouring targets through neighbouring weights. Runs may have weights in common.
"""

from __future__ import annotations

from neurosim.kernels.inner import apart
from neurosim.kernels.machine.intrinsics import fma, integers_at, span

__all__ = ["feed_back_sparsely", "learn_sparsely", "predict_sparsely"]

# Replicas whose chains are extended side by side, since each step of a chain waits for the last.
_ABREAST = 4


@apart
def predict_sparsely(f, f_stride, theta, table, mu, mu_stride, rows, pre, post, fresh):
    """mu[r, j] = chain over k ascending of fma(f[r, k], theta[k, j], start)."""
    runs = integers_at(table)
    if fresh:
        for r in range(rows):
            row = span(mu, r * mu_stride, r * mu_stride + post)
            for j in range(post):
                row[j] = 0
    for k in range(pre):
        for n in range(runs[k], runs[k + 1]):
            at = pre + 1 + 3 * n
            length = runs[at + 1]
            weights = span(theta, runs[at + 2], runs[at + 2] + length)
            for r in range(rows):
                first = r * mu_stride + runs[at]
                targets = span(mu, first, first + length)
                value = f[r * f_stride + k]
                for j in range(length):
                    targets[j] = fma(value, weights[j], targets[j])


@apart
def feed_back_sparsely(
    epsilon, epsilon_stride, theta, table, feedback, feedback_stride, rows, pre, post, fresh
):
    """feedback[r, i] = chain over j ascending of fma(epsilon[r, j], theta[i, j], start)."""
    runs = integers_at(table)
    whole = rows - rows % _ABREAST
    for i in range(pre):
        for r in range(0, whole, _ABREAST):
            a = r * feedback_stride + i
            b = a + feedback_stride
            c = b + feedback_stride
            d = c + feedback_stride
            s, t, u, v = feedback[a], feedback[b], feedback[c], feedback[d]
            if fresh:
                s = t = u = v = feedback.dtype.type(0)
            for n in range(runs[i], runs[i + 1]):
                at = pre + 1 + 3 * n
                first = r * epsilon_stride + runs[at]
                weight = runs[at + 2]
                for j in range(runs[at + 1]):
                    w = theta[weight + j]
                    e = first + j
                    s = fma(epsilon[e], w, s)
                    t = fma(epsilon[e + epsilon_stride], w, t)
                    u = fma(epsilon[e + 2 * epsilon_stride], w, u)
                    v = fma(epsilon[e + 3 * epsilon_stride], w, v)
            feedback[a], feedback[b], feedback[c], feedback[d] = s, t, u, v
        for r in range(whole, rows):
            a = r * feedback_stride + i
            s = feedback.dtype.type(0) if fresh else feedback[a]
            for n in range(runs[i], runs[i + 1]):
                at = pre + 1 + 3 * n
                first = r * epsilon_stride + runs[at]
                weight = runs[at + 2]
                for j in range(runs[at + 1]):
                    s = fma(epsilon[first + j], theta[weight + j], s)
            feedback[a] = s


@apart
def learn_sparsely(f, f_stride, drive, drive_stride, theta, table, rows, pre, post, alpha):
    """theta[i, j] = fma(alpha, G[i, j], theta[i, j]) + 0.0, G as in `sums.learn`.

    A weight that several pairs have in common takes the change of each in turn.
    """
    runs = integers_at(table)
    zero = theta.dtype.type(0)
    for i in range(pre):
        for n in range(runs[i], runs[i + 1]):
            at = pre + 1 + 3 * n
            first = runs[at]
            length = runs[at + 1]
            weights = span(theta, runs[at + 2], runs[at + 2] + length)
            for j in range(length):
                change = zero
                for r in range(rows):
                    change = fma(f[r * f_stride + i], drive[r * drive_stride + first + j], change)
                weights[j] = fma(alpha, change, weights[j]) + zero
