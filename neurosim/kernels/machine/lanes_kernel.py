"""The pairs of one node of a sparse pattern, for all replicas at once: a vector is of replicas.

All numbers of a node lie side by side, those of its replicas: its lanes, whole vectors of them. A
pair, as in `sums.sparse`, is two words: a target and its weight.
"""

# mypy: disable-error-code="no-untyped-def"

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.machine.arithmetic import llvm_fma
from neurosim.kernels.machine.emitter import INDEX, Emitter, call_shared

__all__ = ["gather_lanes", "spread_lanes"]

# Vectors of a node that are in registers together.
ABREAST = 4


@contextmanager
def _each_pair(
    emit: Emitter, operands: dict[str, ir.Value], base: ir.Value
) -> Iterator[tuple[ir.Value, ir.Value]]:
    """Emit a loop over the pairs; gives a weight, and the lanes of the target."""
    builder = emit.builder

    def word(number: ir.Value) -> ir.Value:
        place = builder.gep(operands["words"], [number], source_etype=INDEX)
        return builder.load(place, typ=INDEX)

    with cgutils.for_range(builder, operands["pairs"]) as pair:
        first = builder.mul(pair.index, emit.index(2))
        weight = emit.load_broadcast(
            emit.at(operands["b"], word(builder.add(first, emit.index(1))))
        )
        yield weight, emit.at(base, builder.mul(word(first), operands["width"]))


def _emit_chunks(emit: Emitter, operands: dict[str, ir.Value], chunk: Any) -> None:
    """Emit `chunk` for each ABREAST vectors of the lanes, and for what is left of them."""
    builder = emit.builder
    position_at = cgutils.alloca_once_value(builder, emit.index(0))
    for vectors in range(ABREAST, 0, -1):
        step = vectors * emit.lanes
        with emit.while_room(position_at, step, operands["width"]) as position:
            chunk(emit, vectors, operands, position)


def _spread(emit: Emitter, vectors: int, operands: dict[str, ir.Value], position: Any) -> None:
    own = emit.at(operands["a"], position)
    values = [emit.load(own, v) for v in range(vectors)]
    with _each_pair(emit, operands, emit.at(operands["c"], position)) as (weight, lanes):
        for v, value in enumerate(values):
            emit.store(llvm_fma(emit.builder, value, weight, emit.load(lanes, v)), lanes, v)


def _gather(emit: Emitter, vectors: int, operands: dict[str, ir.Value], position: Any) -> None:
    builder = emit.builder
    own = emit.at(operands["c"], position)
    sums = [cgutils.alloca_once_value(builder, emit.load(own, v)) for v in range(vectors)]
    with _each_pair(emit, operands, emit.at(operands["a"], position)) as (weight, lanes):
        for v, place in enumerate(sums):
            total = builder.load(place, typ=emit.vector)
            builder.store(llvm_fma(builder, emit.load(lanes, v), weight, total), place)
    for v, place in enumerate(sums):
        emit.store(builder.load(place, typ=emit.vector), own, v)


_OPERANDS = ("c", "a", "b", "words", "pairs", "width")


@intrinsic
def spread_lanes(
    typingctx: Any, c: Any, a: Any, b: Any, words: Any, pairs: Any, width: Any
):  # fmt: skip
    """C[j] = fma(A, B[weight of j], C[j]) for each target j of the pairs, lane by lane.

    Parameters
    ----------
    c, a, b : pointer
        Lanes of the targets, one after the other, those of the node, and the weights.
    words, pairs : pointer to int64, int
        The pairs of the node, and their number.
    width : int
        Lanes of a node, whole vectors.
    """
    return call_shared(
        lambda emit, operands: _emit_chunks(emit, operands, _spread), "spread_lanes", _OPERANDS, c
    )


@intrinsic
def gather_lanes(
    typingctx: Any, c: Any, a: Any, b: Any, words: Any, pairs: Any, width: Any
):  # fmt: skip
    """C = chain over the targets j of the pairs of fma(A[j], B[weight of j], C), lane by lane.

    Parameters
    ----------
    c, a, b : pointer
        Lanes of the node, those of the targets, one after the other, and the weights.
    words, pairs, width : pointer to int64, int, int
        As in `spread_lanes`.
    """
    return call_shared(
        lambda emit, operands: _emit_chunks(emit, operands, _gather), "gather_lanes", _OPERANDS, c
    )
