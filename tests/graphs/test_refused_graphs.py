"""Graphs that are no networks are refused, with words that say why."""

import networkx as nx
import numpy as np
import pytest
from oracles.networks import HALF

import neurosim as ns
from neurosim.errors import NeurosimError


def chain(**attributes):
    """X -> h -> y, with attributes of x, h, y, xh, hy, or of the graph."""
    graph = nx.DiGraph()
    for node in "xhy":
        graph.add_node(node, **attributes.pop(node, {}))
    for i, j in ("xh", "hy"):
        graph.add_edge(i, j, **attributes.pop(i + j, {}))
    graph.graph.update(attributes)
    return graph


def joined(*pairs, **nodes):
    graph = nx.DiGraph(pairs)
    for node, role in nodes.items():
        graph.nodes[node]["role"] = role
    return graph


def told(**changes):
    """Two inputs and an output in populations that the graph names, with some changes."""
    homes = {"i": ("a", 0), "j": ("a", 1), "y": ("b", 0)}
    graph = nx.DiGraph([("i", "y"), ("j", "y")])
    for node, (population, index) in homes.items():
        graph.nodes[node].update(population=population, index=index)
    for node, change in changes.items():
        graph.nodes[node].update(change)
        for name in [name for name, value in change.items() if value is None]:
            del graph.nodes[node][name]
    return graph


def sharing(first, second):
    graph = nx.DiGraph()
    graph.add_edge("x", "h", **first)
    graph.add_edge("h", "y", **second)
    return graph


def lent(name, number=0, **others):
    return {"shares": name, "number": number, "weight": 1.0, **others}


OWN, OTHER = "input->level1", "level1->output"


BAD_GRAPHS = {
    "not a graph": ({"a": ["b"]}, "must be a networkx.DiGraph, not dict"),
    "no graph": (None, "must be a networkx.DiGraph, not NoneType"),
    "undirected": (nx.path_graph(3), "must be a networkx.DiGraph, not Graph"),
    "multigraph": (nx.MultiDiGraph([(0, 1)]), "DiGraph, not MultiDiGraph"),
    "empty": (nx.DiGraph(), "the graph has no nodes"),
    "no edges": (nx.empty_graph(3, nx.DiGraph), "the graph has no edges"),
    "self-loop": (joined("xh", "hh", "hy"), "cycle: h -> h$"),
    "cycle": (joined("xa", "ab", "bc", "ca", "cy"), "cycle: (a -> b -> c -> a|b|c)"),
    "only a cycle": (joined("ab", "ba"), "form a cycle: "),
    "long cycle": (nx.cycle_graph(50, nx.DiGraph), r"\d+ -> ... 40 more ... -> \d+$"),
    "isolated": (nx.DiGraph({"x": ["y"], "z": []}), "node 'z' has no synapses"),
    "no output": (joined("xh", "xy", y="output"), "node 'h' cannot reach an output"),
    "no outputs": (joined("xy", "hy", "xz", "hz", z="output"), "'y' cannot reach an output"),
    "no input": (joined("xh", "ah", x="input"), "node 'a' cannot be reached from an input"),
    "many": (joined("xh", "ah", "bh", "ch", x="input"), r"'a' \(and 2 more\) cannot be reached"),
    "constant only": (joined("xy", "ch", "hy", c="constant"), "node 'h' cannot be reached"),
    "constants only": (joined("xy", x="constant"), "node 'y' cannot be reached"),
    "output without input": (joined("xy", x="output"), "node 'x' .* cannot be reached"),
    "input predicted": (joined("xh", "hy", h="input"), "node 'h' has the role of an input"),
    "constant predicted": (joined("xh", "hy", h="constant"), "'h' has the role of an input or co"),
    "constant not linear": (
        chain(x={"role": "constant", "activation": "tanh"}),
        "node 'x': a constant has the activation 'identity', not 'tanh'",
    ),
    "names as strings": (nx.DiGraph([(1, "1")]), "two nodes are called '1': 1 and '1'|'1' and 1"),
    "arrow": (joined(("a->b", "y")), "name of a node must be a printable name .* not 'a->b'"),
    "unprintable": (joined(("a\n", "y")), r"must be a printable name .* not 'a\\n'"),
    "no name": (joined(("", "y")), "must be a printable name"),
    "seed": (chain(seed="one"), "seed of the graph must be a whole number, not 'one'"),
    "seed in words": (chain(seed="²"), "seed of the graph must be a whole number"),
    "seed real": (chain(seed=1.5), "seed of the graph must be a whole number, not 1.5"),
    "seed infinite": (chain(seed=float("inf")), "seed of the graph must be a whole number"),
    "seed list": (chain(seed=[1]), "seed of the graph must be a whole number"),
    "seed true": (chain(seed=True), "seed of the graph must be a whole number"),
    "seed negative": (chain(seed=-1), "seed of the graph must be in 0 ... .*, not -1"),
    "seed negative string": (chain(seed="-1"), "seed of the graph must be a whole number"),
    "seed long": (chain(seed="9" * 5000), "seed of the graph must be a whole number"),
    "seed large": (chain(seed="9" * 45), "seed of the graph must be in 0"),
}


