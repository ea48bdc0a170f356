"""What kernels in vectors are emitted with: loads, stores, loops, calls, room on the stack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from neurosim.kernels.machine.arithmetic import FLOAT_BITS, llvm_fma
from neurosim.kernels.machine.registers import VECTOR_BYTES

__all__ = [
    "CACHE_LINE", "CONTINUE", "FRESH", "INDEX", "LEARN", "Emitter", "call_shared",
    "emit_look_ahead", "emit_prefetch", "mark_loop", "never_unroll", "stack_vectors",
    "vector_length",
]  # fmt: skip

CACHE_LINE = 64  # bytes

# What sums start from and where they go.
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
        with self.while_bits([cgutils.alloca_once_value(self.builder, word)]) as (bit,):
            yield bit

    @contextmanager
    def while_bits(self, words_at: list[ir.Value]) -> Iterator[list[ir.Value]]:
        """Emit a loop that takes the lowest bit out of each stored word, while all have one.

        Gives the numbers of these bits.
        """
        builder = self.builder
        body, done = builder.append_basic_block("bits"), builder.append_basic_block("bits.done")
        builder.cbranch(self._all_set(words_at), body, done)
        builder.position_at_end(body)
        words = [builder.load(place, typ=INDEX) for place in words_at]
        yield [builder.cttz(word, ir.Constant(ir.IntType(1), 1)) for word in words]
        for word, place in zip(words, words_at, strict=True):
            builder.store(builder.and_(word, builder.sub(word, self.index(1))), place)
        never_unroll(builder.cbranch(self._all_set(words_at), body, done))
        builder.position_at_end(done)

    def _all_set(self, words_at: list[ir.Value]) -> ir.Value:
        builder = self.builder
        words = [builder.load(place, typ=INDEX) for place in words_at]
        return reduce(
            builder.and_, [builder.icmp_signed("!=", word, self.index(0)) for word in words]
        )

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


def mark_loop(jump: ir.Instruction, *wishes: list[Any]) -> None:
    """Tell LLVM what is wished of the loop that a jump back closes.

    A wish is a name in LLVM's language, and what belongs to it.
    """
    block = jump.parent
    module = block.function.module
    nodes = [
        module.add_metadata([ir.MetaDataString(module, name), *values]) for name, *values in wishes
    ]
    name = ir.MetaDataString(module, f"{block.function.name} {block.name}")
    loop = module.add_metadata([name, *nodes])
    # LLVM's loop metadata begins with a reference to itself.
    loop.operands = (loop, *nodes)
    jump.set_metadata("llvm.loop", loop)


def never_unroll(branch: ir.Instruction) -> None:
    """Tell LLVM to leave the loop that `branch` closes as it is.

    The tile is the unrolling. LLVM would unroll it once more, which gains nothing, takes long to
    compile and runs the address arithmetic out of registers.
    """
    mark_loop(branch, ["llvm.loop.unroll.disable"])


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
