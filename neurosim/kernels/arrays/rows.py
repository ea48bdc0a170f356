"""What is said of each replica by a flag: a byte each, looked at one by one or eight at a time.

The flags of one kind and population are a row of bytes (`state.row`), and the same memory as words
of eight (`state.word`), in which bytes of 0 and 1 combine by bitwise operations.
"""

from __future__ import annotations

import numpy as np

from neurosim.kernels.arrays.layout import ROWS
from neurosim.kernels.machine.addresses import span, vector_of
from neurosim.kernels.machine.bits import common, eight_at, exclusive, trailing_zeros, united
from neurosim.kernels.machine.decorators import apart, inner

__all__ = [
    "ONES", "all_set", "any_added", "any_set", "block", "clear", "drop_unused", "end_of_run",
    "fill", "flags_of", "mark", "note_bound", "share_of_word", "start_of_run", "unite", "words_of",
]  # fmt: skip

#: Every byte 1.
ONES = np.uint64(0x0101010101010101)
EVERY_BIT = np.uint64(0xFFFFFFFFFFFFFFFF)


@inner
def block(array, at, first, last):
    """Elements `first` to `last`, this one excluded, of what begins at `at`."""
    return span(array, at + first, at + last)


@inner
def flags_of(state, flag, p):
    """Flags of all replicas, one byte each."""
    return vector_of(state.row, flag, p)


@inner
def words_of(state, flag, p):
    """Flags of the replicas in use, eight in a word.

    The last word has flags of replicas that are not in use, too, and is cleared with them.
    """
    return span(vector_of(state.word, flag, p), 0, (state.clock[ROWS] + 7) >> 3)


@inner
def start_of_run(flags, first, rows):
    """First replica from `first` on whose flag is set, or `rows`; the same of other flags."""
    if first < rows and flags[first] == 0:
        return end_of_run(flags, first, rows)
    return first


@inner
def end_of_run(flags, first, rows):
    """First replica from `first` on whose flag is not that of `first`, or `rows`.

    `flags` are those of all replicas, or others to which whole words of memory belong: they are
    looked at eight at a time.
    """
    same = ONES * np.uint64(flags[first])
    begin = first & ~7
    unlike = (eight_at(flags, begin) ^ same) >> np.uint64(8 * (first - begin))
    if unlike != 0:
        return min(rows, first + (trailing_zeros(unlike) >> 3))
    for at in range(begin + 8, rows, 8):
        unlike = eight_at(flags, at) ^ same
        if unlike != 0:
            return min(rows, at + (trailing_zeros(unlike) >> 3))
    return rows


@inner
def share_of_word(w, first, last):
    """All bits of those bytes of word w that belong to the replicas from `first` to `last`."""
    before = max(0, first - (w << 3))
    behind = max(0, (w << 3) + 8 - last)
    return (EVERY_BIT << np.uint64(8 * before)) & (EVERY_BIT >> np.uint64(8 * behind))


@inner
def mark(state, flag, p, first, last, value):
    """Set the flags of the replicas from `first` to `last`, this one excluded, to a value."""
    words = vector_of(state.word, flag, p)
    values = ONES * np.uint64(value)
    for w in range(first >> 3, (last + 7) >> 3):
        share = share_of_word(w, first, last)
        words[w] = (words[w] & ~share) | (values & share)


@apart
def fill(array, first, last, value):
    """Set the elements from `first` to `last`, this one excluded, to a value."""
    part = span(array, first, last)
    for i in range(part.size):
        part[i] = value


@inner
def note_bound(state, p, column, rows, bound):
    """Note an upper bound of the first rows of population p; those behind may hold more, and stay.

    `column` is the one of `state.bound`.
    """
    if rows < state.evaluated.shape[1]:
        # Replicas that are not in use may come back.
        bound = max(bound, state.bound[p, column])
    state.bound[p, column] = bound


@inner
def clear(words):
    """No flag is set."""
    for w in range(words.size):
        words[w] = 0


@inner
def drop_unused(words, rows):
    """No flag is set of replicas behind those in use, which the last word has, too."""
    last = words.size - 1
    words[last] &= share_of_word(last, 0, rows)


@inner
def unite(words, others):
    """Set the flags that are set in the others, too."""
    for w in range(words.size):
        words[w] |= others[w]


@apart
def all_set(flags):
    """Whether every flag, a byte of 0 or 1, is set."""
    kept = flags.dtype.type(1)
    for i in range(flags.size):
        kept = common(kept, flags[i])
    return kept != 0


@apart
def any_added(flags, others):
    """Whether any of the flags is set, a byte of 0 or 1, that is not set among others."""
    seen = flags.dtype.type(0)
    for i in range(flags.size):
        seen = united(seen, exclusive(united(flags[i], others[i]), others[i]))
    return seen != 0


@apart
def any_set(words):
    """Whether any flag is set, in words or in bytes."""
    seen = words.dtype.type(0)
    for w in range(words.size):
        seen = united(seen, words[w])
    return seen != 0
