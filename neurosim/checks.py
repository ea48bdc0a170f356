"""Checks of what users pass in: which argument of which object, what was given, what is allowed."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from neurosim.errors import ArgumentError, ArgumentTypeError, DataError

__all__ = [
    "MOST_REPLICAS", "MOST_TICKS", "any_array", "boolean", "choice", "chosen", "finite_array",
    "fits", "integer", "made", "name", "names", "precision", "real", "real_array", "sequence",
]  # fmt: skip

#: Ticks that may be asked for at a time; ten thousand times as many fit the clock.
MOST_TICKS = 10**12
#: Samples at a time: more than any memory holds with a few nodes each.
MOST_REPLICAS = 2**31 - 1
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
    # To NumPy a stretch of time is an integer, too.
    never = (bool, np.bool_, np.timedelta64)
    if isinstance(value, never) or not isinstance(value, numbers.Integral):
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


def fits(owner: str, argument: str, value: float, dtype: np.dtype[Any]) -> float:
    """Return `value` if `dtype` can hold it: neither infinite there, nor so small that it is lost.

    What is positive and below the smallest normal number would be rounded to a few bits, or to 0.
    """
    info = np.finfo(dtype)
    magnitude = abs(float(value))
    if magnitude > float(info.max) or 0 < magnitude < float(info.tiny):
        raise ArgumentError(
            f"{owner}: {argument} = {value!r} cannot be held in {dtype.name}, which reaches from "
            f"{float(info.tiny):.2g} to {float(info.max):.2g}"
            + ('; give another one, or dtype="float64"' if dtype != np.float64 else "")
        )
    return float(value)


def made(value: object) -> str:
    """Remedy for a class given in the place of an object: its parentheses are missing."""
    return f"; parentheses make one: {value.__name__}()" if isinstance(value, type) else ""


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


def sequence(owner: str, argument: str, value: object, of: str) -> list[Any]:
    """Return the elements of `value` if it is a list, or another sequence or vector, of things."""
    good = isinstance(value, (Sequence, np.ndarray)) and not isinstance(
        value, (str, bytes, bytearray, memoryview)
    )
    if not good or np.ma.isMaskedArray(value) or getattr(value, "ndim", 1) == 0:
        what = "a masked array" if np.ma.isMaskedArray(value) else repr(value)
        raise ArgumentTypeError(f"{owner}: {argument} must be a list of {of}, not {what}")
    return list(cast("Sequence[Any]", value))


def names(owner: str, argument: str, value: object) -> list[str]:
    """Return the elements of `value` if it is a list, or another sequence, of strings."""
    elements = sequence(owner, argument, value, "strings")
    for each in elements:
        if not isinstance(each, str):
            raise ArgumentTypeError(f"{owner}: {argument} must hold strings, not {each!r}")
    return [str(each) for each in elements]


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


def _is_missing(value: object) -> bool:
    """Whether an element stands for none: None, and what pandas and NumPy have for it."""
    return value is None or value is np.ma.masked or type(value).__name__ in ("NAType", "NaTType")


def _refuse_masked(owner: str, argument: str, value: object) -> None:
    """Refuse masked elements, also of the arrays in a list: NumPy would show what is behind."""
    if isinstance(value, np.ma.MaskedArray):
        places = np.argwhere(np.ma.getmaskarray(value))
        if len(places):
            where = tuple(int(i) for i in places[0])
            raise DataError(
                f"{owner}: {argument} must be there, but element {where} is masked; fill it, or "
                "leave it out"
            )
    elif isinstance(value, (list, tuple)):
        for n, each in enumerate(value):
            if isinstance(each, (list, tuple, np.ma.MaskedArray)):
                _refuse_masked(owner, f"{argument}[{n}]", each)


def _of_objects(owner: str, argument: str, array: FloatArray) -> FloatArray:
    """Return what is in an array of objects, such as a table's of several types, as numbers."""
    flat = array.ravel().tolist()
    for n, each in enumerate(flat):
        if isinstance(each, numbers.Real):
            continue
        where = tuple(int(i) for i in np.unravel_index(n, array.shape))
        if _is_missing(each):
            raise DataError(
                f"{owner}: {argument} must be there, but element {where} is missing ({each!r}); "
                "fill it, or leave it out"
            )
        remedy = "; toarray() makes an array of it" if hasattr(each, "toarray") else ""
        raise ArgumentTypeError(
            f"{owner}: {argument} must hold real numbers, not {type(each).__name__}"
            + (f" (element {where})" if where else "")
            + remedy
        )
    try:
        return np.array(flat, np.float64).reshape(array.shape)
    except OverflowError:
        raise DataError(f"{owner}: {argument} must be finite in float64") from None


def any_array(owner: str, argument: str, value: object) -> FloatArray:
    """Return `value` as an array of whatever it holds."""
    try:
        return np.asarray(value)
    except ValueError as error:
        raise DataError(f"{owner}: {argument} is not a rectangular array") from error
    except (TypeError, RuntimeError, OverflowError) as error:
        raise ArgumentTypeError(f"{owner}: {argument} is no array: {error}") from error


def real_array(owner: str, argument: str, value: object) -> FloatArray:
    """Return `value` as an array of real numbers, of any shape; nothing in it may be missing."""
    if isinstance(value, Mapping):
        raise ArgumentTypeError(f"{owner}: {argument} must be an array, not {value!r:.200}")
    _refuse_masked(owner, argument, value)
    array = any_array(owner, argument, value)
    if array.dtype.kind == "O":
        return _of_objects(owner, argument, array)
    if array.dtype.kind not in "biuf":
        raise ArgumentTypeError(
            f"{owner}: {argument} must hold real numbers, not dtype {array.dtype}"
        )
    return array


def finite_array(
    owner: str,
    argument: str,
    value: object,
    shape: tuple[int | None, ...],
    dtype: npt.DTypeLike,
    *,
    least: int = 1,
) -> FloatArray:
    """Return `value` as a contiguous array of `dtype` if it has the shape and is finite.

    None in `shape` stands for any length from `least`. Nothing is broadcast; what is masked or
    missing is refused, and so are numbers that `dtype` cannot hold (a complex number, a string,
    1e300 in float32).
    """
    array = real_array(owner, argument, value)
    wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
    if array.ndim != len(shape) or any(
        n is not None and n != m for n, m in zip(shape, array.shape, strict=True)
    ):
        raise DataError(f"{owner}: {argument} must have shape {wanted}, not {array.shape}")
    if any(n is None and m < least for n, m in zip(shape, array.shape, strict=True)):
        raise DataError(f"{owner}: {argument} must not be empty, but have shape {array.shape}")
    with np.errstate(over="ignore"):
        converted = np.ascontiguousarray(array, dtype=dtype)
    # One pass without a temporary array: a sum of squares is finite unless an element is not, or it
    # overflows. A product of BLAS would wake its threads for it.
    flat = converted.reshape(-1)
    with np.errstate(over="ignore", invalid="ignore"):
        finite = np.isfinite(np.einsum("i,i", flat, flat)) or np.isfinite(flat).all()
    if not finite:
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(converted))[0])
        beyond = f", which {converted.dtype} cannot hold" if np.isfinite(array[where]) else ""
        raise DataError(
            f"{owner}: {argument} must be finite, but element {where} is {array[where]!r}{beyond}"
        )
    return converted
