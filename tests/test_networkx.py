"""Graphs of neurons become networks, and networks graphs, without a bit being lost."""

import io
import random

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim import connectors, models
from neurosim.errors import NeurosimError

RATE = 0.05
HALF = ns.Activation("half", lambda x: 0.5 * x, lambda x: 0.5)


def through_graphml(graph):
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    file.seek(0)
    return nx.read_graphml(file)


def reread(described, **options):
    """What is read from the GraphML file of a network or a simulator."""
    return ns.Network.from_networkx(through_graphml(described.to_networkx()), **options)


def samples(net, count=5, seed=0):
    generator = np.random.default_rng(seed)
    wiring = models.BP(net)._lowered.network
    return tuple(
        {name: generator.normal(size=(count, wiring.populations[name].size)) for name in names}
        for names in (net.inputs, net.outputs)
    )


def learned(learner, data):
    learner.fit(*data, epochs=2)
    return learner.weights


def same_bits(first, second):
    return first.keys() == second.keys() and all(
        first[name].tobytes() == second[name].tobytes() for name in first
    )


def learners(net, **options):
    yield models.BP(net, learning_rate=RATE, **options)
    for model in (models.ZIL(learning_rate=RATE), models.FaZIL(learning_rate=RATE)):
        yield ns.Simulator(net, model, **options)


def edges_alike(first, second):
    return set(first.edges) == set(second.edges) and all(
        data == second.edges[edge] for *edge, data in first.edges(data=True)
    )


def assert_same_network(net, other, **options):
    assert other.levels == net.levels
    assert (other.inputs, other.outputs) == (net.inputs, net.outputs)
    assert {**other.populations} == {**net.populations}
    assert other.seed == net.seed
    data = samples(net)
    for first, second in zip(learners(net, **options), learners(other, **options), strict=True):
        assert same_bits(first.weights, second.weights)
        assert same_bits(learned(first, data), learned(second, data))
        if isinstance(first, ns.Simulator):
            assert same_bits(first.feedback_weights, second.feedback_weights)


def populations(*sizes, activation="tanh", seed=3):
    net = ns.Network(seed=seed)
    for n, size in enumerate(sizes):
        net.add_population("abcdefgh"[n], size, activation)
    return net


def layered():
    return ns.Network.layered([5, 4, 11, 2], seed=0)


def biased():
    return ns.Network.layered([3, 4, 2], bias=True, activation="relu", seed=2**128 - 1)


def recurrent():
    return ns.Network.recurrent(2, 3, 2, steps=3, every_output=True, bias=True, seed=1)


def convolutional():
    first = connectors.Convolution((4, 4), 3, out_channels=2, padding=1)
    pool = connectors.AveragePooling(first.result_size, 2, channels=2)
    net = populations(first.pre_size, first.post_size, pool.post_size, 3)
    net.connect("a", "b", rule=first)
    net.connect("b", "c", rule=pool)
    net.connect("c", "d")
    return net


def a_kernel_lent():
    """The same kernel at two places of the network, and a mask with weights of its own."""
    rule = connectors.Convolution(6, 3, padding=1)
    net = populations(6, 6, 6, 2)
    kernel = net.connect("a", "b", rule=rule)
    net.connect("b", "c", rule=rule, weights=kernel)
    mask = np.arange(12).reshape(6, 2) % 3 > 0
    lent = net.connect("b", "d", mask=mask)
    net.connect("c", "d", weights=lent)
    return net


def sparse():
    """With nodes that nothing reaches, and that reach nothing."""
    net = populations(9, 12, 7, 2, seed=5)
    net.connect("a", "b", rule=connectors.FixedProbability(0.1))
    net.connect("b", "c", rule=connectors.FixedInDegree(2), plastic=False)
    net.connect("c", "d", rule=connectors.Pairs([(6, 1), (0, 0)]), weights=[0.5, -0.0])
    connected = {*net.projections["b->c"].pattern.pre}
    assert len(connected) < 12
    return net


