"""Files of compiled code on disk, which are run: whole or found out, and written by nobody else.

Compiled code is kept as pickles, and whoever can write a pickle can have the reader run anything.
So nothing is read that others may write, and a folder that they may write to is not used at all.
Each file begins with a hash of the rest: what is cut, empty, or was never written here is told from
what is good, and made anew. What cannot be kept is no reason to stop; it is said once.
"""

from __future__ import annotations

import hashlib
import os
import stat
import warnings
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from neurosim.files import replacing

__all__ = [
    "is_trusted", "read", "say_nowhere", "say_once", "say_unkept", "write", "write_text",
]  # fmt: skip

_said: set[Hashable] = set()
_ROOT = 0
_HASH_BYTES = hashlib.sha256().digest_size


def say_once(about: Hashable, words: str) -> None:
    """Warn of something, once in a process."""
    if about not in _said:
        _said.add(about)
        warnings.warn(f"neurosim: {words}", RuntimeWarning, stacklevel=3)


def say_unkept(error: OSError) -> None:
    """Warn that what was compiled could not be written."""
    say_once(
        "unkept",
        f"compiled code cannot be kept, and every process compiles for a minute ({error}); set "
        "NUMBA_CACHE_DIR to a folder that can be written to",
    )


def say_nowhere() -> None:
    """Warn that there is no place for what is compiled."""
    say_once(
        "unkept",
        "compiled code cannot be kept, and every process compiles for a minute: neither the folder "
        "of neurosim nor one in your home can be written to; set NUMBA_CACHE_DIR to a folder that "
        "can",
    )


@lru_cache(maxsize=16)
def _is_private(group: int, user: int) -> bool:
    """Whether a group is one that a user has for himself, as many systems make it."""
    import grp
    import pwd

    try:
        name, found = pwd.getpwuid(user).pw_name, grp.getgrgid(group)
    except KeyError:
        return False
    return found.gr_name == name and not set(found.gr_mem) - {name}


def _writers(status: os.stat_result) -> set[int | str]:
    """Who may write what has this status: users, and words for groups of them."""
    result: set[int | str] = {status.st_uid}
    if status.st_mode & stat.S_IWGRP and not _is_private(status.st_gid, os.geteuid()):
        result.add(f"group {status.st_gid}")
    if status.st_mode & stat.S_IWOTH:
        result.add("all")
    return result


def _allowed(sources: str | None) -> set[int | str]:
    """Who may write compiled code: this user, root, and whoever can write the sources of it."""
    result: set[int | str] = {os.geteuid(), _ROOT}
    return result if sources is None else result | _writers(os.stat(sources))


@lru_cache(maxsize=256)
def is_trusted(folder: str, sources: str | None) -> bool:
    """Whether nobody else may write to an existing folder of code compiled from `sources`.

    Says once if somebody may. A folder that is new is closed to others. `sources`
    is the folder of the sources, which who can write to may write code as well, or None.
    """
    if os.name != "posix":
        return True
    status = os.stat(folder)
    if not _writers(status) - _allowed(sources):
        return True
    if status.st_uid == os.geteuid() and not os.listdir(folder):
        os.chmod(folder, stat.S_IMODE(status.st_mode) & ~(stat.S_IWGRP | stat.S_IWOTH))
        return True
    say_once(
        ("others", folder),
        f"others may write to {folder!r}, so that compiled code is neither read from there nor "
        "kept there, and is compiled in every process; take the permission away (chmod go-w) from "
        "a folder of your own, or set NUMBA_CACHE_DIR and NEUROSIM_CACHE_DIR to one",
    )
    return False


def read(path: str | Path, sources: str | None) -> bytes | None:
    """Return what `write` has put into a file; None if there is nothing, or nothing to be used."""
    path = Path(path)
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            content = stream.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        say_once("damaged", f"compiled code on disk cannot be read, and is made anew: {error}")
        return None
    if os.name == "posix" and _writers(status) - _allowed(sources):
        say_once(
            "others' file",
            f"others may write {str(path)!r}, so that it is not read but made anew",
        )
        return None
    digest, payload = content[:_HASH_BYTES], content[_HASH_BYTES:]
    if hashlib.sha256(payload).digest() != digest:
        say_once("damaged", f"{str(path)!r} is damaged, and made anew like all that is")
        return None
    return payload


def write(path: str | Path, payload: bytes) -> None:
    """Keep bytes in a file, whole or not at all; an OSError says why that is not possible."""
    _write(Path(path), hashlib.sha256(payload).digest() + payload)


def write_text(path: Path, text: str) -> None:
    """Have a file hold this text, which is compared with, and never run."""
    content = text.encode()
    try:
        if path.read_bytes() == content:
            return
    except OSError:
        pass
    _write(path, content)


def _write(path: Path, content: bytes) -> None:
    if path.is_dir() and not path.is_symlink():
        # Nothing here makes one, so that nobody can tell what it is for.
        aside = path.with_name(f"{path.name}.{uuid4().hex}.aside")
        os.replace(path, aside)
        say_once(
            "folder", f"a folder stood in the place of {str(path)!r}; it is now {aside.name!r}"
        )
    elif path.is_symlink():
        path.unlink()
    with replacing(path, mode=0o644) as stream:
        stream.write(content)
