"""Data sets: what is loaded is what the files hold, and damaged files are refused."""

from __future__ import annotations

import gzip
import hashlib
import os
import struct
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from neurosim import datasets
from neurosim.errors import DataError, MissingExtraError

TRAIN, TEST = 30, 20
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx(array: np.ndarray, magic: int | None = None) -> bytes:
    """Encode unsigned bytes as IDX."""
    magic = 0x0800 + array.ndim if magic is None else magic
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def huge_header(*sizes: int) -> bytes:
    """Encode a header that announces far more than follows it."""
    return struct.pack(f">{1 + len(sizes)}I", 0x0800 + len(sizes), *sizes) + b"\0" * 100


@pytest.fixture
def contents() -> dict[str, np.ndarray]:
    """Return small images and labels under the names of the original files."""
    generator = np.random.default_rng(0)
    return {
        IMAGES: generator.integers(0, 256, (TRAIN, 28, 28), dtype=np.uint8),
        LABELS: generator.integers(0, 10, TRAIN, dtype=np.uint8),
        TEST_IMAGES: generator.integers(0, 256, (TEST, 28, 28), dtype=np.uint8),
        TEST_LABELS: generator.integers(0, 10, TEST, dtype=np.uint8),
    }


@pytest.fixture
def folder(tmp_path: Path, contents: dict[str, np.ndarray]) -> Path:
    """Return a folder that holds the contents as plain IDX files."""
    for name, array in contents.items():
        (tmp_path / name).write_bytes(idx(array))
    return tmp_path


def compress(folder: Path, name: str, data: bytes | None = None) -> None:
    """Replace a file by its compressed form, or by other compressed data."""
    plain = folder / name
    (folder / f"{name}.gz").write_bytes(gzip.compress(plain.read_bytes() if data is None else data))
    plain.unlink()


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


def test_verify_refuses_what_is_not_the_original(folder: Path) -> None:
    with pytest.raises(DataError, match=r"train-images.*is not the original.*SHA-256"):
        datasets.mnist(folder, verify=True)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        (IMAGES, lambda a: idx(a)[:-1], "ends early|announces 23520 bytes of data and has 23519"),
        (LABELS, lambda a: idx(a)[:-5], "ends early|announces 30 bytes of data and has 25"),
        (IMAGES, lambda a: idx(a) + b"\0", "goes on after|and has 23521"),
        (IMAGES, lambda a: idx(a)[:7], "too short"),
        (LABELS, lambda a: b"", "too short"),
        (IMAGES, lambda a: idx(a, magic=0x0D03), "magic number 0x00000d03; IDX images start with"),
        (IMAGES, lambda a: idx(a[:, 0, 0]) + b"12345678", "magic number 0x00000801"),
        (LABELS, lambda a: idx(a, magic=0x0803), "IDX labels start with 0x00000801"),
        (IMAGES, lambda a: idx(a[:, :, :27]), "28 x 27 pixels"),
        (IMAGES, lambda a: idx(a[:0]), "announces 0 samples"),
        (IMAGES, lambda a: huge_header(2**32 - 1, 28, 28), "announces 4294967295 samples"),
        (IMAGES, lambda a: huge_header(30, 2**32 - 1, 2**32 - 1), "announces images of"),
        (IMAGES, lambda a: huge_header(1_000_000, 28, 28), "cannot hold that|and has 100$"),
        (LABELS, lambda a: huge_header(2**32 - 1), "announces 4294967295 samples"),
        (LABELS, lambda a: huge_header(1_000_000), "cannot hold that|and has 100$"),
        (LABELS, lambda a: idx(np.where(np.arange(30) == 7, 11, a).astype(np.uint8)),
         "label 11 at position 7; labels are 0 to 9"),
        (LABELS, lambda a: idx(a[:-1]), "30 images and .* has 29 labels"),
    ],
)  # fmt: skip
def test_damaged_files_are_refused(
    folder: Path, contents: dict[str, np.ndarray], name: str, damage, message: str, compressed: bool
) -> None:
    (folder / name).write_bytes(damage(contents[name]))
    if compressed:
        compress(folder, name)
    with pytest.raises(DataError, match=message) as caught:
        datasets.mnist(folder)
    assert name in str(caught.value)


