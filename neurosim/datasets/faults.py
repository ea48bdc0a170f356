"""A file of data that is not what it should be: which file, and at which byte."""

from __future__ import annotations

from pathlib import Path

from neurosim.errors import DataError

__all__ = ["fault"]


def fault(
    path: Path, byte: int | tuple[int, int], what: str, *, unpacked: bool = False
) -> DataError:
    """Return the error of a file.

    Parameters
    ----------
    path : Path
        The file.
    byte : int or tuple of int
        Where it is wrong, counted from 0; or the first and the last byte of a stretch.
    what : str
        What is wrong there.
    unpacked : bool
        Whether bytes are counted in what the file unpacks to, as it is compressed.
    """
    where = f"byte {byte}" if isinstance(byte, int) else f"bytes {byte[0]} to {byte[1]}"
    return DataError(f"{path}, {where}{' when unpacked' if unpacked else ''}: {what}")
