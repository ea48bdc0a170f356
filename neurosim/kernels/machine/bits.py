"""Flags, and the bits of numbers: operations in their own width, without branches.

Of bitwise operations on narrow integers Numba makes such on int64, of which a vector holds fewer;
and a comparison of floats with a branch is not vectorised. Like those of `arithmetic`, these are
one or a few LLVM instructions each where they are called.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from neurosim.kernels.machine.arithmetic import FLOAT_BITS, is_float

__all__ = [
    "bits_to_float", "choose", "common", "difference", "eight_at", "float_to_bits",
    "trailing_zeros", "united",
]  # fmt: skip


@intrinsic
def choose(typingctx: Any, flag: types.Type, this: types.Type, other: types.Type):
    """Return `this` if the flag, an integer, is 1, or `other` if it is 0, by their bits.

    Of ``a[i] = a[i] if flag[i] else b`` LLVM would make a store that leaves some elements out,
    which on many machines takes ten times as long as one of a whole vector.
    """
    if not is_float(this, other) or not isinstance(flag, types.Integer):
        return None

    def codegen(context, builder, signature, arguments):
        integer = ir.IntType(FLOAT_BITS[this])
        flag, *numbers = arguments
        if flag.type.width < integer.width:
            flag = builder.zext(flag, integer)
        elif flag.type.width > integer.width:
            flag = builder.trunc(flag, integer)
        this_bits, other_bits = (builder.bitcast(number, integer) for number in numbers)
        unlike = builder.and_(builder.xor(this_bits, other_bits), builder.neg(flag))
        return builder.bitcast(builder.xor(other_bits, unlike), numbers[0].type)

    return this(flag, this, other), codegen


def _in_own_width(name: str, what: str):
    """Make the intrinsic of a bitwise operation on two integers of the same type, and of no other.

    Numba would make int64 of the result, of which a vector holds fewer.
    """

    def operation(typingctx: Any, flags: types.Type, more: types.Type):
        if flags != more or not isinstance(flags, types.Integer):
            return None

        def codegen(context, builder, signature, arguments):
            return getattr(builder, name)(*arguments)

        return flags(flags, more), codegen

    operation.__doc__ = what
    return intrinsic(operation)


united = _in_own_width("or_", "``flags | more``, in their own width.")
common = _in_own_width("and_", "``flags & more``, in their own width.")
exclusive = _in_own_width("xor", "``flags ^ more``, in their own width.")


@intrinsic
def float_to_bits(typingctx: Any, x: types.Type):
    """The bits of a float32 or float64 as an int32 or int64."""
    if not is_float(x):
        return None
    integer = types.int32 if x == types.float32 else types.int64

    def codegen(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(FLOAT_BITS[x]))

    return integer(x), codegen


@intrinsic
def bits_to_float(typingctx: Any, bits: types.Type):
    """The float32 or float64 that has the bits of an int32 or int64."""
    if bits not in (types.int32, types.int64):
        return None
    result = types.float32 if bits == types.int32 else types.float64

    def codegen(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(result))

    return result(bits), codegen


@intrinsic
def difference(typingctx: Any, seen: types.Type, this: types.Type, other: types.Type):
    """`seen` and the bits in which two numbers differ, in the width of these.

    Numba makes int64 of the bitwise operations of int32, which takes twice as many vectors.
    """
    if not is_float(this, other) or FLOAT_BITS[this] != seen.bitwidth:
        return None

    def codegen(context, builder, signature, arguments):
        seen, *numbers = arguments
        this, other = (builder.bitcast(number, seen.type) for number in numbers)
        return builder.or_(seen, builder.xor(this, other))

    return seen(seen, this, other), codegen


@intrinsic
def eight_at(typingctx: Any, flags: types.Type, at: types.Type):
    """Eight bytes of a one-dimensional array from element `at` on, a multiple of 8, as a uint64.

    The first of them is the lowest.
    """

    def codegen(context, builder, signature, arguments):
        array, offset = arguments
        data = context.make_array(signature.args[0])(context, builder, array).data
        word = ir.IntType(64)
        pointer = builder.bitcast(builder.gep(data, [offset]), word.as_pointer())
        return builder.load(pointer)

    return types.uint64(flags, types.int64), codegen


@intrinsic
def trailing_zeros(typingctx: Any, word: types.Type):
    """How many of the lowest bits of a uint64 that is not 0 are zero."""

    def codegen(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), codegen
