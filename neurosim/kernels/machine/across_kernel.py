"""Kernels for a matrix whose rows lie along the summed index.

Feedback reads theta, which is (pre, post), across: its results are the rows. For a single replica
squares of numbers are transposed in registers and used at once, so that theta is read from memory
once. The order of each sum is the same as in `neurosim.kernels.machine.micro_kernel`.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.machine.arithmetic import llvm_fma
from neurosim.kernels.machine.emitter import FRESH, INDEX, Emitter, call_shared, never_unroll
from neurosim.kernels.machine.panel_kernel import load_transposed

__all__ = ["ACROSS_VECTORS", "multiply_across"]

# Vectors of results that `multiply_across` forms at a time: the chains of two overlap.
ACROSS_VECTORS = 2


def _emit_across(emit: Emitter, operands: dict[str, ir.Value]) -> None:
    """Emit the loops of `multiply_across`."""
    builder = emit.builder
    groups = ACROSS_VECTORS
    block_rows = emit.index(groups * emit.lanes)
    with cgutils.for_range(builder, operands["blocks"]) as block:
        first = builder.mul(block.index, block_rows)
        c = emit.at(operands["c"], first)
        b = emit.at(operands["b"], builder.mul(first, operands["b_row"]))
        rows = [
            emit.at(b, builder.mul(operands["b_row"], emit.index(row)))
            for row in range(groups * emit.lanes)
        ]
        fresh = builder.icmp_signed("==", operands["mode"], emit.index(FRESH))
        start = [builder.select(fresh, emit.zero, emit.load(c, g)) for g in range(groups)]
        entry = builder.block
        loop = builder.function.append_basic_block("across.loop")
        done = builder.function.append_basic_block("across.done")
        builder.branch(loop)
        builder.position_at_end(loop)
        k = builder.phi(INDEX)
        k.add_incoming(emit.index(0), entry)
        sums = [builder.phi(emit.vector) for _ in range(groups)]
        results = []
        for g in range(groups):
            squares = rows[g * emit.lanes : (g + 1) * emit.lanes]
            value = sums[g]
            for step, right in enumerate(
                load_transposed(emit, [emit.at(row, k) for row in squares])
            ):
                left = emit.load_broadcast(emit.at(operands["a"], k, emit.index(step)))
                value = llvm_fma(builder, left, right, value)
            results.append(value)
            sums[g].add_incoming(start[g], entry)
            sums[g].add_incoming(value, loop)
        following = builder.add(k, emit.index(emit.lanes))
        k.add_incoming(following, loop)
        again = builder.icmp_signed("<", following, operands["depth"])
        never_unroll(builder.cbranch(again, loop, done))
        builder.position_at_end(done)
        for g in range(groups):
            emit.store(builder.fadd(results[g], emit.zero), c, g)


_ACROSS_OPERANDS = ("c", "a", "b", "b_row", "blocks", "depth", "mode")


@intrinsic
def multiply_across(
    typingctx: Any,
    c: types.Type,
    a: types.Type,
    b: types.Type,
    b_row: types.Type,
    blocks: types.Type,
    depth: types.Type,
    mode: types.Type,
):
    """Multiply one row by a matrix that is stored across, reading that matrix once.

    C[i] = chain over k ascending of fma(A[k], B[i, k], start), for `blocks` blocks of
    ACROSS_VECTORS vectors of results. Squares of B are transposed in registers.

    Parameters
    ----------
    c, a, b : pointer
        Results, left operand (both contiguous) and the matrix.
    b_row : int
        Elements from one row of B to the next.
    blocks, depth : int
        Blocks of results; number of summands, a positive multiple of the vector's length.
    mode : int
        FRESH or CONTINUE.
    """
    return call_shared(_emit_across, "multiply_across", _ACROSS_OPERANDS, c)
