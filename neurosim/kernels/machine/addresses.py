"""Arrays and the addresses they begin at: parts of arrays, and arrays seen through pointers.

None of what is made here owns its memory: a slice costs two atomic operations on a reference count,
these cost nothing. So whoever is at the other end must keep the memory alive, and nothing checks
whether an index is within what is there.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from neurosim.kernels.machine.arithmetic import FLOAT_BITS

__all__ = [
    "address", "advance", "array_at", "integers_at", "reals_at", "row_span", "span",
    "unowned_array", "vector_of", "zero_like",
]  # fmt: skip


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
    # Numba has no public way to what it has put together here.
    return array._getvalue()  # noqa: SLF001


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
