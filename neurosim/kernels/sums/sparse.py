"""The three synaptic sums of a projection in which only some pairs are connected.

The same chains of fused multiply-adds as in `dense`, without the pairs that are not connected: what
those would add is zero times a number, so that the bits are those of a full matrix with zeros in
their places.

A pattern is a table of int64: the address of a scratch memory; how many numbers an entry has, PAIRS
or RUNS; for each presynaptic node where its entries begin, and the end (pre + 1 numbers); then the
entries. An entry is a target and its weight or, of a run, the first of both, and a length: a run
connects the node to neighbouring targets through neighbouring weights. Entries may have weights in
common.

Long runs are followed by vectors of targets. Of single pairs, as chance connects them, nothing is
left for such vectors; but all replicas have the same pattern. Where there are a few of these, what
they send and receive is turned around in the scratch memory, so that the numbers of one node in all
replicas are neighbours: its lanes.
"""

from __future__ import annotations

from neurosim.kernels.arrays.rows import fill
from neurosim.kernels.machine.addresses import address, integers_at, reals_at, span
from neurosim.kernels.machine.arithmetic import fma
from neurosim.kernels.machine.decorators import apart, inner
from neurosim.kernels.machine.lanes_kernel import gather_lanes, spread_lanes
from neurosim.kernels.machine.registers import VECTOR_BYTES

__all__ = [
    "RUNS", "bounds_of", "feed_back_sparsely", "learn_sparsely", "predict_sparsely",
    "scratch_elements", "step_of",
]  # fmt: skip

# With fewer replicas lanes do not pay.
LEAST_REPLICAS = 6
# Numbers of an entry, and those before the bounds of the entries, in bytes.
PAIRS, RUNS = 2, 3
_HEADER_BYTES = 2 * 8

# Replicas whose chains are extended side by side, since each step of a chain waits for the last.
_ABREAST = 4


@inner
def _lanes_of(rows, itemsize):
    """Lanes of a node for so many replicas: whole vectors."""
    vector = VECTOR_BYTES // itemsize
    return (rows + vector - 1) // vector * vector


def scratch_elements(shape: tuple[int, int], replicas: int, itemsize: int) -> int:
    """Elements of the scratch memory for a pattern of this shape and so many replicas."""
    return sum(shape) * _lanes_of.py_func(replicas, itemsize) if replicas >= LEAST_REPLICAS else 0


@inner
def step_of(table):
    """How many numbers an entry of a pattern has."""
    return integers_at(table)[1]


@inner
def bounds_of(table):
    """Return the table from where it says where the entries of each presynaptic node begin."""
    return integers_at(table + _HEADER_BYTES)


@inner
def _lanes(table, like, rows, first, second):
    """Lanes of `first` nodes, those of `second` others behind them, and how many a node has."""
    width = _lanes_of(rows, like.itemsize)
    scratch = reals_at(integers_at(table)[0], like)
    middle, end = first * width, (first + second) * width
    return span(scratch, 0, middle), span(scratch, middle, end), width


@apart
def _to_lanes(values, stride, rows, nodes, lanes, width):
    """lanes[node, r] = values[r, node]."""
    for r in range(rows):
        row = span(values, r * stride, r * stride + nodes)
        for i in range(nodes):
            lanes[i * width + r] = row[i]


@apart
def _from_lanes(lanes, width, values, stride, rows, nodes):
    """values[r, node] = lanes[node, r]."""
    for r in range(rows):
        row = span(values, r * stride, r * stride + nodes)
        for i in range(nodes):
            row[i] = lanes[i * width + r]


@apart
def _chain(lanes, others):
    """Chain over the replicas of fma(lanes[r], others[r], 0.0 to begin with)."""
    total = lanes.dtype.type(0)
    for r in range(lanes.size):
        total = fma(lanes[r], others[r], total)
    return total


@inner
def _begin_lanes(values, stride, rows, nodes, lanes, width, fresh):
    """Begin chains, from zero if `fresh`."""
    if fresh:
        fill(lanes, 0, nodes * width, 0)
    else:
        _to_lanes(values, stride, rows, nodes, lanes, width)


@inner
def _predict_in_lanes(f, f_stride, theta, table, mu, mu_stride, rows, pre, post, fresh):
    """`predict_sparsely` for many replicas."""
    pairs = bounds_of(table)
    sent, chains, width = _lanes(table, theta, rows, pre, post)
    _to_lanes(f, f_stride, rows, pre, sent, width)
    _begin_lanes(mu, mu_stride, rows, post, chains, width, fresh)
    for k in range(pre):
        spread_lanes(
            address(chains, 0), address(sent, k * width), address(theta, 0),
            address(pairs, pre + 1 + PAIRS * pairs[k]), pairs[k + 1] - pairs[k], width,
        )  # fmt: skip
    _from_lanes(chains, width, mu, mu_stride, rows, post)


@inner
def _feed_back_in_lanes(
    epsilon, epsilon_stride, theta, table, feedback, feedback_stride, rows, pre, post, fresh
):
    """`feed_back_sparsely` for many replicas."""
    pairs = bounds_of(table)
    errors, chains, width = _lanes(table, theta, rows, post, pre)
    _to_lanes(epsilon, epsilon_stride, rows, post, errors, width)
    _begin_lanes(feedback, feedback_stride, rows, pre, chains, width, fresh)
    for i in range(pre):
        gather_lanes(
            address(chains, i * width), address(errors, 0), address(theta, 0),
            address(pairs, pre + 1 + PAIRS * pairs[i]), pairs[i + 1] - pairs[i], width,
        )  # fmt: skip
    _from_lanes(chains, width, feedback, feedback_stride, rows, pre)


