"""Networks written by networkx in one file format and another, and read again."""

import io

import networkx as nx
import numpy as np
import pytest
from oracles import networks

import neurosim as ns
from neurosim import connectors, models
from neurosim.errors import NeurosimError


def through_gml(graph):
    file = io.BytesIO()
    nx.write_gml(graph, file)
    return nx.read_gml(io.BytesIO(file.getvalue()))


def through_graphml(graph):
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    return nx.read_graphml(io.BytesIO(file.getvalue()))


def through_json(graph):
    return nx.node_link_graph(nx.node_link_data(graph, edges="links"), edges="links")


DESCRIBED = ("biased", "sparse", "feedback_synapses", "a_kernel_lent", "labelled", "readouts")


def alike(first, second):
    """The same weights, in the same precision."""
    sims = [ns.Simulator(net, models.ZIL()) for net in (first, second)]
    assert sims[0].weights.keys() == sims[1].weights.keys()
    for name, weights in sims[0].weights.items():
        assert weights.tobytes() == sims[1].weights[name].tobytes()
    plastic = [{n: p.plastic for n, p in net.projections.items()} for net in (first, second)]
    feedback = [{n: p.feedback for n, p in net.projections.items()} for net in (first, second)]
    assert plastic[0] == plastic[1]
    assert feedback[0] == feedback[1]
    assert first.levels == second.levels


@pytest.mark.parametrize("through", [through_gml, through_json], ids=["gml", "json"])
@pytest.mark.parametrize("name", DESCRIBED)
def test_networks_and_simulations_are_read_from_files(name, through):
    net = getattr(networks, name)()
    own = [networks.HALF] if name == "of_one_s_own" else []
    alike(net, ns.Network.from_networkx(through(net.to_networkx()), activations=own))
    sim = ns.Simulator(net, models.ZIL())
    # GML has no infinities and no truth values; relays stay what they are.
    read = ns.Network.from_networkx(through(sim.to_networkx()), activations=own)
    assert read.populations.keys() == net.populations.keys()
    alike(net, read)


def test_zero_and_one_are_truth_values_and_nothing_else_is():
    graph = nx.DiGraph()
    graph.add_edge("x", "y", plastic=0)
    net = ns.Network.from_networkx(graph, seed=0)
    assert [p.plastic for p in net.projections.values()] == [False]
    graph.edges["x", "y"]["plastic"] = 1
    net = ns.Network.from_networkx(graph, seed=0)
    assert [p.plastic for p in net.projections.values()] == [True]
    for bad in (2, -1, 1.0, "1", np.int64(1)):
        graph.edges["x", "y"]["plastic"] = bad
        with pytest.raises(NeurosimError, match="plastic must be True or False"):
            ns.Network.from_networkx(graph)


def unconnected():
    net = ns.Network(seed=1)
    for name, size in (("a", 2), ("b", 2), ("c", 2), ("d", 2)):
        net.add_population(name, size, output=name == "c")
    rule = connectors.FixedProbability(1e-9, allow_empty=True)
    net.connect("a", "b", rule=rule, plastic=False, feedback="fixed")
    net.connect("b", "c", rule=rule)
    net.connect("b", "d")
    net.connect("a", "c")
    net.connect("c", "d", rule=rule, feedback="plastic")
    return net


@pytest.mark.parametrize(
    "through", [through_gml, through_graphml, through_json, lambda graph: graph],
    ids=["gml", "graphml", "json", "none"],
)  # fmt: skip
def test_what_chance_left_unconnected_is_read_again(through):
    net = unconnected()
    read = ns.Network.from_networkx(through(net.to_networkx()))
    assert {n: p.synapse_count for n, p in read.projections.items()} == {
        n: p.synapse_count for n, p in net.projections.items()
    }
    alike(net, read)
    assert read.outputs == net.outputs
    assert read.inputs == net.inputs
    sim = ns.Simulator(net, models.ZIL())
    alike(net, ns.Network.from_networkx(through(sim.to_networkx())))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a->b", "as JSON"),
        (3, "as JSON"),
        ('["a"]', "as JSON"),
        ('[["a", "e", true, "shared"]]', "unknown population in unconnected 'e'"),
        ('[["a", "b", 1, "shared"]]', "plastic in unconnected must be True or False"),
        ('[["a", "b", true, "none"]]', "unknown feedback in unconnected"),
        ('[["a", "c", true, "shared"]]', "already a projection"),
        ('[["b", "b", true, "shared"]]', "cannot predict itself"),
    ],
)
def test_what_is_told_of_unconnected_populations_is_checked(text, words):
    graph = unconnected().to_networkx()
    graph.graph["unconnected"] = text
    with pytest.raises(NeurosimError, match=words) as caught:
        ns.Network.from_networkx(graph)
    assert isinstance(caught.value, (ValueError, TypeError))
