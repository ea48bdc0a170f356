"""Values that a file can hold: what runs are called with and what they return, as JSON has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.errors import ArgumentTypeError

__all__ = ["plain"]

_DEEPEST = 32
# Python refuses to write or to read longer ones.
_LONGEST_INTEGER = 10**4000


def plain(value: object, what: str, *, mappings: bool, depth: int = 0) -> Any:
    """Return a value as JSON has it: None, bool, int, float, str, and lists and dicts of these.

    Parameters
    ----------
    value : object
        NumPy's scalars and arrays become Python's, and tuples lists.
    what : str
        What it is, for errors.
    mappings : bool
        Whether it may hold mappings of strings to values.

    Raises
    ------
    ArgumentTypeError
        If it is or holds anything else.
    """
    if depth > _DEEPEST:
        raise ArgumentTypeError(f"{what} is nested more than {_DEEPEST} deep")
    if isinstance(value, (np.generic, np.ndarray)):
        return plain(_of_numpy(value), what, mappings=mappings, depth=depth + 1)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) >= _LONGEST_INTEGER:
            raise ArgumentTypeError(f"{what} has more than 4,000 digits")
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, str):
        return _text(value, what)
    if isinstance(value, (list, tuple)):
        return [
            plain(each, f"{what}[{n}]", mappings=mappings, depth=depth + 1)
            for n, each in enumerate(value)
        ]
    if mappings and isinstance(value, Mapping):
        return {
            _key(key, what): plain(each, f"{what}[{key!r}]", mappings=True, depth=depth + 1)
            for key, each in value.items()
        }
    more = ", and lists and mappings of these" if mappings else ", and lists of these"
    raise ArgumentTypeError(
        f"{what} is a {type(value).__name__}, {value!r:.80}; allowed: numbers, strings, True, "
        f"False, None{more}"
    )


def _of_numpy(value: np.generic | np.ndarray[Any, Any]) -> object:
    # To NumPy, long ones have no counterpart.
    if isinstance(value, np.longdouble):
        return float(value)
    return complex(value) if isinstance(value, np.clongdouble) else value.tolist()


def _text(value: str, what: str) -> str:
    try:
        return value.encode().decode()
    except UnicodeEncodeError as error:
        raise ArgumentTypeError(f"{what} is no valid text: {value!r:.80}") from error


def _key(key: object, what: str) -> str:
    if not isinstance(key, str):
        raise ArgumentTypeError(f"{what} must have strings as names, not {key!r:.80}")
    return _text(key, f"a name in {what}")
