"""Samples split into those for training and those for testing, alike on every machine."""

from __future__ import annotations

import operator

import numpy as np
import numpy.typing as npt

from neurosim.errors import DataError

__all__ = ["check_split", "stratified_split"]


def check_split(test_fraction: float, seed: int) -> None:
    """Refuse a share that is none, and a seed that no generator takes."""
    if not (isinstance(test_fraction, (int, float)) and 0.0 < test_fraction < 1.0):
        raise DataError(f"test_fraction must lie between 0 and 1, not {test_fraction!r}")
    try:
        valid = operator.index(seed) >= 0
    except TypeError:
        valid = False
    if not valid:
        raise DataError(f"seed must be a whole number from 0 on, not {seed!r}")


def stratified_split(
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
