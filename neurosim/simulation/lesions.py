"""Which synapses of a running network are cut, which nodes are silent, and what weights were."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.description.relays import relays_of
from neurosim.engine.lowering import Lowered

__all__ = ["Key", "Lesions", "Masks"]

#: Projection of a synapse, and the indices of the nodes at its ends.
Key = tuple[str, int, int]
#: What is marked, by projection (an element for each weight) or by population (one for each node).
Masks = dict[str, npt.NDArray[np.bool_]]


class Lesions:
    """Synapses that are cut, one by one or since a node at one of their ends is silent.

    Attributes
    ----------
    cut : dict of str to ndarray of bool
        The weights that were cut one by one, by projection.
    silent : dict of str to ndarray of bool
        The nodes that are silent, by population, relays of silent nodes included.
    """

    def __init__(self, lowered: Lowered) -> None:
        self._lowered = lowered
        self.cut: Masks = {}
        self.silent: Masks = {}
        self._had: dict[tuple[int, str], npt.NDArray[Any]] = {}

    def is_cut(self, key: Key) -> bool:
        """Whether a synapse is cut."""
        name, pre, post = key
        projection = self._lowered.network.projections[name]
        for population, node in ((projection.pre, pre), (projection.post, post)):
            if population in self.silent and self.silent[population][node]:
                return True
        index = projection.weight_index(pre, post)
        return name in self.cut and bool(self.cut[name][index])

    def mask(self, name: str, cut: Masks, silent: Masks) -> npt.NDArray[np.bool_]:
        """Which weights of a projection are cut, if these lesions are made."""
        projection = self._lowered.network.projections[name]
        mask = np.zeros(projection.weight_shape, np.bool_)
        if name in cut:
            mask |= cut[name]
        for population, of_pre in ((projection.pre, True), (projection.post, False)):
            if population not in silent:
                continue
            nodes, pattern = silent[population], projection.pattern
            if pattern is not None:
                # Where something is cut no weight is used twice: each is of one pair.
                mask |= nodes[pattern.pre if of_pre else pattern.post]
            else:
                mask |= nodes[:, None] if of_pre else nodes
        return mask

    def touched(self, silent: Masks) -> set[str]:
        """Projections of which some synapse begins or ends at a silent node."""
        names = set()
        for name, projection in self._lowered.network.projections.items():
            pattern = projection.pattern
            pairs = (None, None) if pattern is None else (pattern.pre, pattern.post)
            for population, ends in zip((projection.pre, projection.post), pairs, strict=True):
                if population in silent:
                    nodes = silent[population]
                    if (nodes if ends is None else nodes[ends]).any():
                        names.add(name)
        return names

    def exchange(self, name: str, before: npt.NDArray[Any], after: npt.NDArray[Any]) -> list[int]:
        """Keep what newly cut weights have, and give back what mended ones had.

        Returns the blocks of weights that were changed.
        """
        lowered = self._lowered
        record = lowered.projections[lowered.projection_index[name]]
        blocks = sorted({int(record["weights"]), int(record["back_weights"])})
        cut, mended = after & ~before, before & ~after
        for b in blocks:
            for field in ("theta", "memory"):
                if lowered.blocks.records[b][field] < 0:
                    continue
                values = lowered.blocks.view(b, field)
                had = self._had.setdefault((b, field), np.zeros(values.shape, values.dtype))
                had[cut] = values[cut]
                values[mended] = had[mended]
        return blocks

    def with_relays(self, population: str, nodes: npt.NDArray[np.int64], value: bool) -> Masks:
        """Say of nodes, and of their relays, whether they are silent; returns all that are."""
        populations, silent = self._lowered.network.populations, dict(self.silent)
        for name in (population, *relays_of(population, populations)):
            mask = silent.get(name, np.zeros(populations[name].size, np.bool_)).copy()
            mask[nodes] = value
            silent[name] = mask
            if not mask.any():
                del silent[name]
        return silent
