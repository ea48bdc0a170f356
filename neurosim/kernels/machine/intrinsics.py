"""Single machine operations that Numba does not offer by itself.

Every function here becomes one or two LLVM instructions where it is called; none is a function call
at run time, none allocates, and all of them may be used inside loops that LLVM then vectorises.

The fused multiply-add is what makes the results of the engine the same on every machine: it rounds
once, by definition, so that a chain of them in a stated order has one possible result. Left to
itself a compiler may or may not fuse ``a * b + c``.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

__all__ = [
    "FLOAT_BITS",
    "VECTOR_BYTES",
    "VECTOR_REGISTERS",
    "address",
    "advance",
    "array_at",
    "bits_to_float",
    "by_type",
    "choose",
    "common",
    "difference",
    "eight_at",
    "float_to_bits",
    "fma",
    "horner",
    "integers_at",
    "like",
    "multiply_by_power_of_two",
    "power_of_two",
    "reals_at",
    "row_span",
    "span",
    "trailing_zeros",
    "united",
    "unowned_array",
    "vector_of",
    "with_sign_of",
    "zero_like",
]

FLOAT_BITS = {types.float32: 32, types.float64: 64}


def _host_vectors() -> tuple[int, int]:
    """Bytes in a vector register of the machine that code is compiled for, and their number.

    Numba keeps its cached code apart by the same features, so these may be compile-time constants.
    """
    if config.CPU_FEATURES is not None:
        features = {f[1:] for f in config.CPU_FEATURES.split(",") if f.startswith("+")}
    else:
        host = llvmlite.binding.get_host_cpu_features()
        features = {name for name, present in host.items() if present}
    if "avx512f" in features:
        return 64, 32
    if "avx" in features:
        return 32, 16
    if "neon" in features:
        return 16, 32
    return 16, 16


VECTOR_BYTES, VECTOR_REGISTERS = _host_vectors()


def llvm_fma(builder: ir.IRBuilder, a: ir.Value, b: ir.Value, c: ir.Value) -> ir.Value:
    """Emit ``a * b + c`` rounded once, for scalars and for vectors.

    The function is declared by its name because llvmlite's own helper refuses vectors.
    """
    element, prefix = a.type, ""
    if isinstance(element, ir.VectorType):
        element, prefix = element.element, f"v{element.count}"
    name = f"llvm.fma.{prefix}{'f64' if isinstance(element, ir.DoubleType) else 'f32'}"
    signature = ir.FunctionType(a.type, [a.type] * 3)
    function = cgutils.get_or_insert_function(builder.module, signature, name)
    return builder.call(function, [a, b, c])


def _is_float(*arguments: types.Type) -> bool:
    return arguments[0] in FLOAT_BITS and all(a == arguments[0] for a in arguments)


@intrinsic
def fma(typingctx: Any, a: types.Type, b: types.Type, c: types.Type):
    """``a * b + c`` with one rounding; three float32 or three float64."""
    if not _is_float(a, b, c):
        return None

    def codegen(context, builder, signature, arguments):
        return llvm_fma(builder, *arguments)

    return a(a, b, c), codegen


@intrinsic
def like(typingctx: Any, x: types.Type, value: types.Type):
    """`value` converted to the type of `x`: how constants stay out of float64 in float32 code."""
    if not _is_float(x):
        return None

    def codegen(context, builder, signature, arguments):
        return arguments[1]

    return x(x, x), codegen


@intrinsic
def with_sign_of(typingctx: Any, magnitude: types.Type, sign: types.Type):
    """`magnitude` with the sign bit of `sign` (C's ``copysign``)."""
    if not _is_float(magnitude, sign):
        return None

    def codegen(context, builder, signature, arguments):
        name = f"llvm.copysign.f{FLOAT_BITS[magnitude]}"
        kind = arguments[0].type
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind, kind]), name
        )
        return builder.call(function, arguments)

    return magnitude(magnitude, sign), codegen


@intrinsic
def choose(typingctx: Any, flag: types.Type, this: types.Type, other: types.Type):
    """Return `this` if the flag, an integer, is 1, or `other` if it is 0, by their bits.

    Of ``a[i] = a[i] if flag[i] else b`` LLVM would make a store that leaves some elements out,
    which on many machines takes ten times as long as one of a whole vector.
    """
    if not _is_float(this, other) or not isinstance(flag, types.Integer):
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


@intrinsic
def float_to_bits(typingctx: Any, x: types.Type):
    """The bits of a float32 or float64 as an int32 or int64."""
    if not _is_float(x):
        return None
    integer = types.int32 if x == types.float32 else types.int64

    def codegen(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(FLOAT_BITS[x]))

    return integer(x), codegen


