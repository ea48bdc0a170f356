"""Real data to learn from: scikit-learn's digits, and MNIST from a folder of the user's own.

Each comes as a :class:`Dataset`: one row per sample, inputs between 0 and 1, one-hot targets, and a
split into training and test samples that is the same on every machine. Nothing is downloaded.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import operator
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import numpy.typing as npt

from neurosim.errors import DataError
from neurosim.extras import require

__all__ = ["MNIST_SHA256", "Dataset", "digits", "mnist"]

#: SHA-256 of the contents of the four original MNIST files, whether or not they are compressed.
MNIST_SHA256: Mapping[str, str] = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

_CLASSES = 10
_IMAGE_SHAPE = (28, 28)
# Far above every published set of this kind, and low enough that no header can fill the memory.
_MOST_SAMPLES = 1_000_000
# One byte of a deflate stream never yields more than 1032.
_LARGEST_EXPANSION = 1032
_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A classification task, split into training and test samples.

    Attributes
    ----------
    train_inputs, test_inputs : ndarray of float, shape (samples, inputs)
        One image per row, its pixels between 0 and 1.
    train_targets, test_targets : ndarray of float, shape (samples, classes)
        One-hot rows.
    name : str
        Where the samples come from.
    train_labels, test_labels : ndarray of int64, shape (samples,)
        The class of each sample.
    image_shape : tuple of int
        Rows and columns of the image that a row of inputs holds.
    sha256 : mapping of str to str
        SHA-256 of the contents of each file that was read, by the file's original name.
    """

    train_inputs: npt.NDArray[Any]
    train_targets: npt.NDArray[Any]
    test_inputs: npt.NDArray[Any]
    test_targets: npt.NDArray[Any]
    name: str
    train_labels: npt.NDArray[np.int64]
    test_labels: npt.NDArray[np.int64]
    image_shape: tuple[int, int]
    sha256: Mapping[str, str] = field(default_factory=dict)

    @property
    def classes(self) -> int:
        """Number of classes, the width of a target."""
        return int(self.train_targets.shape[1])

    def __repr__(self) -> str:
        """Say how much of what there is; the arrays are too large to show."""
        return (
            f"Dataset {self.name!r}: {len(self.train_inputs)} training and "
            f"{len(self.test_inputs)} test samples, {self.train_inputs.shape[1]} inputs, "
            f"{self.classes} classes"
        )


def digits(
    *,
    test_fraction: float = 0.2,
    seed: int = 0,
    targets: tuple[float, float] = (0.0, 1.0),
    dtype: npt.DTypeLike = "float64",
) -> Dataset:
    """Load scikit-learn's 1,797 real 8 x 8 digits (needs the extra ``neurosim[data]``).

    Parameters
    ----------
    test_fraction : float
        Share of the samples of every class that is kept for testing, between 0 and 1.
    seed : int
        Decides which samples those are, and the order of all samples.
    targets : tuple of float
        The values of a target's wrong classes and of its right one, (off, on).
    dtype : dtype
        float64 or float32.

    Returns
    -------
    Dataset
        Inputs of width 64 (pixels / 16), targets of width 10.

    Raises
    ------
    MissingExtraError
        If scikit-learn is not installed.
    DataError
        If an option is out of range.

    Examples
    --------
    >>> from neurosim import datasets
    >>> datasets.digits()
    Dataset 'digits': 1438 training and 359 test samples, 64 inputs, 10 classes
    """
    off_on, float_dtype = _checked_targets(targets), _checked_dtype(dtype)
    _check_split(test_fraction, seed)
    bunch = require("sklearn.datasets", "data").load_digits()
    inputs = bunch.data.astype(float_dtype) / float_dtype.type(16)
    labels = bunch.target.astype(np.int64)
    train, test = _stratified_split(labels, test_fraction, seed)
    return Dataset(
        train_inputs=inputs[train],
        train_targets=_one_hot(labels[train], off_on, float_dtype),
        test_inputs=inputs[test],
        test_targets=_one_hot(labels[test], off_on, float_dtype),
        name="digits",
        train_labels=labels[train],
        test_labels=labels[test],
        image_shape=(8, 8),
    )


