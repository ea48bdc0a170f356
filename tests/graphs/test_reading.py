"""How a graph of neurons is read: populations, activations, weights and the seed."""

import networkx as nx
import numpy as np
import pytest
from oracles.bits import same_bits
from oracles.graphml import assert_same_network, reread
from oracles.networks import (
    HALF,
    populations,
)

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


def test_defaults_are_sensible():
    graph = nx.DiGraph([("x", "h"), ("h", "y"), ("x", "y"), ("one", "h")])
    graph.nodes["one"]["role"] = "constant"
    net = ns.Network.from_networkx(graph, activation="tanh", seed=0)
    assert {n: p.activation.name for n, p in net.populations.items()} == {
        "input": "identity",
        "level1": "tanh",
        "output": "tanh",
        "one": "identity",
    }
    assert net.populations["one"].constant
    weights = ns.Simulator(net, models.ZIL()).weights
    assert weights["one->level1"] == 0.0
    assert weights["input->output"] != 0.0
    assert same_bits(weights, models.BP(ns.Network.from_networkx(graph, seed=0)).weights)


def test_populations_are_of_one_level_activation_and_role():
    graph = nx.DiGraph([("x", "a"), ("x", "b"), ("a", "c"), ("b", "c"), ("b", "d"), ("c", "y")])
    graph.add_edge("d", "y")
    for node, activation in (("a", "tanh"), ("b", "relu"), ("c", "tanh"), ("d", "tanh")):
        graph.nodes[node]["activation"] = activation
    net = ns.Network.from_networkx(graph)
    assert set(net.populations) == {"input", "level2.tanh", "level2.relu", "level1", "output"}
    assert net.populations["level1"].labels == ("c", "d")


def test_constants_keep_their_names():
    graph = nx.DiGraph([("x", "y"), ("input", "y"), ("y", "z"), ("output", "z")])
    for node in ("input", "output"):
        graph.nodes[node]["role"] = "constant"
    net = ns.Network.from_networkx(graph)
    assert net.find("input") == ("input.constant", 0)
    assert net.find("output") == ("output.constant", 0)
    assert_same_network(net, reread(net))


def test_activations_of_one_s_own():
    graph = nx.DiGraph([("x", "h"), ("h", "y")])
    graph.nodes["h"]["activation"] = "half"
    net = ns.Network.from_networkx(graph, activations=[HALF])
    assert net.populations["level1"].activation is HALF
    net = ns.Network.from_networkx(nx.DiGraph([("x", "h"), ("h", "y")]), activation=HALF)
    assert net.populations["level1"].activation is HALF
    assert reread(net, activations=[HALF]).populations["level1"].activation is HALF
    with pytest.raises(NeurosimError, match="node 'h': unknown activation 'half'"):
        reread(net)


def test_the_seed_is_that_of_the_graph_unless_one_is_given():
    graph = nx.DiGraph([("x", "y")], seed="17")
    assert ns.Network.from_networkx(graph).seed == 17
    assert ns.Network.from_networkx(graph, seed=18).seed == 18
    graph.graph["seed"] = np.int64(19)
    assert ns.Network.from_networkx(graph).seed == 19
    del graph.graph["seed"]
    seeds = {ns.Network.from_networkx(graph).seed for _ in range(3)}
    assert len(seeds) == 3


def test_attributes_of_others_do_no_harm():
    graph = nx.DiGraph([("x", "h"), ("h", "y")], name="a graph", t=[1])
    for _, data in graph.nodes(data=True):
        data.update(kind="excitatory", x=np.zeros(3), pos=(0, 1), label=None)
    for *_, data in graph.edges(data=True):
        data.update(kind="AMPA", delay=[1], color={}, number="many")
    assert ns.Network.from_networkx(graph).depth == 2


def test_numbers_of_numpy_are_numbers():
    graph = nx.DiGraph()
    graph.add_edge("x", "y", weight=np.float32(0.5), plastic=np.True_)
    graph.add_edge("z", "y", weight=np.int8(2), plastic=True)
    net = ns.Network.from_networkx(graph)
    assert ns.Simulator(net, models.ZIL()).weights["input->output"].tolist() == [[0.5], [2.0]]
    net = populations(1, 1)
    net.connect("a", "b", plastic=np.True_)
    assert reread(net).projections["a->b"].plastic is True


def test_weights_in_common_are_told_apart_by_any_numbers():
    graph = nx.DiGraph()
    for n, number in enumerate([10**15, 0, 10**15, 7]):
        edge = {"shares": "input->output", "number": number, "weight": float(number) ** 0.25}
        graph.add_edge(f"x{n}", "y", **edge)
    net = ns.Network.from_networkx(graph)
    weights = ns.Simulator(net, models.ZIL()).weights["input->output"]
    assert weights.tolist() == [0.0, 7.0**0.25, 1e15**0.25]
    assert_same_network(net, reread(net))
