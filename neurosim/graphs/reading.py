"""From a graph to a network."""

from __future__ import annotations

import re
from typing import Any

import networkx as nx

from neurosim import checks
from neurosim.description.levels import levels, longest_distances
from neurosim.description.network import Description
from neurosim.description.roles import roles
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.graphs.bundles import connect
from neurosim.graphs.edges import read_synapses
from neurosim.graphs.neurons import (
    OWNER,
    add_populations,
    check_roles,
    ends,
    grouped,
    read_neurons,
    told_populations,
    words_of_nodes,
)
from neurosim.graphs.unconnected import connect_nothing, read_unconnected

__all__ = ["network_from_graph", "seed_of"]


def seed_of(graph: object) -> int | None:
    """Seed that a graph says, if it says one."""
    seed = graph.graph.get("seed") if isinstance(graph, nx.DiGraph) else None
    if isinstance(seed, str) and re.fullmatch("[0-9]{1,50}", seed):
        seed = int(seed)
    if seed is None:
        return None
    return checks.integer(OWNER, "seed of the graph", seed, 0, 2**128 - 1)


def network_from_graph(
    network: Description, graph: nx.DiGraph[Any], activation: object, activations: object
) -> None:
    """Fill an empty network with the neurons and synapses of a graph."""
    if not isinstance(graph, nx.DiGraph) or graph.is_multigraph():
        raise ArgumentTypeError(
            f"{OWNER}: graph must be a networkx.DiGraph, not {type(graph).__name__}"
        )
    neurons = read_neurons(graph)
    synapses = read_synapses(graph, neurons)
    told = told_populations(neurons)
    count, pre, post = len(neurons.labels), synapses.pre, synapses.post
    level = longest_distances(count, pre, post, neurons.labels, f"{OWNER}: the synapses")
    unconnected = read_unconnected(OWNER, graph, told or {})
    both_ends = ends(count, pre, post, told or {}, unconnected)
    role, kinds = words_of_nodes(neurons, both_ends, activation, activations)
    check_roles(neurons, (pre, post), role, both_ends, told is not None)
    groups = grouped(neurons, level, both_ends[1], role, kinds) if told is None else told
    add_populations(network, neurons, groups, role, kinds, both_ends[1])
    connect(network, groups, synapses)
    connect_nothing(network, unconnected)
    if told is None:
        return
    levels(network.populations, network.projections.values())
    for name, word in roles(network).items():
        first = int(groups[name][0])
        if role[first] != word:
            raise ArgumentError(
                f"{neurons.owner(first)}: population {name!r} has the role {role[first]!r}, but by "
                f"its synapses it is {word!r}"
            )
