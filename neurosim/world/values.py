"""Numbers that the world shows: checked once, and kept as they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError, DataError, TooLargeError

__all__ = ["kept", "read_only", "target"]


def kept(owner: str, argument: str, given: object, shapes: Mapping[int, str]) -> npt.NDArray[Any]:
    """Return a read-only copy of finite numbers.

    Parameters
    ----------
    owner, argument : str
        Named in errors.
    given : array_like
        Real numbers of any dtype, which is kept: what they are rounded to is the network's choice.
    shapes : mapping of int to str
        What an array may be, in words, by its number of dimensions.
    """
    try:
        array = checks.real_array(owner, argument, given)
        if array.ndim not in shapes:
            allowed = " or ".join(shapes.values())
            raise DataError(f"{owner}: {argument} must have shape {allowed}, not {array.shape}")
        if not array.size:
            raise DataError(f"{owner}: {argument} must not be empty, but have shape {array.shape}")
        # A number alone is checked as a vector of one.
        flat = np.atleast_1d(array)
        finite = checks.finite_array(owner, argument, flat, flat.shape, flat.dtype)
        return read_only(finite).reshape(array.shape)
    except MemoryError:
        raise TooLargeError(f"{owner}: {argument} does not fit into memory") from None


def read_only(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return a copy that is not written to."""
    copy = np.array(array)
    copy.setflags(write=False)
    return copy


def target(owner: str, argument: str, given: object) -> str:
    """Return the name of a population or the label of a node; a simulator knows if there is one."""
    if not isinstance(given, str):
        raise ArgumentTypeError(
            f"{owner}: {argument} must be the name of a population or the label of a node, "
            f"not {given!r:.200}"
        )
    if not given:
        raise ArgumentError(f"{owner}: {argument} must not be empty")
    return str(given)
