"""The digits of scikit-learn, and how they are split."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from neurosim import datasets
from neurosim.errors import DataError, MissingExtraError


def test_a_split_that_leaves_a_class_out() -> None:
    pytest.importorskip("sklearn")
    with pytest.raises(DataError, match="class 0, of 178 samples"):
        datasets.digits(test_fraction=0.001)


def test_digits_are_scikit_learns() -> None:
    sklearn_datasets = pytest.importorskip("sklearn.datasets")
    data = datasets.digits()
    bunch = sklearn_datasets.load_digits()
    rows = np.column_stack([bunch.data / 16, bunch.target])
    loaded = np.concatenate(
        [
            np.column_stack([data.train_inputs, data.train_labels]),
            np.column_stack([data.test_inputs, data.test_labels]),
        ]
    )
    assert len(loaded) == 1797
    np.testing.assert_array_equal(np.unique(loaded, axis=0), np.unique(rows, axis=0))
    np.testing.assert_array_equal(data.train_targets, np.eye(10)[data.train_labels])
    np.testing.assert_array_equal(data.test_targets, np.eye(10)[data.test_labels])
    assert data.train_inputs.min() == 0.0
    assert data.train_inputs.max() == 1.0


def test_digits_split_is_stratified_mixed_and_follows_the_seed() -> None:
    pytest.importorskip("sklearn")
    data, again, other = datasets.digits(), datasets.digits(), datasets.digits(seed=1)
    np.testing.assert_array_equal(data.train_inputs, again.train_inputs)
    assert not np.array_equal(data.train_inputs, other.train_inputs)
    whole = np.bincount(data.train_labels) + np.bincount(data.test_labels)
    for one in (data, other):
        np.testing.assert_array_equal(np.bincount(one.test_labels), np.round(0.2 * whole))
        for start in range(0, len(one.train_labels) - 100, 100):
            assert np.unique(one.train_labels[start : start + 100]).size == 10
    assert datasets.digits(dtype="float32").train_inputs.dtype == np.float32


def test_digits_split_does_not_change_between_versions() -> None:
    pytest.importorskip("sklearn")
    assert datasets.digits().train_labels[:12].tolist() == [8, 1, 8, 5, 6, 9, 4, 2, 0, 1, 9, 1]


def test_digits_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingExtraError, match=r"neurosim\[data\]"):
        datasets.digits()
