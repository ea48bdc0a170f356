"""Rows that are appended a few at a time, and read as one array."""

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
    """Rows of one shape, in blocks of memory, of which those that were read are in one piece.

    Rows that nobody has read are not moved when others come; to read all again after that, the new
    ones are moved behind the others, and these only when they have grown by half. What has been
    handed out is never written to again.

    Parameters
    ----------
    shape : tuple of int
        Of a row.
    dtype : dtype
    rows : ndarray, optional
        What it begins with.
    """

    def __init__(
        self, shape: tuple[int, ...], dtype: np.dtype[Any], rows: npt.NDArray[Any] | None = None
    ) -> None:
        self._shape, self._dtype = shape, dtype
        if rows is None:
            rows = np.empty((0, *shape), dtype)
        # Where each block begins; it ends where the next begins, or with the rows.
        self._blocks: list[tuple[int, npt.NDArray[Any]]] = [(0, rows)]
        self._count = len(rows)
        # So many rows of the first block have been handed out.
        self._read = self._count
        self._bytes = _FIRST_BYTES
        self._whole: npt.NDArray[Any] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return GrowingRows, (self._shape, self._dtype, self.array())

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of the numbers."""
        return self._dtype

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    def cut(self, count: int) -> None:
        """Forget the rows behind the first `count`."""
        if count < self._count:
            self._whole = None
            self._count = count

    def space(self, count: int) -> npt.NDArray[Any]:
        """Memory for so many rows behind those that there are; `use` makes them rows."""
        while self._blocks[-1][0] > self._count:
            self._blocks.pop()
        start, block = self._blocks[-1]
        at = self._count - start
        shown = len(self._blocks) == 1 and self._count < self._read
        if shown or at + count > len(block):
            width = max(1, int(np.prod(self._shape)) * self._dtype.itemsize)
            block = np.empty((max(count, self._bytes // width), *self._shape), self._dtype)
            self._blocks.append((self._count, block))
            self._bytes = min(_GROWTH * self._bytes, _MOST_BYTES)
            at = 0
        return block[at : at + count]

    def use(self, count: int) -> None:
        """So many rows of the memory that `space` has returned are written."""
        self._whole = None
        self._count += count

    def append(self, rows: npt.NDArray[Any]) -> None:
        """Copy rows behind those that there are."""
        self.space(len(rows))[...] = rows
        self.use(len(rows))

    def array(self) -> npt.NDArray[Any]:
        """All rows, read-only."""
        if self._whole is None:
            if len(self._blocks) > 1:
                self._unite()
            whole = self._blocks[0][1][: self._count]
            whole.flags.writeable = False
            self._read = max(self._read, self._count)
            self._whole = whole
        return self._whole

    def _unite(self) -> None:
        """Bring all rows into the first block, or into a larger one in its place."""
        starts = [min(start, self._count) for start, _ in self._blocks]
        pieces = [
            block[: last - start]
            for (start, block), last in zip(self._blocks, [*starts[1:], self._count], strict=True)
            if start < last
        ]
        whole = self._blocks[0][1]
        if self._read > starts[1] or len(whole) < self._count:
            # What is read for the first time is not expected to grow much.
            spare = self._count // 2 if self._read else 0
            whole = np.empty((self._count + spare, *self._shape), self._dtype)
            np.concatenate([whole[:0], *pieces], out=whole[: self._count])
            read = 0
        else:
            for (start, block), last in zip(
                self._blocks[1:], [*starts[2:], self._count], strict=True
            ):
                whole[start:last] = block[: max(0, last - start)]
            read = self._read
        self._blocks, self._read = [(0, whole)], read
