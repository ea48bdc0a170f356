"""Compilation of kernels that only other kernels call, put off until these are compiled.

Numba optimises each function, translates it to machine code, and does both anew for all that it
calls, at every level of calls. For kernels that call kernels that call kernels this takes longer
than all else, and what it makes of the inner ones is never run. Here they are kept as Numba emitted
them, and what is called from outside is optimised and translated once, together with all it calls.

The code of a tick is more than a first-level cache of instructions holds. So a function that is
called from one place becomes part of it, as LLVM may only do if nobody else has it; and loops over
a few populations, projections or words of flags stay as small as they are written. Loops over nodes
become vector code of the widest vectors that the machine has, which LLVM would not use on all of
them.
"""

from __future__ import annotations

from llvmlite import binding, ir
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler

from neurosim.kernels.machine.emitter import mark_loop
from neurosim.kernels.machine.padding import PADDING
from neurosim.kernels.machine.registers import VECTOR_BYTES

__all__ = [
    "MOST_SIDE_BY_SIDE", "ApartCompiler", "EntryCompiler", "LoopCompiler", "PlainCompiler",
]  # fmt: skip

# How the names of compiled functions of this package begin.
_OWN = "_ZN8neurosim"
# More would not be kept in registers.
MOST_SIDE_BY_SIDE = 4
_WIDEST = f'"prefer-vector-width"="{8 * VECTOR_BYTES}"'


class _WideLibrary(JITCodeLibrary):
    """Code that uses the widest vectors."""

    def add_ir_module(self, module):
        """Say so of every function."""
        for function in module.functions:
            # The method of the same name knows only attributes without a value.
            set.add(function.attributes, _WIDEST)
        super().add_ir_module(module)


def _mark_loops(function, *wishes):
    """Mark every jump back, and with it the loop that it closes."""
    place = {block: n for n, block in enumerate(function.blocks)}
    for block, n in place.items():
        jump = block.terminator
        targets = [operand for operand in jump.operands if operand in place]
        if any(place[target] <= n for target in targets):
            mark_loop(jump, *wishes)


class _LoopLibrary(_WideLibrary):
    """Loops over rows of numbers, with a long way from what is read to what is written.

    A few vectors go that way side by side: as many as there are in the padding of a row, so that
    none of it is left over, to be gone through number by number.
    """

    def add_ir_module(self, module):
        """Say so of every loop."""
        for function in module.functions:
            sizes = [_number_bytes(argument.type) for argument in function.args]
            vectors = PADDING * max(sizes, default=0) // VECTOR_BYTES
            if vectors > 1:
                count = ir.Constant(ir.IntType(32), min(vectors, MOST_SIDE_BY_SIDE))
                _mark_loops(function, ["llvm.loop.interleave.count", count])
        super().add_ir_module(module)


def _number_bytes(kind):
    """Bytes of the numbers that a pointer points to; 0 if it is none, or points to others."""
    sizes = {ir.FloatType(): 4, ir.DoubleType(): 8}
    return sizes.get(kind.pointee, 0) if isinstance(kind, ir.PointerType) else 0


class _DeferredLibrary(_WideLibrary):
    """Code to be linked into that of its callers, of which nothing can be called by address."""

    def _optimize_final_module(self):
        """Leave it as it is."""

    def _finalize_final_module(self):
        """Translate the variables by which Numba finds environments of functions, nothing else."""
        self._finalize_dynamic_globals()
        # Only what is final can be linked, its own module included.
        self._finalized = True
        whole = self._get_module_for_linking()
        rest = self._codegen._create_empty_module(self.name)  # noqa: SLF001
        for variable in whole.global_variables:
            if variable.name.startswith("_ZN08NumbaEnv"):
                environment = ir.GlobalVariable(rest, ir.IntType(8).as_pointer(), variable.name)
                environment.linkage = "common"
                environment.initializer = ir.Constant(environment.value_type, None)
        self._final_module = binding.parse_assembly(str(rest))
        super()._finalize_final_module()


class _PlainLibrary(_DeferredLibrary):
    """The same for functions whose loops are short: LLVM is told to leave these as they are."""

    def add_ir_module(self, module):
        """Say so of every loop."""
        never = ir.Constant(ir.IntType(1), 0)
        for function in module.functions:
            _mark_loops(
                function, ["llvm.loop.unroll.disable"], ["llvm.loop.vectorize.enable", never]
            )
        super().add_ir_module(module)


class _EntryLibrary(_WideLibrary):
    """Code that is called from outside, and that has all that it calls for itself alone."""

    def _optimize_final_module(self):
        """Let LLVM change what is called from inside, and drop what is then called no more."""
        for function in self._final_module.functions:
            shared = function.linkage == binding.Linkage.linkonce_odr
            # Numba's own helpers have the same name in all code, and must stay the same there.
            if shared and not function.is_declaration and function.name.startswith(_OWN):
                function.linkage = binding.Linkage.internal
        super()._optimize_final_module()


class _Compiler(Compiler):
    """Numba's compiler, whose code comes into a library of one of the above kinds."""

    library: type[JITCodeLibrary]

    def define_pipelines(self):
        state = self.state
        state.library = self.library(state.targetctx.codegen(), state.func_id.func_qualname)
        # As Numba does where it makes a library itself.
        state.library.enable_object_caching()
        return super().define_pipelines()


class LoopCompiler(_Compiler):
    """For loops that are called by their address."""

    library = _LoopLibrary


class EntryCompiler(_Compiler):
    """For functions that Python calls."""

    library = _EntryLibrary


class PlainCompiler(_Compiler):
    """For functions that these call, and whose loops are short."""

    library = _PlainLibrary


class ApartCompiler(_Compiler):
    """For functions whose loops are long, and of whose arrays none overlaps another."""

    library = _DeferredLibrary

    def define_pipelines(self):
        self.state.flags.noalias = True
        return super().define_pipelines()
