"""The weights of a network in one array: a block for each set of them, and what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.projection import Projection
from neurosim.kernels.arrays import layout
from neurosim.kernels.machine.padding import PADDING, aligned_zeros, row_stride
from neurosim.kernels.sums.transposes import transpose_elements
from neurosim.rules.rules import Rules

__all__ = ["WeightBlocks"]


class WeightBlocks:
    """Blocks of theta: one for each projection's own weights, and for feedback ones of their own.

    Weights that are used more than once, or that a rule of a user changes, have a block of changes
    beside them; what such a rule remembers has two; and small ones have room for their transpose.

    Parameters
    ----------
    projections : sequence of Projection
        In the order in which they are numbered.
    seed : int
        Of the initial weights.
    dtype : numpy.dtype
    rules : Rules
        Of the model that the weights learn by.
    transposes : bool
        Whether small all-to-all weights have room for a transpose.

    Attributes
    ----------
    records : ndarray of layout.WEIGHTS
        Where each block lies.
    theta : ndarray
        The blocks, one behind the other.
    bound : ndarray of float64, shape (blocks,)
        Upper bound of the magnitude of the weights of each.
    """

    def __init__(
        self,
        projections: Sequence[Projection],
        seed: int,
        dtype: np.dtype[Any],
        rules: Rules,
        *,
        transposes: bool,
    ) -> None:
        self._projections, self._dtype = projections, dtype
        self._numbers = {projection.name: k for k, projection in enumerate(projections)}
        keys = [(p.name, False) for p in projections if p.shares is None]
        keys += [(p.name, True) for p in projections if _feedback_owner(p) == p.name]
        self._index = {key: b for b, key in enumerate(keys)}
        self.records = np.zeros(len(keys), layout.WEIGHTS)
        size = self._lay_out(rules, transposes)
        self.theta = aligned_zeros(size, dtype)
        self.bound = np.zeros(len(keys))
        self._fill(seed)

    def _lay_out(self, rules: Rules, transposes: bool) -> int:
        """Give every block, and what belongs to it, its place; returns the elements of all."""
        records = self.records
        for field in ("gradient", "memory", "memory_next", "transpose"):
            records[field] = -1
        lent = {projection.shares for projection in self._projections}
        proposed = []
        ruled = rules.synapse_rule is not None
        for (name, feedback), b in self._index.items():
            k = self._numbers[name]
            projection, record = self._projections[k], records[b]
            record["owner"], record["size"] = k, self._elements(projection)
            record["waits"] = _is_shared(projection, lent)
            learns = projection.plastic and not (feedback and projection.feedback == "fixed")
            if learns and (ruled or record["waits"]):
                proposed.append(b)
        remembering = proposed if "memory" in rules.reads("synapse_rule") else []
        size = 0
        for field, chosen in (
            ("theta", list(range(len(records)))),
            ("gradient", proposed),
            ("memory", remembering),
            ("memory_next", remembering),
        ):
            for b in chosen:
                records[b][field] = size
                size += int(records[b]["size"])
        for record in records if transposes else ():
            projection = self._projections[int(record["owner"])]
            if projection.pattern is None:
                elements = transpose_elements(*projection.shape, self._dtype.itemsize)
                if elements:
                    record["transpose"] = size
                    size += elements
        return size

    def _elements(self, projection: Projection) -> int:
        """Elements of theta that the weights of a projection take."""
        rows, *columns = projection.weight_shape
        stride = row_stride(columns[0], self._dtype.itemsize) if columns else 1
        return -(-rows * stride // PADDING) * PADDING

    def _fill(self, seed: int) -> None:
        for (name, feedback), b in self._index.items():
            block = self.view(b)
            projection = self._projections[self._numbers[name]]
            for first, rows in projection.blocks(seed, feedback=feedback):
                part = block[first : first + len(rows)]
                # Checked as float64 when they were described or drawn; float32 reaches less far.
                part[...] = checks.finite_array(
                    f"projection {name!r}", "initial weights", rows, part.shape, self._dtype
                )
                # -0.0 becomes 0.0, also where rounding to float32 made it.
                part += 0
            self.measure(b)

    def measure(self, b: int) -> None:
        """Take the bound of a block from its weights."""
        block = self.view(b)
        self.bound[b] = max(float(block.max()), -float(block.min())) if block.size else 0.0

    def used_by(self, projection: Projection) -> tuple[int, int]:
        """Numbers of the blocks that a projection predicts with, and feeds back through."""
        forward = self._index[projection.shares or projection.name, False]
        return forward, self._index.get((_feedback_owner(projection), True), forward)

    def has_feedback(self, name: str) -> bool:
        """Whether a projection has feedback weights of its own."""
        return (name, True) in self._index

    def places(self, b: int) -> npt.NDArray[np.int64]:
        """Where in theta the weights of a block are, in the shape of the weights."""
        record = self.records[b]
        rows, *columns = self._projections[int(record["owner"])].weight_shape
        start = int(record["theta"])
        if not columns:
            return start + np.arange(rows)
        stride = row_stride(columns[0], self._dtype.itemsize)
        return (start + stride * np.arange(rows))[:, None] + np.arange(columns[0])

    def view(self, b: int, field: str = "theta") -> npt.NDArray[Any]:
        """Array of shape (pre, post) or (weights,) onto a block of weights, or of their changes."""
        record = self.records[b]
        start = int(record[field])
        flat = self.theta[start : start + int(record["size"])]
        rows, *columns = self._projections[int(record["owner"])].weight_shape
        if not columns:
            return flat[:rows]
        stride = row_stride(columns[0], self._dtype.itemsize)
        return flat[: rows * stride].reshape(rows, stride)[:, : columns[0]]


def _is_shared(projection: Projection, lent: set[str | None]) -> bool:
    """Whether some weight of the projection is used more than once."""
    pattern = projection.pattern
    shared = projection.shares is not None or projection.name in lent
    return shared or (pattern is not None and pattern.shares_weights)


def _feedback_owner(projection: Projection) -> str:
    """Projection whose feedback synapses these are; "" if the forward ones serve."""
    if projection.feedback == "plastic":
        return projection.shares or projection.name
    return projection.name if projection.feedback == "fixed" else ""