def mnist(
    folder: str | os.PathLike[str],
    *,
    targets: tuple[float, float] = (0.0, 1.0),
    dtype: npt.DTypeLike = "float64",
    verify: bool = False,
) -> Dataset:
    """Load MNIST from the four original IDX files in a folder, compressed or not.

    Parameters
    ----------
    folder : path
        Holds ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-images-idx3-ubyte``
        and ``t10k-labels-idx1-ubyte``, each with or without ``.gz``.
    targets : tuple of float
        The values of a target's wrong classes and of its right one, (off, on).
    dtype : dtype
        float64 or float32.
    verify : bool
        Refuse files whose contents differ from :data:`MNIST_SHA256`. Without it, any files of the
        same form are welcome, and ``Dataset.sha256`` tells what was read.

    Returns
    -------
    Dataset
        Inputs of width 784 (pixels / 255), targets of width 10, in the order of the files.

    Raises
    ------
    DataError
        If a file is missing, damaged or not what its name says, or an option is out of range.

    Notes
    -----
    What a header announces is compared with the file before any memory is taken for it.

    Examples
    --------
    >>> from neurosim import datasets
    >>> data = datasets.mnist("my/mnist", targets=(0.03, 0.97))  # doctest: +SKIP
    """
    off_on, float_dtype = _checked_targets(targets), _checked_dtype(dtype)
    paths = _find_files(Path(folder))
    sha256: dict[str, str] = {}
    parts: dict[str, npt.NDArray[Any]] = {}
    for part in ("train", "t10k"):
        images_name, labels_name = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
        images, sha256[images_name] = _read_idx(paths[images_name], _IMAGE_SHAPE)
        labels, sha256[labels_name] = _read_idx(paths[labels_name], ())
        if len(images) != len(labels):
            raise DataError(
                f"{paths[images_name]} has {len(images)} images and {paths[labels_name]} has "
                f"{len(labels)} labels; they must have as many"
            )
        _check_labels(labels, paths[labels_name])
        parts[f"{part} images"], parts[f"{part} labels"] = images, labels.astype(np.int64)
    if verify:
        _check_sha256(sha256, paths)
    return Dataset(
        train_inputs=_scaled(parts["train images"], float_dtype),
        train_targets=_one_hot(parts["train labels"], off_on, float_dtype),
        test_inputs=_scaled(parts["t10k images"], float_dtype),
        test_targets=_one_hot(parts["t10k labels"], off_on, float_dtype),
        name="mnist",
        train_labels=parts["train labels"],
        test_labels=parts["t10k labels"],
        image_shape=_IMAGE_SHAPE,
        sha256=sha256,
    )


def _find_files(folder: Path) -> dict[str, Path]:
    """Return the path of each original file; report all that are missing at once."""
    if not folder.is_dir():
        raise DataError(f"{folder} is not a folder; mnist() needs one with the four IDX files")
    found: dict[str, Path] = {}
    for name in MNIST_SHA256:
        # Some archives unpack to "train-images.idx3-ubyte".
        spellings = (name, name.replace("-idx", ".idx"))
        candidates = [folder / (spelling + end) for end in ("", ".gz") for spelling in spellings]
        existing = [candidate for candidate in candidates if candidate.is_file()]
        if existing:
            found[name] = existing[0]
    missing = [name for name in MNIST_SHA256 if name not in found]
    if missing:
        raise DataError(f"{folder} lacks {', '.join(missing)} (each may also end in .gz)")
    return found


def _read_idx(path: Path, item_shape: tuple[int, ...]) -> tuple[npt.NDArray[np.uint8], str]:
    """Read one IDX file of unsigned bytes: its array and the SHA-256 of its contents."""
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if compressed else file
            header = stream.read(8 + 4 * len(item_shape))
            count = _samples_announced(path, header, item_shape)
            expected = count * math.prod(item_shape)
            _check_size(path, expected, len(header), compressed)
            contents = bytearray()
            while len(contents) < expected:
                chunk = stream.read(min(_CHUNK, expected - len(contents)))
                if not chunk:
                    raise DataError(
                        f"{path} ends early: its header announces {expected} bytes of data, "
                        f"it has {len(contents)}"
                    )
                contents += chunk
            if stream.read(1):
                raise DataError(f"{path} goes on after the {expected} bytes its header announces")
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    digest = hashlib.sha256(header)
    digest.update(contents)
    return np.frombuffer(contents, np.uint8).reshape((count, *item_shape)), digest.hexdigest()