def feedback_synapses():
    net = populations(4, 5, 3, 2)
    net.connect("a", "b")
    net.connect("b", "c", feedback="fixed")
    net.connect("c", "d", feedback="plastic", rule=connectors.FixedInDegree(2))
    net.connect("b", "d", feedback="plastic", feedback_weights=np.ones((5, 2)))
    return net


def feedback_of_shared_weights():
    net = populations(4, 4, 4, 2)
    lent = net.connect("a", "b", feedback="plastic")
    net.connect("b", "c", weights=lent, feedback="plastic")
    net.connect("c", "d", feedback="plastic")
    return net


def readouts():
    net = ns.Network(seed=0)
    net.add_population("a", 2)
    net.add_population("b", 3, "tanh", output=True)
    net.add_population("c", 1, "tanh", output=True)
    net.add_population("d", 2)
    for pre, post in (("a", "b"), ("b", "c"), ("c", "d"), ("b", "d"), ("a", "d")):
        net.connect(pre, post)
    return net


def labelled():
    net = ns.Network(seed=0)
    net.add_population("a", 2, labels=["b[0]", "zebra <&> 'ä' \"ß\""])
    net.add_population("c", 12, "softplus")
    net.add_population("d", 1, labels=["the end"])
    net.connect("a", "c")
    net.connect("c", "d")
    net.connect("a", "d")
    return net


def of_one_s_own():
    net = populations(3, 2, 2, activation=HALF)
    net.connect("a", "b")
    net.connect("b", "c")
    return net


NETWORKS = [
    layered,
    biased,
    recurrent,
    convolutional,
    a_kernel_lent,
    sparse,
    feedback_synapses,
    feedback_of_shared_weights,
    readouts,
    labelled,
    of_one_s_own,
]


@pytest.mark.parametrize("make", NETWORKS)
def test_networks_are_read_as_they_were_written(make):
    net = make()
    other = reread(net, activations=[HALF])
    assert_same_network(net, other)
    assert edges_alike(net.to_networkx(), other.to_networkx())
    assert net.to_networkx().nodes == other.to_networkx().nodes


