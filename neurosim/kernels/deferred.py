"""Compilation of kernels that only other kernels call, put off until these are compiled.

Numba optimises each function, translates it to machine code, and does both anew for all that it
calls, at every level of calls. For kernels that call kernels that call kernels this takes longer
than all else, and what it makes of the inner ones is never run. Here they are kept as Numba emitted
them, and what is called from outside is optimised and translated once, together with all it calls.
"""

from __future__ import annotations

from llvmlite import binding, ir
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

__all__ = ["ApartCompiler", "DeferredCompiler"]


class _DeferredLibrary(JITCodeLibrary):
    """Code to be linked into that of its callers, of which nothing can be called by address."""

    def _optimize_final_module(self):
        """Leave it as it is."""

    def _finalize_final_module(self):
        """Translate the variables by which Numba finds environments of functions, nothing else."""
        self._finalize_dynamic_globals()
        # Only what is final can be linked, its own module included.
        self._finalized = True
        whole = self._get_module_for_linking()
        rest = self._codegen._create_empty_module(self.name)
        for variable in whole.global_variables:
            if variable.name.startswith("_ZN08NumbaEnv"):
                environment = ir.GlobalVariable(rest, ir.IntType(8).as_pointer(), variable.name)
                environment.linkage = "common"
                environment.initializer = ir.Constant(environment.value_type, None)
        self._final_module = binding.parse_assembly(str(rest))
        super()._finalize_final_module()


class DeferredCompiler(Compiler):
    """Numba's compiler, whose code comes into a library of the above kind."""

    def define_pipelines(self):
        state = self.state
        state.library = _DeferredLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        # As Numba does where it makes a library itself.
        state.library.enable_object_caching()
        return super().define_pipelines()


class ApartCompiler(DeferredCompiler):
    """The same for functions of whose arrays none overlaps another, which LLVM is told."""

    def define_pipelines(self):
        self.state.flags.noalias = True
        return super().define_pipelines()
