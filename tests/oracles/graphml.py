"""Networks written to a GraphML file and read again, and what must be the same then.

The file is written and read by networkx; what comes back is compared by what it describes and, bit
for bit, by what it learns.
"""

import io

import networkx as nx
from oracles.backpropagation import RATE, learned
from oracles.bits import same_bits
from oracles.samples import named_samples

import neurosim as ns
from neurosim import models


def through_graphml(graph):
    file = io.BytesIO()
    nx.write_graphml(graph, file)
    file.seek(0)
    return nx.read_graphml(file)


def reread(described, **options):
    """What is read from the GraphML file of a network or a simulator."""
    return ns.Network.from_networkx(through_graphml(described.to_networkx()), **options)


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
    data = named_samples(net)
    for first, second in zip(learners(net, **options), learners(other, **options), strict=True):
        assert same_bits(first.weights, second.weights)
        assert same_bits(learned(first, data), learned(second, data))
        if isinstance(first, ns.Simulator):
            assert same_bits(first.feedback_weights, second.feedback_weights)
