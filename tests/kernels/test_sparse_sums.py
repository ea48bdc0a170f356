"""The sums over chosen pairs of nodes: the chain of each, pair by pair, however many replicas."""

import numpy as np
import pytest
from numba import njit
from oracles.sparse_chains import chain_feedback, chain_learning, chain_prediction

from neurosim.description.pattern import Pattern
from neurosim.kernels.machine.padding import row_stride
from neurosim.kernels.sums import sparse as sparse_sums

ROWS = [1, 3, 5, 6, 7, 8, 9, 16, 17, 20, 33, 64, 65, 100, 130]

predict_sparsely, feed_back_sparsely, learn_sparsely = (
    njit(each.py_func)
    for each in (
        sparse_sums.predict_sparsely,
        sparse_sums.feed_back_sparsely,
        sparse_sums.learn_sparsely,
    )
)


def by_chance(pre, post, share):
    pairs = np.argwhere(np.random.default_rng(1).random((pre, post)) < share)
    return Pattern.of_pairs("test", (pre, post), *pairs.T)[0]


def filters(pre, length, every):
    """Each node predicts a few neighbours through weights that all have in common."""
    first = np.repeat(np.arange(pre), length)
    second = first * every + np.tile(np.arange(length), pre)
    weight = np.tile(np.arange(length), pre)
    shape = (pre, int(second.max()) + 1)
    return Pattern.of_pairs("test", shape, first, second, weight, length)[0]


PATTERNS = {
    "few": by_chance(37, 53, 0.04),
    "some": by_chance(40, 31, 0.3),
    "most": by_chance(33, 70, 0.97),
    "one": Pattern.of_pairs("test", (5, 7), [3], [6])[0],
    "all": by_chance(3, 40, 1.1),
    "filters": filters(30, 5, 2),
    "long filters": filters(9, 24, 3),
}


class Case:
    """Blocks of numbers, with guards behind them, and what the definition makes of them."""

    def __init__(self, pattern, rows, dtype):
        self.pattern, self.rows, self.dtype = pattern, rows, dtype
        self.random = np.random.default_rng(rows)
        self.pre, self.post = pattern.shape
        weight = np.arange(len(pattern.pre)) if pattern.weight is None else pattern.weight
        self.pairs = pattern.pre, pattern.post, weight
        self.f, self.errors = self.block(self.pre), self.block(self.post)
        self.theta = self.random.normal(size=pattern.weight_count).astype(dtype)
        self.table = pattern.table()
        size = sparse_sums.scratch_elements(pattern.shape, rows, self.theta.itemsize)
        self.scratch = np.full(size + 16, np.nan, dtype)
        self.table[0] = self.scratch.ctypes.data

    def block(self, nodes):
        stride = row_stride(nodes, np.dtype(self.dtype).itemsize)
        return self.random.normal(size=(self.rows + 1, stride)).astype(self.dtype)

    def check(self, block, right, nodes):
        """Compare what is in use, and see that nothing else was written to."""
        before = right.copy()
        before[: self.rows, :nodes] = block[: self.rows, :nodes]
        assert block[: self.rows, :nodes].tobytes() == right[: self.rows, :nodes].tobytes()
        assert block.tobytes() == before.tobytes()
        assert np.isnan(self.scratch[-16:]).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("name", PATTERNS)
def test_sums_are_the_chains(name, rows, dtype):
    case = Case(PATTERNS[name], rows, dtype)
    for fresh in (False, True):
        for sum_sparsely, chain, given, nodes in (
            (predict_sparsely, chain_prediction, case.f, case.post),
            (feed_back_sparsely, chain_feedback, case.errors, case.pre),
        ):
            block = case.block(nodes)
            right = block.copy()
            if fresh:
                right[:rows, :nodes] = 0
            chain(given[:rows], *case.pairs, case.theta, right[:rows])
            sum_sparsely(
                given.ravel(), given.shape[1], case.theta, case.table.ctypes.data, block.ravel(),
                block.shape[1], rows, case.pre, case.post, fresh,
            )  # fmt: skip
            case.check(block, right, nodes)
    alpha = case.theta.dtype.type(-0.37)
    right = case.theta.copy()
    chain_learning(case.f[:rows], case.errors[:rows], *case.pairs, right, alpha)
    learn_sparsely(
        case.f.ravel(), case.f.shape[1], case.errors.ravel(), case.errors.shape[1], case.theta,
        case.table.ctypes.data, rows, case.pre, case.post, alpha,
    )  # fmt: skip
    assert case.theta.tobytes() == right.tobytes()
    assert np.isnan(case.scratch[-16:]).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_lanes_are_used_where_they_pay(dtype):
    for name, rows, uses in (("some", 20, True), ("some", 3, False), ("all", 20, False)):
        case = Case(PATTERNS[name], rows, dtype)
        mu = case.block(case.post)
        predict_sparsely(
            case.f.ravel(), case.f.shape[1], case.theta, case.table.ctypes.data, mu.ravel(),
            mu.shape[1], rows, case.pre, case.post, True,
        )  # fmt: skip
        assert (not np.isnan(case.scratch).all()) == uses
