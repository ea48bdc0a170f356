"""Gzip files read piece by piece, which say at which of their bytes they are damaged."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import BinaryIO

from neurosim.datasets.faults import fault

__all__ = ["Unpacked"]

_CHUNK = 1 << 16
#: To zlib: the largest window, and a header and a checksum as gzip has them.
_GZIP = 31


class Unpacked:
    """The contents of a gzip file, unpacked as they are asked for, and never further.

    Python's own reader does the same, but once it stops nobody can tell where.

    Parameters
    ----------
    path : Path
        What errors name.
    file : binary file
        Stands at the beginning of the compressed data.
    """

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path, self._file = path, file
        self._unpacker = zlib.decompressobj(_GZIP)
        self._waiting = b""
        #: Where the first byte that waits is in the file.
        self._byte = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes; fewer than asked for only where the contents end.

        Raises
        ------
        DataError
            If the compressed data are damaged, or end in their middle.
        """
        contents = bytearray()
        while len(contents) < size and self._is_more():
            contents += self._unpack(size - len(contents))
        return bytes(contents)

    def _is_more(self) -> bool:
        """Have compressed data wait, of this member of the file or the next, if there are any."""
        while True:
            if self._unpacker.eof:
                # A member may be padded with zeros; whatever else follows has to be the next one.
                rest = self._waiting.lstrip(b"\0")
                self._byte += len(self._waiting) - len(rest)
                self._waiting = rest
            if self._waiting:
                break
            self._waiting = self._file.read(_CHUNK)
            if not self._waiting:
                if self._unpacker.eof:
                    return False
                raise fault(self._path, self._byte, "ends in the middle of its compressed data")
        if self._unpacker.eof:
            self._unpacker = zlib.decompressobj(_GZIP)
        return True

    def _unpack(self, most: int) -> bytes:
        before = self._unpacker.copy()
        try:
            contents = self._unpacker.decompress(self._waiting, most)
        except zlib.error as error:
            byte = self._byte + _first_refused(before, self._waiting)
            # Zlib's number of the error, and that it was unpacking, are of no use to a reader.
            why = str(error).rpartition(": ")[2]
            raise fault(self._path, byte, f"its compressed data are damaged ({why})") from error
        left = self._unpacker.unused_data or self._unpacker.unconsumed_tail
        self._byte += len(self._waiting) - len(left)
        self._waiting = left
        return contents


def _first_refused(unpacker: zlib._Decompress, data: bytes) -> int:
    """Where in the data zlib notices the damage, which may be some bytes after it."""
    for position in range(len(data)):
        try:
            unpacker.decompress(data[position : position + 1])
        except zlib.error:
            return position
    return len(data)
