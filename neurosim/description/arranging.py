"""Weights as users give them, put into the order in which a projection has them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.pattern import Pattern
from neurosim.errors import DataError

__all__ = ["arranged", "is_sparse", "kernel_shape"]


def is_sparse(weights: object) -> bool:
    """Whether these are weights of scipy.sparse, or of something that gives its entries so."""
    return callable(getattr(weights, "tocoo", None)) and not isinstance(weights, type)


def kernel_shape(rule: object, pattern: Pattern | None) -> tuple[int, ...] | None:
    """Shape in which the weights of a rule may be given beside those of every projection."""
    shape = getattr(rule, "weight_shape", None)
    if pattern is None or not isinstance(shape, tuple):
        return None
    return shape if math.prod(shape) == pattern.weight_count else None


def arranged(
    owner: str,
    argument: str,
    weights: Any,
    shape: tuple[int, int],
    pattern: Pattern | None,
    kernel: tuple[int, ...] | None,
    dtype: npt.DTypeLike,
) -> npt.NDArray[Any]:
    """Weights of shape (pre, post), or (weights,) if the projection is sparse; checked.

    Parameters
    ----------
    weights : array_like or scipy.sparse array
        Of that shape; where the projection is sparse, also of shape (pre, post), of which those
        that it connects count, or of the shape of its kernel. Sparse weights name connected pairs
        alone; those that they leave out are 0.
    """
    if is_sparse(weights):
        return _of_entries(owner, argument, weights, shape, pattern, dtype)
    if pattern is None:
        return checks.finite_array(owner, argument, weights, shape, dtype)
    array = checks.real_array(owner, argument, weights)
    if array.shape == shape and pattern.weight is None:
        full = checks.finite_array(owner, argument, array, shape, dtype)
        return full[pattern.pre, pattern.post]
    if kernel is not None and array.shape == kernel:
        array = array.reshape(-1)
    count = pattern.weight_count
    if array.shape != (count,):
        others = [shape] if pattern.weight is None else []
        others += [kernel] if kernel not in (None, (count,)) else []  # type: ignore[list-item]
        allowed = "".join(f" or {other}" for other in others)
        raise DataError(
            f"{owner}: {argument} must have shape ({count},){allowed}, not {array.shape}"
        )
    return checks.finite_array(owner, argument, array, (count,), dtype)


def _of_entries(
    owner: str,
    argument: str,
    weights: Any,
    shape: tuple[int, int],
    pattern: Pattern | None,
    dtype: npt.DTypeLike,
) -> npt.NDArray[Any]:
    """Weights of the entries of a sparse array; 0 where it has none."""
    entries = weights.tocoo()
    if tuple(entries.shape) != shape:
        raise DataError(f"{owner}: {argument} must have shape {shape}, not {tuple(entries.shape)}")
    given, order = Pattern.of_pairs(f"{owner}: {argument}", shape, entries.row, entries.col)
    values = checks.finite_array(owner, argument, entries.data[order], (len(order),), dtype)
    if pattern is None:
        full = np.zeros(shape, values.dtype)
        full[given.pre, given.post] = values
        return full
    if pattern.weight is not None:
        raise DataError(
            f"{owner}: {argument} must have shape ({pattern.weight_count},): pairs of the "
            "projection share weights, which a sparse array does not tell apart"
        )
    known, wanted = (p.pre * shape[1] + p.post for p in (pattern, given))
    bad = np.flatnonzero(~np.isin(wanted, known))
    if len(bad):
        i, j = int(given.pre[bad[0]]), int(given.post[bad[0]])
        raise DataError(f"{owner}: {argument}: nodes {i} and {j} are not connected")
    result = np.zeros(pattern.weight_count, values.dtype)
    result[np.searchsorted(known, wanted)] = values
    return result
