"""A simulation as a networkx graph: value nodes, error nodes and synapses with their state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import networkx as nx

from neurosim.graphs import labels_of, node_attributes, roles, synapse_attributes

if TYPE_CHECKING:
    from neurosim.simulator import Simulator

__all__ = ["simulation_to_graph"]


def simulation_to_graph(simulator: Simulator, replica: int) -> nx.DiGraph[str]:
    """Return the graph; see `Simulator.to_networkx`."""
    network, wiring, lowered = simulator.network, simulator.wiring, simulator._lowered
    graph: nx.DiGraph[str] = nx.DiGraph(seed=str(network.seed), t=simulator.t)
    role = roles(network)
    labels = {name: labels_of(population) for name, population in wiring.populations.items()}
    for name, population in wiring.populations.items():
        predicted = bool(lowered.populations[lowered.index[name]]["incoming"])
        fields = ("x", "clamped", *(("mu", "epsilon", "phi") if predicted else ()))
        state = {field: lowered.view(field, name)[replica].tolist() for field in fields}
        for i, label in enumerate(labels[name]):
            graph.add_node(
                label,
                kind="value",
                **node_attributes(population, role.get(name, "relay"), i),
                derived=population.derived,
                x=state["x"][i],
                clamped=bool(state["clamped"][i]),
            )
            if predicted:
                graph.add_node(
                    _error_node(label),
                    kind="error",
                    of=label,
                    mu=state["mu"][i],
                    epsilon=state["epsilon"][i],
                    phi=bool(state["phi"][i]),
                )
                graph.add_edge(label, _error_node(label), kind="own")
    lent = {projection.shares for projection in wiring.projections.values()}
    for name, projection in wiring.projections.items():
        back: Any = None
        if projection.feedback != "shared":
            back = lowered.theta_block(name, feedback=True)
        pre, post, attributes = synapse_attributes(
            projection,
            lowered.theta_block(name),
            back,
            projection.shares is not None or name in lent,
        )
        first, second = labels[projection.pre], labels[projection.post]
        described = network.projections.get(name, projection)
        source = labels[described.pre]
        graph.add_edges_from(
            (
                first[i],
                _error_node(second[j]),
                {"kind": "synapse", "projection": name, "source": source[i], **each},
            )
            for i, j, each in zip(pre.tolist(), post.tolist(), attributes, strict=True)
        )
    return graph


def _error_node(label: str) -> str:
    return f"error node of {label}"
