"""Checks of what users pass in: which argument of which object, what was given, what is allowed."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.errors import ArgumentError, ArgumentTypeError, DataError

__all__ = [
    "MOST_TICKS", "boolean", "choice", "chosen", "finite_array", "integer", "name", "names",
    "precision", "real",
]  # fmt: skip

#: Ticks that may be asked for at a time; ten thousand times as many fit the clock.
MOST_TICKS = 10**12
FloatArray = npt.NDArray[Any]


def suggestion(given: str, allowed: Collection[str]) -> str:
    """Say which of the allowed words was probably meant, and list them all."""
    close = difflib.get_close_matches(given, list(allowed), n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"allowed: {', '.join(map(repr, allowed)) or 'none'}.{hint}"


def choice(owner: str, argument: str, value: object, allowed: Collection[str]) -> str:
    """Return `value` if it is one of the allowed words."""
    if not isinstance(value, str):
        raise ArgumentTypeError(f"{owner}: {argument} must be a string, not {value!r}")
    if value not in allowed:
        raise ArgumentError(f"{owner}: unknown {argument} {value!r}; {suggestion(value, allowed)}")
    return value


def boolean(owner: str, argument: str, value: object) -> bool:
    """Return `value` if it is True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise ArgumentTypeError(f"{owner}: {argument} must be True or False, not {value!r}")
    return bool(value)


def integer(
    owner: str, argument: str, value: object, minimum: int, maximum: int | None = None
) -> int:
    """Return `value` as an int within its limits."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Integral):
        raise ArgumentTypeError(f"{owner}: {argument} must be a whole number, not {value!r}")
    number = int(value)
    if number < minimum or (maximum is not None and number > maximum):
        allowed = f">= {minimum}" if maximum is None else f"in {minimum} ... {maximum}"
        raise ArgumentError(f"{owner}: {argument} must be {allowed}, not {value!r}")
    return number


def real(
    owner: str,
    argument: str,
    value: object,
    *,
    positive: bool = False,
    minimum: float | None = None,
) -> float:
    """Return `value` as a finite float within its limits."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, numbers.Real):
        raise ArgumentTypeError(f"{owner}: {argument} must be a number, not {value!r}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ArgumentError(f"{owner}: {argument} must be finite, not {value!r}")
    if positive and number <= 0:
        raise ArgumentError(f"{owner}: {argument} must be positive, not {value!r}")
    if minimum is not None and number < minimum:
        raise ArgumentError(f"{owner}: {argument} must be >= {minimum}, not {value!r}")
    return number


def precision(owner: str, value: object) -> np.dtype[Any]:
    """Return the dtype that a user named: float64 or float32."""
    given = value.name if isinstance(value, np.dtype) else value
    return np.dtype(choice(owner, "dtype", given, ("float64", "float32")))


def name(owner: str, argument: str, value: object) -> str:
    """Return `value` if it can name a population: non-empty, printable, without '->'."""
    if not isinstance(value, str):
        raise ArgumentTypeError(f"{owner}: {argument} must be a string, not {value!r}")
    if not value or not value.isprintable() or value.strip() != value or "->" in value:
        raise ArgumentError(
            f"{owner}: {argument} must be a printable name without '->' and without blanks at its "
            f"ends, not {value!r}"
        )
    return str(value)


def names(owner: str, argument: str, value: object) -> list[str]:
    """Return the elements of `value` if it is a list, or another sequence, of strings."""
    if isinstance(value, (str, bytes)) or not isinstance(value, (Sequence, np.ndarray)):
        raise ArgumentTypeError(f"{owner}: {argument} must be a list of strings, not {value!r}")
    for each in value:
        if not isinstance(each, str):
            raise ArgumentTypeError(f"{owner}: {argument} must hold strings, not {each!r}")
    return [str(each) for each in value]


def chosen(owner: str, argument: str, value: object, allowed: list[str]) -> list[str]:
    """Return the chosen ones of some names: all of them if None, one, or a list without repetition.

    `argument` is a plural, of which each element is one.
    """
    if value is None:
        return allowed
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, Sequence) or not value:
        raise ArgumentTypeError(f"{owner}: {argument} must be a name or a list of names")
    found = [choice(owner, argument[:-1], each, allowed) for each in value]
    if len(set(found)) != len(found):
        raise ArgumentError(f"{owner}: {argument} names one twice: {found}")
    return found


def finite_array(
    owner: str, argument: str, value: object, shape: tuple[int | None, ...], dtype: npt.DTypeLike
) -> FloatArray:
    """Return `value` as a contiguous array of `dtype` if it has the shape and is finite.

    None in `shape` stands for any length from 1. Nothing is broadcast, and numbers that `dtype`
    cannot hold (a complex number, a string, 1e300 in float32) are refused.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise DataError(f"{owner}: {argument} is not a rectangular array") from error
    wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
    if array.dtype.kind not in "biuf":
        raise ArgumentTypeError(
            f"{owner}: {argument} must hold real numbers, not dtype {array.dtype}"
        )
    if array.ndim != len(shape) or any(
        (n is None and m < 1) or (n is not None and n != m)
        for n, m in zip(shape, array.shape, strict=True)
    ):
        raise DataError(f"{owner}: {argument} must have shape {wanted}, not {array.shape}")
    with np.errstate(over="ignore"):
        converted = np.ascontiguousarray(array, dtype=dtype)
    # One pass without a temporary array: a sum of squares is finite unless an element is not, or it
    # overflows. A product of BLAS would wake its threads for it.
    flat = converted.reshape(-1)
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(np.einsum("i,i", flat, flat)) or np.isfinite(flat).all()
    if not finite:
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(converted))[0])
        raise DataError(
            f"{owner}: {argument} must be finite, but element {where} is {array[where]!r}"
        )
    return converted
