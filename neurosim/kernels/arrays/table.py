"""From one table of addresses to the arrays of a network.

Passing twenty arrays through Numba's dispatcher, or from one compiled function to the next, costs
as much as a tick of a small network; and arrays that Python owns are reference-counted wherever
they are sliced. So the kernels are handed two pointers, `plan` and `state`, with the fields of
`layout.Plan` and `layout.State`. Each points to the rows (address, length of each dimension) of its
arrays in a table, which whoever made it keeps alive, unmoved and unchanged.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types
from numba.core.datamodel import models
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, register_model

from neurosim.kernels.arrays.layout import POPULATION, PROJECTION, SETTING, WEIGHTS, Plan, State
from neurosim.kernels.machine.addresses import unowned_array

__all__ = ["make_table", "plan_and_state"]

_WIDTH = 4  # an address and up to three dimensions
_WORD = ir.IntType(64)

# Element type and number of dimensions of each array; None is the network's type of real numbers.
_FIELDS: dict[str, dict[str, tuple[Any, int]]] = {
    "plan": {
        "populations": (numba.from_dtype(POPULATION), 1),
        "projections": (numba.from_dtype(PROJECTION), 1),
        "weights": (numba.from_dtype(WEIGHTS), 1),
        "cut": (types.int64, 1),
        "pattern": (types.int64, 1),
        "wiring": (types.int64, 1),
        "order": (types.int64, 1),
        "alpha": (None, 1),
        "parameter": (None, 1),
        "setting": (numba.from_dtype(SETTING), 1),
    },
    "state": {
        "real": (None, 1),
        "flag": (types.uint8, 1),
        "quiet_since": (types.int64, 1),
        "dated": (types.int64, 1),
        "injected_until": (types.int64, 1),
        "onset": (types.int64, 1),
        "reached": (types.int64, 1),
        "arrival": (types.int64, 1),
        "swept": (types.uint8, 1),
        "sweeping": (types.uint8, 1),
        "theta": (None, 1),
        "row": (types.uint8, 3),
        "word": (types.uint64, 3),
        "asleep": (types.uint8, 1),
        "near": (types.uint8, 1),
        "agenda": (types.int64, 1),
        "evaluated": (types.int64, 2),
        "learned": (types.uint8, 1),
        "learned_next": (types.uint8, 1),
        "pending": (types.uint8, 1),
        "transposed": (types.uint8, 1),
        "bound": (types.float64, 2),
        "theta_bound": (types.float64, 1),
        "gradient_bound": (types.float64, 1),
        "clock": (types.int64, 1),
        "count": (types.int64, 1),
        "ahead": (types.int64, 1),
    },
}


def make_table(plan: Plan, state: State) -> npt.NDArray[np.int64]:
    """Addresses and shapes of all arrays, which must stay where they are."""
    assert Plan._fields == tuple(_FIELDS["plan"])
    assert State._fields == tuple(_FIELDS["state"])
    table = np.zeros((len(plan) + len(state), _WIDTH), np.int64)
    arrays: tuple[npt.NDArray[Any], ...] = (*plan, *state)
    for row, array in zip(table, arrays, strict=True):
        assert array.flags.c_contiguous
        row[0] = array.ctypes.data
        row[1 : 1 + array.ndim] = array.shape
    return table


class Rows(types.Type):  # type: ignore[misc]
    """Type of a pointer to the rows of the plan or of the state."""

    def __init__(self, part: str, real: types.Type) -> None:
        self.part, self.real = part, real
        super().__init__(name=f"neurosim.{part}({real})")

    def array(self, field: str) -> types.Array | None:
        """Type of a field."""
        if field not in _FIELDS[self.part]:
            return None
        element, dimensions = _FIELDS[self.part][field]
        return types.Array(element or self.real, dimensions, "C")


@register_model(Rows)
class RowsModel(models.PrimitiveModel):  # type: ignore[misc]
    """A pointer."""

    def __init__(self, manager: Any, kind: Rows) -> None:
        super().__init__(manager, kind, _WORD.as_pointer())


@infer_getattr
class RowsAttribute(AttributeTemplate):  # type: ignore[misc]
    """Fields are arrays."""

    key = Rows

    def generic_resolve(self, kind: Rows, field: str) -> types.Array | None:
        """Type of a field."""
        return kind.array(field)


@lower_getattr_generic(Rows)
def _open(context, builder, kind, rows, field):  # type: ignore[no-untyped-def]
    """Emit the array of a field, for which no reference count is kept."""
    array_type = kind.array(field)
    start = list(_FIELDS[kind.part]).index(field) * _WIDTH

    def entry(n):  # type: ignore[no-untyped-def]
        place = builder.gep(rows, [ir.Constant(_WORD, start + n)], source_etype=_WORD)
        value = builder.load(place, typ=_WORD)
        # The table never changes: what was loaded once need not be loaded again.
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
        return value

    shape = [entry(n + 1) for n in range(array_type.ndim)]
    data = builder.inttoptr(entry(0), context.get_data_type(array_type.dtype).as_pointer())
    return unowned_array(context, builder, array_type, data, shape)


@intrinsic
def plan_and_state(typingctx, table, parameter):  # type: ignore[no-untyped-def]
    """Return the pointers to the rows of the plan and of the state that a table has.

    `parameter` tells the type of real numbers.
    """
    result = types.Tuple((Rows("plan", parameter.dtype), Rows("state", parameter.dtype)))

    def codegen(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        plan = context.make_array(table)(context, builder, arguments[0]).data
        offset = ir.Constant(_WORD, len(_FIELDS["plan"]) * _WIDTH)
        state = builder.gep(plan, [offset], source_etype=_WORD)
        return context.make_tuple(builder, result, [plan, state])

    return result(table, parameter), codegen
