"""IDX files of unsigned bytes: what a header announces is checked before memory is taken for it."""

from __future__ import annotations

import hashlib
import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.datasets.faults import fault
from neurosim.datasets.unpacking import Unpacked
from neurosim.errors import DataError

__all__ = ["COUNT_BYTE", "IdxFile", "read_idx"]

#: Where the number of samples is announced.
COUNT_BYTE = 4
# Far above every published set of this kind, and low enough that no header can fill the memory.
_MOST_SAMPLES = 1_000_000
# One byte of a deflate stream never yields more than 1032.
_LARGEST_EXPANSION = 1032
_CHUNK = 1 << 20


@dataclass(frozen=True, eq=False)
class IdxFile:
    """What was read from one file.

    Attributes
    ----------
    path : Path
        The file.
    compressed : bool
        Whether it is compressed, whatever its name says.
    array : ndarray of uint8
        Its data, a sample in each row.
    sha256 : str
        SHA-256 of its contents, unpacked if it is compressed.
    """

    path: Path
    compressed: bool
    array: npt.NDArray[np.uint8]
    sha256: str

    @property
    def data_byte(self) -> int:
        """Where the data begin, behind the header."""
        return _header_size(self.array.shape[1:])

    def fault(self, byte: int, what: str) -> DataError:
        """Return the error of this file at a byte of its contents."""
        return fault(self.path, byte, what, unpacked=self.compressed)

    def wholly_wrong(self, what: str) -> DataError:
        """Return the error of all its contents."""
        last = self.data_byte + self.array.size - 1
        return fault(self.path, (0, last), what, unpacked=self.compressed)


def read_idx(path: Path, item_shape: tuple[int, ...]) -> IdxFile:
    """Read one IDX file of unsigned bytes, compressed or not.

    Parameters
    ----------
    path : Path
        The file.
    item_shape : tuple of int
        The shape of a sample: rows and columns of an image; () of a label.

    Raises
    ------
    DataError
        If it cannot be read, or is no such file from its first byte to its last.
    """
    try:
        with path.open("rb") as file:
            compressed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            return _read(path, Unpacked(path, file) if compressed else file, compressed, item_shape)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _read(path: Path, stream: Any, compressed: bool, item_shape: tuple[int, ...]) -> IdxFile:
    header_size = _header_size(item_shape)
    header = stream.read(header_size)
    count = _samples_announced(path, compressed, header, item_shape)
    expected = count * math.prod(item_shape)
    _check_size(path, compressed, expected, header_size)
    contents = bytearray()
    while len(contents) < expected:
        chunk = stream.read(min(_CHUNK, expected - len(contents)))
        if not chunk:
            raise fault(
                path,
                header_size + len(contents),
                f"ends early: its header announces {expected} bytes of data, "
                f"it has {len(contents)}",
                unpacked=compressed,
            )
        contents += chunk
    if stream.read(1):
        raise fault(
            path,
            header_size + expected,
            f"goes on after the {expected} bytes its header announces",
            unpacked=compressed,
        )
    digest = hashlib.sha256(header)
    digest.update(contents)
    array = np.frombuffer(contents, np.uint8).reshape((count, *item_shape))
    return IdxFile(path, compressed, array, digest.hexdigest())


def _header_size(item_shape: tuple[int, ...]) -> int:
    return 8 + 4 * len(item_shape)


def _samples_announced(
    path: Path, compressed: bool, header: bytes, item_shape: tuple[int, ...]
) -> int:
    """Check an IDX header; return the number of samples it announces."""

    def wrong(byte: int, what: str) -> DataError:
        return fault(path, byte, what, unpacked=compressed)

    if len(header) < _header_size(item_shape):
        raise wrong(len(header), f"too short for an IDX file: {len(header)} bytes")
    magic, count, *shape = struct.unpack(f">{2 + len(item_shape)}I", header)
    # 8 stands for unsigned bytes; the last byte is the number of dimensions.
    expected_magic = 0x0800 + 1 + len(item_shape)
    if magic != expected_magic:
        raise wrong(
            0,
            f"starts with the magic number 0x{magic:08x}; IDX "
            f"{'images' if item_shape else 'labels'} start with 0x{expected_magic:08x}",
        )
    if tuple(shape) != item_shape:
        raise wrong(
            COUNT_BYTE + 4 if shape[0] != item_shape[0] else COUNT_BYTE + 8,
            f"announces images of {shape[0]} x {shape[1]} pixels; "
            f"they must have {item_shape[0]} x {item_shape[1]}",
        )
    if not 1 <= count <= _MOST_SAMPLES:
        raise wrong(
            COUNT_BYTE, f"announces {count} samples; from 1 to {_MOST_SAMPLES} are accepted"
        )
    return int(count)


def _check_size(path: Path, compressed: bool, expected: int, header_size: int) -> None:
    """Refuse a file that cannot hold the data its header announces."""
    stored = path.stat().st_size
    if compressed and expected > stored * _LARGEST_EXPANSION:
        raise fault(
            path,
            COUNT_BYTE,
            f"announces {expected} bytes of data; {stored} compressed bytes cannot hold that",
            unpacked=True,
        )
    if not compressed and stored - header_size != expected:
        raise fault(
            path,
            min(stored, header_size + expected),
            f"announces {expected} bytes of data and has {stored - header_size}",
        )
