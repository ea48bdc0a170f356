"""Networks from networkx graphs of single neurons, and back: the description's side.

A node of the graph is a neuron, an edge a synapse. Attributes of nodes: `activation`, `role`
("input", "hidden", "output", "constant"), and, where a network was written, `population` and
`index`. Attributes of edges: `weight`, `plastic`, `feedback`, `feedback_weight`, and `shares` and
`number` where a weight is used more than once. All are plain words and numbers, as GraphML wants.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.activations import ACTIVATIONS, Activation, BuiltInActivation
from neurosim.connecting import WeightsLike
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.levels import longest_distances, reachable
from neurosim.pattern import Pattern
from neurosim.projection import FEEDBACK, Projection

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.population import Population

__all__ = ["labels_of", "network_from_graph", "network_to_graph", "synapse_attributes"]

_OWNER = "Network.from_networkx"
_ROLES = ("input", "hidden", "output", "constant")
Integers = npt.NDArray[np.int64]


def labels_of(population: Population) -> Sequence[str]:
    """Names of the nodes of a population."""
    if population.labels is not None:
        return population.labels
    return [f"{population.name}[{i}]" for i in range(population.size)]


def node_attributes(population: Population, role: str, index: int) -> dict[str, Any]:
    """Attributes of one neuron."""
    return {
        "population": population.name,
        "index": index,
        "activation": population.activation.name,
        "role": role,
    }


def roles(network: Network) -> dict[str, str]:
    """Role of each population."""
    result = {}
    for name, population in network.populations.items():
        output = population.output or name in network.outputs
        result[name] = "output" if output else "input" if name in network.inputs else "hidden"
        if population.constant:
            result[name] = "constant"
    return result


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
    common: dict[str, Any] = {"plastic": projection.plastic, "feedback": projection.feedback}
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


def network_to_graph(network: Network) -> nx.DiGraph[str]:
    """Return the graph of all neurons; see `Network.to_networkx`."""
    graph: nx.DiGraph[str] = nx.DiGraph(seed=str(network.seed))
    role = roles(network)
    labels = {name: labels_of(p) for name, p in network.populations.items()}
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


@dataclass
class _Neurons:
    """The nodes of a graph, in the order in which they will be numbered."""

    labels: list[str]
    attributes: list[dict[str, Any]]
    number: dict[Hashable, int]


@dataclass(frozen=True)
class _Given:
    """The rule that a pattern already says."""

    given: Pattern

    def pattern(
        self, owner: str, shape: tuple[int, int], generator: np.random.Generator
    ) -> Pattern | None:
        return self.given


def _neurons(graph: nx.DiGraph[Any]) -> _Neurons:
    chosen = [
        (node, data)
        for node, data in graph.nodes(data=True)
        if data.get("kind", "value") == "value" and not data.get("derived", False)
    ]
    if all(isinstance(node, int) for node, _ in chosen):
        chosen.sort(key=lambda pair: pair[0])
    else:
        chosen.sort(key=lambda pair: str(pair[0]))
    labels = [str(node) for node, _ in chosen]
    if not labels:
        raise ArgumentError(f"{_OWNER}: the graph has no nodes")
    for first, second in pairwise(labels):
        if first == second:
            raise ArgumentError(f"{_OWNER}: two nodes are called {first!r}")
    return _Neurons(
        labels, [data for _, data in chosen], {node: n for n, (node, _) in enumerate(chosen)}
    )


def _synapses(
    graph: nx.DiGraph[Any], neurons: _Neurons
) -> tuple[Integers, Integers, list[dict[str, Any]]]:
    """Pre and post numbers and attributes of all synapses, by pre, then by post.

    In the graph of a simulation a synapse ends at an error node, and may begin at a relay; which
    neurons these stand for is said by the attributes `of` and `source`.
    """
    number = neurons.number
    if not any("kind" in data for data in neurons.attributes):
        edges = [(number[i], number[j], data) for i, j, data in graph.edges(data=True)]
    else:
        nodes = graph.nodes
        edges = []
        for i, j, data in graph.edges(data=True):
            post = nodes[j].get("of", j)
            pre = data.get("source", i)
            if data.get("kind") == "synapse" and pre in number and post in number:
                edges.append((number[pre], number[post], data))
    if not edges:
        raise ArgumentError(f"{_OWNER}: the graph has no edges")
    pre = np.array([edge[0] for edge in edges], np.int64)
    post = np.array([edge[1] for edge in edges], np.int64)
    order = np.lexsort((post, pre))
    return pre[order], post[order], [edges[n][2] for n in order.tolist()]


def _attribute(
    neurons: _Neurons, name: str, default: list[str], allowed: Iterable[str]
) -> list[str]:
    words = set(allowed)
    result = []
    for n, data in enumerate(neurons.attributes):
        value = data.get(name, default[n])
        if value not in words:
            checks.choice(f"{_OWNER}: node {neurons.labels[n]!r}", name, value, words)
        result.append(value)
    return result


def _check_paths(neurons: _Neurons, pre: Integers, post: Integers, role: list[str]) -> None:
    """Every neuron lies on a way from an input to an output."""
    count = len(role)
    kinds = np.array([_ROLES.index(word) for word in role])
    source = np.ones(count, np.bool_)
    source[post] = False
    sink = np.ones(count, np.bool_)
    sink[pre] = False

    def refuse(bad: npt.NDArray[np.bool_], words: str) -> None:
        found = np.flatnonzero(bad)
        if len(found):
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            raise ArgumentError(f"{_OWNER}: node {neurons.labels[found[0]]!r}{more}, {words}")

    held = (kinds == _ROLES.index("input")) | (kinds == _ROLES.index("constant"))
    refuse(held & ~source, "has the role of an input or constant, but is predicted")
    refuse(source & sink, "has no synapses")
    inputs = kinds == _ROLES.index("input")
    refuse(
        ~reachable(pre, post, inputs) & (kinds != _ROLES.index("constant")),
        "cannot be reached from an input",
    )
    outputs = kinds == _ROLES.index("output")
    refuse(~reachable(post, pre, outputs), "cannot reach an output")


def _grouped(
    neurons: _Neurons, pre: Integers, post: Integers, role: list[str], activation: list[str]
) -> list[tuple[str, list[int]]]:
    """Populations: inputs, and what has the same level, activation and role; names and members."""
    level = longest_distances(len(role), pre, post, neurons.labels)
    groups: dict[tuple[Any, ...], list[int]] = {}
    sink = np.ones(len(role), np.bool_)
    sink[pre] = False
    for n, word in enumerate(role):
        if word == "constant":
            groups.setdefault((neurons.labels[n],), []).append(n)
            continue
        base = {"input": "input", "output": f"output{'' if sink[n] else level[n]}"}.get(
            word, f"level{level[n]}"
        )
        groups.setdefault((base, activation[n]), []).append(n)
    kinds = Counter(base for base, *_ in groups)
    return sorted(
        (key[0] if kinds[key[0]] == 1 else ".".join(key), members)
        for key, members in groups.items()
    )


def _populations(neurons: _Neurons) -> list[tuple[str, list[int]]] | None:
    """Populations as the graph says, or None if it says nothing of them."""
    told = ["population" in data for data in neurons.attributes]
    if not any(told):
        return None
    members: dict[str, dict[int, int]] = {}
    for n, data in enumerate(neurons.attributes):
        owner = f"{_OWNER}: node {neurons.labels[n]!r}"
        if not told[n] or "index" not in data:
            raise ArgumentError(
                f"{owner}: either all nodes have a population and an index, or none"
            )
        population = checks.name(owner, "population", data["population"])
        index = checks.integer(owner, "index", data["index"], 0, len(neurons.labels) - 1)
        if index in members.setdefault(population, {}):
            raise ArgumentError(f"{owner}: population {population!r} has index {index} twice")
        members[population][index] = n
    for population, found in members.items():
        missing = set(range(len(found))) - set(found)
        if missing:
            raise ArgumentError(
                f"{_OWNER}: population {population!r} has {len(found)} nodes, but none with index "
                f"{min(missing)}"
            )
    return [(name, [found[i] for i in range(len(found))]) for name, found in members.items()]


def network_from_graph(
    network: Network,
    graph: nx.DiGraph[Any],
    activation: str | Activation | BuiltInActivation,
    activations: Sequence[Activation],
) -> None:
    """Fill an empty network with the neurons and synapses of a graph."""
    if not isinstance(graph, nx.DiGraph) or graph.is_multigraph():
        raise ArgumentTypeError(f"{_OWNER}: graph must be a networkx.DiGraph, not {graph!r}")
    neurons = _neurons(graph)
    pre, post, synapses = _synapses(graph, neurons)
    source = np.ones(len(neurons.labels), np.bool_)
    source[post] = False
    sink = np.ones(len(neurons.labels), np.bool_)
    sink[pre] = False
    given = [data.get("role") for data in neurons.attributes]
    input_word = "hidden" if "input" in given else "input"
    output_word = "hidden" if "output" in given else "output"
    role = _attribute(
        neurons,
        "role",
        [
            input_word if first else output_word if last else "hidden"
            for first, last in zip(source.tolist(), sink.tolist(), strict=True)
        ],
        _ROLES,
    )
    known: dict[str, Activation | BuiltInActivation] = {**ACTIVATIONS}
    known |= {each.name: each for each in activations}
    if isinstance(activation, (Activation, BuiltInActivation)):
        known[activation.name] = activation
        activation = activation.name
    linear = ("input", "constant")
    names = _attribute(
        neurons, "activation", ["identity" if r in linear else activation for r in role], known
    )
    longest_distances(len(role), pre, post, neurons.labels)
    _check_paths(neurons, pre, post, role)
    groups = _populations(neurons) or _grouped(neurons, pre, post, role, names)
    home = np.zeros(len(role), np.int64)
    place = np.zeros(len(role), np.int64)
    for g, (name, members) in enumerate(groups):
        home[members], place[members] = g, np.arange(len(members))
        kinds = {(role[n], names[n]) for n in members}
        if len(kinds) != 1:
            raise ArgumentError(
                f"{_OWNER}: population {name!r} has nodes of different role or activation: "
                f"{sorted(kinds)}"
            )
        if role[members[0]] == "constant":
            if len(members) != 1:
                raise ArgumentError(f"{_OWNER}: population {name!r} is constant, and not a single")
            network.add_bias(name, [])
            continue
        labels = [neurons.labels[n] for n in members]
        network.add_population(
            name,
            len(members),
            known[names[members[0]]],
            output=role[members[0]] == "output" and not sink[members].all(),
            labels=None if labels == [f"{name}[{i}]" for i in range(len(labels))] else labels,
        )
    _connect(network, neurons, groups, (home, place), (pre, post), synapses)


def _connect(
    network: Network,
    neurons: _Neurons,
    groups: list[tuple[str, list[int]]],
    places: tuple[Integers, Integers],
    ends: tuple[Integers, Integers],
    synapses: list[dict[str, Any]],
) -> None:
    """Connect the populations, lenders of weights before borrowers."""
    home, place = places
    pre, post = ends
    keys = home[pre] * len(groups) + home[post]
    order = np.lexsort((place[post], place[pre], keys))
    bounds = np.flatnonzero(np.diff(keys[order], prepend=-1, append=-1))
    waiting = []
    for first, last in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        chosen = order[first:last]
        edges = [synapses[n] for n in chosen.tolist()]
        start, end = (groups[home[where[chosen[0]]]][0] for where in (pre, post))
        pairs = place[pre[chosen]], place[post[chosen]]

        def owner(n: int, chosen: Integers = chosen) -> str:
            i, j = pre[chosen[n]], post[chosen[n]]
            return f"{_OWNER}: edge {neurons.labels[i]!r} -> {neurons.labels[j]!r}"

        waiting.append(_Bundle(start, end, pairs, edges, owner))
    waiting.sort(key=lambda bundle: bundle.lender is not None)
    for bundle in waiting:
        bundle.connect(network)


@dataclass
class _Bundle:
    """The synapses of one projection."""

    pre: str
    post: str
    pairs: tuple[Integers, Integers]
    edges: list[dict[str, Any]]
    owner: Any

    @property
    def lender(self) -> str | None:
        """The other projection whose weights these synapses use."""
        shares = self.edges[0].get("shares")
        return None if shares == f"{self.pre}->{self.post}" else shares

    def connect(self, network: Network) -> None:
        """Check all attributes, and connect."""
        shape = network.populations[self.pre].size, network.populations[self.post].size
        plastic = self._same("plastic", True)
        feedback = self._same("feedback", "shared")
        if not isinstance(plastic, bool):
            raise ArgumentTypeError(f"{self.owner(0)}: plastic must be true or false")
        checks.choice(self.owner(0), "feedback", feedback, FEEDBACK)
        shares = self._same("shares", None)
        weights, back = self._numbers("weight"), self._numbers("feedback_weight")
        count = len(self.edges)
        numbers = None
        if shares is not None:
            numbers = np.array(
                [
                    checks.integer(self.owner(n), "number", edge.get("number"), 0)
                    for n, edge in enumerate(self.edges)
                ]
            )
        complete = count == shape[0] * shape[1]
        whole = complete and (numbers is None or np.array_equal(numbers, np.arange(count)))
        arguments: dict[str, Any] = {"plastic": plastic, "feedback": feedback}
        values: WeightsLike | None = weights
        if whole:
            values = None if weights is None else weights.reshape(shape)
            back = None if back is None else back.reshape(shape)
        else:
            size = count
            if numbers is not None:
                size = self._lent(network, int(numbers.max()) + 1)
                values, back = (self._by_number(array, numbers, size) for array in (weights, back))
            pattern = Pattern(shape, *self.pairs, numbers, size)
            arguments["rule"] = _Given(pattern)
        if feedback != "shared":
            arguments["feedback_weights"] = back
        if self.lender is not None:
            checks.choice(self.owner(0), "shares", self.lender, network.projections)
            values = network.projections[self.lender]
        network.connect(self.pre, self.post, weights=values, **arguments)

    def _lent(self, network: Network, count: int) -> int:
        lender = network.projections.get(self.lender or "")
        return count if lender is None else int(np.prod(lender.weight_shape))

    def _by_number(
        self, values: npt.NDArray[Any] | None, numbers: Integers, count: int
    ) -> npt.NDArray[Any] | None:
        if values is None:
            return None
        result = np.zeros(count)
        result[numbers] = values
        bad = np.flatnonzero(result[numbers] != values)
        if len(bad):
            raise ArgumentError(
                f"{self.owner(int(bad[0]))}: shares weight {int(numbers[bad[0]])}, but has another"
            )
        return result

    def _same(self, name: str, default: Any) -> Any:
        value = self.edges[0].get(name, default)
        for n, edge in enumerate(self.edges):
            if edge.get(name, default) != value:
                raise ArgumentError(
                    f"{self.owner(n)}: {name} is {edge.get(name, default)!r}, but {value!r} "
                    f"elsewhere between {self.pre!r} and {self.post!r}"
                )
        return value

    def _numbers(self, name: str) -> npt.NDArray[np.float64] | None:
        values = [edge.get(name) for edge in self.edges]
        if all(value is None for value in values):
            return None
        for n, value in enumerate(values):
            if type(value) is not float:
                values[n] = checks.real(self.owner(n), name, value)
        array = np.array(values, np.float64)
        bad = np.flatnonzero(~np.isfinite(array))
        if len(bad):
            checks.real(self.owner(int(bad[0])), name, float(array[bad[0]]))
        return array
