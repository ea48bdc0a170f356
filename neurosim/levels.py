"""The level of each population: its longest distance from the output, l = 0 ... l_max."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

from neurosim.errors import ArgumentError
from neurosim.population import Population
from neurosim.projection import Projection

__all__ = ["levels", "topological_order"]


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
    """Level of each population that is not constant.

    Raises
    ------
    ArgumentError
        If there is a cycle, a population without projections, or a projection that spans several
        levels: the error would reach a node at several ticks.
    """
    projections = list(projections)
    order = topological_order(populations, projections)
    targets: dict[str, list[str]] = {name: [] for name in order}
    predicted = set()
    for projection in projections:
        targets[projection.pre].append(projection.post)
        predicted.add(projection.post)
    level: dict[str, int] = {}
    for name in reversed(order):
        if not targets[name] and name not in predicted:
            raise ArgumentError(
                f"Network: population {name!r} has no projections; connect it or leave it out"
            )
        level[name] = max((level[target] + 1 for target in targets[name]), default=0)
    for projection in projections:
        span = level[projection.pre] - level[projection.post]
        if span > 1 and not populations[projection.pre].constant:
            raise ArgumentError(
                f"Network: projection {projection.name!r} spans {span} levels, so the error would "
                f"reach {projection.pre!r} at several ticks; all paths from a population to the "
                "output must be equally long"
            )
    return {name: level[name] for name in order if not populations[name].constant}
