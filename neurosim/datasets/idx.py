"""IDX files of unsigned bytes: what a header announces is checked before memory is taken for it."""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
import numpy.typing as npt

from neurosim.errors import DataError

__all__ = ["read_idx"]

# Far above every published set of this kind, and low enough that no header can fill the memory.
_MOST_SAMPLES = 1_000_000
# One byte of a deflate stream never yields more than 1032.
_LARGEST_EXPANSION = 1032
_CHUNK = 1 << 20


def read_idx(path: Path, item_shape: tuple[int, ...]) -> tuple[npt.NDArray[np.uint8], str]:
    """Read one IDX file of unsigned bytes: its array and the SHA-256 of its contents."""
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            stream = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if compressed else file
            header = stream.read(8 + 4 * len(item_shape))
            count = _samples_announced(path, header, item_shape)
            expected = count * math.prod(item_shape)
            _check_size(path, expected, len(header), compressed)
            contents = bytearray()
            while len(contents) < expected:
                chunk = stream.read(min(_CHUNK, expected - len(contents)))
                if not chunk:
                    raise DataError(
                        f"{path} ends early: its header announces {expected} bytes of data, "
                        f"it has {len(contents)}"
                    )
                contents += chunk
            if stream.read(1):
                raise DataError(f"{path} goes on after the {expected} bytes its header announces")
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    digest = hashlib.sha256(header)
    digest.update(contents)
    return np.frombuffer(contents, np.uint8).reshape((count, *item_shape)), digest.hexdigest()


def _samples_announced(path: Path, header: bytes, item_shape: tuple[int, ...]) -> int:
    """Check an IDX header; return the number of samples it announces."""
    if len(header) < 8 + 4 * len(item_shape):
        raise DataError(f"{path} is too short for an IDX file: {len(header)} bytes")
    magic, count, *shape = struct.unpack(f">{2 + len(item_shape)}I", header)
    # 8 stands for unsigned bytes; the last byte is the number of dimensions.
    expected_magic = 0x0800 + 1 + len(item_shape)
    if magic != expected_magic:
        raise DataError(
            f"{path} starts with the magic number 0x{magic:08x}; IDX "
            f"{'images' if item_shape else 'labels'} start with 0x{expected_magic:08x}"
        )
    if tuple(shape) != item_shape:
        raise DataError(
            f"{path} announces images of {shape[0]} x {shape[1]} pixels; "
            f"MNIST's have {item_shape[0]} x {item_shape[1]}"
        )
    if not 1 <= count <= _MOST_SAMPLES:
        raise DataError(f"{path} announces {count} samples; from 1 to {_MOST_SAMPLES} are accepted")
    return int(count)


def _check_size(path: Path, expected: int, header_size: int, compressed: bool) -> None:
    """Refuse a file that cannot hold the data its header announces."""
    stored = path.stat().st_size
    if compressed and expected > stored * _LARGEST_EXPANSION:
        raise DataError(
            f"{path} announces {expected} bytes of data; {stored} compressed bytes cannot hold that"
        )
    if not compressed and stored - header_size != expected:
        raise DataError(f"{path} announces {expected} bytes of data and has {stored - header_size}")
