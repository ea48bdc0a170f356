"""Sums over the presynaptic nodes that are not silent.

A node whose f(x) is zero sends nothing: what it would add to a sum is zero times a finite weight,
which changes no bit of it; and a weight that it leaves alone is not -0.0, which learning would have
turned into 0.0. (Where a weight is not finite, full sums are not either.) Where most nodes are
silent, as the dark pixels of an image are, looking up those that are not is faster than a full
tile. Which they are is written in *words*: bit k of a word is set if the k-th of 64 elements of a
row is not zero.

Both kernels go through the rows one after another, and through the bits of a row's word from the
lowest on. The chain of a result is thus in the order of a full sum, whether it is kept in registers
(prediction, where the bits count summands) or in memory (plasticity, where the rows do).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.intrinsics import llvm_fma
from neurosim.kernels.micro_kernel import (
    INDEX,
    Emitter,
    emit_prefetch,
    never_unroll,
    shared_function,
)

__all__ = ["WORD", "active_along", "count_bits", "learn_rows", "predict_rows", "stack_words"]

# Elements that one word tells of.
WORD = 64
CACHE_LINE = 64  # bytes
# As many chains side by side as the latency of one step takes to hide.
STRIP_VECTORS = 4


@intrinsic
def count_bits(typingctx: Any, word: types.Type):
    """Count the bits that are set in an int64."""

    def codegen(context, builder, signature, arguments):
        return builder.ctpop(arguments[0])

    return types.int64(types.int64), codegen


@intrinsic(prefer_literal=True)
def stack_words(typingctx: Any, count: types.Type):
    """Pointer to `count` (a compile-time constant) uninitialised words on the stack."""
    if not isinstance(count, types.IntegerLiteral):
        return None

    def codegen(context, builder, signature, arguments):
        with builder.goto_entry_block():
            block = builder.alloca(ir.ArrayType(INDEX, count.literal_value))
        return builder.bitcast(block, INDEX.as_pointer())

    return types.CPointer(types.int64)(count), codegen


def _not_zero(emit: Emitter, place: ir.Value) -> ir.Value:
    """Mask of the lanes of a vector in memory that are not zero; NaN is not."""
    return emit.builder.fcmp_unordered("!=", emit.load(place), emit.zero)


def _emit_along(emit: Emitter, place: ir.Value, count: ir.Value) -> ir.Value:
    """Emit a word of `count` elements that follow one another."""
    builder = emit.builder
    word_at = cgutils.alloca_once_value(builder, emit.index(0))
    for v in range(WORD // emit.lanes):
        position = emit.index(v * emit.lanes)
        with builder.if_then(builder.icmp_signed("<", position, count)):
            mask = _not_zero(emit, emit.at(place, position))
            bits = builder.zext(builder.bitcast(mask, ir.IntType(emit.lanes)), INDEX)
            word = builder.load(word_at, typ=INDEX)
            builder.store(builder.or_(word, builder.shl(bits, position)), word_at)
    # Behind the last element there may be anything.
    unused = builder.sub(emit.index(WORD), count)
    known = builder.lshr(emit.index(-1), unused)
    return builder.and_(builder.load(word_at, typ=INDEX), known)


@intrinsic
def active_along(typingctx: Any, pointer: types.Type, count: types.Type):
    """Word of the 1 to WORD elements from `pointer` on; whole vectors are read."""
    if not isinstance(pointer, types.CPointer):
        return None

    def codegen(context, builder, signature, arguments):
        return _emit_along(Emitter(context, builder, pointer.dtype), *arguments)

    return types.int64(pointer, types.int64), codegen


@contextmanager
def _each_bit(builder: ir.IRBuilder, word: ir.Value) -> Iterator[ir.Value]:
    """Emit a loop over the bits that are set in a word, the lowest first; gives their numbers."""
    left_at = cgutils.alloca_once(builder, INDEX)
    builder.store(word, left_at)
    body = builder.append_basic_block("bit")
    done = builder.append_basic_block("bits.done")
    none = builder.icmp_signed("==", word, ir.Constant(INDEX, 0))
    builder.cbranch(none, done, body)
    builder.position_at_end(body)
    left = builder.load(left_at, typ=INDEX)
    yield builder.cttz(left, ir.Constant(ir.IntType(1), 1))
    remaining = builder.and_(left, builder.sub(left, ir.Constant(INDEX, 1)))
    builder.store(remaining, left_at)
    again = builder.icmp_signed("!=", remaining, ir.Constant(INDEX, 0))
    never_unroll(builder.cbranch(again, body, done))
    builder.position_at_end(done)


def _row(emit: Emitter, operands: dict[str, ir.Value], row: ir.Value) -> tuple[ir.Value, ir.Value]:
    """A row of the left operand, and its word."""
    builder = emit.builder
    place = builder.gep(operands["words"], [row], source_etype=INDEX)
    a = emit.at(operands["a"], builder.mul(row, operands["a_row"]))
    return a, builder.load(place, typ=INDEX)


def _emit_prediction(emit: Emitter, vectors: int, operands: dict[str, ir.Value]) -> None:
    """Emit the loop over rows of `predict_rows`."""
    builder = emit.builder
    sums = [cgutils.alloca_once(builder, emit.vector) for _ in range(vectors)]
    with cgutils.for_range(builder, operands["rows"]) as loop:
        a, word = _row(emit, operands, loop.index)
        c = emit.at(operands["c"], builder.mul(loop.index, operands["c_row"]))
        for v in range(vectors):
            builder.store(emit.load(c, v), sums[v])
        with _each_bit(builder, word) as k:
            left = emit.load_broadcast(emit.at(a, k))
            right = emit.at(operands["b"], builder.mul(k, operands["b_row"]))
            for v, place in enumerate(sums):
                chain = builder.load(place, typ=emit.vector)
                builder.store(llvm_fma(builder, left, emit.load(right, v), chain), place)
        results = [builder.load(place, typ=emit.vector) for place in sums]
        emit.store_sums([c], [results], operands["lanes"])


def _emit_look_ahead(emit: Emitter, operands: dict[str, ir.Value], row: ir.Value) -> None:
    """Ask for the elements of the next batch that this row's word is about.

    As in `micro_kernel`, but row by row, and always for a whole word.
    """
    builder = emit.builder
    told = builder.icmp_signed("!=", operands["ahead"], emit.index(0))
    with builder.if_then(told):
        table = builder.inttoptr(operands["ahead"], INDEX.as_pointer())
        with builder.if_then(builder.icmp_signed("<", row, builder.load(table, typ=INDEX))):
            entry = builder.gep(table, [builder.add(row, emit.index(1))], source_etype=INDEX)
            there = builder.inttoptr(builder.load(entry, typ=INDEX), operands["c"].type)
            there = emit.at(there, operands["ahead_at"])
            for element in range(0, WORD, CACHE_LINE // emit.bytes):
                place = emit.at(there, emit.index(element))
                emit_prefetch(emit, place, writes=False)


def _emit_plasticity(emit: Emitter, vectors: int, operands: dict[str, ir.Value]) -> None:
    """Emit the loops of `learn_rows`: clear the sums, add row by row, change the weights."""
    builder = emit.builder
    strip = emit.index(vectors * emit.lanes)
    # Once per call, and not filled with zeros.
    with builder.goto_entry_block():
        sums = builder.alloca(ir.ArrayType(emit.element, WORD * vectors * emit.lanes))
    sums.align = vectors * emit.lanes * emit.bytes
    sums = builder.bitcast(sums, operands["c"].type)
    with _each_bit(builder, operands["some"]) as i:
        for v in range(vectors):
            emit.store(emit.zero, emit.at(sums, builder.mul(i, strip)), v)
    with cgutils.for_range(builder, operands["rows"]) as loop:
        a, word = _row(emit, operands, loop.index)
        _emit_look_ahead(emit, operands, loop.index)
        b = emit.at(operands["b"], builder.mul(loop.index, operands["b_row"]))
        drive = [emit.load(b, v) for v in range(vectors)]
        with _each_bit(builder, word) as i:
            left = emit.load_broadcast(emit.at(a, i))
            place = emit.at(sums, builder.mul(i, strip))
            for v in range(vectors):
                chain = llvm_fma(builder, left, drive[v], emit.load(place, v))
                emit.store(chain, place, v)
    with _each_bit(builder, operands["some"]) as i:
        c = emit.at(operands["c"], builder.mul(i, operands["c_row"]))
        place = emit.at(sums, builder.mul(i, strip))
        results = [emit.load(place, v) for v in range(vectors)]
        emit.learn_sums([c], [results], operands["lanes"], operands["alpha"])


def _emit_strips(
    emit: Emitter,
    emission: Callable[[Emitter, int, dict[str, ir.Value]], None],
    operands: dict[str, ir.Value],
) -> None:
    """Emit the loop over columns: whole strips first, then what is left by halves."""
    builder = emit.builder
    column_at = cgutils.alloca_once_value(builder, emit.index(0))
    vectors = STRIP_VECTORS
    while vectors:
        head = builder.append_basic_block("strip.head")
        body = builder.append_basic_block("strip.body")
        after = builder.append_basic_block("strip.after")
        builder.branch(head)
        builder.position_at_end(head)
        column = builder.load(column_at, typ=INDEX)
        # Real columns of the last vector of this strip; there is none in a strip too wide.
        whole = emit.index((vectors - 1) * emit.lanes)
        lanes = builder.sub(builder.sub(operands["post"], column), whole)
        fits = builder.icmp_signed(">", lanes, emit.index(0))
        builder.cbranch(fits, body, after)
        builder.position_at_end(body)
        here = dict(operands, lanes=lanes)
        here["c"], here["b"] = (emit.at(operands[name], column) for name in ("c", "b"))
        if "ahead" in operands:
            first = builder.icmp_signed("==", column, emit.index(0))
            here["ahead"] = builder.select(first, operands["ahead"], emit.index(0))
        emission(emit, vectors, here)
        builder.store(builder.add(column, emit.index(vectors * emit.lanes)), column_at)
        builder.branch(head)
        builder.position_at_end(after)
        vectors //= 2


_PREDICTION = ("c", "c_row", "a", "a_row", "b", "b_row", "words", "rows", "post")
_PLASTICITY = (*_PREDICTION, "some", "ahead", "ahead_at", "alpha")


def _call_shared(
    emission: Callable[[Emitter, int, dict[str, ir.Value]], None],
    names: tuple[str, ...],
    c: types.Type,
) -> Any:
    """Signature and code of a call of a kernel that takes operands of these names."""
    if not isinstance(c, types.CPointer):
        return None
    special = {"c": c, "a": c, "b": c, "words": types.CPointer(types.int64), "alpha": c.dtype}
    operands = [special.get(name, types.int64) for name in names]

    def codegen(context, builder, signature, arguments):
        kinds = [context.get_value_type(kind) for kind in operands]
        name = f"neurosim{emission.__name__}_of_active_{c.dtype}"
        function = shared_function(builder.module, name, kinds)
        if function.is_declaration:
            body = ir.IRBuilder(function.append_basic_block("entry"))
            named = dict(zip(names, function.args, strict=True))
            _emit_strips(Emitter(context, body, c.dtype), emission, named)
            body.ret_void()
        builder.call(function, arguments)
        return context.get_dummy_value()

    return types.void(*operands), codegen


@intrinsic
def predict_rows(
    typingctx: Any, c: Any, c_row: Any, a: Any, a_row: Any, b: Any, b_row: Any, words: Any,
    rows: Any, post: Any,
):  # fmt: skip
    """Extend the chains of results along the elements of A that are not zero.

    C[r, j] = chain over the bits k of words[r] ascending of fma(A[r, k], B[k, j], C[r, j])

    Parameters
    ----------
    c, c_row, a, a_row, b, b_row : pointer, int
        Results, left and right operand, and the elements from one row of each to the next.
    words, rows : pointer to int64, int
        A word for each row of A, and their number.
    post : int
        Number of columns; zero is stored behind the last, up to the end of its vector.
    """
    return _call_shared(_emit_prediction, _PREDICTION, c)


@intrinsic
def learn_rows(
    typingctx: Any, c: Any, c_row: Any, a: Any, a_row: Any, b: Any, b_row: Any, words: Any,
    rows: Any, post: Any, some: Any, ahead: Any, ahead_at: Any, alpha: Any,
):  # fmt: skip
    """Let weights learn along the elements of A that are not zero.

    C[i, j] = fma(alpha, G[i, j], C[i, j]) + 0.0 for the bits i of `some`, where
    G[i, j] = chain over the r that have bit i in words[r] ascending of fma(A[r, i], B[r, j], 0.0)

    Parameters
    ----------
    c, c_row, a, a_row, b, b_row, words, rows, post : pointer, int
        As in `predict_rows`.
    some : int
        Union of all words.
    ahead, ahead_at, alpha : int, float
        As in `micro_kernel.multiply_strip`.
    """
    return _call_shared(_emit_plasticity, _PLASTICITY, c)
