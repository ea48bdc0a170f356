"""What a data set is: samples of inputs and targets, some for training, some for testing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.errors import DataError

__all__ = ["Dataset", "checked_dtype"]


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


def checked_dtype(dtype: npt.DTypeLike) -> np.dtype[Any]:
    """Return the dtype of inputs and targets, refused if it is not float64 or float32."""
    try:
        # None means float64 to NumPy; here it is more likely a mistake.
        checked = np.dtype("O" if dtype is None else dtype)
    except TypeError:
        checked = np.dtype("O")
    if checked in (np.dtype("float64"), np.dtype("float32")):
        return checked
    raise DataError(f"dtype must be float64 or float32, not {dtype!r}")