@intrinsic
def difference(typingctx: Any, seen: types.Type, this: types.Type, other: types.Type):
    """`seen` and the bits in which two numbers differ, in the width of these.

    Numba makes int64 of the bitwise operations of int32, which takes twice as many vectors.
    """
    if not _is_float(this, other) or FLOAT_BITS[this] != seen.bitwidth:
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
def multiply_by_power_of_two(typingctx: Any, x: types.Type, whole: types.Type, half: types.Type):
    """``x * 2**n``, rounded once, also where ``2**n`` itself is out of range.

    Parameters
    ----------
    x : float
        A number near 1.
    whole, half : float
        ``shift + n`` and ``shift + m``, where ``shift`` is 1.5 * 2**23 (float32) or 1.5 * 2**52
        (float64), n the exponent and m any integer near n / 2. Powers of two are built by
        shifting integers into the exponent; 2**m and 2**(n - m) are always in range, and only the
        second multiplication can round (overflow to inf, gradual underflow).
    """
    if not _is_float(x, whole, half):
        return None
    width = FLOAT_BITS[x]
    fraction = 23 if width == 32 else 52
    bias = 127 if width == 32 else 1023

    def codegen(context, builder, signature, arguments):
        integer = ir.IntType(width)
        x_value, whole_value, half_value = arguments
        whole_bits = builder.bitcast(whole_value, integer)
        half_bits = builder.bitcast(half_value, integer)
        # Both hold the same shift; it leaves the difference, and it leaves the low bits of the
        # half by the shift to the left, which drops everything above the exponent.
        rest_bits = builder.sub(whole_bits, half_bits)
        for exponent in (half_bits, rest_bits):
            biased = builder.add(exponent, ir.Constant(integer, bias))
            power = builder.bitcast(
                builder.shl(biased, ir.Constant(integer, fraction)), x_value.type
            )
            x_value = builder.fmul(x_value, power)
        return x_value

    return x(x, whole, half), codegen


@intrinsic
def power_of_two(typingctx: Any, exponent: types.Type):
    """Return the float whose exponent, bias included, is in the low bits of a float of its type."""
    if not _is_float(exponent):
        return None
    width = FLOAT_BITS[exponent]

    def codegen(context, builder, signature, arguments):
        integer = ir.IntType(width)
        bits = builder.bitcast(arguments[0], integer)
        bits = builder.shl(bits, ir.Constant(integer, 23 if width == 32 else 52))
        return builder.bitcast(bits, arguments[0].type)

    return exponent(exponent), codegen


def horner(double: tuple[float, ...], single: tuple[float, ...]):
    """Make the intrinsic that evaluates a fixed polynomial, one set of coefficients per type.

    Parameters
    ----------
    double, single : tuple of float
        Coefficients for float64 and float32 arguments, highest power first.

    Returns
    -------
    intrinsic
        ``p(x)`` by Horner's rule, every step one explicit fma.
    """

    @intrinsic
    def polynomial(typingctx: Any, x: types.Type):
        if not _is_float(x):
            return None
        coefficients = double if x == types.float64 else single

        def codegen(context, builder, signature, arguments):
            kind = arguments[0].type
            result = ir.Constant(kind, coefficients[0])
            for coefficient in coefficients[1:]:
                result = llvm_fma(builder, result, arguments[0], ir.Constant(kind, coefficient))
            return result

        return x(x), codegen

    return polynomial


def by_type(double: float, single: float):
    """Make the intrinsic that gives a constant of the type of its argument."""
    return horner((double,), (single,))


@intrinsic
def address(typingctx: Any, array: types.Type, offset: types.Type):
    """Pointer to element `offset` of a one-dimensional contiguous array.

    The array must outlive the pointer: use it on arguments of the calling function only.
    """
    if not isinstance(array, types.Array) or array.dtype not in (*FLOAT_BITS, types.int64):
        return None

    def codegen(context, builder, signature, arguments):
        view = context.make_array(signature.args[0])(context, builder, arguments[0])
        element = context.get_value_type(array.dtype)
        return builder.gep(view.data, [arguments[1]], source_etype=element)

    return types.CPointer(array.dtype)(array, types.intp), codegen


@intrinsic
def advance(typingctx: Any, pointer: types.Type, elements: types.Type):
    """The pointer `elements` elements further on."""
    if not isinstance(pointer, types.CPointer):
        return None

    def codegen(context, builder, signature, arguments):
        element = context.get_value_type(pointer.dtype)
        return builder.gep(arguments[0], [arguments[1]], source_etype=element)

    return pointer(pointer, types.intp), codegen


