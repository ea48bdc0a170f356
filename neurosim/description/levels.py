"""Levels, longest distances from the output, l = 0 ... l_max: of populations and of neurons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import networkx as nx
import numpy as np
import numpy.typing as npt

from neurosim.description.population import Population
from neurosim.description.projection import Projection
from neurosim.errors import ArgumentError

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
        number = {name: n for n, name in enumerate(graph)}
        ends = np.array([(number[i], number[j]) for i, j in graph.edges], np.int64)
        longest_distances(len(number), ends[:, 0], ends[:, 1], list(number))
        raise


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


def _successors(count: int, pre: Integers, post: Integers) -> tuple[list[int], list[int]]:
    """Where the targets of each node begin, and the targets, one node after the other."""
    order = np.argsort(pre, kind="stable")
    start = np.searchsorted(pre[order], np.arange(count + 1))
    return start.tolist(), post[order].tolist()


def _cycle(pre: Integers, post: Integers, inside: npt.NDArray[np.bool_]) -> list[int]:
    """Walk among nodes of which each has a target in their midst, until one comes again."""
    both = inside[pre] & inside[post]
    following = dict(zip(pre[both].tolist(), post[both].tolist(), strict=True))
    step: dict[int, int] = {}
    node = next(iter(following))
    while node not in step:
        step[node] = len(step)
        node = following[node]
    return list(step)[step[node] :]


def longest_distances(
    count: int,
    pre: Integers,
    post: Integers,
    labels: Sequence[str],
    subject: str = "Network: the projections",
) -> Integers:
    """Longest distance of each of `count` nodes from one that has no targets.

    Raises
    ------
    ArgumentError
        If the edges form a cycle; the message walks along it, by label.
    """
    start, source = _successors(count, post, pre)
    waiting = np.bincount(pre, minlength=count).tolist()
    distance = [0] * count
    complete = [node for node in range(count) if not waiting[node]]
    # The list grows while it is walked along.
    for node in complete:
        following = distance[node] + 1
        for n in source[start[node] : start[node + 1]]:
            if distance[n] < following:
                distance[n] = following
            waiting[n] -= 1
            if not waiting[n]:
                complete.append(n)
    if len(complete) < count:
        cycle = [labels[node] for node in _cycle(pre, post, np.array(waiting) > 0)]
        shown = [*cycle[:10], f"... {len(cycle) - 10:,} more ..."] if len(cycle) > 10 else cycle
        raise ArgumentError(f"{subject} form a cycle: {' -> '.join([*shown, cycle[0]])}")
    return np.array(distance, np.int64)


def reachable(pre: Integers, post: Integers, start: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Which nodes can be reached from those that are marked, these included."""
    first, target = _successors(len(start), pre, post)
    reached = start.tolist()
    found = np.flatnonzero(start).tolist()
    # The list grows while it is walked along.
    for node in found:
        for n in target[first[node] : first[node + 1]]:
            if not reached[n]:
                reached[n] = True
                found.append(n)
    return np.array(reached, np.bool_)
