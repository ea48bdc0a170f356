"""MNIST: what is loaded is what the files hold."""

from __future__ import annotations

import gzip
import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from oracles.idx_files import (
    IMAGES,
    LABELS,
    TEST,
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN,
    compress,
)

from neurosim import datasets
from neurosim.errors import DataError


def test_mnist_is_what_the_files_hold(folder: Path, contents: dict[str, np.ndarray]) -> None:
    data = datasets.mnist(folder)
    np.testing.assert_array_equal(data.train_inputs, contents[IMAGES].reshape(TRAIN, 784) / 255)
    np.testing.assert_array_equal(data.test_inputs, contents[TEST_IMAGES].reshape(TEST, 784) / 255)
    np.testing.assert_array_equal(data.train_labels, contents[LABELS])
    np.testing.assert_array_equal(data.test_labels, contents[TEST_LABELS])
    np.testing.assert_array_equal(data.train_targets, np.eye(10)[contents[LABELS]])
    np.testing.assert_array_equal(data.test_targets, np.eye(10)[contents[TEST_LABELS]])
    assert (data.name, data.classes, data.image_shape) == ("mnist", 10, (28, 28))
    assert repr(data) == "Dataset 'mnist': 30 training and 20 test samples, 784 inputs, 10 classes"


def test_compressed_and_plain_files_are_the_same(folder: Path) -> None:
    plain = datasets.mnist(str(folder))
    expected = hashlib.sha256((folder / IMAGES).read_bytes()).hexdigest()
    for name in (IMAGES, TEST_LABELS):
        compress(folder, name)
    mixed = datasets.mnist(folder)
    np.testing.assert_array_equal(plain.train_inputs, mixed.train_inputs)
    np.testing.assert_array_equal(plain.test_labels, mixed.test_labels)
    assert plain.sha256 == mixed.sha256
    assert mixed.sha256[IMAGES] == expected


def test_a_gzip_file_without_gz_in_its_name(folder: Path) -> None:
    (folder / IMAGES).write_bytes(gzip.compress((folder / IMAGES).read_bytes()))
    assert len(datasets.mnist(folder).train_inputs) == TRAIN


def test_the_spelling_with_a_dot(folder: Path) -> None:
    (folder / IMAGES).rename(folder / "train-images.idx3-ubyte")
    assert len(datasets.mnist(folder).train_inputs) == TRAIN


@pytest.mark.parametrize("dtype", ["float32", "float64", np.float32, np.dtype("float64")])
def test_dtype_and_target_values(folder: Path, dtype: object) -> None:
    data = datasets.mnist(folder, targets=(0.03, 0.97), dtype=dtype)
    for array in (data.train_inputs, data.train_targets, data.test_inputs, data.test_targets):
        assert array.dtype == np.dtype(dtype)
        assert array.flags.c_contiguous
    on = data.train_targets[np.arange(TRAIN), data.train_labels]
    assert np.all(on == np.dtype(dtype).type(0.97))
    assert np.unique(data.train_targets).size == 2


@pytest.mark.skipif("NEUROSIM_MNIST" not in os.environ, reason="NEUROSIM_MNIST names no folder")
def test_the_original_mnist() -> None:
    data = datasets.mnist(os.environ["NEUROSIM_MNIST"], dtype="float32", verify=True)
    assert data.train_inputs.shape == (60_000, 784)
    assert data.test_inputs.shape == (10_000, 784)
    assert data.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(data.test_labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip


@pytest.mark.skipif(
    "NEUROSIM_FASHION_MNIST" not in os.environ, reason="NEUROSIM_FASHION_MNIST names no folder"
)
def test_the_original_fashion_mnist() -> None:
    folder = os.environ["NEUROSIM_FASHION_MNIST"]
    data = datasets.fashion_mnist(folder, dtype="float32", verify=True)
    assert data.train_inputs.shape == (60_000, 784)
    assert data.train_labels[:10].tolist() == [9, 0, 0, 3, 0, 2, 7, 2, 5, 5]
    assert np.bincount(data.train_labels).tolist() == [6_000] * 10
    assert np.bincount(data.test_labels).tolist() == [1_000] * 10
    with pytest.raises(DataError, match="is Fashion-MNIST's train-images-idx3-ubyte, not MNIST's"):
        datasets.mnist(folder)
