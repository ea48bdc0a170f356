"""From a network, or a simulation, to a graph."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt

from neurosim.description.naming import node_names
from neurosim.description.network import Description
from neurosim.description.population import Population
from neurosim.description.projection import Projection
from neurosim.description.roles import roles
from neurosim.errors import ArgumentError
from neurosim.graphs.unconnected import told_unconnected
from neurosim.simulation.addressing import check_replica
from neurosim.simulation.simulation import Simulation

__all__ = ["network_to_graph", "simulation_to_graph"]

Integers = npt.NDArray[np.int64]


def node_attributes(population: Population, role: str, index: int) -> dict[str, Any]:
    """Attributes of one neuron."""
    return {
        "population": population.name,
        "index": index,
        "activation": population.activation.name,
        "role": role,
    }


def synapse_attributes(
    projection: Projection,
    weights: npt.NDArray[Any],
    feedback: npt.NDArray[Any] | None,
    borrowed: bool,
) -> tuple[Integers, Integers, list[dict[str, Any]]]:
    """Pre, post and attributes of each synapse of a projection.

    `borrowed` says whether other projections use its weights, or it uses those of another.
    """
    pattern = projection.pattern
    if pattern is None:
        pre, post = (index.ravel() for index in np.indices(projection.shape))
        numbers = np.arange(len(pre))
    else:
        pre, post = pattern.pre, pattern.post
        numbers = np.arange(len(pre)) if pattern.weight is None else pattern.weight
    shared = borrowed or (pattern is not None and pattern.shares_weights)
    common: dict[str, Any] = {"plastic": bool(projection.plastic), "feedback": projection.feedback}
    if shared:
        common["shares"] = projection.shares or projection.name
    attributes = [
        {"weight": weight, **common} for weight in weights.ravel()[numbers].astype(float).tolist()
    ]
    if feedback is not None:
        for each, value in zip(attributes, feedback.ravel()[numbers].tolist(), strict=True):
            each["feedback_weight"] = float(value)
    if shared:
        for each, number in zip(attributes, numbers.tolist(), strict=True):
            each["number"] = number
    return pre, post, attributes


def initial_weights(
    projection: Projection, seed: int, *, feedback: bool = False
) -> npt.NDArray[np.float64]:
    """All weights of a projection as they begin."""
    parts = [rows for _, rows in projection.blocks(seed, feedback=feedback)]
    return np.concatenate(parts)


def network_to_graph(network: Description) -> nx.DiGraph[str]:
    """Return the graph of all neurons; see `Network.to_networkx`."""
    graph: nx.DiGraph[str] = nx.DiGraph(seed=str(network.seed), **told_unconnected(network))
    role = roles(network)
    labels = node_names("Network.to_networkx", network.populations)
    for name, population in network.populations.items():
        graph.add_nodes_from(
            (label, node_attributes(population, role[name], i))
            for i, label in enumerate(labels[name])
        )
    lent = {p.shares for p in network.projections.values()}
    for name, projection in network.projections.items():
        owner = network.projections[projection.shares or name]
        back = None
        if projection.feedback != "shared":
            back = initial_weights(projection, network.seed, feedback=True)
        pre, post, attributes = synapse_attributes(
            projection,
            initial_weights(owner, network.seed),
            back,
            projection.shares is not None or name in lent,
        )
        first, second = labels[projection.pre], labels[projection.post]
        graph.add_edges_from(
            (first[i], second[j], each)
            for i, j, each in zip(pre.tolist(), post.tolist(), attributes, strict=True)
        )
    return graph


def simulation_to_graph(simulation: Simulation, *, replica: int = 0) -> nx.DiGraph[str]:
    """Return all value nodes, error nodes and synapses as a graph, with their present state.

    Value nodes are called by their labels or ``"population[index]"`` and have x and clamped;
    ``"error node of ..."`` have mu, epsilon and phi. Relays and readouts say by ``of`` which node
    they copy, as error nodes say whose they are. Edges lead from a value node to its own
    error node (``kind="own"``) and, with ``weight``, to those that it predicts
    (``kind="synapse"``). `Network.from_networkx` reads a network with these weights from it,
    and ``networkx.write_graphml`` takes it.
    """
    check_replica(simulation, "Simulator.to_networkx", replica)
    network, wiring, lowered = simulation.network, simulation.wiring, simulation.lowered
    graph: nx.DiGraph[str] = nx.DiGraph(
        seed=str(network.seed), t=simulation.t, **told_unconnected(network)
    )
    role = dict.fromkeys(wiring.populations, "relay")
    role |= dict.fromkeys(wiring.outputs, "readout") | roles(network)
    labels = node_names("Simulator.to_networkx", wiring.populations)
    copied = _copied(wiring)
    errors = {_error_node(label) for names in labels.values() for label in names}
    for name, names in labels.items():
        for label in errors.intersection(names):
            raise ArgumentError(
                f"Simulator.to_networkx: a node of population {name!r} is called {label!r}, as an "
                "error node would be; give it another label"
            )
    for name, population in wiring.populations.items():
        predicted = lowered.is_predicted(name)
        fields = ("x", "clamped", *(("mu", "epsilon", "phi") if predicted else ()))
        state = {field: lowered.view(field, name)[replica].tolist() for field in fields}
        for i, label in enumerate(labels[name]):
            graph.add_node(
                label,
                kind="value",
                **node_attributes(population, role[name], i),
                derived=population.derived,
                **({"of": labels[copied[name]][i]} if population.derived else {}),
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


def _copied(wiring: Description) -> dict[str, str]:
    """Populations that were described, by the relays and readouts that copy them."""
    before = {p.post: p.pre for p in wiring.projections.values()}
    result = {}
    for name, population in wiring.populations.items():
        if population.derived:
            origin = before[name]
            while wiring.populations[origin].derived:
                origin = before[origin]
            result[name] = origin
    return result


def _error_node(label: str) -> str:
    return f"error node of {label}"
