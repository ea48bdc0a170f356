"""Reading the edges of a graph: all synapses, in arrays."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.projection import FEEDBACK
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.graphs.neurons import OWNER, Booleans, Integers, Neurons, truth, which_words

__all__ = ["Reals", "Synapses", "read_synapses"]

Reals = npt.NDArray[np.float64]


@dataclass
class Synapses:
    """All synapses: the neurons at their ends, and what they say of themselves."""

    pre: Integers
    post: Integers
    weight: Reals
    has_weight: Booleans
    feedback_weight: Reals
    has_feedback_weight: Booleans
    plastic: Booleans
    # Index into FEEDBACK.
    feedback: Integers
    # Index into `lenders`, or -1, and which weight of theirs it is.
    shares: Integers
    number: Integers
    lenders: list[str]
    labels: list[str]

    def name(self, n: int) -> str:
        return f"{self.labels[self.pre[n]]!r} -> {self.labels[self.post[n]]!r}"

    def owner(self, n: int) -> str:
        return f"{OWNER}: edge {self.name(n)}"

    def ordered(self, order: Integers) -> Synapses:
        """Return the same synapses in another order."""
        arrays = {
            field.name: getattr(self, field.name)[order]
            for field in fields(self)
            if field.name not in ("lenders", "labels")
        }
        return replace(self, **arrays)


def _edge(first: object, second: object) -> str:
    return f"{OWNER}: edge {str(first)!r} -> {str(second)!r}"


#: Numbers of the neurons at the beginning and at the end of each edge, and its attributes.
Edges = tuple[list[int], list[int], list[dict[str, Any]]]


def _edges(graph: nx.DiGraph[Any], number: Mapping[Hashable, int]) -> Edges:
    pre: list[int] = []
    post: list[int] = []
    edges: list[dict[str, Any]] = []
    for node, targets in graph.adjacency():
        pre.extend([number[node]] * len(targets))
        post.extend([number[target] for target in targets])
        edges.extend(targets.values())
    return pre, post, edges


def _simulated_edges(graph: nx.DiGraph[Any], number: Mapping[Hashable, int]) -> Edges:
    """As `_edges`, for the graph of a simulation.

    There a synapse ends at an error node, and may begin at a relay; which neurons these stand for
    is said by their attribute `of`. The edge says its own beginning by `source`, too, which some
    file formats use for themselves.
    """
    pre: list[int] = []
    post: list[int] = []
    edges: list[dict[str, Any]] = []
    for i, j, data in graph.edges(data=True):
        if "kind" in data and str(data["kind"]) == "own":
            continue
        first, second = data.get("source", i), graph.nodes[j].get("of", j)
        if first == i and truth(graph.nodes[i].get("derived")) is True:
            first = graph.nodes[i].get("of", i)
        if first not in graph:
            raise ArgumentError(f"{_edge(i, j)}: source names no node: {first!r}")
        if second not in graph:
            raise ArgumentError(f"{OWNER}: node {str(j)!r}: of names no node: {second!r}")
        # What ends at a relay or a readout comes about again by itself.
        if second not in number:
            continue
        if first not in number:
            raise ArgumentError(
                f"{_edge(i, j)}: does not say by `source`, or `of` at {str(i)!r}, where it comes "
                "from"
            )
        pre.append(number[first])
        post.append(number[second])
        edges.append(data)
    return pre, post, edges


def _reals(
    owner: Callable[[int], str], name: str, edges: list[dict[str, Any]]
) -> tuple[Reals, Booleans]:
    """Value of each edge, and whether it has one."""
    values = [edge.get(name) for edge in edges]
    has = np.array([value is not None for value in values])
    if not has.any():
        return np.zeros(len(edges)), has
    for n, value in enumerate(values):
        if type(value) is not float:
            values[n] = 0.0 if value is None else checks.real(owner(n), name, value)
    array = np.array(values, np.float64)
    for n in np.flatnonzero(~np.isfinite(array)).tolist():
        checks.real(owner(n), name, values[n])
    return array, has


def _booleans(
    owner: Callable[[int], str], name: str, edges: list[dict[str, Any]], default: bool
) -> Booleans:
    values = [edge.get(name, default) for edge in edges]
    for n, value in enumerate(values):
        if value is not True and value is not False:
            values[n] = checks.boolean(owner(n), name, truth(value))
    return np.array(values, np.bool_)


def _shares(
    owner: Callable[[int], str], edges: list[dict[str, Any]]
) -> tuple[Integers, Integers, list[str]]:
    """Whose weights each edge uses, which of them, and the names of the lenders."""
    code: dict[str, int] = {}
    shares, number = np.full(len(edges), -1), np.zeros(len(edges), np.int64)
    for n, edge in enumerate(edges):
        lender = edge.get("shares")
        if lender is None:
            continue
        if not isinstance(lender, str):
            raise ArgumentTypeError(f"{owner(n)}: shares must be a string, not {lender!r}")
        shares[n] = code.setdefault(lender, len(code))
        if "number" not in edge:
            raise ArgumentError(f"{owner(n)}: shares the weights of {lender!r}, but has no number")
        number[n] = checks.integer(owner(n), "number", edge["number"], 0, 2**63 - 1)
    return shares, number, list(code)


def read_synapses(graph: nx.DiGraph[Any], neurons: Neurons) -> Synapses:
    """Read all edges, of a network or of a simulation."""
    read = _edges if len(neurons.number) == len(graph) else _simulated_edges
    pre, post, edges = read(graph, neurons.number)
    if not edges:
        raise ArgumentError(f"{OWNER}: the graph has no edges")

    def owner(n: int) -> str:
        return _edge(neurons.labels[pre[n]], neurons.labels[post[n]])

    weight, has_weight = _reals(owner, "weight", edges)
    feedback_weight, has_feedback_weight = _reals(owner, "feedback_weight", edges)
    feedback = [edge.get("feedback", "shared") for edge in edges]
    shares, number, lenders = _shares(owner, edges)
    result = Synapses(
        np.array(pre, np.int64),
        np.array(post, np.int64),
        weight,
        has_weight,
        feedback_weight,
        has_feedback_weight,
        _booleans(owner, "plastic", edges, True),
        which_words(owner, "feedback", feedback, FEEDBACK),
        shares,
        number,
        lenders,
        neurons.labels,
    )
    idle = np.flatnonzero(result.has_feedback_weight & (result.feedback == 0))
    if len(idle):
        raise ArgumentError(
            f'{owner(int(idle[0]))}: a feedback_weight needs feedback="plastic" or "fixed"; it is '
            '"shared"'
        )
    return result
