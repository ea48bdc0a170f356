"""Targets of ten classes: one-hot rows, of any two values."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.errors import DataError

__all__ = ["CLASSES", "checked_targets", "one_hot"]

CLASSES = 10


def checked_targets(targets: tuple[float, float]) -> tuple[float, float]:
    """Return the values of wrong and right classes, refused if they cannot be told apart."""
    try:
        off, on = (float(value) for value in targets)
    except (TypeError, ValueError):
        raise DataError(f"targets must be two numbers (off, on), not {targets!r}") from None
    if not (math.isfinite(off) and math.isfinite(on)) or off == on:
        raise DataError(f"targets must be two different finite numbers, not {targets!r}")
    return off, on


def one_hot(
    labels: npt.NDArray[np.int64], off_on: tuple[float, float], dtype: np.dtype[Any]
) -> npt.NDArray[Any]:
    """Return a row for each label: `off` everywhere, and `on` at the class."""
    off, on = off_on
    rows = np.full((len(labels), CLASSES), off, dtype=dtype)
    rows[np.arange(len(labels)), labels] = on
    return rows