@pytest.mark.parametrize("make", NETWORKS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_simulators_are_read_with_the_weights_that_they_have(make, dtype):
    net = make()
    options = {"dtype": dtype, "batch_size": 2}
    sim = ns.Simulator(net, models.FaZIL(learning_rate=RATE), **options)
    before = sim.weights
    learned(sim, samples(net, 7))
    assert not same_bits(before, sim.weights)
    other = reread(sim, activations=[HALF])
    again = ns.Simulator(other, sim.model, **options)
    assert same_bits(sim.weights, again.weights)
    assert same_bits(sim.feedback_weights, again.feedback_weights)
    assert (again.wiring.levels, other.seed) == (sim.wiring.levels, net.seed)
    data = samples(net, 3, seed=1)
    assert same_bits(learned(sim, data), learned(again, data))


@pytest.mark.parametrize("relays", [True, False])
def test_a_graph_of_a_simulation_shows_its_state(relays):
    net = readouts()
    sim = ns.Simulator(net, models.FaZIL(), batch_size=2, relays=relays)
    sim.present(samples(net, 2)[0], samples(net, 2)[1], ticks=1)
    graph = through_graphml(sim.to_networkx(replica=1))
    assert graph.graph["t"] == sim.t == 1
    for name, population in sim.wiring.populations.items():
        for i in range(population.size):
            value = sim.value_node(name, i, replica=1)
            data = graph.nodes[f"{name}[{i}]"]
            assert (data["kind"], data["x"]) == ("value", value.x)
            assert data["derived"] == population.derived
            error = value.error_node
            if error is not None:
                data = graph.nodes[f"error node of {name}[{i}]"]
                assert (data["kind"], data["of"]) == ("error", f"{name}[{i}]")
                assert (data["mu"], data["epsilon"], data["phi"]) == (
                    error.mu,
                    error.epsilon,
                    error.phi,
                )
            for synapse in value.outgoing:
                post = f"error node of {synapse.post.population}[{synapse.post.index}]"
                data = graph.edges[f"{name}[{i}]", post]
                assert (data["kind"], data["weight"]) == ("synapse", synapse.theta)
    synapses = [data for *_, data in graph.edges(data=True) if data["kind"] == "synapse"]
    assert len(synapses) == sim.wiring.synapse_count
    assert graph.nodes["b.readout[0]"]["role"] == "readout"
    assert ("b.relay1[0]" in graph) == relays
    again = ns.Simulator(ns.Network.from_networkx(graph), sim.model)
    assert same_bits(again.weights, sim.weights)


def test_weights_changed_by_hand_are_read():
    sim = ns.Simulator(readouts(), models.ZIL())
    sim.synapse("b", 0, "d", 1).theta = 0.125
    again = ns.Simulator(reread(sim), models.ZIL())
    assert again.synapse("b", 0, "d", 1).theta == 0.125


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


# ---- Any graph -------------------------------------------------------------------------------


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
    data = samples(net)
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
        edge = {"shares": "input->output", "number": number, "weight": float(number)}
        graph.add_edge(f"x{n}", "y", **edge)
    net = ns.Network.from_networkx(graph)
    weights = ns.Simulator(net, models.ZIL()).weights["input->output"]
    assert weights.tolist() == [0.0, 7.0, 1e15]
    assert_same_network(net, reread(net))


# ---- What is refused -------------------------------------------------------------------------


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
    ("plastic", 1, "plastic must be True or False, not 1"),
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


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: g.nodes["error node of d[0]"].update(of="e"), "of names no node: 'e'"),
        (lambda g: g.nodes["error node of d[0]"].update(of=[]), r"of names no node: \[\]"),
        (lambda g: g.edges["a[0]", "error node of d[0]"].update(source="e"), "source names no"),
        (lambda g: g.edges["a[0]", "error node of d[0]"].update(source={}), "source names no"),
        (
            lambda g: g.edges["b.relay1[0]", "error node of d[0]"].pop("source"),
            "'b.relay1.0.' -> 'error node of d.0.': does not say by .source.",
        ),
        (
            lambda g: g.edges["a[0]", "error node of d[0]"].update(source="a[1]"),
            r"edge 'a\[1\]' -> 'd\[0\]': is there twice",
        ),
        (lambda g: g.remove_node("c[0]"), "of names no node: 'c.0.'"),
    ],
)
def test_bad_graphs_of_simulations_are_refused(change, words):
    graph = ns.Simulator(readouts(), models.ZIL()).to_networkx()
    change(graph)
    with pytest.raises(NeurosimError, match=words):
        ns.Network.from_networkx(graph)


@pytest.mark.parametrize("name", ["weight", "index", "plastic"])
def test_graphml_with_the_wrong_types_is_refused(name):
    file = io.BytesIO()
    nx.write_graphml(layered().to_networkx(), file)
    text = file.getvalue().decode()
    for kind in ("double", "long", "boolean"):
        text = text.replace(f'attr.name="{name}" attr.type="{kind}"',
                            f'attr.name="{name}" attr.type="string"')  # fmt: skip
    with pytest.raises(NeurosimError, match=f"'.*': {name} must be .*, not '"):
        ns.Network.from_networkx(nx.read_graphml(io.BytesIO(text.encode())))


