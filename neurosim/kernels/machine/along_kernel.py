"""Kernels that take one replica, and read theta along its rows.

With few replicas there is little to share between results, and the time is that of reading theta. A
few rows are taken side by side, from their beginning to their end, as memory likes it. The order of
each sum is the same as in `neurosim.kernels.machine.micro_kernel`.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.machine.active_kernel import WORD
from neurosim.kernels.machine.arithmetic import llvm_fma
from neurosim.kernels.machine.emitter import FRESH, Emitter, call_shared, emit_look_ahead

__all__ = ["learn_along", "predict_along"]

# Rows side by side: their numbers of the left operand stay in registers.
SIDE = 8
# Vectors of results that stay in registers, and of a drive that does.
NARROW, FEW = 8, 4


def _whole_vectors(emit: Emitter, columns: ir.Value) -> ir.Value:
    """How many vectors so many columns fill or begin."""
    builder = emit.builder
    rounded = builder.add(columns, emit.index(emit.lanes - 1))
    return builder.udiv(rounded, emit.index(emit.lanes))


def _emit_narrow(emit: Emitter, vectors: int, operands: dict[str, ir.Value]) -> None:
    """Emit `predict_along` for so few columns that all results stay in registers."""
    builder = emit.builder
    chains = [cgutils.alloca_once(builder, emit.vector) for _ in range(vectors)]
    fresh = builder.icmp_signed("==", operands["mode"], emit.index(FRESH))
    for v, chain in enumerate(chains):
        start = emit.load(operands["c"], v)
        builder.store(builder.select(fresh, emit.zero, start), chain)
    with cgutils.for_range(builder, operands["depth"]) as k:
        left = emit.load_broadcast(emit.at(operands["a"], k.index))
        row = emit.at(operands["b"], builder.mul(k.index, operands["b_step"]))
        for v, chain in enumerate(chains):
            value = builder.load(chain, typ=emit.vector)
            builder.store(llvm_fma(builder, left, emit.load(row, v), value), chain)
    results = [builder.load(chain, typ=emit.vector) for chain in chains]
    lanes = builder.sub(operands["post"], emit.index((vectors - 1) * emit.lanes))
    emit.store_sums([operands["c"]], [results], lanes)


def _emit_wide(emit: Emitter, operands: dict[str, ir.Value]) -> None:
    """Emit `predict_along` for many: some rows side by side, then what is left by halves."""
    builder = emit.builder
    fresh = builder.icmp_signed("==", operands["mode"], emit.index(FRESH))
    with builder.if_then(fresh), cgutils.for_range(builder, operands["vectors"]) as loop:
        position = builder.mul(loop.index, emit.index(emit.lanes))
        emit.store(emit.zero, emit.at(operands["c"], position))
    row_at = cgutils.alloca_once_value(builder, emit.index(0))
    side = SIDE
    while side:
        with emit.while_room(row_at, side, operands["depth"]) as first:
            a = emit.at(operands["a"], first)
            left = [emit.load_broadcast(emit.at(a, emit.index(n))) for n in range(side)]
            b = emit.at(operands["b"], builder.mul(first, operands["b_step"]))
            rows = [emit.at(b, builder.mul(operands["b_step"], emit.index(n))) for n in range(side)]
            with cgutils.for_range(builder, operands["vectors"]) as loop:
                position = builder.mul(loop.index, emit.index(emit.lanes))
                place = emit.at(operands["c"], position)
                chain = emit.load(place)
                for value, row in zip(left, rows, strict=True):
                    chain = llvm_fma(builder, value, emit.load(emit.at(row, position)), chain)
                emit.store(builder.fadd(chain, emit.zero), place)
        side //= 2
    last = builder.sub(operands["vectors"], emit.index(1))
    position = builder.mul(last, emit.index(emit.lanes))
    place = emit.at(operands["c"], position)
    emit.store_sums([place], [[emit.load(place)]], builder.sub(operands["post"], position))


def _emit_prediction(emit: Emitter, operands: dict[str, ir.Value]) -> None:
    """Emit `predict_along`."""
    builder = emit.builder
    vectors = _whole_vectors(emit, operands["post"])
    for few in range(1, NARROW + 1):
        with builder.if_then(builder.icmp_signed("==", vectors, emit.index(few))):
            _emit_narrow(emit, few, operands)
    with builder.if_then(builder.icmp_signed(">", vectors, emit.index(NARROW))):
        _emit_wide(emit, dict(operands, vectors=vectors))


def _emit_plasticity(emit: Emitter, operands: dict[str, ir.Value]) -> None:
    """Emit `learn_along`: columns in registers if they are few, and else row by row."""
    builder = emit.builder
    emit_look_ahead(emit, operands, emit.index(0), emit.index(1), WORD)
    vectors = _whole_vectors(emit, operands["post"])

    def learn(i: ir.Value, position: ir.Value, drive: list[ir.Value]) -> None:
        left = emit.load_broadcast(emit.at(operands["a"], i))
        place = emit.at(operands["c"], builder.mul(i, operands["c_row"]), position)
        sums = [llvm_fma(builder, left, vector, emit.zero) for vector in drive]
        before = builder.add(position, emit.index((len(drive) - 1) * emit.lanes))
        lanes = builder.sub(operands["post"], before)
        emit.learn_sums([place], [sums], lanes, operands["alpha"])

    for few in range(1, FEW + 1):
        with builder.if_then(builder.icmp_signed("==", vectors, emit.index(few))):
            drive = [emit.load(operands["b"], v) for v in range(few)]
            with emit.each_bit(operands["word"]) as i:
                learn(i, emit.index(0), drive)
    many = builder.icmp_signed(">", vectors, emit.index(FEW))
    with (
        builder.if_then(many),
        emit.each_bit(operands["word"]) as i,
        cgutils.for_range(builder, vectors) as loop,
    ):
        position = builder.mul(loop.index, emit.index(emit.lanes))
        learn(i, position, [emit.load(emit.at(operands["b"], position))])


_PREDICTION = ("c", "a", "b", "b_step", "depth", "post", "mode")
_PLASTICITY = ("c", "c_row", "a", "b", "word", "post", "ahead", "ahead_at", "alpha")


@intrinsic
def predict_along(
    typingctx: Any, c: Any, a: Any, b: Any, b_step: Any, depth: Any, post: Any, mode: Any
):
    """Multiply one row by a matrix.

    C[j] = chain over k ascending of fma(A[k], B[k, j], start)

    Parameters
    ----------
    c, a, b : pointer
        Results, left operand (both contiguous) and the matrix.
    b_step : int
        Elements from one row of B to the next.
    depth, post : int
        Summands, and columns, at least one; zero is stored behind the last of these, up to the end
        of its vector.
    mode : int
        FRESH or CONTINUE.
    """
    return call_shared(_emit_prediction, "predict_along", _PREDICTION, c)


@intrinsic
def learn_along(
    typingctx: Any, c: Any, c_row: Any, a: Any, b: Any, word: Any, post: Any, ahead: Any,
    ahead_at: Any, alpha: Any,
):  # fmt: skip
    """Let weights learn from one replica.

    C[i, j] = fma(alpha, fma(A[i], B[j], 0.0), C[i, j]) + 0.0 for the bits i of a word

    Parameters
    ----------
    c, a, b : pointer
        Weights, and both operands, contiguous.
    c_row : int
        Elements from one row of C to the next.
    word : int
        Which rows of C learn.
    post : int
        Columns, at least one; zero is stored behind the last, up to the end of its vector.
    ahead, ahead_at, alpha : int, float
        As in `micro_kernel.multiply_strip`.
    """
    return call_shared(_emit_plasticity, "learn_along", _PLASTICITY, c)
