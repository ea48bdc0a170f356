"""Random graphs of single neurons become networks."""

import networkx as nx
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles.backpropagation import RATE, learned
from oracles.bits import same_bits
from oracles.graphml import assert_same_network, edges_alike, learners, reread
from oracles.samples import named_samples

import neurosim as ns
from neurosim import models


@st.composite
def neurons(draw):
    """Acyclic graphs of single neurons, each on a way from an input to an output."""
    count = draw(st.integers(3, 12))
    names = draw(st.sampled_from([int, str, lambda n: (n, "x"), lambda n: f"n{n}"]))
    order = draw(st.permutations(range(count)))
    graph = nx.DiGraph()
    kinds = st.sampled_from(["identity", "tanh", "sigmoid", "softplus", "relu"])
    for n in order:
        graph.add_node(names(n), activation=draw(kinds))
    weights = st.floats(-1, 1, allow_subnormal=False)
    for j in range(1, count):
        for i in draw(st.sets(st.integers(0, j - 1), min_size=int(j != 1), max_size=4)):
            graph.add_edge(names(order[i]), names(order[j]), weight=draw(weights))
    graph.remove_nodes_from(list(nx.isolates(graph)))
    middle = [n for n in graph if graph.in_degree(n) and graph.out_degree(n)]
    if middle and draw(st.booleans()):
        ends = [n for n in graph if not graph.out_degree(n)]
        for n in [draw(st.sampled_from(middle)), *ends]:
            graph.nodes[n]["role"] = "output"
    sources = [n for n in graph if not graph.in_degree(n)]
    if len(sources) > 1 and draw(st.booleans()):
        targets = [n for n in graph if graph.in_degree(n)]
        graph.add_node("one", role="constant")
        graph.add_edge("one", draw(st.sampled_from(targets)))
    return graph


slow = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))


@slow
@given(neurons())
def test_random_graphs_of_neurons_equal_backpropagation(graph):
    net = ns.Network.from_networkx(graph, seed=0)
    data = named_samples(net)
    bp, *others = (learned(learner, data) for learner in learners(net, batch_size=2))
    for other in others:
        assert same_bits(bp, other)
    oracle = models.BP(net, learning_rate=RATE, arithmetic="blas", batch_size=2)
    blas = learned(oracle, data)
    assert all(np.abs(bp[name] - blas[name]).max() < 1e-12 for name in bp)


@slow
@given(neurons(), st.randoms(use_true_random=False))
def test_the_order_of_insertion_changes_no_bit(graph, shuffler):
    nodes, edges = list(graph.nodes(data=True)), list(graph.edges(data=True))
    shuffler.shuffle(nodes)
    shuffler.shuffle(edges)
    other = nx.DiGraph()
    other.add_nodes_from(nodes)
    other.add_edges_from(edges)
    first, second = (ns.Network.from_networkx(g, seed=4) for g in (graph, other))
    assert_same_network(first, second)
    written = first.to_networkx(), second.to_networkx()
    assert edges_alike(*written)
    assert [*written[0].nodes(data=True)] == [*written[1].nodes(data=True)]


@slow
@given(neurons())
def test_graphs_are_read_again_as_networks(graph):
    net = ns.Network.from_networkx(graph, seed=0)
    assert_same_network(net, reread(net))
    assert {str(node) for node in graph} == set(net.to_networkx())
    for node in graph:
        name, index = net.find(str(node))
        assert net.populations[name].labels[index] == str(node)
    for i, j, data in graph.edges(data=True):
        assert net.to_networkx().edges[str(i), str(j)]["weight"] == data.get("weight", 0.0)