@inner
def _learn_in_lanes(f, f_stride, drive, drive_stride, theta, table, rows, pre, post, alpha):
    """`learn_sparsely` for many replicas."""
    pairs = bounds_of(table)
    sent, drives, width = _lanes(table, theta, rows, pre, post)
    _to_lanes(f, f_stride, rows, pre, sent, width)
    _to_lanes(drive, drive_stride, rows, post, drives, width)
    zero = theta.dtype.type(0)
    for i in range(pre):
        lanes = span(sent, i * width, i * width + rows)
        for n in range(pairs[i], pairs[i + 1]):
            target = pairs[pre + 1 + PAIRS * n] * width
            weight = pairs[pre + 2 + PAIRS * n]
            change = _chain(lanes, span(drives, target, target + rows))
            theta[weight] = fma(alpha, change, theta[weight]) + zero


@inner
def _predict_pairs(f, f_stride, theta, table, mu, mu_stride, rows, pre, post, fresh):
    """`predict_sparsely`, pair by pair."""
    pairs = bounds_of(table)
    for r in range(rows):
        targets = span(mu, r * mu_stride, r * mu_stride + post)
        if fresh:
            fill(targets, 0, post, 0)
        for k in range(pre):
            value = f[r * f_stride + k]
            for n in range(pairs[k], pairs[k + 1]):
                j = pairs[pre + 1 + PAIRS * n]
                targets[j] = fma(value, theta[pairs[pre + 2 + PAIRS * n]], targets[j])


@inner
def _feed_back_pairs(
    epsilon, epsilon_stride, theta, table, feedback, feedback_stride, rows, pre, post, fresh
):
    """`feed_back_sparsely`, pair by pair."""
    pairs = bounds_of(table)
    for r in range(rows):
        errors = span(epsilon, r * epsilon_stride, r * epsilon_stride + post)
        for i in range(pre):
            chain = feedback.dtype.type(0) if fresh else feedback[r * feedback_stride + i]
            for n in range(pairs[i], pairs[i + 1]):
                weight = theta[pairs[pre + 2 + PAIRS * n]]
                chain = fma(errors[pairs[pre + 1 + PAIRS * n]], weight, chain)
            feedback[r * feedback_stride + i] = chain


@inner
def _learn_pairs(f, f_stride, drive, drive_stride, theta, table, rows, pre, alpha):
    """`learn_sparsely`, pair by pair."""
    pairs = bounds_of(table)
    zero = theta.dtype.type(0)
    for i in range(pre):
        for n in range(pairs[i], pairs[i + 1]):
            j = pairs[pre + 1 + PAIRS * n]
            weight = pairs[pre + 2 + PAIRS * n]
            change = zero
            for r in range(rows):
                change = fma(f[r * f_stride + i], drive[r * drive_stride + j], change)
            theta[weight] = fma(alpha, change, theta[weight]) + zero


@apart
def predict_sparsely(f, f_stride, theta, table, mu, mu_stride, rows, pre, post, fresh):
    """mu[r, j] = chain over k ascending of fma(f[r, k], theta[k, j], start)."""
    if step_of(table) == PAIRS:
        if rows >= LEAST_REPLICAS:
            _predict_in_lanes(f, f_stride, theta, table, mu, mu_stride, rows, pre, post, fresh)
        else:
            _predict_pairs(f, f_stride, theta, table, mu, mu_stride, rows, pre, post, fresh)
        return
    runs = bounds_of(table)
    if fresh:
        for r in range(rows):
            fill(mu, r * mu_stride, r * mu_stride + post, 0)
    for k in range(pre):
        for n in range(runs[k], runs[k + 1]):
            at = pre + 1 + RUNS * n
            length = runs[at + 2]
            weights = span(theta, runs[at + 1], runs[at + 1] + length)
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
    if step_of(table) == PAIRS:
        if rows >= LEAST_REPLICAS:
            _feed_back_in_lanes(
                epsilon, epsilon_stride, theta, table, feedback, feedback_stride, rows, pre, post,
                fresh,
            )  # fmt: skip
        else:
            _feed_back_pairs(
                epsilon, epsilon_stride, theta, table, feedback, feedback_stride, rows, pre, post,
                fresh,
            )  # fmt: skip
        return
    runs = bounds_of(table)
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
                at = pre + 1 + RUNS * n
                first = r * epsilon_stride + runs[at]
                weight = runs[at + 1]
                for j in range(runs[at + 2]):
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
                at = pre + 1 + RUNS * n
                first = r * epsilon_stride + runs[at]
                weight = runs[at + 1]
                for j in range(runs[at + 2]):
                    s = fma(epsilon[first + j], theta[weight + j], s)
            feedback[a] = s


@apart
def learn_sparsely(f, f_stride, drive, drive_stride, theta, table, rows, pre, post, alpha):
    """theta[i, j] = fma(alpha, G[i, j], theta[i, j]) + 0.0, G as in `dense.learn`.

    A weight that several pairs have in common takes the change of each in turn.
    """
    if step_of(table) == PAIRS:
        if rows >= LEAST_REPLICAS:
            _learn_in_lanes(f, f_stride, drive, drive_stride, theta, table, rows, pre, post, alpha)
        else:
            _learn_pairs(f, f_stride, drive, drive_stride, theta, table, rows, pre, alpha)
        return
    runs = bounds_of(table)
    zero = theta.dtype.type(0)
    for i in range(pre):
        for n in range(runs[i], runs[i + 1]):
            at = pre + 1 + RUNS * n
            first = runs[at]
            length = runs[at + 2]
            weights = span(theta, runs[at + 1], runs[at + 1] + length)
            for j in range(length):
                change = zero
                for r in range(rows):
                    change = fma(f[r * f_stride + i], drive[r * drive_stride + first + j], change)
                weights[j] = fma(alpha, change, weights[j]) + zero
