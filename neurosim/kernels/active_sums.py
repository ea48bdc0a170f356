"""Prediction and plasticity without the presynaptic nodes that are silent.

What is left out is zero times a finite number, so that the bits are those of the whole sums. A
block of at most WORD presynaptic nodes is looked at first; it pays only if enough of them are
silent. Whole vectors are read.
"""

from __future__ import annotations

from neurosim.kernels.active_kernel import (
    WORD,
    active_along,
    count_bits,
    learn_rows,
    predict_rows,
    stack_words,
)
from neurosim.kernels.inner import inner
from neurosim.kernels.intrinsics import advance

__all__ = ["MOST_REPLICAS", "WORD", "learn_active", "predict_active"]

# Replicas whose words have room on the stack.
MOST_REPLICAS = 1024
# With more than one active node in so many, whole tiles are faster. Sums that are kept in memory
# while the rows pass by gain less.
PREDICTION_PAYS, PLASTICITY_PAYS = 2, 3


@inner
def _find(words, a, a_row, rows, depth, pays):
    """Write the word of each row; whether at most one element in `pays` is not zero."""
    active = 0
    for r in range(rows):
        words[r] = active_along(advance(a, r * a_row), depth)
        active += count_bits(words[r])
    return active * pays <= rows * depth


@inner
def predict_active(c, c_row, a, a_row, b, b_row, rows, depth, post, fresh):
    """Extend the predictions by `depth` presynaptic nodes if it pays; whether it did."""
    words = stack_words(MOST_REPLICAS)
    if not _find(words, a, a_row, rows, depth, PREDICTION_PAYS):
        return False
    if fresh:
        for r in range(rows):
            row = advance(c, r * c_row)
            for j in range(post):
                row[j] = 0
    predict_rows(c, c_row, a, a_row, b, b_row, words, rows, post)
    return True


@inner
def learn_active(c, c_row, a, a_row, b, b_row, rows, pre, post, ahead, at, alpha):
    """Let the synapses of `pre` presynaptic nodes learn if it pays; whether they did."""
    words = stack_words(MOST_REPLICAS)
    if not _find(words, a, a_row, rows, pre, PLASTICITY_PAYS):
        return False
    some = 0
    for r in range(rows):
        some |= words[r]
    learn_rows(c, c_row, a, a_row, b, b_row, words, rows, post, some, ahead, at, alpha)
    return True
