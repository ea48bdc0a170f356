"""Numbers that are not finite, or beyond the bound: the first one, and where it is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from neurosim.engine.bounds import bound_of
from neurosim.engine.lowering import Lowered
from neurosim.kernels.arrays import layout

__all__ = ["Fault", "faulty_weight", "node_out_of_bound", "overflowing_node"]


class Fault(NamedTuple):
    """Where it is: no replica where all share it, no bound where it is not finite."""

    population: str
    node: int
    replica: int | None
    bound: float | None = None


def overflowing_node(
    lowered: Lowered,
    fields: tuple[str, ...] = ("x", "f", "mu", "epsilon"),
    names: list[str] | None = None,
) -> Fault | None:
    """Find the first node, of the replicas in use, with one of the fields not finite.

    Fields in the order given, which is that of cause and effect, and within each the populations in
    the order in which they predict each other. In one population infinity comes first: NaN may be
    what it makes of a node that sends zero.
    """
    rows = int(lowered.state.clock[layout.ROWS])
    if names is None:
        names = [lowered.names[p] for p in lowered.plan.order]
    for field in fields:
        for name in names:
            values = lowered.view(field, name)[:rows]
            for bad in (np.argwhere(np.isinf(values)), np.argwhere(np.isnan(values))):
                if len(bad):
                    replica, node = map(int, bad[0])
                    return Fault(name, node, replica)
    return None


def node_out_of_bound(lowered: Lowered, name: str, field: str = "x_next") -> Fault | None:
    """Find the first node of a population that is not clamped and has a field beyond the bound."""
    rows, bound = int(lowered.state.clock[layout.ROWS]), bound_of(lowered)
    if bound is None:
        return None
    free = lowered.view("clamped", name)[:rows] == 0
    bad = np.argwhere(free & (np.abs(lowered.view(field, name)[:rows]) > bound))
    return Fault(name, int(bad[0][1]), int(bad[0][0]), bound) if len(bad) else None


def faulty_weight(lowered: Lowered) -> Fault | None:
    """Find the first weight, or deferred change, that is not finite, or weight beyond the bound.

    The error node that it leads to is named. Where that cannot be said, since the weight has
    several uses, it is the first node.
    """
    bound = bound_of(lowered)
    for b, record in enumerate(lowered.blocks.records):
        for field in ("theta", "gradient"):
            if record[field] < 0:
                continue
            values = lowered.blocks.view(b, field)
            if not np.isfinite(values).all():
                return _weight_fault(lowered, b, ~np.isfinite(values), None)
            if field == "theta" and bound is not None and _largest(values) > bound:
                return _weight_fault(lowered, b, np.abs(values) > bound, bound)
    return None


def _largest(values: npt.NDArray[Any]) -> float:
    return max(float(values.max(initial=0)), -float(values.min(initial=0)))


def _weight_fault(
    lowered: Lowered, b: int, bad: npt.NDArray[np.bool_], bound: float | None
) -> Fault:
    owner = int(lowered.blocks.records[b]["owner"])
    projection = lowered.network.projections[lowered.projection_names[owner]]
    where, pattern = int(np.argwhere(bad)[0][-1]), projection.pattern
    if pattern is not None:
        where = 0 if pattern.weight is not None else int(pattern.post[where])
    return Fault(projection.post, where, None, bound)
