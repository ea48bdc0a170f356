"""How rows of numbers are padded and aligned, so that whole vectors of them may be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["PADDING", "aligned_zeros", "row_stride"]

# Rows begin at multiples of so many elements.
PADDING = 16
# Bytes in a line of a cache, and in the widest vector.
_ALIGNMENT = 64
# Rows whose length in bytes is a multiple of this fall on the same sets of a cache.
_CACHE_STEP = 2048


def row_stride(size: int, itemsize: int) -> int:
    """Elements from one row of `size` numbers to the next."""
    stride = -(-size // PADDING) * PADDING
    return stride + PADDING if stride * itemsize % _CACHE_STEP == 0 else stride


def aligned_zeros(size: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Zeros, of which the first begins where a vector does."""
    itemsize = np.dtype(dtype).itemsize
    block = np.zeros(size * itemsize + _ALIGNMENT, dtype=np.uint8)
    start = -block.ctypes.data % _ALIGNMENT
    return block[start : start + size * itemsize].view(dtype)
