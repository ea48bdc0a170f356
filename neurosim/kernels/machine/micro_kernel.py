"""The register-tile micro-kernel that all three synaptic sums share.

A *tile* is a block of results, a few rows by a few vectors of columns, that stays in registers
while one loop runs along the summed index:

    C[r, j] <- chain over k ascending of fma(A[r, k], B[k, j], C[r, j])

Each result is a chain of its own, in a fixed order, so its bits depend neither on the shape of the
tile nor on what else is computed beside it. Which of the operands plays A and which plays B, and
their strides, is what distinguishes prediction, feedback and plasticity.

The kernel is written in LLVM's vector types because no loop that Numba offers keeps such a tile in
registers. It holds on any machine that LLVM knows: the tile is sized for the host's registers, and
nothing needs more than the alignment of one element.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.machine.arithmetic import llvm_fma
from neurosim.kernels.machine.emitter import (
    CONTINUE,
    INDEX,
    Emitter,
    call_shared,
    emit_look_ahead,
    emit_prefetch,
    never_unroll,
)
from neurosim.kernels.machine.registers import VECTOR_REGISTERS

__all__ = ["TILE_VECTORS", "multiply_strip"]

TILE_VECTORS = 3
# 8 x 3 accumulators, 3 vectors of B and one of A fit 32 registers; 4 x 3 of them fit 16.
TILE_ROWS = 8 if VECTOR_REGISTERS >= 32 else 4


def _emit_tile(emit: Emitter, rows: int, vectors: int, operands: dict[str, ir.Value]) -> None:
    """Emit one tile: load or zero the accumulators, run along k, store or learn."""
    builder = emit.builder
    c, a, b = operands["c"], operands["a"], operands["b"]
    function = builder.function
    c_rows = [emit.at(c, builder.mul(operands["c_row"], emit.index(r))) for r in range(rows)]
    a_rows = [emit.at(a, builder.mul(operands["a_row"], emit.index(r))) for r in range(rows)]

    # Of every sample the line with what belongs to the rows of this tile.
    emit_look_ahead(emit, operands, emit.index(0), emit.index(1), 1)
    # The results' cache lines are needed at the end, and come while the sums are formed.
    for row in c_rows:
        for v in range(vectors):
            emit_prefetch(emit, emit.at(row, emit.index(v * emit.lanes)), writes=True)

    # Start: from the stored sums when continuing, else from zero.
    entry = builder.block
    load_block = function.append_basic_block("tile.load")
    loop_block = function.append_basic_block("tile.loop")
    done_block = function.append_basic_block("tile.done")
    continues = builder.icmp_signed("==", operands["mode"], emit.index(CONTINUE))
    builder.cbranch(continues, load_block, loop_block)
    builder.position_at_end(load_block)
    loaded = [[emit.load(c_rows[r], v) for v in range(vectors)] for r in range(rows)]
    builder.branch(loop_block)

    # The loop along k. There is always at least one step.
    builder.position_at_end(loop_block)
    k = builder.phi(INDEX)
    a_offset = builder.phi(INDEX)
    b_offset = builder.phi(INDEX)
    sums = [[builder.phi(emit.vector) for _ in range(vectors)] for _ in range(rows)]
    for phi in (k, a_offset, b_offset):
        phi.add_incoming(emit.index(0), entry)
        phi.add_incoming(emit.index(0), load_block)
    b_here = emit.at(b, b_offset)
    right = [emit.load(b_here, v) for v in range(vectors)]
    results = []
    for r in range(rows):
        left = emit.load_broadcast(emit.at(a_rows[r], a_offset))
        results.append([llvm_fma(builder, left, right[v], sums[r][v]) for v in range(vectors)])
    steps = (
        (k, emit.index(1)),
        (a_offset, operands["a_step"]),
        (b_offset, operands["b_step"]),
    )
    for phi, step in steps:
        phi.add_incoming(builder.add(phi, step), loop_block)
    for r in range(rows):
        for v in range(vectors):
            sums[r][v].add_incoming(emit.zero, entry)
            sums[r][v].add_incoming(loaded[r][v], load_block)
            sums[r][v].add_incoming(results[r][v], loop_block)
    following = k.incomings[-1][0]
    again = builder.icmp_signed("<", following, operands["depth"])
    never_unroll(builder.cbranch(again, loop_block, done_block))

    builder.position_at_end(done_block)
    emit.end_sums(c_rows, results, operands)


def _emit_strip(emit: Emitter, vectors: int, operands: dict[str, ir.Value]) -> None:
    """Emit the loop over rows: full tiles first, then what is left by halves."""
    builder = emit.builder
    row_at = cgutils.alloca_once_value(builder, emit.index(0))
    tile_rows = TILE_ROWS
    while tile_rows:
        with emit.while_room(row_at, tile_rows, operands["rows"]) as row:
            here = dict(operands)
            here["c"] = emit.at(operands["c"], builder.mul(row, operands["c_row"]))
            here["a"] = emit.at(operands["a"], builder.mul(row, operands["a_row"]))
            here["ahead_at"] = builder.add(operands["ahead_at"], row)
            _emit_tile(emit, tile_rows, vectors, here)
        tile_rows //= 2


_STRIP_OPERANDS = (
    "c", "c_row", "a", "a_row", "a_step", "b", "b_step", "rows", "depth", "lanes", "mode", "ahead",
    "ahead_at", "alpha",
)  # fmt: skip


@intrinsic(prefer_literal=True)
def multiply_strip(
    typingctx: Any,
    vectors: types.Type,
    c: types.Type,
    c_row: types.Type,
    a: types.Type,
    a_row: types.Type,
    a_step: types.Type,
    b: types.Type,
    b_step: types.Type,
    rows: types.Type,
    depth: types.Type,
    lanes: types.Type,
    mode: types.Type,
    ahead: types.Type,
    ahead_at: types.Type,
    alpha: types.Type,
):
    """Multiply a matrix by a strip of at most TILE_VECTORS vectors of columns.

    C[r, j] = chain over k ascending of fma(A[r, k], B[k, j], start), 0 <= r < rows

    Parameters
    ----------
    vectors : int
        Columns of the strip in vectors; a literal, 1 to TILE_VECTORS.
    c, c_row : pointer, int
        Results, and the elements from one row to the next.
    a, a_row, a_step : pointer, int, int
        Left operand, and the elements from one row, and from one k, to the next.
    b, b_step : pointer, int
        Right operand, whose columns are contiguous, and the elements from one k to the next.
    rows, depth : int
        Number of rows, and of summands; `depth` is at least 1.
    lanes : int
        Columns of the last vector that are real; zero is stored in the others.
    mode : int
        FRESH: start from 0.0 and store. CONTINUE: start from C and store. LEARN: start from 0.0,
        then store fma(alpha, sum, C) + 0.0.
    ahead, ahead_at : int
        Address of a table of int64, a number and as many addresses of rows that will be read soon,
        from their element `ahead_at` on as far as there are rows here; or 0.
    alpha : float
        The learning rate of LEARN.
    """
    if not isinstance(vectors, types.IntegerLiteral) or not isinstance(c, types.CPointer):
        return None
    count = vectors.literal_value
    signature, call = call_shared(
        lambda emit, operands: _emit_strip(emit, count, operands),
        f"multiply_strip_{TILE_ROWS}x{count}", _STRIP_OPERANDS, c,
    )  # fmt: skip

    def codegen(context, builder, signature, arguments):
        return call(context, builder, signature, arguments[1:])

    return types.void(vectors, *signature.args), codegen
