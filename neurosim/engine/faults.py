"""Numbers that are not finite: the first one, and where it is."""

from __future__ import annotations

import numpy as np

from neurosim.engine.lowering import Lowered
from neurosim.kernels.arrays import layout

__all__ = ["Fault", "overflowing_node", "overflowing_weight"]

#: Population, node and replica of what is not finite; no replica where all share it.
Fault = tuple[str, int, int | None]


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
                    return name, node, replica
    return None


def overflowing_weight(lowered: Lowered) -> Fault | None:
    """Find the first weight, or deferred change, that is not finite; name the error node it is of.

    Where that cannot be said, since the weight has several uses, the first node is named.
    """
    for b, record in enumerate(lowered.blocks.records):
        projection = lowered.network.projections[lowered.projection_names[record["owner"]]]
        for field in ("theta", "gradient"):
            if record[field] < 0:
                continue
            bad = np.argwhere(~np.isfinite(lowered.blocks.view(b, field)))
            if len(bad):
                where, pattern = int(bad[0][-1]), projection.pattern
                if pattern is not None:
                    where = 0 if pattern.weight is not None else int(pattern.post[where])
                return projection.post, where, None
    return None