def test_a_gzip_bomb_is_not_unpacked(folder: Path) -> None:
    bomb = huge_header(10, 28, 28) + b"\0" * 100_000_000
    compress(folder, IMAGES, bomb)
    with pytest.raises(DataError, match="goes on after the 7840 bytes"):
        datasets.mnist(folder)


def test_memory_follows_what_is_there_not_what_is_announced(folder: Path) -> None:
    # Incompressible junk makes the file large enough to pass for one with 784 MB of data.
    junk = np.random.default_rng(0).integers(0, 256, 1_000_000, dtype=np.uint8).tobytes()
    compress(folder, IMAGES, huge_header(1_000_000, 28, 28) + junk)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"ends early.* 784000000 .* has 1000100"):
            datasets.mnist(folder)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_a_damaged_gzip_file_is_refused(folder: Path) -> None:
    compress(folder, IMAGES)
    path = folder / f"{IMAGES}.gz"
    whole = path.read_bytes()
    for damaged in (
        whole[:-8],
        whole[: len(whole) // 2],
        whole[:-8] + bytes(8),
        whole[:20] + bytes(50) + whole[70:],
        whole[:5],
    ):
        path.write_bytes(damaged)
        with pytest.raises(DataError, match=IMAGES):
            datasets.mnist(folder)


def test_missing_files_are_named(folder: Path) -> None:
    (folder / LABELS).unlink()
    (folder / TEST_IMAGES).unlink()
    (folder / TEST_IMAGES).mkdir()
    with pytest.raises(DataError, match=rf"lacks {LABELS}, {TEST_IMAGES}"):
        datasets.mnist(folder)
    for nowhere in (folder / "absent", folder / IMAGES):
        with pytest.raises(DataError, match="is not a folder"):
            datasets.mnist(nowhere)


BAD_OPTIONS = [
    ({"targets": (0.0, 0.0)}, "two different finite numbers"),
    ({"targets": (0.0, float("nan"))}, "two different finite numbers"),
    ({"targets": (0.0, float("inf"))}, "two different finite numbers"),
    ({"targets": (0.0, 0.5, 1.0)}, "two numbers"),
    ({"targets": 1.0}, "two numbers"),
    ({"targets": ("off", "on")}, "two numbers"),
    ({"dtype": "float16"}, "float64 or float32"),
    ({"dtype": "int64"}, "float64 or float32"),
    ({"dtype": "flaot64"}, "float64 or float32"),
    ({"dtype": None}, "float64 or float32"),
]


@pytest.mark.parametrize(("options", "message"), BAD_OPTIONS)
def test_bad_options_of_mnist(folder: Path, options: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        datasets.mnist(folder, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        *BAD_OPTIONS,
        ({"test_fraction": 0.0}, "between 0 and 1"),
        ({"test_fraction": 1.0}, "between 0 and 1"),
        ({"test_fraction": float("nan")}, "between 0 and 1"),
        ({"test_fraction": "half"}, "between 0 and 1"),
        ({"seed": -1}, "whole number"),
        ({"seed": 0.5}, "whole number"),
        ({"seed": None}, "whole number"),
    ],
)
def test_bad_options_of_digits(options: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        datasets.digits(**options)


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


@pytest.mark.skipif("NEUROSIM_MNIST" not in os.environ, reason="NEUROSIM_MNIST names no folder")
def test_the_original_mnist() -> None:
    data = datasets.mnist(os.environ["NEUROSIM_MNIST"], dtype="float32", verify=True)
    assert data.train_inputs.shape == (60_000, 784)
    assert data.test_inputs.shape == (10_000, 784)
    assert data.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert np.bincount(data.test_labels).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
