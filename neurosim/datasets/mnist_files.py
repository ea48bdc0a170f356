"""MNIST, from the four files of a folder of the user's own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.datasets.dataset import Dataset, checked_dtype
from neurosim.datasets.idx import read_idx
from neurosim.datasets.targets import CLASSES, checked_targets, one_hot
from neurosim.errors import DataError

__all__ = ["MNIST_SHA256", "mnist"]

#: SHA-256 of the contents of the four original MNIST files, whether or not they are compressed.
MNIST_SHA256: Mapping[str, str] = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

_IMAGE_SHAPE = (28, 28)


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
    off_on, float_dtype = checked_targets(targets), checked_dtype(dtype)
    paths = _find_files(Path(folder))
    sha256: dict[str, str] = {}
    parts: dict[str, npt.NDArray[Any]] = {}
    for part in ("train", "t10k"):
        images_name, labels_name = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
        images, sha256[images_name] = read_idx(paths[images_name], _IMAGE_SHAPE)
        labels, sha256[labels_name] = read_idx(paths[labels_name], ())
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
        train_targets=one_hot(parts["train labels"], off_on, float_dtype),
        test_inputs=_scaled(parts["t10k images"], float_dtype),
        test_targets=one_hot(parts["t10k labels"], off_on, float_dtype),
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


def _check_labels(labels: npt.NDArray[np.uint8], path: Path) -> None:
    wrong = np.flatnonzero(labels >= CLASSES)
    if wrong.size:
        raise DataError(
            f"{path} has the label {labels[wrong[0]]} at position {wrong[0]}; "
            f"labels are 0 to {CLASSES - 1}"
        )


def _check_sha256(sha256: Mapping[str, str], paths: Mapping[str, Path]) -> None:
    for name, original in MNIST_SHA256.items():
        if sha256[name] != original:
            raise DataError(
                f"{paths[name]} is not the original: the SHA-256 of its contents is "
                f"{sha256[name]}, MNIST's is {original}"
            )


def _scaled(images: npt.NDArray[np.uint8], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    inputs = images.reshape(len(images), -1).astype(dtype)
    inputs /= dtype.type(255)
    return inputs
