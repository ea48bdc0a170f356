"""Numba's cache of compiled functions on disk, safe for several processes at the same time.

Numba numbers the files of a function, one for each kind of arguments. Of two processes that compile
it at the same time, for float32 and for float64, each could take the other's file for its own; and
for a moment an index may name a file that still is of an older source. Here no two files have the
same name.
"""

from __future__ import annotations

from uuid import uuid4

from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.registry import CPUDispatcher

__all__ = ["Cache", "CachingDispatcher", "folders"]

_FOLDERS = set()


def folders():
    """Folders on disk of all functions that were made so far: one for each folder of sources."""
    return frozenset(_FOLDERS)


class _Files(IndexDataCacheFile):
    """What is on disk of a function: an index, and a file for each kind of arguments."""

    def _data_name(self, number):
        """Name of a file that never was one."""
        return super()._data_name(number).removesuffix(".nbc") + f".{uuid4().hex}.nbc"


class Cache(FunctionCache):
    """The cache of one function."""

    def __init__(self, py_func):
        super().__init__(py_func)
        stamp = self._impl.locator.get_source_stamp()
        _FOLDERS.add(self._cache_path)
        self._cache_file = _Files(self._cache_path, self._impl.filename_base, stamp)


class CachingDispatcher(CPUDispatcher):
    """A compiled function that has such a cache."""

    def enable_caching(self):
        """Look on disk before compiling, and keep there what was compiled."""
        self._cache = Cache(self.py_func)
