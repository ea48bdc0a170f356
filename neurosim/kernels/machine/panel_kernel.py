"""Panels: strips of theta that are laid out anew before the micro-kernel runs along them.

A strip is a few vectors wide, and its rows lie as far apart as those of theta: each on a page of
its own, and often in the same few sets of the cache. In a panel they lie side by side. What is
copied, or transposed for feedback, is read from memory once, whatever the number of replicas.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.machine.emitter import CACHE_LINE, Emitter, call_shared, emit_prefetch
from neurosim.kernels.machine.micro_kernel import TILE_VECTORS

__all__ = ["copy_rows", "load_transposed", "transpose_rows"]


def load_transposed(emit: Emitter, rows: list[ir.Value]) -> list[ir.Value]:
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
        values = load_transposed(emit, [emit.at(place, column) for place in places])
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


def _emit_copy(emit: Emitter, vectors: int, operands: dict[str, ir.Value]) -> None:
    """Emit the loop of `copy_rows` for a number of vectors."""
    builder = emit.builder
    with cgutils.for_range(builder, operands["rows"]) as row:
        source = emit.at(operands["source"], builder.mul(row.index, operands["source_row"]))
        target = emit.at(operands["target"], builder.mul(row.index, operands["target_row"]))
        for v in range(vectors):
            emit.store(emit.load(source, v), target, v)
        width = vectors * emit.lanes
        for element in range(width, 2 * width, CACHE_LINE // emit.bytes):
            emit_prefetch(emit, emit.at(source, emit.index(element)), writes=False)


def _emit_copies(emit: Emitter, operands: dict[str, ir.Value]) -> None:
    """Emit `copy_rows` for every number of vectors."""
    builder = emit.builder
    for vectors in range(1, TILE_VECTORS + 1):
        chosen = builder.icmp_signed("==", operands["vectors"], emit.index(vectors))
        with builder.if_then(chosen):
            _emit_copy(emit, vectors, operands)


_COPY_OPERANDS = ("target", "target_row", "source", "source_row", "rows", "vectors")


@intrinsic
def copy_rows(
    typingctx: Any, target: Any, target_row: Any, source: Any, source_row: Any, rows: Any,
    vectors: Any,
):  # fmt: skip
    """Copy the first 1 to TILE_VECTORS vectors of some rows, and ask for those that follow them.

    Whole vectors are read and written, so rows have to go on, or something behind them does.
    """
    return call_shared(_emit_copies, "copy_rows", _COPY_OPERANDS, target)
