"""Recordings grow; what was handed out stays as it was, and copies grow apart."""

import copy
import pickle

import numpy as np
import pytest

from neurosim.recording.growing_rows import GrowingRows


@pytest.mark.parametrize("seed", range(8))
def test_rows_are_what_was_appended_and_what_was_read_stays(seed):
    generator = np.random.default_rng(seed)
    rows = GrowingRows((7, 100), np.dtype(np.float32))
    expected = np.empty((0, 7, 100), np.float32)
    read = []
    for _ in range(300):
        choice = generator.integers(6)
        if choice == 0:
            kept = int(generator.integers(max(0, len(expected) - 3), len(expected) + 1))
            rows.cut(kept)
            expected = expected[:kept]
        elif choice == 1:
            read.append((rows.array(), expected))
        elif choice == 2:
            # Memory that was asked for and not used is nobody's.
            rows.space(int(generator.integers(1, 9)))[...] = -1
        else:
            more = generator.normal(size=(generator.integers(0, 9), 7, 100)).astype(np.float32)
            rows.append(more)
            expected = np.concatenate([expected, more])
        assert len(rows) == len(expected)
    read.append((rows.array(), expected))
    for array, wanted in read:
        assert array.tobytes() == wanted.tobytes()
        assert not array.flags.writeable


def test_reading_again_costs_no_copy():
    rows = GrowingRows((3,), np.dtype(np.float64))
    for n in range(1000):
        rows.append(np.full((1, 3), n))
    first = rows.array()
    assert rows.array() is first
    moved = 0
    for n in range(1000, 10_000):
        before = rows.array()
        rows.append(np.full((1, 3), n))
        moved += not np.shares_memory(before, rows.array())
    assert moved < 10
    assert rows.array()[:, 0].tolist() == list(range(10_000))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_grow_apart(duplicate):
    rows = GrowingRows((1,), np.dtype(np.float64))
    rows.append(np.ones((1, 1)))
    other = duplicate(rows)
    other.append(np.zeros((1, 1)))
    rows.append(np.full((1, 1), 5.0))
    assert rows.array().tolist() == [[1], [5]]
    assert other.array().tolist() == [[1], [0]]
