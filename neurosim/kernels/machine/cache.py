"""Numba's cache of compiled functions on disk, safe for several processes at the same time.

Numba numbers the files of a function, one for each kind of arguments. Of two processes that compile
it at the same time, for float32 and for float64, each could take the other's file for its own; and
for a moment an index may name a file that still is of an older source. Here no two files have the
same name.

Numba stops at a file that is damaged, at a disk that is full, and where no folder can be written
to. Here the code is then compiled, and it is said once that it could not be kept.
"""

from __future__ import annotations

import os
import pickle
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    IndexDataCacheFile,
    NullCache,
    UserWideCacheLocator,
)
from numba.core.registry import CPUDispatcher

from neurosim.kernels.machine.kept_files import (
    is_trusted,
    read,
    say_nowhere,
    say_once,
    say_unkept,
    write,
)

__all__ = ["Cache", "CachingDispatcher", "cache_of", "folders", "give_up"]

_FOLDERS = set()
_GIVEN_UP = set()


def folders() -> frozenset[str]:
    """Folders on disk of all functions that were made so far: one for each folder of sources."""
    return frozenset(_FOLDERS)


def give_up(folder: str) -> None:
    """Neither read from a folder nor write to it."""
    _GIVEN_UP.add(folder)


class _Files(IndexDataCacheFile):
    """What is on disk of a function: an index, and a file for each kind of arguments."""

    def __init__(self, cache_path, filename_base, source_stamp, sources):
        super().__init__(cache_path, filename_base, source_stamp)
        self._sources = sources

    def _data_name(self, number):
        """Name of a file that never was one."""
        return super()._data_name(number).removesuffix(".nbc") + f".{uuid4().hex}.nbc"

    def _load_index(self):
        """Files by what they are compiled for; none if there is no index of this very source."""
        stream = BytesIO(read(self._index_path, self._sources) or pickle.dumps(None))
        # What another version of Numba has written can only be read up to here.
        if pickle.load(stream) != self._version:
            return {}
        stamp, overloads = pickle.load(stream)
        return overloads if stamp == self._source_stamp else {}

    def _save_index(self, overloads):
        write(
            self._index_path,
            pickle.dumps(self._version) + self._dump((self._source_stamp, overloads)),
        )

    def _load_data(self, name):
        """What one file has, or None."""
        data = read(self._data_path(name), self._sources)
        return None if data is None else pickle.loads(data)

    def _save_data(self, name, data):
        write(self._data_path(name), self._dump(data))


class _HomeLocator(UserWideCacheLocator):
    """The folder of a user, who may have none."""

    @classmethod
    def from_function(cls, py_func, py_file):
        """None where Numba would make a folder of the name "~" in the current one."""
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~")
        return super().from_function(py_func, py_file) if os.path.isabs(home) else None


class _Place(CompileResultCacheImpl):
    """Where the code of a function is kept."""

    def __init__(self, py_func):
        self._locator_classes = [
            _HomeLocator if kind is UserWideCacheLocator else kind for kind in self._locator_classes
        ]
        super().__init__(py_func)


class Cache(FunctionCache):
    """The cache of one function."""

    _impl_class = _Place

    def __init__(self, py_func):
        super().__init__(py_func)
        stamp = self._impl.locator.get_source_stamp()
        _FOLDERS.add(self._cache_path)
        self._sources = str(Path(py_func.__code__.co_filename).absolute().parent)
        self._cache_file = _Files(self._cache_path, self._impl.filename_base, stamp, self._sources)

    def _is_of_use(self):
        """Whether there is a folder, and one that is only written to by those who may."""
        if self._cache_path in _GIVEN_UP:
            return False
        return os.path.isdir(self._cache_path) and is_trusted(self._cache_path, self._sources)

    def load_overload(self, sig, target_context):
        """Return what is kept for some types of arguments; None if it has to be compiled."""
        try:
            return super().load_overload(sig, target_context) if self._is_of_use() else None
        except ImportError:
            # Of a module that cannot be imported here.
            return None
        except Warning:
            raise
        except Exception as error:
            say_once("strange", f"compiled code on disk is of no use, and made anew: {error!r}")
            return None

    def save_overload(self, sig, data):
        """Keep what was compiled, if that is possible."""
        try:
            os.makedirs(self._cache_path, exist_ok=True)
            if self._is_of_use():
                super().save_overload(sig, data)
        except OSError as error:
            say_unkept(error)


class _NoCache(NullCache):
    """What stands for it where nothing can be kept."""

    def load_overload(self, sig, target_context):
        say_nowhere()


def cache_of(py_func):
    """Return the cache of a function."""
    try:
        return Cache(py_func)
    except (RuntimeError, OSError):
        # Numba has found no folder, or no source file to see by whether code is still of it.
        return _NoCache()


class CachingDispatcher(CPUDispatcher):
    """A compiled function that has such a cache."""

    def enable_caching(self):
        """Look on disk before compiling, and keep there what was compiled."""
        self._cache = cache_of(self.py_func)
