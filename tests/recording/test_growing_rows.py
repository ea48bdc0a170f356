"""Recordings grow without being moved, and copies of them grow apart."""

import copy
import pickle

import numpy as np
import pytest

from neurosim.recording.growing_rows import GrowingRows


@pytest.mark.parametrize("seed", range(5))
def test_rows_stay_what_they_were(seed):
    generator = np.random.default_rng(seed)
    rows = GrowingRows(700, np.dtype(np.float32))
    pieces, expected = [], []
    for _ in range(200):
        more = generator.normal(size=(generator.integers(1, 9), 700)).astype(np.float32)
        choice = generator.integers(4)
        if pieces and choice == 0 and len(expected[-1]) > 1:
            pieces[-1] = rows.shorter(pieces[-1])
            expected[-1] = expected[-1][:-1]
        grown = rows.longer(pieces[-1], more) if pieces and choice else None
        if grown is None:
            pieces.append(rows.new(more))
            expected.append(more)
        else:
            pieces[-1] = grown
            expected[-1] = np.concatenate([expected[-1], more])
    assert len(pieces) < 100
    for piece, wanted in zip(pieces, expected, strict=True):
        assert piece.tobytes() == wanted.tobytes()


def test_what_is_not_the_last_piece_does_not_grow():
    rows = GrowingRows(2, np.dtype(np.float64))
    first = rows.new(np.ones((2, 2)))
    second = rows.new(np.zeros((1, 2)))
    assert rows.longer(first, np.ones((1, 2))) is None
    assert rows.shorter(first).tolist() == [[1, 1]]
    assert rows.longer(second, np.ones((1, 2))).tolist() == [[0, 0], [1, 1]]


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_grow_apart(duplicate):
    rows = GrowingRows(1, np.dtype(np.float64))
    piece = rows.new(np.ones((1, 1)))
    other, its_piece = duplicate((rows, piece))
    assert other.longer(its_piece, np.zeros((1, 1))) is None
    assert rows.longer(piece, np.zeros((1, 1))).tolist() == [[1], [0]]
    assert other.new(np.full((1, 1), 5.0)).tolist() == [[5]]