@intrinsic
def zero_like(typingctx: Any, pointer: types.Type):
    """0.0 of the type that `pointer` points to."""
    if not isinstance(pointer, types.CPointer):
        return None

    def codegen(context, builder, signature, arguments):
        return ir.Constant(context.get_value_type(pointer.dtype), 0.0)

    return pointer.dtype(pointer), codegen


def unowned_array(context, builder, kind, data, shape):
    """Emit the contiguous array onto `data` that no reference count is kept for."""
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    strides = [context.get_constant(types.intp, size)]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    array = context.make_array(kind)(context, builder)
    populate_array(
        array, data=data, shape=shape, strides=strides, itemsize=strides[-1], meminfo=None
    )
    return array._getvalue()


@intrinsic
def span(typingctx: Any, array: types.Type, first: types.Type, last: types.Type):
    """``array[first:last]``, 0 <= first <= last <= size, for as long as the array itself lives.

    A slice costs two atomic operations on a reference count; this costs nothing. Use it on what
    belongs to the arguments of an entry point.
    """
    if not isinstance(array, types.Array) or array.ndim != 1 or array.layout != "C":
        return None

    def codegen(context, builder, signature, arguments):
        view = context.make_array(array)(context, builder, arguments[0])
        count = builder.sub(arguments[2], arguments[1])
        return unowned_array(
            context, builder, array, builder.gep(view.data, [arguments[1]]), [count]
        )

    return array(array, types.intp, types.intp), codegen


def _array_at(context, builder, kind, data):
    """Emit the array onto `data` of which no length is known, so that every index is in bounds."""
    return unowned_array(context, builder, kind, data, [context.get_constant(types.intp, 1 << 48)])


@intrinsic
def array_at(typingctx: Any, pointer: types.Type):
    """Return the array that begins where a pointer points to; nothing is known of its length."""
    if not isinstance(pointer, types.CPointer):
        return None
    result = types.Array(pointer.dtype, 1, "C")

    def codegen(context, builder, signature, arguments):
        return _array_at(context, builder, result, arguments[0])

    return result(pointer), codegen


@intrinsic
def integers_at(typingctx: Any, place: types.Type):
    """Return the array of int64 that begins at an address; nothing is known of its length."""
    result = types.Array(types.int64, 1, "C")

    def codegen(context, builder, signature, arguments):
        word = context.get_value_type(types.int64)
        data = builder.inttoptr(arguments[0], word.as_pointer())
        return _array_at(context, builder, result, data)

    return result(types.int64), codegen


@intrinsic
def reals_at(typingctx: Any, place: types.Type, like: types.Type):
    """Return the array with the elements of `like` that begins at an address."""
    if not isinstance(like, types.Array):
        return None
    result = types.Array(like.dtype, 1, "C")

    def codegen(context, builder, signature, arguments):
        element = context.get_data_type(like.dtype)
        data = builder.inttoptr(arguments[0], element.as_pointer())
        return _array_at(context, builder, result, data)

    return result(types.int64, like), codegen


@intrinsic
def vector_of(typingctx: Any, array: types.Type, i: types.Type, j: types.Type):
    """``array[i, j]`` of a contiguous array of three dimensions, unowned as in `span`."""
    if not isinstance(array, types.Array) or array.ndim != 3 or array.layout != "C":
        return None
    result = types.Array(array.dtype, 1, "C")

    def codegen(context, builder, signature, arguments):
        view = context.make_array(array)(context, builder, arguments[0])
        _, rows, count = cgutils.unpack_tuple(builder, view.shape, 3)
        row = builder.add(builder.mul(arguments[1], rows), arguments[2])
        data = builder.gep(view.data, [builder.mul(row, count)])
        return unowned_array(context, builder, result, data, [count])

    return result(array, types.intp, types.intp), codegen


@intrinsic
def row_span(
    typingctx: Any, array: types.Type, row: types.Type, first: types.Type, last: types.Type
):
    """``array[row, first:last]`` of a contiguous array of two dimensions, unowned as in `span`."""
    if not isinstance(array, types.Array) or array.ndim != 2 or array.layout != "C":
        return None
    result = types.Array(array.dtype, 1, "C")

    def codegen(context, builder, signature, arguments):
        view = context.make_array(array)(context, builder, arguments[0])
        width = cgutils.unpack_tuple(builder, view.shape, 2)[1]
        start = builder.add(builder.mul(arguments[1], width), arguments[2])
        count = builder.sub(arguments[3], arguments[2])
        return unowned_array(context, builder, result, builder.gep(view.data, [start]), [count])

    return result(array, types.intp, types.intp, types.intp), codegen
