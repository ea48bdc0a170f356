"""What audits compare: findings, random samples, orders of creation, ways along synapses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from neurosim.description.network import Description

__all__ = [
    "NUDGE", "Finding", "Node", "Samples", "distances", "draw_samples", "enough_samples",
    "onward", "shuffled", "weight_distances",
]  # fmt: skip

Samples = tuple[dict[str, npt.NDArray[Any]], dict[str, npt.NDArray[Any]]]
Node = tuple[str, int]
Part = TypeVar("Part")
#: By how much something is disturbed.
NUDGE = 1e-3


class Finding(NamedTuple):
    """Outcome of a test, and what was tested."""

    passed: bool
    words: str


def draw_samples(wiring: Description, count: int, generator: np.random.Generator) -> Samples:
    """Random inputs and targets, of about length 1, so that steps are small in wide networks."""

    def draw(name: str) -> npt.NDArray[Any]:
        size = wiring.populations[name].size
        values: npt.NDArray[Any] = generator.normal(size=(count, size)) / np.sqrt(size)
        return values

    return {name: draw(name) for name in wiring.inputs}, {
        name: draw(name) for name in wiring.outputs
    }


def enough_samples(asked: int, things: int) -> int:
    """How many of so many things are drawn: no more than there are, but some in any case."""
    return min(asked, max(24, things))


def shuffled(network: Description, generator: np.random.Generator) -> Description:
    """Return the same network, created in another order."""

    def mixed(parts: Mapping[str, Part]) -> dict[str, Part]:
        items = list(parts.items())
        return dict(items[n] for n in generator.permutation(len(items)))

    return network.replaced(mixed(network.populations), mixed(network.projections))


def distances(wiring: Description, start: Node) -> dict[str, npt.NDArray[np.int64]]:
    """Synapses on the shortest way from a node to each other one, whatever their direction."""
    far = np.iinfo(np.int64).max
    result = {name: np.full(p.size, far) for name, p in wiring.populations.items()}
    result[start[0]][start[1]] = 0
    distance, growing = 0, True
    while growing:
        growing = False
        for projection in wiring.projections.values():
            for near, other, flip in (
                (projection.pre, projection.post, False),
                (projection.post, projection.pre, True),
            ):
                front = result[near] == distance
                if not front.any():
                    continue
                pattern = projection.pattern
                reached = np.zeros(len(result[other]), np.bool_)
                if pattern is None:
                    reached[:] = True
                else:
                    first, second = pattern.pre, pattern.post
                    if flip:
                        first, second = second, first
                    reached[second[front[first]]] = True
                new = reached & (result[other] > distance + 1)
                result[other][new] = distance + 1
                growing = growing or bool(new.any())
        distance += 1
        growing = growing or any((d == distance).any() for d in result.values())
    return result


def onward(
    wiring: Description, nodes: Mapping[str, npt.NDArray[np.bool_]]
) -> dict[str, npt.NDArray[np.bool_]]:
    """Return which nodes those predict that are marked: one synapse further, the way of f(x)."""
    result = {name: np.zeros(p.size, np.bool_) for name, p in wiring.populations.items()}
    for projection in wiring.projections.values():
        pattern, marked = projection.pattern, nodes[projection.pre]
        if pattern is None:
            result[projection.post] |= marked.any()
        else:
            result[projection.post][pattern.post[marked[pattern.pre]]] = True
    return result


def weight_distances(
    wiring: Description, name: str, distances: dict[str, npt.NDArray[np.int64]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Distances of the value node and of the error node of each weight that has one use."""
    projection = wiring.projections[name]
    pre, post = distances[projection.pre], distances[projection.post]
    if projection.pattern is None:
        first, second = np.broadcast_arrays(pre[:, None], post)
        return first, second
    return pre[projection.pattern.pre], post[projection.pattern.post]
