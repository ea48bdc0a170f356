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

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.intrinsics import (
    FLOAT_BITS,
    VECTOR_BYTES,
    VECTOR_REGISTERS,
    llvm_fma,
)

__all__ = [
    "CACHE_LINE",
    "CONTINUE",
    "FRESH",
    "INDEX",
    "LEARN",
    "TILE_ROWS",
    "TILE_VECTORS",
    "Emitter",
    "call_shared",
    "emit_look_ahead",
    "emit_prefetch",
    "multiply_strip",
    "never_unroll",
    "shared_function",
    "stack_vectors",
    "vector_length",
]

CACHE_LINE = 64  # bytes
TILE_VECTORS = 3
# 8 x 3 accumulators, 3 vectors of B and one of A fit 32 registers; 4 x 3 of them fit 16.
TILE_ROWS = 8 if VECTOR_REGISTERS >= 32 else 4

# What the accumulators start from and where they go.
FRESH, CONTINUE, LEARN = 0, 1, 2

INDEX = ir.IntType(64)


def _lanes(dtype: types.Type) -> int:
    return VECTOR_BYTES * 8 // FLOAT_BITS[dtype]


@intrinsic
def vector_length(typingctx: Any, pointer: types.Type):
    """Elements in one vector of the type that `pointer` points to, a compile-time constant."""
    if not isinstance(pointer, types.CPointer):
        return None

    def codegen(context, builder, signature, arguments):
        return ir.Constant(INDEX, _lanes(pointer.dtype))

    return types.intp(pointer), codegen


@intrinsic(prefer_literal=True)
def stack_vectors(typingctx: Any, pointer: types.Type, vectors: types.Type):
    """Pointer to `vectors` (a compile-time constant) uninitialised vectors on the stack.

    Their elements have the type that `pointer` points to. They last until the calling function
    returns, and cost nothing, where ``numpy.empty`` costs as much as a small sum.
    """
    if not isinstance(pointer, types.CPointer) or not isinstance(vectors, types.IntegerLiteral):
        return None
    count = vectors.literal_value * _lanes(pointer.dtype)

    def codegen(context, builder, signature, arguments):
        element = context.get_value_type(pointer.dtype)
        # Not cgutils.alloca_once, which fills the block with zeros at every call.
        with builder.goto_entry_block():
            block = builder.alloca(ir.ArrayType(element, count))
        block.align = VECTOR_BYTES
        return builder.bitcast(block, arguments[0].type)

    return pointer(pointer, vectors), codegen