for _attribute, _node, _right in (("activation", "h", "tanh"), ("role", "y", "output")):
    BAD_GRAPHS |= {
        f"{_attribute} {_value!r}": (chain(**{_node: {_attribute: _value}}), _words)
        for _value, _words in (
            (_right[:-1] + "x", f"node '{_node}': unknown {_attribute} .* Did you mean '{_right}'"),
            (3, f"node '{_node}': {_attribute} must be a string, not 3"),
            (None, f"node '{_node}': {_attribute} must be a string, not None"),
            ([_right], f"node '{_node}': {_attribute} must be a string"),
            ({}, f"node '{_node}': {_attribute} must be a string"),
            (np.ones(2), f"node '{_node}': {_attribute} must be a string"),
            ("", f"node '{_node}': unknown {_attribute} ''"),
        )
    }


for _key, _value, _words in (
    ("weight", float("nan"), "weight must be finite, not nan"),
    ("weight", -np.inf, "weight must be finite, not -inf"),
    ("weight", np.float64("nan"), "weight must be finite"),
    ("weight", "0.5", "weight must be a number, not '0.5'"),
    ("weight", True, "weight must be a number, not True"),
    ("weight", 1j, "weight must be a number"),
    ("weight", [0.5], "weight must be a number"),
    ("weight", np.ones(2), "weight must be a number"),
    ("weight", 10**400, "weight must be finite"),
    ("plastic", "true", "plastic must be True or False, not 'true'"),
    ("plastic", 2, "plastic must be True or False, not 2"),
    ("plastic", 1.0, "plastic must be True or False, not 1.0"),
    ("plastic", None, "plastic must be True or False, not None"),
    ("plastic", np.ones(2), "plastic must be True or False"),
    ("feedback", "plastik", "unknown feedback 'plastik'.*Did you mean 'plastic'"),
    ("feedback", 3, "feedback must be a string, not 3"),
    ("feedback", None, "feedback must be a string, not None"),
    ("feedback", ["fixed"], "feedback must be a string"),
    ("feedback_weight", 0.5, 'feedback_weight needs feedback="plastic"'),
    ("feedback_weight", "x", "feedback_weight must be a number"),
    ("shares", 3, "shares must be a string, not 3"),
    ("shares", ["x"], "shares must be a string"),
    ("shares", "input->level1", "shares the weights of 'input->level1', but has no number"),
):
    BAD_GRAPHS[f"{_key} {_value!r:.20}"] = chain(hy={_key: _value}), f"'h' -> 'y'.*{_words}"


for _number, _words in (
    (-1, "number must be in 0"),
    (2**63, "number must be in 0"),
    (1.0, "number must be a whole number, not 1.0"),
    ("1", "number must be a whole number, not '1'"),
    (True, "number must be a whole number"),
    (None, "number must be a whole number"),
):
    BAD_GRAPHS[f"number {_number!r}"] = sharing({}, lent(OTHER, _number)), f"'h' -> 'y'.*{_words}"


