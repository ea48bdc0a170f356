"""Which synapses of a running network are cut, and what they had."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from neurosim.engine.lowering import Lowered

__all__ = ["Key", "Lesions"]

#: Projection of a synapse, and the indices of the nodes at its ends.
Key = tuple[str, int, int]


class Lesions:
    """Which synapses are cut, and the weights and memories that they had."""

    def __init__(self, lowered: Lowered) -> None:
        self._lowered = lowered
        #: (projection, pre, post) -> what it had in each block of weights, by field.
        self.cuts: dict[Key, list[float]] = {}
        #: (population, index) -> the synapses that silencing this node has cut.
        self.silenced: dict[tuple[str, int], list[Key]] = {}

    def places(self, key: Key) -> list[tuple[npt.NDArray[Any], tuple[int, ...]]]:
        """Where a synapse has its weights, and what it remembers: arrays and indices."""
        name, pre, post = key
        lowered = self._lowered
        record = lowered.projections[lowered.projection_index[name]]
        index = lowered.network.projections[name].weight_index(pre, post)
        assert index is not None
        return [
            (lowered.blocks.view(b, field), index)
            for b in sorted({int(record["weights"]), int(record["back_weights"])})
            for field in ("theta", "memory")
            if lowered.blocks.records[b][field] >= 0
        ]

    def touches(self, key: Key, node: tuple[str, int]) -> bool:
        """Whether a synapse begins or ends at a node."""
        projection = self._lowered.network.projections[key[0]]
        return node in ((projection.pre, key[1]), (projection.post, key[2]))

    def synapses_of(self, population: str, node: int) -> list[Key]:
        """All synapses that begin or end at a node."""
        keys = []
        for name, projection in self._lowered.network.projections.items():
            if projection.pre == population:
                keys += [(name, node, j) for j in projection.targets(node)]
            if projection.post == population:
                keys += [(name, i, node) for i in projection.sources(node)]
        return keys
