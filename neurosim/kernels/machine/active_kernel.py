"""Sums over the presynaptic nodes that are not silent.

A node whose f(x) is zero sends nothing: what it would add to a sum is zero times a finite weight,
which changes no bit of it; and a weight that it leaves alone is not -0.0, which learning would have
turned into 0.0. (Where a weight is not finite, full sums are not either.) Where most nodes are
silent, as the dark pixels of an image are, looking up those that are not is faster than a full
tile. Which they are is written in *words*: a bit of a word is set if a summand is not zero in some
row of a team, rows of results which are formed together. In prediction rows are replicas, and what
is summed comes from presynaptic nodes; in plasticity it is the other way round. Neighbours in an
image, and images of the same kind, have many of their zeros in common.

One kernel serves both. It goes through the bits of a word from the lowest on, so that the chain of
a result is in the order of a full sum.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.machine.arithmetic import llvm_fma
from neurosim.kernels.machine.emitter import (
    CONTINUE,
    FRESH,
    INDEX,
    Emitter,
    call_shared,
    emit_look_ahead,
)
from neurosim.kernels.machine.padding import PADDING
from neurosim.kernels.machine.registers import VECTOR_REGISTERS

__all__ = [
    "CHUNK", "STRIP_VECTORS", "TEAM", "TEAMS", "WORD", "WORD_TEAMS", "active_across",
    "active_along", "count_bits", "multiply_active", "stack_words",
]  # fmt: skip

# Summands that one word tells of, and how many at most if they lie across: one bit of each lane
# tells of one, and lanes of float32 have no more.
WORD, CHUNK = 64, 32
# Rows that are a team, of which a word tells, and teams that are gone through side by side: more
# rows of a team would have fewer zeros in common, and one team of few columns keeps waiting for its
# sums. With vectors of columns at a time, their chains fit the registers.
TEAM = 2
TEAMS = 2 if VECTOR_REGISTERS >= 32 else 1
STRIP_VECTORS = 4
# Words that tell of WORD rows.
WORD_TEAMS = WORD // TEAM
LOOK_VECTORS = 4


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


def _emit_word_along(emit: Emitter, operands: dict[str, ir.Value]) -> ir.Value:
    """Emit the word of `active_along`."""
    builder = emit.builder
    kind = ir.VectorType(ir.IntType(emit.bytes * 8), emit.lanes)
    none = ir.Constant(kind, [0] * emit.lanes)
    places = [operands["a"]]
    for r in range(1, TEAM):
        # In place of a row that is not there the first is read again.
        there = builder.icmp_signed("<", emit.index(r), operands["rows"])
        row = builder.select(there, emit.index(r), emit.index(0))
        places.append(emit.at(operands["a"], builder.mul(row, operands["a_row"])))
    word_at = cgutils.alloca_once_value(builder, emit.index(0))
    for v in range(WORD // emit.lanes):
        position = emit.index(v * emit.lanes)
        with builder.if_then(builder.icmp_signed("<", position, operands["count"])):
            bits = reduce(
                builder.or_, [builder.bitcast(emit.load(place, v), kind) for place in places]
            )
            mask = builder.icmp_signed("!=", bits, none)
            mask = builder.zext(builder.bitcast(mask, ir.IntType(emit.lanes)), INDEX)
            word = builder.load(word_at, typ=INDEX)
            builder.store(builder.or_(word, builder.shl(mask, position)), word_at)
    # Behind the last element there may be anything.
    unused = builder.sub(emit.index(WORD), operands["count"])
    known = builder.lshr(emit.index(-1), unused)
    return builder.and_(builder.load(word_at, typ=INDEX), known)


@intrinsic
def active_along(typingctx: Any, a: types.Type, a_row: Any, rows: Any, count: Any):
    """Word of the first 1 to WORD elements of 1 to TEAM rows; whole vectors are read."""
    if not isinstance(a, types.CPointer):
        return None
    i = types.int64

    def codegen(context, builder, signature, arguments):
        names = ("a", "a_row", "rows", "count")
        return _emit_word_along(
            Emitter(context, builder, a.dtype), dict(zip(names, arguments, strict=True))
        )

    return i(a, i, i, i), codegen


def _emit_words_across(emit: Emitter, operands: dict[str, ir.Value]) -> None:
    """Emit `active_across`, a few vectors at a time."""
    builder = emit.builder
    integer = ir.IntType(emit.bytes * 8)
    numbers = ir.VectorType(integer, emit.lanes)
    wide = ir.VectorType(INDEX, emit.lanes)
    none = ir.Constant(numbers, [0] * emit.lanes)
    vectors = min(LOOK_VECTORS, PADDING // emit.lanes)
    words_at = [cgutils.alloca_once(builder, numbers) for _ in range(vectors)]
    step = emit.index(vectors * emit.lanes)
    with cgutils.for_range_slice(
        builder, emit.index(0), operands["count"], step, INDEX
    ) as (position, _):  # fmt: skip
        for place in words_at:
            builder.store(none, place)
        with cgutils.for_range(builder, operands["rows"]) as loop:
            row = emit.at(operands["a"], builder.mul(loop.index, operands["a_row"]), position)
            number = builder.trunc(loop.index, integer) if emit.bytes < 8 else loop.index
            bit = emit.broadcast(builder.shl(ir.Constant(integer, 1), number))
            for v, place in enumerate(words_at):
                active = builder.fcmp_unordered("!=", emit.load(row, v), emit.zero)
                seen = builder.select(active, bit, none)
                builder.store(builder.or_(builder.load(place, typ=numbers), seen), place)
        for v, place in enumerate(words_at):
            words = builder.load(place, typ=numbers)
            words = builder.zext(words, wide) if emit.bytes < 8 else words
            at = builder.add(position, emit.index(v * emit.lanes))
            at = builder.gep(operands["words"], [at], source_etype=INDEX)
            builder.store(words, builder.bitcast(at, wide.as_pointer()), align=8)


def _emit_teams(
    emit: Emitter, teams: int, rows: int, vectors: int, operands: dict[str, ir.Value]
) -> None:
    """Emit the chains of teams of `rows`: load or zero them, go along the bits, store or learn."""
    builder = emit.builder
    a_rows, c_rows = (
        [
            emit.at(operands[name], builder.mul(operands[f"{name}_row"], emit.index(r)))
            for r in range(teams * rows)
        ]
        for name in ("a", "c")
    )
    sums = [[cgutils.alloca_once(builder, emit.vector) for _ in range(vectors)] for _ in c_rows]
    words_at = [cgutils.alloca_once(builder, INDEX) for _ in range(teams)]
    seen_at = cgutils.alloca_once_value(builder, emit.index(0))
    continues = builder.icmp_signed("==", operands["mode"], emit.index(CONTINUE))
    with builder.if_else(continues) as (go_on, begin):
        for case, value in ((go_on, emit.load), (begin, lambda place, v: emit.zero)):
            with case:
                for place, row in zip(c_rows, sums, strict=True):
                    for v, chain in enumerate(row):
                        builder.store(value(place, v), chain)
    with cgutils.for_range(builder, operands["chunks"]) as chunk:
        place = builder.mul(chunk.index, emit.index(WORD_TEAMS))
        for team, word_at in enumerate(words_at):
            at = builder.add(place, emit.index(team))
            at = builder.gep(operands["words"], [at], source_etype=INDEX)
            word = builder.load(at, typ=INDEX)
            builder.store(word, word_at)
            builder.store(builder.or_(builder.load(seen_at, typ=INDEX), word), seen_at)
        first = builder.mul(chunk.index, emit.index(CHUNK))
        together = list(range(teams))
        alone = [[team] for team in together] if teams > 1 else []
        for members in [together, *alone]:
            with emit.while_bits([words_at[team] for team in members]) as bits:
                for team, bit in zip(members, bits, strict=True):
                    mine = slice(team * rows, (team + 1) * rows)
                    _emit_step(emit, builder.add(first, bit), a_rows[mine], sums[mine], operands)
    # Where no bit was set, nothing changes what is stored.
    fresh = builder.icmp_signed("==", operands["mode"], emit.index(FRESH))
    seen = builder.icmp_signed("!=", builder.load(seen_at, typ=INDEX), emit.index(0))
    with builder.if_then(builder.or_(fresh, seen)):
        results = [[builder.load(chain, typ=emit.vector) for chain in row] for row in sums]
        emit.end_sums(c_rows, results, operands)


def _emit_step(
    emit: Emitter,
    k: ir.Value,
    a_rows: list[ir.Value],
    sums: list[list[ir.Value]],
    operands: dict[str, ir.Value],
) -> None:
    """Emit what summand k adds to the chains of some rows."""
    builder = emit.builder
    b = emit.at(operands["b"], builder.mul(k, operands["b_step"]))
    right = [emit.load(b, v) for v in range(len(sums[0]))]
    a = builder.mul(k, operands["a_step"])
    for a_row, row in zip(a_rows, sums, strict=True):
        left = emit.load_broadcast(emit.at(a_row, a))
        for chain, vector in zip(row, right, strict=True):
            value = builder.load(chain, typ=emit.vector)
            builder.store(llvm_fma(builder, left, vector, value), chain)


def _emit_strip(emit: Emitter, vectors: int, operands: dict[str, ir.Value]) -> None:
    """Emit the loop over rows: teams side by side first, then fewer, then what is left of one."""
    builder = emit.builder
    row_at = cgutils.alloca_once_value(builder, emit.index(0))
    at_once = emit.index(TEAMS * TEAM)
    rounded = builder.add(operands["rows"], emit.index(TEAMS * TEAM - 1))
    turns = builder.udiv(rounded, at_once)
    for teams, rows in [*((teams, TEAM) for teams in range(TEAMS, 0, -1)), (1, 1)]:
        with emit.while_room(row_at, teams * rows, operands["rows"]) as row:
            here = dict(operands)
            here["c"] = emit.at(operands["c"], builder.mul(row, operands["c_row"]))
            here["a"] = emit.at(operands["a"], builder.mul(row, operands["a_row"]))
            team = builder.udiv(row, emit.index(TEAM))
            here["words"] = builder.gep(operands["words"], [team], source_etype=INDEX)
            emit_look_ahead(emit, operands, builder.udiv(row, at_once), turns, WORD)
            _emit_teams(emit, teams, rows, vectors, here)


def _emit_strips(emit: Emitter, operands: dict[str, ir.Value]) -> None:
    """Emit the loop over columns: whole strips first, then what is left by halves."""
    builder = emit.builder
    column_at = cgutils.alloca_once_value(builder, emit.index(0))
    # Real columns end within the last vector.
    end = builder.add(operands["post"], emit.index(emit.lanes - 1))
    vectors = STRIP_VECTORS
    while vectors:
        with emit.while_room(column_at, vectors * emit.lanes, end) as column:
            whole = emit.index((vectors - 1) * emit.lanes)
            here = dict(operands)
            here["lanes"] = builder.sub(builder.sub(operands["post"], column), whole)
            here["c"], here["b"] = (emit.at(operands[name], column) for name in ("c", "b"))
            first = builder.icmp_signed("==", column, emit.index(0))
            here["ahead"] = builder.select(first, operands["ahead"], emit.index(0))
            _emit_strip(emit, vectors, here)
        vectors //= 2


@intrinsic
def active_across(typingctx: Any, words: Any, a: types.Type, a_row: Any, rows: Any, count: Any):
    """Write the words of `count` elements, each along so many rows, at most CHUNK.

    Parameters
    ----------
    words : pointer to int64
        Where to; the words of whole vectors are written, up to WORD.
    a, a_row, rows : pointer, int, int
        The first row, elements from one to the next, and their number.
    count : int
        1 to WORD elements of each row; whole vectors are read.
    """
    names = ("words", "a", "a_row", "rows", "count")
    return call_shared(_emit_words_across, "active_across", names, a)


_OPERANDS = (
    "c", "c_row", "a", "a_row", "a_step", "b", "b_step", "words", "rows", "chunks", "post", "mode",
    "ahead", "ahead_at", "alpha",
)  # fmt: skip


@intrinsic
def multiply_active(
    typingctx: Any, c: Any, c_row: Any, a: Any, a_row: Any, a_step: Any, b: Any, b_step: Any,
    words: Any, rows: Any, chunks: Any, post: Any, mode: Any, ahead: Any, ahead_at: Any, alpha: Any,
):  # fmt: skip
    """Multiply a matrix, most of whose elements are zero, by another.

    C[r, j] = chain over k ascending of fma(A[r, k], B[k, j], start), without the k for which A is
    zero in row r and in those that are in a team with it

    Parameters
    ----------
    c, c_row, a, a_row, a_step, b, b_step, mode, ahead, ahead_at, alpha : pointer, int, float
        As in `micro_kernel.multiply_strip`.
    words, rows, chunks : pointer to int64, int, int
        A word for each TEAM rows of A; of more than CHUNK summands as many words as there are
        chunks of them, each WORD_TEAMS words behind the one before.
    post : int
        Number of columns; zero is stored behind the last, up to the end of its vector.
    """
    return call_shared(_emit_strips, "multiply_active", _OPERANDS, c)
