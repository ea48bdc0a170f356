"""Calls of separately compiled functions by their address.

An activation or a rule is compiled into a loop of its own, and the engine calls that loop once per
block of nodes. So the engine is compiled, and cached, once for all rules; and the synaptic sums,
serial or parallel, are not compiled again into each of its entry points.
"""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

__all__ = ["call_activation", "call_rule", "call_sum"]

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
def call_rule(
    typingctx, function, real, flag, stamps, parameter, populations, p, first, count, bits, time
):
    """Apply a rule to `count` nodes of population p from element `first` of its blocks on.

    What `bits` and `time` say depends on the rule, and so does the result, an int64.
    """
    signature = types.int64(
        types.int64, real, flag, stamps, parameter, populations, *[types.int64] * 5
    )

    def codegen(context, builder, signature, arguments):
        address, *arrays, records, p, first, count, bits, time = arguments
        zero = ir.Constant(_INT64, 0)
        pointers = [
            _element(context, builder, kind, array, zero)
            for kind, array in zip(signature.args[1:5], arrays, strict=True)
        ]
        record = _element(context, builder, signature.args[5], records, p)
        record = builder.bitcast(record, _INT64.as_pointer())
        return _call(builder, address, _INT64, [*pointers, record, first, count, bits, time])

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
