"""Graphs of simulations show their states, and refuse to be read where they are damaged."""

import pytest
from oracles.bits import same_bits
from oracles.graphml import through_graphml
from oracles.networks import readouts
from oracles.samples import named_samples

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


@pytest.mark.parametrize("relays", [True, False])
def test_a_graph_of_a_simulation_shows_its_state(relays):
    net = readouts()
    sim = ns.Simulator(net, models.FaZIL(), batch_size=2, relays=relays)
    sim.present(named_samples(net, 2)[0], named_samples(net, 2)[1], ticks=1)
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


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: g.nodes["error node of d[0]"].update(of="e"), "of names no node: 'e'"),
        (lambda g: g.nodes["error node of d[0]"].update(of=[]), r"of names no node: \[\]"),
        (lambda g: g.edges["a[0]", "error node of d[0]"].update(source="e"), "source names no"),
        (lambda g: g.edges["a[0]", "error node of d[0]"].update(source={}), "source names no"),
        (
            lambda g: (
                g.edges["b.relay1[0]", "error node of d[0]"].pop("source"),
                g.nodes["b.relay1[0]"].pop("of"),
            ),
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