BAD_GRAPHS |= {
    "lender unknown": (
        sharing(lent(OWN), lent("input->level2")),
        "'h' -> 'y': unknown projection in shares .* Did you mean 'input->level1'",
    ),
    "lender without numbers": (
        sharing({}, lent(OWN)),
        "'h' -> 'y': shares the weights of 'input->level1', which does not say that it shares them",
    ),
    "in a circle": (sharing(lent(OTHER), lent(OWN)), "which shares those of"),
    "weights differ": (sharing(lent(OWN), lent(OWN, weight=2.0)), "share a weight, but differ"),
    "plastic differs": (
        sharing(lent(OWN), lent(OWN, plastic=False)),
        "'x' -> 'h' and 'h' -> 'y' share weights, but differ in plastic",
    ),
    "a weight missing": (
        sharing(lent(OWN), {"shares": OWN, "number": 0}),
        "share weights, but differ in having a weight",
    ),
    "index twice": (told(j={"index": 0}), "node 'j': population 'a' has index 0 twice.* 'i'"),
    "index gap": (told(i={"index": 2}), "node 'i': population 'a' has index 2, but none 0"),
    "index missing": (told(j={"index": None}), "node 'j': either all nodes have"),
    "population missing": (told(j={"population": None}), "node 'j': either all nodes have"),
    "indices only": (chain(h={"index": 0}), "node '[xhy]': either all nodes have"),
    "index large": (told(j={"index": 10**15}), "node 'j': index must be in 0 ... 2, not 10000"),
    "index negative": (told(j={"index": -1}), "node 'j': index must be in 0 ... 2, not -1"),
    "index string": (told(j={"index": "1"}), "node 'j': index must be a whole number, not '1'"),
    "index real": (told(j={"index": 1.0}), "node 'j': index must be a whole number, not 1.0"),
    "population number": (told(j={"population": 3}), "node 'j': population must be a string"),
    "population list": (told(j={"population": []}), "node 'j': population must be a string"),
    "population arrow": (told(j={"population": "a->b"}), "node 'j': population must be a print"),
    "two roles": (
        told(i={"role": "input"}, j={"role": "constant"}),
        "node 'j': population 'a' has the role 'input', not 'constant'",
    ),
    "two activations": (
        told(i={"activation": "tanh"}),
        "node 'j': population 'a' has the activation 'tanh', not 'identity'",
    ),
    "constants together": (
        told(i={"role": "constant"}, j={"role": "constant"}),
        "node 'j': a constant is a population of its own, but 'a' has 2",
    ),
    "predicting itself": (
        told(y={"population": "a", "index": 2}),
        "edge 'i' -> 'y': both nodes are of population 'a'",
    ),
    "wrong role": (told(y={"role": "hidden"}), "node 'y': population 'b' has the role 'hidden'"),
}


@pytest.mark.parametrize(("graph", "words"), BAD_GRAPHS.values(), ids=BAD_GRAPHS)
def test_bad_graphs_are_refused(graph, words):
    with pytest.raises(NeurosimError, match=words) as caught:
        ns.Network.from_networkx(graph)
    assert isinstance(caught.value, (ValueError, TypeError))
    assert str(caught.value).startswith("Network")
    assert len(str(caught.value)) < 6000


def two_inputs(name, first, second):
    graph = nx.DiGraph()
    for node, value in (("x", first), ("z", second)):
        graph.add_edge(node, "y", **({} if value is None else {name: value}))
    return graph


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (two_inputs("weight", 0.5, None), "differ in having a weight"),
        (two_inputs("plastic", True, False), "differ in plastic"),
        (two_inputs("feedback", None, "fixed"), "differ in feedback"),
        (two_inputs("shares", None, None), None),
    ],
)
def test_edges_between_two_populations_are_alike(graph, words):
    if words is None:
        assert ns.Network.from_networkx(graph).depth == 1
        return
    with pytest.raises(NeurosimError, match=f"'x' -> 'y' and 'z' -> 'y' connect .* {words}"):
        ns.Network.from_networkx(graph)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"activation": "sigmiod"}, "from_networkx: unknown activation .*Did you mean 'sigmoid'"),
        ({"activation": 3}, "from_networkx: activation must be a string, not 3"),
        ({"activation": []}, "from_networkx: activation must be a string"),
        ({"activations": ["half"]}, "activations must be a sequence of Activation"),
        ({"activations": 3}, "activations must be a sequence of Activation"),
        ({"activations": [HALF, HALF]}, "2 of the activations are called 'half'"),
        ({"seed": -1}, "seed must be in 0"),
        ({"seed": "one"}, "seed must be a whole number"),
    ],
)
def test_bad_options_are_refused(options, words):
    with pytest.raises(NeurosimError, match=words):
        ns.Network.from_networkx(chain(), **options)


def test_populations_that_form_a_cycle_are_refused():
    graph = nx.DiGraph([("x", "a"), ("a", "b"), ("b", "c"), ("c", "y")])
    homes = {"x": ("in", 0), "a": ("p", 0), "b": ("q", 0), "c": ("p", 1), "y": ("out", 0)}
    for node, (population, index) in homes.items():
        graph.nodes[node].update(population=population, index=index)
    with pytest.raises(NeurosimError, match=r"cycle: (p -> q -> p|q -> p -> q)"):
        ns.Network.from_networkx(graph)
