"""Arithmetic on single numbers that Numba does not offer by itself.

Every function here becomes one or a few LLVM instructions where it is called; none is a function
call at run time, and all of them may be used inside loops that LLVM then vectorises.

The fused multiply-add is what makes the results of the engine the same on every machine: it rounds
once, by definition, so that a chain of them in a stated order has one possible result. Left to
itself a compiler may or may not fuse ``a * b + c``.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

__all__ = [
    "FLOAT_BITS", "by_type", "fma", "horner", "is_float", "like", "llvm_fma",
    "multiply_by_power_of_two", "power_of_two", "with_sign_of",
]  # fmt: skip

FLOAT_BITS = {types.float32: 32, types.float64: 64}


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


def is_float(*arguments: types.Type) -> bool:
    """Whether these are all the same type of numbers."""
    return arguments[0] in FLOAT_BITS and all(a == arguments[0] for a in arguments)


@intrinsic
def fma(typingctx: Any, a: types.Type, b: types.Type, c: types.Type):
    """``a * b + c`` with one rounding; three float32 or three float64."""
    if not is_float(a, b, c):
        return None

    def codegen(context, builder, signature, arguments):
        return llvm_fma(builder, *arguments)

    return a(a, b, c), codegen


@intrinsic
def like(typingctx: Any, x: types.Type, value: types.Type):
    """`value` converted to the type of `x`: how constants stay out of float64 in float32 code."""
    if not is_float(x):
        return None

    def codegen(context, builder, signature, arguments):
        return arguments[1]

    return x(x, x), codegen


@intrinsic
def with_sign_of(typingctx: Any, magnitude: types.Type, sign: types.Type):
    """`magnitude` with the sign bit of `sign` (C's ``copysign``)."""
    if not is_float(magnitude, sign):
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
    if not is_float(x, whole, half):
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
    if not is_float(exponent):
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
        if not is_float(x):
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
