"""MNIST and Fashion-MNIST, as users load them."""

from __future__ import annotations

import os

import numpy.typing as npt

from neurosim.datasets.dataset import Dataset
from neurosim.datasets.idx_sets import load
from neurosim.datasets.known_sets import FASHION_MNIST, MNIST

__all__ = ["fashion_mnist", "mnist"]


def mnist(
    folder: str | os.PathLike[str] | None = None,
    *,
    targets: tuple[float, float] = (0.0, 1.0),
    dtype: npt.DTypeLike = "float64",
    verify: bool | None = None,
) -> Dataset:
    """Load MNIST from its four original IDX files, compressed or not.

    Parameters
    ----------
    folder : path, optional
        Holds ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-images-idx3-ubyte``
        and ``t10k-labels-idx1-ubyte``, each with or without ``.gz``; or has a sub-folder ``mnist``
        that does, which then counts. Without it, the files are looked for in the same way in the
        folder that the environment variable ``NEUROSIM_DATA`` names, then in the cache; if they
        are in neither, they are fetched into the cache (needs the extra ``neurosim[fetch]``).
    targets : tuple of float
        The values of a target's wrong classes and of its right one, (off, on).
    dtype : dtype
        float64 or float32.
    verify : bool, optional
        True refuses files whose contents differ from :data:`MNIST_SHA256`; False takes any of the
        same form, and ``Dataset.sha256`` tells what was read. None, the default, is True where no
        `folder` is given; from a `folder` it takes any but those known to be something else, such
        as Fashion-MNIST's, whose files have the same names.

    Returns
    -------
    Dataset
        Inputs of width 784 (pixels / 255), targets of width 10, in the order of the files.

    Raises
    ------
    DataError
        If a file is missing and cannot be fetched, is damaged or not what its name says (the error
        names the file and the byte), or an option is out of range.
    ArgumentTypeError
        If `folder` is no path, or `verify` neither True, False nor None.
    MissingExtraError
        If the files have to be fetched and pooch is not installed.

    Notes
    -----
    What a header announces is compared with the file before any memory is taken for it. What is
    fetched comes into the cache only when its SHA-256 is that of the original. The cache is in
    ``NEUROSIM_CACHE_DIR`` if that is set, else in the user's own (``XDG_CACHE_HOME``, else
    ``.cache`` in the home).

    Examples
    --------
    >>> from neurosim import datasets
    >>> data = datasets.mnist("my/mnist", targets=(0.03, 0.97))  # doctest: +SKIP
    """
    return load(MNIST, folder, targets, dtype, verify)


def fashion_mnist(
    folder: str | os.PathLike[str] | None = None,
    *,
    targets: tuple[float, float] = (0.0, 1.0),
    dtype: npt.DTypeLike = "float64",
    verify: bool | None = None,
) -> Dataset:
    """Load Fashion-MNIST, articles of clothing in files of the same form and names as MNIST's.

    Parameters
    ----------
    folder : path, optional
        As in :func:`mnist`; the sub-folder is ``fashion-mnist``.
    targets : tuple of float
        The values of a target's wrong classes and of its right one, (off, on).
    dtype : dtype
        float64 or float32.
    verify : bool, optional
        As in :func:`mnist`, with :data:`FASHION_MNIST_SHA256`.

    Returns
    -------
    Dataset
        Inputs of width 784 (pixels / 255), targets of width 10, in the order of the files.

    Raises
    ------
    DataError, ArgumentTypeError, MissingExtraError
        As in :func:`mnist`.

    Examples
    --------
    >>> from neurosim import datasets
    >>> data = datasets.fashion_mnist("my/fashion-mnist")  # doctest: +SKIP
    """
    return load(FASHION_MNIST, folder, targets, dtype, verify)
