"""Prediction and plasticity without the presynaptic nodes that are silent.

What is left out is zero times a number, so that the bits are those of the whole sums. A block of at
most WORD presynaptic nodes is looked at first; it pays only if most of them are silent. Whole
vectors are read.
"""

from __future__ import annotations

from numba import njit

from neurosim.kernels.active_kernel import (
    CHAIN_VECTORS,
    WORD,
    active_across,
    active_along,
    chain_active,
    count_bits,
    stack_words,
    word_at,
)
from neurosim.kernels.intrinsics import advance, zero_like
from neurosim.kernels.micro_kernel import look_ahead, vector_length

__all__ = ["MOST_REPLICAS", "WORD", "learn_active", "predict_active"]

# Replicas whose words have room on the stack.
MOST_REPLICAS = 1024
# One active node in so many is too many: whole tiles are faster.
SPARSE = 2


@njit(cache=True)
def _clear(c, c_row, rows, post):
    for r in range(rows):
        row = advance(c, r * c_row)
        for j in range(post):
            row[j] = 0


@njit(cache=True)
def _extend(c, c_row, a, a_row, a_step, b, b_step, words, count, order, rows, post, learns, alpha):
    """Extend the chains of some rows of results, a strip of columns at a time."""
    width = vector_length(b)
    j = 0
    while j < post:
        left = post - j
        if left > (CHAIN_VECTORS - 1) * width:
            strip = CHAIN_VECTORS * width
            chain_active(
                CHAIN_VECTORS, learns, advance(c, j), c_row, a, a_row, a_step,
                advance(b, j), b_step, words, WORD, count, order, rows,
                min(width, left - strip + width), alpha,
            )  # fmt: skip
        elif left > width:
            strip = 2 * width
            chain_active(
                2, learns, advance(c, j), c_row, a, a_row, a_step, advance(b, j), b_step,
                words, WORD, count, order, rows, min(width, left - width), alpha,
            )  # fmt: skip
        else:
            strip = width
            chain_active(
                1, learns, advance(c, j), c_row, a, a_row, a_step, advance(b, j), b_step,
                words, WORD, count, order, rows, left, alpha,
            )  # fmt: skip
        j += strip


@njit(cache=True)
def predict_active(c, c_row, a, a_row, b, b_row, rows, depth, post, fresh):
    """Extend the predictions by `depth` presynaptic nodes if most are silent; whether it did."""
    words = stack_words(MOST_REPLICAS)
    active = 0
    for r in range(rows):
        words[r] = active_along(advance(a, r * a_row), depth)
        active += count_bits(words[r])
    if active * SPARSE > rows * depth:
        return False
    if fresh:
        _clear(c, c_row, rows, post)
    order = stack_words(MOST_REPLICAS)
    some = 0
    for r in range(rows):
        order[some] = r
        some += words[r] != 0
    _extend(c, c_row, a, a_row, 1, b, b_row, words, 1, order, some, post, 0, zero_like(b))
    return True


@njit(cache=True)
def learn_active(c, c_row, a, a_row, b, b_row, rows, pre, post, ahead, at, alpha):
    """Let the synapses of `pre` presynaptic nodes learn if most are silent; whether they did."""
    words = stack_words(MOST_REPLICAS)
    width = vector_length(b)
    count = (rows + WORD - 1) // WORD
    active = 0
    for n in range(count):
        first = n * WORD
        for i in range(0, pre, width):
            active_across(
                word_at(words, first + i), advance(a, first * a_row + i), a_row,
                min(WORD, rows - first),
            )  # fmt: skip
        for i in range(pre):
            active += count_bits(words[first + i])
    if active * SPARSE > rows * pre:
        return False
    for i in range(0, pre, width):
        look_ahead(b, ahead, at + i)
    order = stack_words(WORD)
    some = 0
    for i in range(pre):
        any_active = words[i] != 0
        for n in range(1, count):
            any_active |= words[n * WORD + i] != 0
        order[some] = i
        some += any_active
    _extend(c, c_row, a, 1, a_row, b, b_row, words, count, order, some, post, 1, alpha)
    return True
