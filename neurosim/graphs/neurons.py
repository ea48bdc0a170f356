"""Reading the nodes of a graph: names, roles, activations, and the populations they form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.activations import ACTIVATIONS, Activation, BuiltInActivation, resolve
from neurosim.description.levels import reachable
from neurosim.description.network import Description
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.graphs.unconnected import Unconnected

__all__ = [
    "OWNER",
    "Booleans",
    "Integers",
    "Neurons",
    "add_populations",
    "check_roles",
    "ends",
    "grouped",
    "read_neurons",
    "told_populations",
    "truth",
    "which_words",
    "words_of_nodes",
]  # fmt: skip

#: Who complains.
OWNER = "Network.from_networkx"
_ROLES = ("input", "hidden", "output", "constant")
Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]


@dataclass
class Neurons:
    """The nodes of a graph, in the order in which they are numbered."""

    labels: list[str]
    attributes: list[dict[str, Any]]
    number: dict[Hashable, int]

    def owner(self, n: int) -> str:
        return f"{OWNER}: node {self.labels[n]!r}"


_DIGITS = re.compile("[0-9]+")


def _natural(label: str) -> tuple[str, str]:
    """Key by which n2 comes before n10: the length of a number stands before its digits."""

    def measured(match: re.Match[str]) -> str:
        digits = match[0].lstrip("0")
        return chr(len(digits)) + digits

    return _DIGITS.sub(measured, label), label


def truth(value: object) -> object:
    """Return what a graph says of a truth value: GML has none, and networkx writes 0 and 1."""
    said = isinstance(value, np.bool_) or (type(value) is int and value in (0, 1))
    return bool(value) if said else value


def _is_neuron(data: Mapping[str, Any]) -> bool:
    """Whether a node is one of those described; a simulation adds error nodes and relays."""
    return truth(data.get("derived")) is not True and (
        "kind" not in data or str(data["kind"]) != "error"
    )


def read_neurons(graph: nx.DiGraph[Any]) -> Neurons:
    """Read the nodes that stand for neurons, in the order of their names."""
    chosen = [(str(node), node, data) for node, data in graph.nodes(data=True) if _is_neuron(data)]
    if not chosen:
        raise ArgumentError(f"{OWNER}: the graph has no nodes")
    chosen.sort(key=lambda each: _natural(each[0]))
    for (first, one, _), (second, other, _) in pairwise(chosen):
        if first == second:
            raise ArgumentError(f"{OWNER}: two nodes are called {first!r}: {one!r} and {other!r}")
    labels = [checks.name(OWNER, "the name of a node", label) for label, _, _ in chosen]
    number = {node: n for n, (_, node, _) in enumerate(chosen)}
    return Neurons(labels, [data for _, _, data in chosen], number)


def which_words(
    owner: Callable[[int], str], name: str, values: Sequence[Any], allowed: Sequence[str]
) -> Integers:
    """Which of the allowed words each value is."""
    code = {word: n for n, word in enumerate(allowed)}
    for n, value in enumerate(values):
        if not isinstance(value, str) or value not in code:
            checks.choice(owner(n), name, value, allowed)
    return np.array([code[value] for value in values], np.int64)


def _known_activations(
    activation: object, activations: object
) -> tuple[str, dict[str, Activation | BuiltInActivation]]:
    """Name of the default, and all that the graph may name."""
    known: dict[str, Activation | BuiltInActivation] = {**ACTIVATIONS}
    if not isinstance(activations, Sequence) or not all(
        isinstance(each, (Activation, BuiltInActivation)) for each in activations
    ):
        raise ArgumentTypeError(
            f"{OWNER}: activations must be a sequence of Activation, not {activations!r}"
        )
    for each, times in Counter(each.name for each in activations).items():
        if times > 1:
            raise ArgumentError(f"{OWNER}: {times} of the activations are called {each!r}")
    known |= {each.name: each for each in activations}
    if isinstance(activation, str) and activation in known:
        return activation, known
    default = resolve(OWNER, activation)
    return default.name, {**known, default.name: default}


def told_populations(neurons: Neurons) -> dict[str, Integers] | None:
    """Members of each population as the graph says, or None if it says nothing of them."""
    told = [("population" in data) + ("index" in data) for data in neurons.attributes]
    if not any(told):
        return None
    members: dict[str, dict[int, int]] = {}
    for n, data in enumerate(neurons.attributes):
        owner = neurons.owner(n)
        if told[n] < 2:
            raise ArgumentError(
                f"{owner}: either all nodes have a population and an index, or none"
            )
        name = checks.name(owner, "population", data["population"])
        index = checks.integer(owner, "index", data["index"], 0, len(neurons.labels) - 1)
        found = members.setdefault(name, {})
        if index in found:
            raise ArgumentError(
                f"{owner}: population {name!r} has index {index} twice, also at node "
                f"{neurons.labels[found[index]]!r}"
            )
        found[index] = n
    for name, found in members.items():
        if max(found) >= len(found):
            missing = next(index for index in range(len(found)) if index not in found)
            raise ArgumentError(
                f"{neurons.owner(found[max(found)])}: population {name!r} has index {max(found)}, "
                f"but none {missing}"
            )
    return {
        name: np.array([found[index] for index in range(len(found))])
        for name, found in members.items()
    }


def ends(
    count: int,
    pre: Integers,
    post: Integers,
    groups: Mapping[str, Integers],
    unconnected: Sequence[Unconnected] = (),
) -> tuple[Booleans, Booleans]:
    """Which neurons nothing predicts, and which predict nothing; of a population all or none."""
    source, sink = np.ones(count, np.bool_), np.ones(count, np.bool_)
    source[post] = False
    sink[pre] = False
    for projection in unconnected:
        source[groups[projection.post]] = False
        sink[groups[projection.pre]] = False
    for members in groups.values():
        source[members] = source[members].all()
        sink[members] = sink[members].all()
    return source, sink


def words_of_nodes(
    neurons: Neurons, ends: tuple[Booleans, Booleans], activation: object, activations: object
) -> tuple[list[str], list[Activation | BuiltInActivation]]:
    """Role and activation of each neuron, said or by default."""
    default, known = _known_activations(activation, activations)
    attributes = neurons.attributes
    told = [n for n, data in enumerate(attributes) if "role" in data]
    given = [attributes[n]["role"] for n in told]
    said = {
        _ROLES[code]
        for code in which_words(lambda n: neurons.owner(told[n]), "role", given, _ROLES)
    }
    first = "hidden" if "input" in said else "input"
    last = "hidden" if "output" in said else "output"
    source, sink = (array.tolist() for array in ends)
    role = [
        data.get("role", first if source[n] else last if sink[n] else "hidden")
        for n, data in enumerate(attributes)
    ]
    names = [
        data.get("activation", "identity" if word in ("input", "constant") else default)
        for data, word in zip(attributes, role, strict=True)
    ]
    which_words(neurons.owner, "activation", names, list(known))
    for n, word in enumerate(role):
        if word == "constant" and names[n] != "identity":
            raise ArgumentError(
                f"{neurons.owner(n)}: a constant has the activation 'identity', not {names[n]!r}"
            )
    return role, [known[name] for name in names]


def check_roles(
    neurons: Neurons,
    synapses: tuple[Integers, Integers],
    role: list[str],
    ends: tuple[Booleans, Booleans],
    told: bool,
) -> None:
    """Nothing predicts what is held, and each neuron lies on a way from an input to an output.

    Where the graph tells the populations, as a network that was written does, single neurons of
    sparse ones need not.
    """
    source, sink = ends
    kinds = np.array([_ROLES.index(word) for word in role])
    inputs, _, outputs, constants = (kinds == n for n in range(len(_ROLES)))

    def refuse(bad: Booleans, words: str) -> None:
        found = np.flatnonzero(bad)
        if len(found):
            more = f" (and {len(found) - 1:,} more)" if len(found) > 1 else ""
            raise ArgumentError(f"{neurons.owner(int(found[0]))}{more} {words}")

    refuse((inputs | constants) & ~source, "has the role of an input or constant, but is predicted")
    if not told:
        refuse(source & sink, "has no synapses")
        pre, post = synapses
        forward = reachable(pre, post, inputs)
        refuse(~forward & ~constants, "cannot be reached from an input")
        refuse(~reachable(post, pre, outputs), "cannot reach an output")


def grouped(
    neurons: Neurons,
    level: Integers,
    sink: Booleans,
    role: list[str],
    activation: list[Activation | BuiltInActivation],
) -> dict[str, Integers]:
    """Members of populations: inputs, and what has one level, activation and role."""
    groups: dict[tuple[str, str], list[int]] = {}
    constants = []
    for n, word in enumerate(role):
        if word == "constant":
            constants.append(n)
            continue
        base = "input" if word == "input" else f"level{level[n]}"
        if word == "output":
            base = "output" if sink[n] else f"output{level[n]}"
        groups.setdefault((base, activation[n].name), []).append(n)
    kinds = Counter(base for base, _ in groups)
    result = {
        base if kinds[base] == 1 else f"{base}.{kind}": np.array(members)
        for (base, kind), members in sorted(groups.items())
    }
    for n in constants:
        name = neurons.labels[n]
        while name in result:
            name += ".constant"
        result[name] = np.array([n])
    return result


def add_populations(
    network: Description,
    neurons: Neurons,
    groups: Mapping[str, Integers],
    role: list[str],
    activation: list[Activation | BuiltInActivation],
    sink: Booleans,
) -> None:
    """Add the populations, each of one role and activation."""
    said = {"role": role, "activation": [each.name for each in activation]}
    for name, members in groups.items():
        first, *others = members.tolist()
        for what, values in said.items():
            for n in others:
                if values[n] != values[first]:
                    raise ArgumentError(
                        f"{neurons.owner(n)}: population {name!r} has the {what} "
                        f"{values[first]!r}, not {values[n]!r}"
                    )
        labels: Sequence[str] | None = [neurons.labels[n] for n in members]
        if labels == [f"{name}[{i}]" for i in range(len(members))]:
            labels = None
        if role[first] != "constant":
            output = role[first] == "output" and not sink[members].all()
            network.add_population(
                name, len(members), activation[first], output=output, labels=labels
            )
            continue
        if others:
            raise ArgumentError(
                f"{neurons.owner(others[0])}: a constant is a population of its own, but {name!r} "
                f"has {len(members)}"
            )
        network.add_bias(name, [], labels=labels)