@slow
@given(st.data())
def test_whatever_an_attribute_is_only_clear_errors_arise(data):
    anything = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 12),
        st.integers(),
        st.floats(),
        st.text(max_size=3),
        st.lists(st.integers(), max_size=2),
        st.sampled_from(["a", "b", "a->b", "b->d", "input", "constant", "plastic", "relu"]),
    )
    make = data.draw(st.sampled_from([a_kernel_lent, readouts, biased, feedback_synapses]))
    net = make()
    described = data.draw(st.sampled_from([net, ns.Simulator(net, models.ZIL())]))
    graph = described.to_networkx()
    for _ in range(data.draw(st.integers(1, 3))):
        if data.draw(st.booleans()):
            attributes = graph.nodes[data.draw(st.sampled_from(sorted(graph)))]
        else:
            attributes = graph.edges[data.draw(st.sampled_from(sorted(graph.edges)))]
        name = data.draw(st.sampled_from(sorted(attributes) or ["weight"]))
        if data.draw(st.booleans()):
            attributes.pop(name, None)
        else:
            attributes[name] = data.draw(anything)
    try:
        net = ns.Network.from_networkx(graph)
    except NeurosimError:
        return
    assert net.summary()


# ---- Large graphs ----------------------------------------------------------------------------


def test_deep_graphs():
    count = 3000
    graph = nx.path_graph(count, nx.DiGraph)
    graph.add_edge(1, count - 2)
    net = ns.Network.from_networkx(graph)
    assert net.depth == count - 1
    assert f"l_max = {count - 1}" in net.summary()
    assert f"{count - 4:,} relay nodes" in net.summary()
    graph.remove_edge(1, count - 2)
    graph.add_edge(count - 1, 1)
    with pytest.raises(NeurosimError, match=f"cycle: .* {count - 11:,} more"):
        ns.Network.from_networkx(graph)


def test_wide_graphs():
    """A time that grew with the square of the width would be minutes."""
    count = 50_000
    graph = nx.DiGraph((f"x{n}", f"h{n}") for n in range(count))
    graph.add_edges_from((f"h{n}", "y") for n in range(count))
    net = ns.Network.from_networkx(graph)
    assert net.synapse_count == 2 * count
    assert net.find(f"h{count - 1}") == ("level1", count - 1)


# ---- Pictures --------------------------------------------------------------------------------


@pytest.mark.parametrize("make", NETWORKS)
def test_populations_do_not_overlap_in_a_picture(make):
    """And no arrow passes through the box of a population."""
    patches = pytest.importorskip("matplotlib.patches")
    net = make()
    ax = net.draw()
    boxes = [p.get_bbox() for p in ax.patches if isinstance(p, patches.FancyBboxPatch)]
    arrows = [p.get_path() for p in ax.patches if isinstance(p, patches.FancyArrowPatch)]
    wiring = len(net.populations) + sum(name.endswith(".readout") for name in net.outputs)
    assert len(boxes) == wiring
    assert len(arrows) == len(net.projections) + wiring - len(net.populations)
    points = np.concatenate([p for a in arrows for p in a.to_polygons(closed_only=False)])
    for n, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[n + 1 :])
        inside = (points > [box.x0, box.y0]) & (points < [box.x1, box.y1])
        assert not inside.all(axis=1).any()


@pytest.mark.parametrize("variable", ["x", "mu", "epsilon", "phi"])
def test_pictures_of_states(variable):
    figure = pytest.importorskip("matplotlib.figure").Figure()
    sim = ns.Simulator(readouts(), models.ZIL(), batch_size=2)
    given_axes = figure.subplots()
    assert sim.draw(variable, replica=1, ax=given_axes) is given_axes
    assert sim.draw(variable).figure is not figure


def test_what_cannot_be_drawn():
    pytest.importorskip("matplotlib")
    with pytest.raises(NeurosimError, match="no populations"):
        ns.Network().draw()
    net = ns.Network.layered([1] * 700)
    with pytest.raises(NeurosimError, match=r"700 populations .* too many to see"):
        net.draw()
    sim = ns.Simulator(ns.Network.layered([1500, 501]), models.ZIL())
    with pytest.raises(NeurosimError, match="too many to see"):
        sim.draw()
    with pytest.raises(NeurosimError, match="Did you mean 'epsilon'"):
        ns.Simulator(readouts(), models.ZIL()).draw("epsilo")
