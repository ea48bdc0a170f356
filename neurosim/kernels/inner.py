"""The decorators of kernels.

Those that only other kernels call need none of the wrappers by which Python or C would call them,
which take as long to compile as the kernels themselves; and they are optimised with what calls
them.
"""

from __future__ import annotations

from uuid import uuid4

from numba import types
from numba.core.caching import FunctionCache, IndexDataCacheFile
from numba.core.registry import CPUDispatcher

from neurosim.kernels.machine.deferred import ApartCompiler, EntryCompiler, PlainCompiler

__all__ = ["apart", "entry", "inner", "outer"]

_OPTIONS = {"nopython": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


class _CacheFile(IndexDataCacheFile):
    """What is on disk of a function: an index, and a file for each kind of arguments."""

    def _data_name(self, number):
        """Name of a file that never was one.

        Numba numbers them. Of two processes that compile a function at the same time, for float32
        and for float64, each could take the other's file for its own; or one that the index names
        already, but that still is of an older source.
        """
        return super()._data_name(number).removesuffix(".nbc") + f".{uuid4().hex}.nbc"


class _Cache(FunctionCache):
    """A function's cache on disk, for several processes at the same time."""

    def __init__(self, py_func):
        super().__init__(py_func)
        stamp = self._impl.locator.get_source_stamp()
        self._cache_file = _CacheFile(self._cache_path, self._impl.filename_base, stamp)


class _Dispatcher(CPUDispatcher):
    """Numba's, with this cache."""

    def enable_caching(self):
        self._cache = _Cache(self.py_func)


class _InnerDispatcher(_Dispatcher):
    """Compiles once what Numba would compile anew for each constant that it is called with."""

    def get_call_template(self, args, kws):
        args = [types.unliteral(kind) for kind in args]
        kws = {name: types.unliteral(kind) for name, kind in kws.items()}
        return super().get_call_template(args, kws)


def _compiled_by(compiler, function):
    dispatcher = _InnerDispatcher(function, targetoptions=dict(_OPTIONS), pipeline_class=compiler)
    dispatcher.enable_caching()
    return dispatcher


def entry(function):
    """Have a function compiled, and cached, that Python calls, with the kernels that it calls."""
    options = {"nopython": True}
    dispatcher = _Dispatcher(function, targetoptions=options, pipeline_class=EntryCompiler)
    dispatcher.enable_caching()
    return dispatcher


def outer(**options):
    """Have a function compiled, and cached, as Numba's `njit` does with these options."""

    def decorate(function):
        dispatcher = _Dispatcher(function, targetoptions={"nopython": True, **options})
        dispatcher.enable_caching()
        return dispatcher

    return decorate


def inner(function):
    """Have a function compiled, and cached, when a kernel that calls it is; its loops are short."""
    return _compiled_by(PlainCompiler, function)


def apart(function):
    """`inner` for a function with a loop over nodes, which is to become vector code.

    It is never given arrays which overlap. LLVM then need not make sure of it before it uses
    vectors, however many arrays the loop writes.
    """
    return _compiled_by(ApartCompiler, function)
