"""Kernels for a matrix whose rows lie along the summed index.

Feedback reads theta, which is (pre, post), across: its results are the rows. Squares of numbers
are transposed in registers, either to be packed for the micro-kernel or, for a single replica, to
be used at once, so that theta is read from memory once. The order of each sum is the same as in
`neurosim.kernels.micro_kernel`.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.intrinsics import llvm_fma
from neurosim.kernels.micro_kernel import FRESH, INDEX, Emitter, call_shared, never_unroll

__all__ = ["ACROSS_VECTORS", "multiply_across", "transpose_rows"]

# Vectors of results that `multiply_across` forms at a time: the chains of two overlap.
ACROSS_VECTORS = 2


def _load_transposed(emit: Emitter, rows: list[ir.Value]) -> list[ir.Value]:
    """Load the square of numbers that begins at the pointers `rows`, transposed.

    Stage by stage, the off-diagonal halves of ever smaller blocks change places, by one shuffle
    of two operands per vector. The first stage costs no shuffle: it is done by loading halves.
    """
    builder, count = emit.builder, emit.lanes
    half = count // 2
    half_vector = ir.VectorType(emit.element, half)
    index_vector = ir.VectorType(ir.IntType(32), count)

    def load_half(row: int, column: int) -> ir.Value:
        place = emit.at(rows[row], emit.index(column))
        place = builder.bitcast(place, half_vector.as_pointer())
        return builder.load(place, align=emit.bytes, typ=half_vector)

    joined = ir.Constant(index_vector, list(range(count)))
    values = [
        builder.shuffle_vector(load_half(row, column), load_half(row + half, column), joined)
        for column in (0, half)
        for row in range(half)
    ]
    half //= 2
    while half:
        for first in range(count):
            if first & half:
                continue
            second = first + half
            low = [n if not n & half else count + n - half for n in range(count)]
            high = [n + half if not n & half else count + n for n in range(count)]
            pair = values[first], values[second]
            values[first] = builder.shuffle_vector(*pair, ir.Constant(index_vector, low))
            values[second] = builder.shuffle_vector(*pair, ir.Constant(index_vector, high))
        half //= 2
    return values


def _emit_transpose(emit: Emitter, operands: dict[str, ir.Value]) -> None:
    """Emit the loop of `transpose_rows` along the columns, one square at a time."""
    builder = emit.builder
    last = builder.sub(operands["rows"], emit.index(1))
    places = []
    for number in range(emit.lanes):
        inside = builder.icmp_signed("<", emit.index(number), last)
        row = builder.select(inside, emit.index(number), last)
        places.append(emit.at(operands["source"], builder.mul(row, operands["source_row"])))
    rounded = builder.add(operands["columns"], emit.index(emit.lanes - 1))
    with cgutils.for_range(builder, builder.udiv(rounded, emit.index(emit.lanes))) as square:
        column = builder.mul(square.index, emit.index(emit.lanes))
        target = emit.at(operands["target"], builder.mul(column, operands["target_row"]))
        values = _load_transposed(emit, [emit.at(place, column) for place in places])
        for number, value in enumerate(values):
            offset = builder.mul(operands["target_row"], emit.index(number))
            emit.store(value, emit.at(target, offset))


_TRANSPOSE_OPERANDS = ("target", "target_row", "source", "source_row", "rows", "columns")


@intrinsic
def transpose_rows(
    typingctx: Any,
    target: types.Type,
    target_row: types.Type,
    source: types.Type,
    source_row: types.Type,
    rows: types.Type,
    columns: types.Type,
):
    """Write the transpose of `rows` rows, at most one vector of them.

    target[j * target_row + i] = source[i * source_row + j]

    Columns are read and written in whole vectors, up to the next multiple of a vector's length.
    Rows past the last are not read: the last is read again in their place, so that the lanes
    beyond `rows` hold numbers that nobody uses.
    """
    return call_shared(_emit_transpose, "transpose_rows", _TRANSPOSE_OPERANDS, target)


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
                _load_transposed(emit, [emit.at(row, k) for row in squares])
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
