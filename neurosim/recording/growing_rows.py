"""Rows that are appended a few at a time, without moving those that are there already."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["GrowingRows"]

# Memory is taken from the system when it is first written to, and page by page this takes longer
# than all else that a step records. NumPy asks for large pages for blocks of 4 MiB or more, which
# hold the fewer small ones at their ends the larger they are: so blocks grow fast.
_FIRST_BYTES, _GROWTH, _MOST_BYTES = 1 << 16, 16, 1 << 24


class GrowingRows:
    """Blocks of memory for rows of one width, filled from the first row to the last.

    A copy of it begins with blocks of its own.

    Parameters
    ----------
    columns : int
    dtype : dtype
    """

    def __init__(self, columns: int, dtype: np.dtype[Any]) -> None:
        self._columns, self._dtype = columns, dtype
        self._bytes = _FIRST_BYTES
        self._block = np.empty((0, columns), dtype)
        self._used = 0
        # What grows: rows from `begin` on, of which the last is the last one in use.
        self._begin = 0
        self._last = self._block

    def __reduce__(self) -> tuple[Any, ...]:
        return GrowingRows, (self._columns, self._dtype)

    def new(self, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Copy rows, and return the copy."""
        if self._used + len(rows) > len(self._block):
            width = max(1, self._columns * self._dtype.itemsize)
            self._block = np.empty(
                (max(len(rows), self._bytes // width), self._columns), self._dtype
            )
            self._bytes = min(_GROWTH * self._bytes, _MOST_BYTES)
            self._used = 0
        self._begin = self._used
        return self._append(rows)

    def longer(self, before: npt.NDArray[Any], rows: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
        """Return what was appended before and rows behind it; None where there is no room."""
        if before is not self._last or self._used + len(rows) > len(self._block):
            return None
        return self._append(rows)

    def shorter(self, before: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return what was appended before without its last row."""
        if before is not self._last:
            return before[:-1]
        self._used -= 1
        self._last = self._block[self._begin : self._used]
        return self._last

    def _append(self, rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        end = self._used + len(rows)
        self._block[self._used : end] = rows
        self._used = end
        self._last = self._block[self._begin : end]
        return self._last