class Emitter:
    """Vector loads, stores and arithmetic on one element type."""

    def __init__(self, context: Any, builder: ir.IRBuilder, dtype: types.Type) -> None:
        self.builder = builder
        self.element = context.get_value_type(dtype)
        self.lanes = _lanes(dtype)
        self.vector = ir.VectorType(self.element, self.lanes)
        self.bytes = FLOAT_BITS[dtype] // 8
        self.zero = ir.Constant(self.vector, [0.0] * self.lanes)

    def index(self, value: int) -> ir.Constant:
        return ir.Constant(INDEX, value)

    def at(self, pointer: ir.Value, *offsets: ir.Value) -> ir.Value:
        for offset in offsets:
            pointer = self.builder.gep(pointer, [offset], source_etype=self.element)
        return pointer

    def load(self, pointer: ir.Value, vectors: int = 0) -> ir.Value:
        """Load the vector that lies `vectors` vectors after `pointer`."""
        place = self.at(pointer, self.index(vectors * self.lanes))
        place = self.builder.bitcast(place, self.vector.as_pointer())
        return self.builder.load(place, align=self.bytes, typ=self.vector)

    def store(self, value: ir.Value, pointer: ir.Value, vectors: int = 0) -> None:
        place = self.at(pointer, self.index(vectors * self.lanes))
        place = self.builder.bitcast(place, self.vector.as_pointer())
        self.builder.store(value, place, align=self.bytes)

    def load_broadcast(self, pointer: ir.Value) -> ir.Value:
        return self.broadcast(self.builder.load(pointer, align=self.bytes, typ=self.element))

    def broadcast(self, scalar: ir.Value) -> ir.Value:
        count = self.lanes
        undefined = ir.Constant(ir.VectorType(scalar.type, count), ir.Undefined)
        first = self.builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
        pattern = ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count)
        return self.builder.shuffle_vector(first, undefined, pattern)

    def first_lanes(self, count: ir.Value) -> ir.Value:
        """Mask of the lanes below `count`."""
        kind = ir.IntType(self.bytes * 8)
        limit = self.broadcast(self.builder.trunc(count, kind) if self.bytes < 8 else count)
        numbers = ir.Constant(ir.VectorType(kind, self.lanes), list(range(self.lanes)))
        return self.builder.icmp_signed("<", numbers, limit)

    @contextmanager
    def while_room(self, position_at: ir.Value, step: int, end: ir.Value) -> Iterator[ir.Value]:
        """Emit a loop by a step from the stored position on, while a whole step has room."""
        builder = self.builder
        head, body, after = (
            builder.append_basic_block(f"room.{name}") for name in ("head", "body", "after")
        )
        builder.branch(head)
        builder.position_at_end(head)
        position = builder.load(position_at, typ=INDEX)
        following = builder.add(position, self.index(step))
        builder.cbranch(builder.icmp_signed("<=", following, end), body, after)
        builder.position_at_end(body)
        yield position
        builder.store(following, position_at)
        builder.branch(head)
        builder.position_at_end(after)

    @contextmanager
    def each_bit(self, word: ir.Value) -> Iterator[ir.Value]:
        """Emit a loop over the bits that a word has, the lowest first; gives their numbers."""
        builder = self.builder
        left_at = cgutils.alloca_once(builder, INDEX)
        builder.store(word, left_at)
        body, done = builder.append_basic_block("bit"), builder.append_basic_block("bits.done")
        builder.cbranch(builder.icmp_signed("==", word, self.index(0)), done, body)
        builder.position_at_end(body)
        left = builder.load(left_at, typ=INDEX)
        yield builder.cttz(left, ir.Constant(ir.IntType(1), 1))
        remaining = builder.and_(left, builder.sub(left, self.index(1)))
        builder.store(remaining, left_at)
        again = builder.icmp_signed("!=", remaining, self.index(0))
        never_unroll(builder.cbranch(again, body, done))
        builder.position_at_end(done)

    def store_sums(
        self, places: list[ir.Value], sums: list[list[ir.Value]], lanes: ir.Value
    ) -> None:
        """Store rows of vectors, and zero behind the `lanes` real columns of the last ones."""
        mask = self.first_lanes(lanes)
        for place, row in zip(places, sums, strict=True):
            for v, value in enumerate(row):
                # -0.0 + 0.0 is 0.0: one zero, whatever path led to it.
                value = self.builder.fadd(value, self.zero)
                if v == len(row) - 1:
                    # Padding stays zero even when inf * 0 put a NaN there.
                    value = self.builder.select(mask, value, self.zero)
                self.store(value, place, v)

    def learn_sums(
        self,
        places: list[ir.Value],
        sums: list[list[ir.Value]],
        lanes: ir.Value,
        alpha: ir.Value,
    ) -> None:
        """Store fma(alpha, sum, what is stored) in the place of each sum."""
        rate = self.broadcast(alpha)
        learned = [
            [
                llvm_fma(self.builder, rate, value, self.load(place, v))
                for v, value in enumerate(row)
            ]
            for place, row in zip(places, sums, strict=True)
        ]
        self.store_sums(places, learned, lanes)

    def end_sums(
        self, places: list[ir.Value], sums: list[list[ir.Value]], operands: dict[str, ir.Value]
    ) -> None:
        """Store sums or, to LEARN, take them as the change of the weights that are stored there."""
        builder = self.builder
        learns = builder.icmp_signed("==", operands["mode"], self.index(LEARN))
        with builder.if_else(learns) as (learn, store):
            with learn:
                self.learn_sums(places, sums, operands["lanes"], operands["alpha"])
            with store:
                self.store_sums(places, sums, operands["lanes"])


