"""Data sets of four IDX files, loaded and checked to be what they are called."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.datasets.dataset import Dataset, checked_dtype
from neurosim.datasets.idx import COUNT_BYTE, IdxFile, read_idx
from neurosim.datasets.known_sets import KNOWN, KnownSet
from neurosim.datasets.places import Place, find
from neurosim.datasets.targets import CLASSES, checked_targets, one_hot
from neurosim.errors import DataError

__all__ = ["load"]

_IMAGE_SHAPE = (28, 28)


def load(
    known: KnownSet,
    folder: str | os.PathLike[str] | None,
    targets: tuple[float, float],
    dtype: npt.DTypeLike,
    verify: bool | None,
) -> Dataset:
    """Load a data set; the arguments are those of :func:`neurosim.datasets.mnist`."""
    off_on, float_dtype = checked_targets(targets), checked_dtype(dtype)
    if verify is not None:
        verify = checks.boolean(known.function, "verify", verify)
    place = find(known, folder)
    try:
        files = _read(place)
        if verify is not False:
            _check_not_another(known, files)
        if verify or (verify is None and folder is None):
            _check_original(known, files)
    except DataError as error:
        if not place.is_cache:
            raise
        raise DataError(
            f"{error}; it is in the cache: remove it, and it is fetched anew"
        ) from error
    arrays = {name: file.array for name, file in files.items()}
    train_labels = arrays["train-labels-idx1-ubyte"].astype(np.int64)
    test_labels = arrays["t10k-labels-idx1-ubyte"].astype(np.int64)
    return Dataset(
        train_inputs=_scaled(arrays["train-images-idx3-ubyte"], float_dtype),
        train_targets=one_hot(train_labels, off_on, float_dtype),
        test_inputs=_scaled(arrays["t10k-images-idx3-ubyte"], float_dtype),
        test_targets=one_hot(test_labels, off_on, float_dtype),
        name=known.name,
        train_labels=train_labels,
        test_labels=test_labels,
        image_shape=_IMAGE_SHAPE,
        sha256={name: file.sha256 for name, file in files.items()},
    )


def _read(place: Place) -> dict[str, IdxFile]:
    """Read the four files, each of which has to go with the one beside it."""
    files: dict[str, IdxFile] = {}
    for part in ("train", "t10k"):
        images_name, labels_name = f"{part}-images-idx3-ubyte", f"{part}-labels-idx1-ubyte"
        images = files[images_name] = read_idx(place.paths[images_name], _IMAGE_SHAPE)
        labels = files[labels_name] = read_idx(place.paths[labels_name], ())
        if len(images.array) != len(labels.array):
            raise labels.fault(
                COUNT_BYTE,
                f"{images.path} has {len(images.array)} images and {labels.path} has "
                f"{len(labels.array)} labels; they must have as many",
            )
        _check_labels(labels)
    return files


def _check_labels(labels: IdxFile) -> None:
    wrong = np.flatnonzero(labels.array >= CLASSES)
    if wrong.size:
        raise labels.fault(
            labels.data_byte + int(wrong[0]),
            f"has the label {labels.array[wrong[0]]} at position {wrong[0]}; "
            f"labels are 0 to {CLASSES - 1}",
        )


def _check_not_another(known: KnownSet, files: Mapping[str, IdxFile]) -> None:
    """Refuse what is known to be another file: of another set, or of the other part of this one."""
    for name, file in files.items():
        for other in KNOWN:
            for its_name, sha256 in other.contents.items():
                if file.sha256 != sha256 or (other.name, its_name) == (known.name, name):
                    continue
                hint = f"; sub-folders {other.name} and {known.name} keep both apart"
                raise file.wholly_wrong(
                    f"is {other.title}'s {its_name}, not {known.title}'s {name}"
                    f"{hint if other.name != known.name else ''}"
                )


def _check_original(known: KnownSet, files: Mapping[str, IdxFile]) -> None:
    for name, original in known.contents.items():
        if files[name].sha256 != original:
            raise files[name].wholly_wrong(
                f"is not the original: the SHA-256 of its contents is {files[name].sha256}, "
                f"{known.title}'s is {original} (verify=False takes other files)"
            )


def _scaled(images: npt.NDArray[np.uint8], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    inputs = images.reshape(len(images), -1).astype(dtype)
    inputs /= dtype.type(255)
    return inputs
