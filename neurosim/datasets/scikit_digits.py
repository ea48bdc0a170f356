"""The handwritten digits that come with scikit-learn."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from neurosim.datasets.dataset import Dataset, checked_dtype
from neurosim.datasets.split import check_split, stratified_split
from neurosim.datasets.targets import checked_targets, one_hot
from neurosim.extras import require

__all__ = ["digits"]


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
    off_on, float_dtype = checked_targets(targets), checked_dtype(dtype)
    check_split(test_fraction, seed)
    bunch = require("sklearn.datasets", "data").load_digits()
    inputs = bunch.data.astype(float_dtype) / float_dtype.type(16)
    labels = bunch.target.astype(np.int64)
    train, test = stratified_split(labels, test_fraction, seed)
    return Dataset(
        train_inputs=inputs[train],
        train_targets=one_hot(labels[train], off_on, float_dtype),
        test_inputs=inputs[test],
        test_targets=one_hot(labels[test], off_on, float_dtype),
        name="digits",
        train_labels=labels[train],
        test_labels=labels[test],
        image_shape=(8, 8),
    )
