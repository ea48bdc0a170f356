"""The files of MNIST, encoded byte by byte from the description of IDX.

Independent of the reader: nothing of it is used to write them, damage them or compress them.
"""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np

TRAIN, TEST = 30, 20
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
TEST_IMAGES, TEST_LABELS = "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"


def idx(array: np.ndarray, magic: int | None = None) -> bytes:
    """Encode unsigned bytes as IDX."""
    magic = 0x0800 + array.ndim if magic is None else magic
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.tobytes()


def huge_header(*sizes: int) -> bytes:
    """Encode a header that announces far more than follows it."""
    return struct.pack(f">{1 + len(sizes)}I", 0x0800 + len(sizes), *sizes) + b"\0" * 100


def compress(folder: Path, name: str, data: bytes | None = None) -> None:
    """Replace a file by its compressed form, or by other compressed data."""
    plain = folder / name
    (folder / f"{name}.gz").write_bytes(gzip.compress(plain.read_bytes() if data is None else data))
    plain.unlink()
