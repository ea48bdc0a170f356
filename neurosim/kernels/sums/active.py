"""Prediction and plasticity without the presynaptic nodes that are silent.

What is left out is zero times a finite number, so that the bits are those of the whole sums. A
block of at most WORD presynaptic nodes is looked at first; it pays only if enough of them are
silent. Whole vectors are read.
"""

from __future__ import annotations

from neurosim.kernels.machine.active_kernel import (
    CHUNK,
    STRIP_VECTORS,
    TEAM,
    TEAMS,
    WORD,
    WORD_TEAMS,
    active_across,
    active_along,
    count_bits,
    multiply_active,
    stack_words,
)
from neurosim.kernels.machine.addresses import advance, zero_like
from neurosim.kernels.machine.along_kernel import learn_along
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.machine.emitter import CONTINUE, FRESH, LEARN, vector_length

__all__ = ["MOST_REPLICAS", "learn_active", "learn_along_active", "predict_active"]

# Replicas whose words have room on the stack.
MOST_REPLICAS = 1024
WORDS = max(MOST_REPLICAS // TEAM, MOST_REPLICAS // CHUNK * WORD_TEAMS)
# Costs in the time of one multiply-add of vectors: of a step, which takes as long as a sum keeps
# waiting, and of all that has to be done before and after the steps of a team.
LEAST_OF_STEP, COST_OF_TEAM = 8 // TEAMS, 40


@inner
def _vectors(pointer, columns):
    """Vectors side by side in `multiply_active` for so many columns."""
    width = vector_length(pointer)
    return min(STRIP_VECTORS, (columns + width - 1) // width)


@inner
def _pays(words, rows, chunks, summands, vectors):
    """Whether `multiply_active` is faster than whole tiles."""
    each = min(TEAM, rows) * vectors
    step = max(LEAST_OF_STEP, each)
    teams = (rows + TEAM - 1) // TEAM
    steps = 0
    begun = 0
    for chunk in range(chunks):
        for team in range(teams):
            word = words[chunk * WORD_TEAMS + team]
            steps += count_bits(word)
            begun += word != 0
    whole = teams * (summands * each + COST_OF_TEAM // 2)
    return steps * step + begun * COST_OF_TEAM < whole


@inner
def predict_active(c, c_row, a, a_row, b, b_row, rows, depth, post, fresh):
    """Extend the predictions by `depth` presynaptic nodes if it pays; whether it did."""
    words = stack_words(WORDS)
    for first in range(0, rows, TEAM):
        words[first // TEAM] = active_along(
            advance(a, first * a_row), a_row, min(TEAM, rows - first), depth
        )
    if not _pays(words, rows, 1, depth, _vectors(b, post)):
        return False
    multiply_active(
        c, c_row, a, a_row, 1, b, b_row, words, rows, 1, post, FRESH if fresh else CONTINUE,
        0, 0, zero_like(b),
    )  # fmt: skip
    return True


@inner
def _every_bit(count):
    """The word of 1 to WORD elements, all of them active."""
    return -1 if count == WORD else (1 << count) - 1


@inner
def learn_along_active(c, c_row, a, b, pre, post, ahead, alpha, skip):
    """Let synapses learn from one replica, without silent presynaptic nodes if `skip`."""
    for i in range(0, pre, WORD):
        count = min(WORD, pre - i)
        word = active_along(advance(a, i), 0, 1, count) if skip else _every_bit(count)
        learn_along(advance(c, i * c_row), c_row, advance(a, i), b, word, post, ahead, i, alpha)


@inner
def learn_active(c, c_row, a, a_row, b, b_row, rows, pre, post, ahead, at, alpha):
    """Let the synapses of `pre` presynaptic nodes learn if it pays; whether they did."""
    words = stack_words(WORDS)
    each = stack_words(WORD)
    chunks = (rows + CHUNK - 1) // CHUNK
    for chunk in range(chunks):
        first = chunk * CHUNK
        active_across(each, advance(a, first * a_row), a_row, min(CHUNK, rows - first), pre)
        for i in range(0, pre, TEAM):
            union = each[i]
            for n in range(1, TEAM):
                union |= each[i + n]
            words[chunk * WORD_TEAMS + i // TEAM] = union
    if not _pays(words, pre, chunks, rows, _vectors(b, post)):
        return False
    multiply_active(
        c, c_row, a, 1, a_row, b, b_row, words, pre, chunks, post, LEARN, ahead, at, alpha
    )
    return True
