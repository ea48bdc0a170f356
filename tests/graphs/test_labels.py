"""Names of single nodes."""

import random

import networkx as nx
import pytest
from oracles.networks import layered, populations

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


def test_names_of_nodes_must_differ():
    net = populations(1, 2)
    net.add_population("labelled", 1, labels=["b[1]"])
    net.connect("a", "b")
    net.connect("a", "labelled")
    for described in (net, ns.Simulator(net, models.ZIL())):
        with pytest.raises(NeurosimError, match=r"'b' and 'labelled' are both called 'b\[1\]'"):
            described.to_networkx()
    with pytest.raises(NeurosimError, match=r"'labelled' and 'b' are both called 'b\[1\]'"):
        net.find("b[1]")
    net = ns.Network()
    net.add_population("a", 1)
    net.add_population("b", 2, labels=["x", "error node of x"])
    net.connect("a", "b")
    with pytest.raises(NeurosimError, match="is called 'error node of x'"):
        ns.Simulator(net, models.ZIL()).to_networkx()
    assert net.to_networkx().number_of_nodes() == 3


def test_find():
    net = ns.Network.from_networkx(nx.DiGraph([("x", "h"), ("h", "y"), ("one", "y")]))
    assert net.find("h") == ("level1", 0)
    assert net.find("x") == ("input", 1)
    assert layered().find("hidden2[10]") == ("hidden2", 10)
    for label, words in (
        ("hidden2[11]", "no node is called"),
        ("hidden2[01]", "no node is called"),
        ("hiden2[10]", r"Did you mean 'hidden2\[10\]'"),
        ("hidden2", "no node"),
        ("", "no node"),
        (3, "label must be a string, not 3"),
        ([], "label must be a string"),
    ):
        with pytest.raises(NeurosimError, match=words):
            layered().find(label)


@pytest.mark.parametrize("names", [int, str, lambda n: f"n{n}", lambda n: (0, n)])
def test_nodes_are_numbered_as_their_names_are(names):
    graph = nx.DiGraph((names(n), names(99)) for n in (10, 9, 2, 30, 1))
    net = ns.Network.from_networkx(graph)
    assert net.populations["input"].labels == tuple(str(names(n)) for n in (1, 2, 9, 10, 30))


def test_numbers_in_names_may_be_long_and_begin_with_zeros():
    names = ["n" + "9" * 5000, "n" + "1" * 5001, "n01", "n1", "n2", "n"]
    graph = nx.DiGraph((name, "y") for name in random.Random(0).sample(names, len(names)))
    net = ns.Network.from_networkx(graph)
    assert net.populations["input"].labels == ("n", "n01", "n1", "n2", names[0], names[1])