def emit_prefetch(emit: Emitter, place: ir.Value, *, writes: bool) -> None:
    """Ask for the cache line of a place: to be written at once, or to be read later."""
    builder = emit.builder
    byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    signature = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
    prefetch = cgutils.get_or_insert_function(builder.module, signature, "llvm.prefetch.p0")
    # Read or write; to the first-level cache, or the second; data.
    told = [ir.Constant(word, n) for n in (int(writes), 3 if writes else 2, 1)]
    builder.call(prefetch, [builder.bitcast(place, byte), *told])


def emit_look_ahead(
    emit: Emitter, operands: dict[str, ir.Value], turn: ir.Value, turns: ir.Value, elements: int
) -> None:
    """Ask for so many elements of every `turns`-th sample of the next batch, from `turn` on.

    They lie anywhere in memory and are needed when this batch is done. A few lines at a time arrive
    while it is computed; many would keep it waiting.
    """
    builder = emit.builder
    with cgutils.if_unlikely(builder, builder.icmp_signed("!=", operands["ahead"], emit.index(0))):
        table = builder.inttoptr(operands["ahead"], INDEX.as_pointer())
        count = builder.load(table, typ=INDEX)
        with cgutils.for_range_slice(builder, turn, count, turns, INDEX) as (sample, _):
            entry = builder.gep(table, [builder.add(sample, emit.index(1))], source_etype=INDEX)
            row = builder.inttoptr(builder.load(entry, typ=INDEX), emit.element.as_pointer())
            there = emit.at(row, operands["ahead_at"])
            for element in range(0, elements, CACHE_LINE // emit.bytes):
                emit_prefetch(emit, emit.at(there, emit.index(element)), writes=False)


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


def never_unroll(branch: ir.Instruction) -> None:
    """Tell LLVM to leave the loop that `branch` closes as it is.

    The tile is the unrolling. LLVM would unroll it once more, which gains nothing, takes long to
    compile and runs the address arithmetic out of registers.
    """
    module = branch.parent.function.module
    disable = module.add_metadata([ir.MetaDataString(module, "llvm.loop.unroll.disable")])
    name = f"loop {id(branch)}"
    loop = module.add_metadata([ir.MetaDataString(module, name), disable])
    # LLVM's loop metadata begins with a reference to itself.
    loop.operands = (loop, disable)
    branch.set_metadata("llvm.loop", loop)


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


def shared_function(module: ir.Module, name: str, kinds: list[ir.Type]) -> ir.Function:
    """Declare a function that is emitted once per module and never inlined.

    A function of its own has the registers of its inner loop allocated the same way whatever calls
    it; inlined into a large kernel it was up to a third slower.
    """
    kind = ir.FunctionType(ir.VoidType(), kinds)
    function = cgutils.get_or_insert_function(module, kind, name)
    function.linkage = "linkonce_odr"
    function.attributes.add("noinline")
    function.attributes.add("nounwind")
    return function


def call_shared(
    emission: Callable[[Emitter, dict[str, ir.Value]], None],
    name: str,
    operands: tuple[str, ...],
    c: types.Type,
) -> Any:
    """Signature and code of a call of a shared kernel that takes operands of these names.

    `c`, `a`, `b`, `source` and `target` are pointers, of the type of `c`, `words` is one to int64,
    `alpha` a number, and all else an int64.
    """
    if not isinstance(c, types.CPointer):
        return None
    special = dict.fromkeys(("c", "a", "b", "source", "target"), c)
    special |= {"words": types.CPointer(types.int64), "alpha": c.dtype}
    kinds = [special.get(operand, types.int64) for operand in operands]

    def codegen(context, builder, signature, arguments):
        values = [context.get_value_type(kind) for kind in kinds]
        function = shared_function(builder.module, f"neurosim_{name}_{c.dtype}", values)
        if function.is_declaration:
            body = ir.IRBuilder(function.append_basic_block("entry"))
            named = dict(zip(operands, function.args, strict=True))
            emission(Emitter(context, body, c.dtype), named)
            body.ret_void()
        builder.call(function, arguments)
        return context.get_dummy_value()

    return types.void(*kinds), codegen


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
