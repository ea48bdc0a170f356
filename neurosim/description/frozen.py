"""Arrays that nobody can write to, so that what was checked once stays as it was."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["frozen"]

Element = TypeVar("Element", bound=np.generic)


def frozen(array: npt.NDArray[Element]) -> npt.NDArray[Element]:
    """Return a copy that cannot be made writeable again; the array itself, if it is one.

    Its memory is that of a ``bytes``, which NumPy never hands out for writing: the flag of an array
    that owns its memory could be set back.
    """
    if _lies_in_bytes(array):
        return array
    copy: npt.NDArray[Any] = np.frombuffer(array.tobytes(), array.dtype)
    return copy.reshape(array.shape)


def _lies_in_bytes(array: npt.NDArray[Any]) -> bool:
    base: object = array
    while isinstance(base, np.ndarray):
        if type(base) is not np.ndarray or base.flags.writeable:
            return False
        base = base.base
    return isinstance(base, bytes)
