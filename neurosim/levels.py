"""Levels, longest distances from the output, l = 0 ... l_max: of populations and of neurons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import networkx as nx
import numpy as np
import numpy.typing as npt

from neurosim.errors import ArgumentError
from neurosim.population import Population
from neurosim.projection import Projection

__all__ = ["levels", "longest_distances", "reachable", "topological_order"]

Integers = npt.NDArray[np.int64]


def _graph(
    populations: Mapping[str, Population], projections: Iterable[Projection]
) -> nx.DiGraph[str]:
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(sorted(populations))
    graph.add_edges_from(sorted((p.pre, p.post) for p in projections))
    return graph


def topological_order(
    populations: Mapping[str, Population], projections: Iterable[Projection]
) -> list[str]:
    """Names of all populations, each after those that predict it.

    Raises
    ------
    ArgumentError
        If the projections form a cycle; the message walks along it.
    """
    graph = _graph(populations, projections)
    try:
        return list(nx.lexicographical_topological_sort(graph))
    except nx.NetworkXUnfeasible:
        cycle = [edge[0] for edge in nx.find_cycle(graph)]
        path = " -> ".join([*cycle, cycle[0]])
        raise ArgumentError(f"Network: the projections form a cycle: {path}") from None


def levels(
    populations: Mapping[str, Population], projections: Iterable[Projection]
) -> dict[str, int]:
    """Level of each population, the constant ones included.

    Raises
    ------
    ArgumentError
        If there is a cycle, or a population without projections.
    """
    projections = list(projections)
    targets: dict[str, list[str]] = {name: [] for name in populations}
    predicted = set()
    for projection in projections:
        targets[projection.pre].append(projection.post)
        predicted.add(projection.post)
    level: dict[str, int] = {}
    for name in reversed(topological_order(populations, projections)):
        if not targets[name] and name not in predicted:
            raise ArgumentError(
                f"Network: population {name!r} has no projections; connect it or leave it out"
            )
        level[name] = max((level[target] + 1 for target in targets[name]), default=0)
    return level


def _successors(count: int, pre: Integers, post: Integers) -> tuple[Integers, Integers]:
    """Where the targets of each node begin, and the targets."""
    order = np.argsort(pre, kind="stable")
    return np.searchsorted(pre[order], np.arange(count + 1)), post[order]


def _targets(nodes: Integers, start: Integers, target: Integers) -> Integers:
    """Targets of some nodes, one after the other."""
    length = start[nodes + 1] - start[nodes]
    if not length.sum():
        return target[:0]
    offsets = np.repeat(start[nodes] - np.cumsum(length) + length, length)
    return target[offsets + np.arange(len(offsets))]


def longest_distances(count: int, pre: Integers, post: Integers, labels: Sequence[str]) -> Integers:
    """Longest distance of each of `count` nodes from one that has no targets.

    Raises
    ------
    ArgumentError
        If the edges form a cycle; the message walks along it, by label.
    """
    start, source = _successors(count, post, pre)
    waiting = np.bincount(pre, minlength=count)
    level = np.full(count, -1, np.int64)
    front = np.flatnonzero(waiting == 0)
    distance = 0
    while len(front):
        level[front] = distance
        reached, times = np.unique(_targets(front, start, source), return_counts=True)
        waiting[reached] -= times
        front = reached[waiting[reached] == 0]
        distance += 1
    left = level < 0
    if left.any():
        inside = left[pre] & left[post]
        graph = nx.DiGraph(zip(pre[inside].tolist(), post[inside].tolist(), strict=True))
        cycle = [labels[edge[0]] for edge in nx.find_cycle(graph)]
        shown = [*cycle[:10], f"... {len(cycle) - 10} more"] if len(cycle) > 10 else cycle
        raise ArgumentError(
            f"Network: the synapses form a cycle: {' -> '.join([*shown, cycle[0]])}"
        )
    return level


def reachable(pre: Integers, post: Integers, start: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which nodes can be reached from those that are marked, these included."""
    first, target = _successors(len(start), pre, post)
    reached = start.copy()
    front = np.flatnonzero(start)
    while len(front):
        found = np.unique(_targets(front, first, target))
        front = found[~reached[found]]
        reached[front] = True
    return reached
