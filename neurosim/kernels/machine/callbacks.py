"""Functions that are compiled to be called by their address, found on disk or made in steps.

Numba makes a callback at once, and keeps it. Whoever makes one here may look at what was compiled
before it is kept.
"""

from __future__ import annotations

from numba.core.ccallback import CFunc
from numba.core.compiler import Compiler
from numba.core.compiler_lock import global_compiler_lock
from numba.core.sigutils import normalize_signature

from neurosim.kernels.machine.cache import cache_of

__all__ = ["Callback", "callback"]


class Callback(CFunc):
    """A function that is to be compiled; its address is known once it was found or made."""

    def enable_caching(self):
        """Look on disk before compiling, and keep there what was compiled."""
        self._cache = cache_of(self._pyfunc)

    @global_compiler_lock
    def find(self):
        """Whether what was compiled is on disk."""
        found = self._cache.load_overload(self._sig, self._targetdescr.target_context)
        if found is not None:
            self._cache_hits += 1
            self._adopt(found)
        return found is not None

    @global_compiler_lock
    def make(self):
        """Compile it."""
        self._made = self._compile_uncached()
        self._adopt(self._made)

    @global_compiler_lock
    def keep(self):
        """Keep what was made on disk."""
        self._cache.save_overload(self._sig, self._made)

    def _adopt(self, compiled):
        self._library = compiled.library
        self._wrapper_name = compiled.fndesc.llvm_cfunc_wrapper_name
        self._wrapper_address = self._library.get_pointer_to_function(self._wrapper_name)


def callback(signature, *, cache, pipeline_class=Compiler, **options):
    """Make a `Callback` of a function, whose code is kept on disk if `cache`."""

    def decorate(function):
        result = Callback(
            function, normalize_signature(signature), locals={}, options=options,
            pipeline_class=pipeline_class,
        )  # fmt: skip
        if cache:
            result.enable_caching()
        return result

    return decorate
