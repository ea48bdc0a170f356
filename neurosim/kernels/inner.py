"""The decorators of kernels.

Those that only other kernels call need none of the wrappers by which Python or C would call them,
which take as long to compile as the kernels themselves; and they are optimised with what calls
them.
"""

from __future__ import annotations

from numba import types
from numba.core.registry import CPUDispatcher

from neurosim.kernels.machine.deferred import ApartCompiler, EntryCompiler, PlainCompiler

__all__ = ["apart", "entry", "inner"]

_OPTIONS = {"nopython": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


class _InnerDispatcher(CPUDispatcher):
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
    dispatcher = CPUDispatcher(function, targetoptions=options, pipeline_class=EntryCompiler)
    dispatcher.enable_caching()
    return dispatcher


def inner(function):
    """Have a function compiled, and cached, when a kernel that calls it is; its loops are short."""
    return _compiled_by(PlainCompiler, function)


def apart(function):
    """`inner` for a function with a loop over nodes, which is to become vector code.

    It is never given arrays which overlap. LLVM then need not make sure of it before it uses
    vectors, however many arrays the loop writes.
    """
    return _compiled_by(ApartCompiler, function)
