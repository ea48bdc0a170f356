"""The decorators of kernels.

Those that only other kernels call need none of the wrappers by which Python or C would call them,
which take as long to compile as the kernels themselves; and they are optimised with what calls
them.
"""

from __future__ import annotations

from numba import types

from neurosim.kernels.machine.cache import CachingDispatcher
from neurosim.kernels.machine.deferred import ApartCompiler, EntryCompiler, PlainCompiler

__all__ = ["apart", "entry", "inner", "outer"]

_OPTIONS = {"nopython": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


class _InnerDispatcher(CachingDispatcher):
    """Compiles once what Numba would compile anew for each constant that it is called with."""

    def get_call_template(self, args, kws):
        args = [types.unliteral(kind) for kind in args]
        kws = {name: types.unliteral(kind) for name, kind in kws.items()}
        return super().get_call_template(args, kws)


def _compiled(kind, function, options, **pipeline):
    dispatcher = kind(function, targetoptions=options, **pipeline)
    dispatcher.enable_caching()
    return dispatcher


def entry(function):
    """Have a function compiled, and cached, that Python calls, with the kernels that it calls.

    Other threads of Python run meanwhile; that none of them uses the same arrays is the caller's.
    """
    options = {"nopython": True, "nogil": True}
    return _compiled(CachingDispatcher, function, options, pipeline_class=EntryCompiler)


def outer(**options):
    """Have a function compiled, and cached, as Numba's `njit` does with these options."""

    def decorate(function):
        return _compiled(CachingDispatcher, function, {"nopython": True, **options})

    return decorate


def inner(function):
    """Have a function compiled, and cached, when a kernel that calls it is; its loops are short."""
    return _compiled(_InnerDispatcher, function, dict(_OPTIONS), pipeline_class=PlainCompiler)


def apart(function):
    """`inner` for a function with a loop over nodes, which is to become vector code.

    It is never given arrays which overlap. LLVM then need not make sure of it before it uses
    vectors, however many arrays the loop writes.
    """
    return _compiled(_InnerDispatcher, function, dict(_OPTIONS), pipeline_class=ApartCompiler)
