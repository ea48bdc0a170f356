"""Files that are written: regular files alone are replaced, each as a whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from neurosim.errors import FileError

__all__ = ["replacing", "why_not_replaced"]


def why_not_replaced(path: Path) -> str | None:
    """Say what speaks against a file at `path`, in words that follow its name; None if nothing.

    A link is not followed, and what it points to is not replaced: whoever made it wants it to stay.
    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        folder = path.absolute().parent
        if not folder.is_dir():
            return f"is in a folder that does not exist: {str(folder)!r}"
        return None if os.access(folder, os.W_OK) else "is in a folder that cannot be written to"
    except (OSError, ValueError) as error:
        return f"cannot be a file: {error}"
    if stat.S_ISDIR(mode):
        return "is a folder"
    if stat.S_ISLNK(mode):
        return "is a link, which is not replaced"
    if not stat.S_ISREG(mode):
        return "is no regular file but a device, a pipe or a socket, which are not replaced"
    return None if os.access(path, os.W_OK) else "cannot be written to"


@contextmanager
def replacing(path: Path, *, mode: int | None = None) -> Iterator[BinaryIO]:
    """Open a file to write that takes the place of `path` when it is complete.

    Until then, and if anything goes wrong, what stands there is as it was.

    Parameters
    ----------
    path : Path
        Where nothing is, or a regular file.
    mode : int, optional
        Permissions, less those that the process does not give; if there are none, those of the
        file that is replaced.

    Raises
    ------
    FileError
        If something else is there.
    """
    if why := why_not_replaced(path):
        raise FileError(f"{str(path)!r} {why}")
    # A name that nobody can have made before, in the same folder, so that it can be moved over.
    temporary = path.with_name(f".{uuid4().hex}.tmp")
    try:
        descriptor = os.open(
            temporary,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0),
            0o666 if mode is None else mode,
        )
        with open(descriptor, "wb") as stream:
            yield stream
        if mode is None and path.exists():
            temporary.chmod(stat.S_IMODE(path.stat().st_mode))
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
