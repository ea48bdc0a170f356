"""One chain of fused multiply-adds along the presynaptic nodes that are not silent.

A node whose f(x) is zero sends nothing: what it would add to a sum is zero times a weight, which
changes no bit of it. Where most are silent, as the dark pixels of an image are, looking up those
that are not is faster than a full tile. Which they are is written in *words*: bit n of a word is
set if the n-th of 64 elements is not zero.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.intrinsics import llvm_fma
from neurosim.kernels.micro_kernel import (
    INDEX,
    Emitter,
    never_unroll,
    shared_function,
)

__all__ = [
    "CHAIN_VECTORS", "WORD", "active_across", "active_along", "chain_active", "count_bits",
    "stack_words", "word_at",
]  # fmt: skip

# Elements that one word tells of.
WORD = 64
# As many chains side by side as the latency of one step takes to hide.
CHAIN_VECTORS = 4


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


@intrinsic
def word_at(typingctx: Any, words: types.Type, place: types.Type):
    """Pointer to word `place`."""

    def codegen(context, builder, signature, arguments):
        return builder.gep(arguments[0], [arguments[1]], source_etype=INDEX)

    return words(words, types.int64), codegen


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


@intrinsic
def active_across(
    typingctx: Any, words: types.Type, pointer: types.Type, step: types.Type, count: types.Type
):
    """Write the words of one vector of elements: bit r tells of the element `r` steps on.

    There are at most WORD steps, and as many words as a vector has elements.
    """
    if not isinstance(pointer, types.CPointer):
        return None

    def codegen(context, builder, signature, arguments):
        words, place, step, count = arguments
        emit = Emitter(context, builder, pointer.dtype)
        kind = ir.VectorType(INDEX, emit.lanes)
        none = ir.Constant(kind, [0] * emit.lanes)
        head = builder.block
        body = builder.append_basic_block("across.row")
        done = builder.append_basic_block("across.done")
        builder.branch(body)
        builder.position_at_end(body)
        row, found = builder.phi(INDEX), builder.phi(kind)
        mask = _not_zero(emit, emit.at(place, builder.mul(row, step)))
        bit = emit.broadcast(builder.shl(emit.index(1), row))
        now = builder.or_(found, builder.select(mask, bit, none))
        following = builder.add(row, emit.index(1))
        for phi, start, value in ((row, emit.index(0), following), (found, none, now)):
            phi.add_incoming(start, head)
            phi.add_incoming(value, body)
        again = builder.icmp_signed("<", following, count)
        never_unroll(builder.cbranch(again, body, done))
        builder.position_at_end(done)
        builder.store(now, builder.bitcast(words, kind.as_pointer()), align=8)
        return context.get_dummy_value()

    signature = types.void(types.CPointer(types.int64), pointer, types.int64, types.int64)
    return signature, codegen


def _emit_chain(emit: Emitter, vectors: int, learns: bool, operands: dict[str, ir.Value]) -> None:
    """Emit one row: run along the set bits, then store the sums or learn by them."""
    builder, function = emit.builder, emit.builder.function
    c = operands["c"]
    start = [emit.zero if learns else emit.load(c, v) for v in range(vectors)]
    entry = builder.block
    blocks = {
        name: function.append_basic_block(f"chain.{name}")
        for name in ("word", "step", "next", "done")
    }
    builder.branch(blocks["word"])

    # Word by word; `place` is the k of a word's first bit.
    builder.position_at_end(blocks["word"])
    number, place = builder.phi(INDEX), builder.phi(INDEX)
    sums = [builder.phi(emit.vector) for _ in range(vectors)]
    word = _element(builder, operands["words"], builder.mul(number, operands["words_step"]))
    is_empty = builder.icmp_signed("==", word, emit.index(0))
    builder.cbranch(is_empty, blocks["next"], blocks["step"])

    # Bit by bit, the lowest first.
    builder.position_at_end(blocks["step"])
    bits = builder.phi(INDEX)
    chain = [builder.phi(emit.vector) for _ in range(vectors)]
    k = builder.add(place, builder.cttz(bits, ir.Constant(ir.IntType(1), 1)))
    left = emit.load_broadcast(emit.at(operands["a"], builder.mul(k, operands["a_step"])))
    right = emit.at(operands["b"], builder.mul(k, operands["b_step"]))
    results = [llvm_fma(builder, left, emit.load(right, v), chain[v]) for v in range(vectors)]
    remaining = builder.and_(bits, builder.sub(bits, emit.index(1)))
    bits.add_incoming(word, blocks["word"])
    bits.add_incoming(remaining, blocks["step"])
    for v in range(vectors):
        chain[v].add_incoming(sums[v], blocks["word"])
        chain[v].add_incoming(results[v], blocks["step"])
    again = builder.icmp_signed("!=", remaining, emit.index(0))
    never_unroll(builder.cbranch(again, blocks["step"], blocks["next"]))

    builder.position_at_end(blocks["next"])
    ended = [builder.phi(emit.vector) for _ in range(vectors)]
    following = builder.add(number, emit.index(1))
    for phi, value in ((number, following), (place, builder.add(place, emit.index(WORD)))):
        phi.add_incoming(emit.index(0), entry)
        phi.add_incoming(value, blocks["next"])
    for v in range(vectors):
        ended[v].add_incoming(sums[v], blocks["word"])
        ended[v].add_incoming(results[v], blocks["step"])
        sums[v].add_incoming(start[v], entry)
        sums[v].add_incoming(ended[v], blocks["next"])
    more = builder.icmp_signed("<", following, operands["count"])
    never_unroll(builder.cbranch(more, blocks["word"], blocks["done"]))

    builder.position_at_end(blocks["done"])
    if learns:
        emit.learn_sums([c], [ended], operands["lanes"], operands["alpha"])
    else:
        emit.store_sums([c], [ended], operands["lanes"])


def _element(builder: ir.IRBuilder, words: ir.Value, place: ir.Value) -> ir.Value:
    return builder.load(builder.gep(words, [place], source_etype=INDEX), typ=INDEX)


def _emit_chains(emit: Emitter, vectors: int, learns: bool, operands: dict[str, ir.Value]) -> None:
    """Emit the loop over rows."""
    builder = emit.builder
    with cgutils.for_range(builder, operands["rows"]) as loop:
        row = _element(builder, operands["order"], loop.index)
        here = dict(operands)
        here["c"] = emit.at(operands["c"], builder.mul(row, operands["c_row"]))
        here["a"] = emit.at(operands["a"], builder.mul(row, operands["a_row"]))
        here["words"] = builder.gep(operands["words"], [row], source_etype=INDEX)
        _emit_chain(emit, vectors, learns, here)


_CHAIN_OPERANDS = (
    "c", "c_row", "a", "a_row", "a_step", "b", "b_step", "words", "words_step", "count", "order",
    "rows", "lanes", "alpha",
)  # fmt: skip


@intrinsic(prefer_literal=True)
def chain_active(
    typingctx: Any,
    vectors: types.Type,
    learns: types.Type,
    c: types.Type,
    c_row: types.Type,
    a: types.Type,
    a_row: types.Type,
    a_step: types.Type,
    b: types.Type,
    b_step: types.Type,
    words: types.Type,
    words_step: types.Type,
    count: types.Type,
    order: types.Type,
    rows: types.Type,
    lanes: types.Type,
    alpha: types.Type,
):
    """Multiply a matrix by a strip of columns, along its elements that are not zero.

    C[r, j] = chain over the set bits k of row r ascending of fma(A[r, k], B[k, j], start)

    Parameters
    ----------
    vectors : int
        Columns of the strip in vectors; a literal.
    learns : int
        0: start from C and store. 1: start from 0.0, and store fma(alpha, sum, C) + 0.0; a literal.
    c, c_row : pointer, int
        Results, and the elements from one row to the next.
    a, a_row, a_step : pointer, int, int
        Left operand, and the elements from one row, and from one k, to the next.
    b, b_step : pointer, int
        Right operand, whose columns are contiguous, and the elements from one k to the next.
    words, words_step, count : pointer to int64, int, int
        Which k are not zero in the first row (each other row's lie one word further), and how many
        words of a row lie how far apart.
    order, rows : pointer to int64, int
        Numbers of the rows to do, in any order, and how many.
    lanes, alpha : int, float
        As in `micro_kernel.multiply_strip`.
    """
    if not isinstance(vectors, types.IntegerLiteral) or not isinstance(c, types.CPointer):
        return None
    wide = vectors.literal_value
    dtype, changes = c.dtype, bool(learns.literal_value)
    pointer, places = types.CPointer(dtype), types.CPointer(types.int64)

    def codegen(context, builder, signature, arguments):
        name = f"neurosim_{'learn' if changes else 'predict'}_active_{dtype}_{wide}"
        kinds = [context.get_value_type(kind) for kind in signature.args[2:]]
        function = shared_function(builder.module, name, kinds)
        if function.is_declaration:
            body = ir.IRBuilder(function.append_basic_block("entry"))
            operands = dict(zip(_CHAIN_OPERANDS, function.args, strict=True))
            _emit_chains(Emitter(context, body, dtype), wide, changes, operands)
            body.ret_void()
        builder.call(function, arguments[2:])
        return context.get_dummy_value()

    i = types.int64
    signature = types.void(
        vectors, learns, pointer, i, pointer, i, i, pointer, i, places, i, i, places, i, i, dtype
    )
    return signature, codegen