def _samples_announced(path: Path, header: bytes, item_shape: tuple[int, ...]) -> int:
    """Check an IDX header; return the number of samples it announces."""
    if len(header) < 8 + 4 * len(item_shape):
        raise DataError(f"{path} is too short for an IDX file: {len(header)} bytes")
    magic, count, *shape = struct.unpack(f">{2 + len(item_shape)}I", header)
    # 8 stands for unsigned bytes; the last byte is the number of dimensions.
    expected_magic = 0x0800 + 1 + len(item_shape)
    if magic != expected_magic:
        raise DataError(
            f"{path} starts with the magic number 0x{magic:08x}; IDX "
            f"{'images' if item_shape else 'labels'} start with 0x{expected_magic:08x}"
        )
    if tuple(shape) != item_shape:
        raise DataError(
            f"{path} announces images of {shape[0]} x {shape[1]} pixels; "
            f"MNIST's have {item_shape[0]} x {item_shape[1]}"
        )
    if not 1 <= count <= _MOST_SAMPLES:
        raise DataError(f"{path} announces {count} samples; from 1 to {_MOST_SAMPLES} are accepted")
    return int(count)


def _check_size(path: Path, expected: int, header_size: int, compressed: bool) -> None:
    """Refuse a file that cannot hold the data its header announces."""
    stored = path.stat().st_size
    if compressed and expected > stored * _LARGEST_EXPANSION:
        raise DataError(
            f"{path} announces {expected} bytes of data; {stored} compressed bytes cannot hold that"
        )
    if not compressed and stored - header_size != expected:
        raise DataError(f"{path} announces {expected} bytes of data and has {stored - header_size}")


def _check_labels(labels: npt.NDArray[np.uint8], path: Path) -> None:
    wrong = np.flatnonzero(labels >= _CLASSES)
    if wrong.size:
        raise DataError(
            f"{path} has the label {labels[wrong[0]]} at position {wrong[0]}; "
            f"labels are 0 to {_CLASSES - 1}"
        )


def _check_sha256(sha256: Mapping[str, str], paths: Mapping[str, Path]) -> None:
    for name, original in MNIST_SHA256.items():
        if sha256[name] != original:
            raise DataError(
                f"{paths[name]} is not the original: the SHA-256 of its contents is "
                f"{sha256[name]}, MNIST's is {original}"
            )


def _checked_targets(targets: tuple[float, float]) -> tuple[float, float]:
    try:
        off, on = (float(value) for value in targets)
    except (TypeError, ValueError):
        raise DataError(f"targets must be two numbers (off, on), not {targets!r}") from None
    if not (math.isfinite(off) and math.isfinite(on)) or off == on:
        raise DataError(f"targets must be two different finite numbers, not {targets!r}")
    return off, on


def _checked_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    try:
        # None means float64 to NumPy; here it is more likely a mistake.
        checked = np.dtype("O" if dtype is None else dtype)
    except TypeError:
        checked = np.dtype("O")
    if checked in (np.dtype("float64"), np.dtype("float32")):
        return checked
    raise DataError(f"dtype must be float64 or float32, not {dtype!r}")


def _check_split(test_fraction: float, seed: int) -> None:
    if not (isinstance(test_fraction, (int, float)) and 0.0 < test_fraction < 1.0):
        raise DataError(f"test_fraction must lie between 0 and 1, not {test_fraction!r}")
    try:
        valid = operator.index(seed) >= 0
    except TypeError:
        valid = False
    if not valid:
        raise DataError(f"seed must be a whole number from 0 on, not {seed!r}")


def _stratified_split(
    labels: npt.NDArray[np.int64], test_fraction: float, seed: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Shuffle, then keep every so many-th sample of each class for testing."""
    # NumPy promises that the raw stream of a bit generator never changes; of shuffle it does not.
    order = np.argsort(np.random.PCG64(seed).random_raw(len(labels)), kind="stable")
    is_test = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = np.flatnonzero(labels[order] == label)
        kept = round(test_fraction * len(members))
        if not 0 < kept < len(members):
            raise DataError(
                f"test_fraction={test_fraction!r} leaves class {label}, of {len(members)} samples, "
                "without a sample for training or for testing"
            )
        is_test[members[np.arange(kept) * len(members) // kept]] = True
    return order[~is_test], order[is_test]


def _scaled(images: npt.NDArray[np.uint8], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    inputs = images.reshape(len(images), -1).astype(dtype)
    inputs /= dtype.type(255)
    return inputs


def _one_hot(
    labels: npt.NDArray[np.int64], off_on: tuple[float, float], dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    off, on = off_on
    one_hot = np.full((len(labels), _CLASSES), off, dtype=dtype)
    one_hot[np.arange(len(labels)), labels] = on
    return one_hot
