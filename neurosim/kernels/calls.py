"""Calls of separately compiled functions by their address.

An activation or a gate is compiled into a loop of its own, and the engine calls that loop once per
block of nodes. So the engine is compiled, and cached, once for all rules; and the synaptic sums,
serial or parallel, are not compiled again into each of its entry points.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["call_activation", "call_gate", "call_sum"]

_INT64 = ir.IntType(64)


def _element(context, builder, array_type, array, offset):
    """Pointer to an element of an array."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.gep(data, [offset])


def _call(builder, address, result, arguments):
    """Call the function at an address."""
    function = ir.FunctionType(result, [argument.type for argument in arguments])
    return builder.call(builder.inttoptr(address, function.as_pointer()), arguments)


@intrinsic
def call_activation(typingctx, function, real, x, f, slope, count):
    """Evaluate f(x) and f'(x) for `count` elements of `real` from the offset `x` on."""
    signature = types.void(types.int64, real, *[types.int64] * 4)

    def codegen(context, builder, signature, arguments):
        address, array, *offsets, count = arguments
        pointers = [
            _element(context, builder, signature.args[1], array, offset) for offset in offsets
        ]
        _call(builder, address, ir.VoidType(), [*pointers, count])
        return context.get_dummy_value()

    return signature, codegen


@intrinsic
def call_gate(
    typingctx, function, real, epsilon, mu, drive, flag, phi, is_open, level, timer, signal, count
):
    """Gate `count` error nodes: drive = g epsilon, open = (g != 0); return how many are open."""
    signature = types.int64(types.int64, real, *[types.int64] * 3, flag, *[types.int64] * 6)

    def codegen(context, builder, signature, arguments):
        address, real, epsilon, mu, drive, flag, phi, is_open, *scalars = arguments
        pointers = [
            _element(context, builder, signature.args[1], real, offset)
            for offset in (epsilon, mu, drive)
        ] + [
            _element(context, builder, signature.args[5], flag, offset) for offset in (phi, is_open)
        ]
        return _call(builder, address, _INT64, pointers + scalars)

    return signature, codegen


@intrinsic
def call_sum(
    typingctx, function, real, a, a_stride, theta, theta_at, theta_stride, b, b_stride,
    rows, pre, post, fresh, alpha,
):  # fmt: skip
    """Call one of the synaptic sums over the blocks `a` and `b` of `real` and a block of theta."""
    signature = types.void(
        types.int64, real, types.int64, types.int64, theta, *[types.int64] * 8, alpha
    )

    def codegen(context, builder, signature, arguments):
        (
            address, real, a, a_stride, theta, theta_at, theta_stride, b, b_stride, *rest,
        ) = arguments  # fmt: skip
        first = _element(context, builder, signature.args[1], real, a)
        weights = _element(context, builder, signature.args[4], theta, theta_at)
        second = _element(context, builder, signature.args[1], real, b)
        _call(
            builder, address, ir.VoidType(),
            [first, a_stride, weights, theta_stride, second, b_stride, *rest],
        )  # fmt: skip
        return context.get_dummy_value()

    return signature, codegen
