"""Networks and simulators become graphs, and networks again, without a bit being lost."""

import pytest
from oracles.backpropagation import RATE, learned
from oracles.bits import same_bits
from oracles.graphml import assert_same_network, edges_alike, reread
from oracles.networks import HALF, NETWORKS, readouts
from oracles.samples import named_samples

import neurosim as ns
from neurosim import models


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
    learned(sim, named_samples(net, 7))
    assert not same_bits(before, sim.weights)
    other = reread(sim, activations=[HALF])
    again = ns.Simulator(other, sim.model, **options)
    assert same_bits(sim.weights, again.weights)
    assert same_bits(sim.feedback_weights, again.feedback_weights)
    assert (again.wiring.levels, other.seed) == (sim.wiring.levels, net.seed)
    data = named_samples(net, 3, seed=1)
    assert same_bits(learned(sim, data), learned(again, data))


def test_weights_changed_by_hand_are_read():
    sim = ns.Simulator(readouts(), models.ZIL())
    sim.synapse("b", 0, "d", 1).theta = 0.125
    again = ns.Simulator(reread(sim), models.ZIL())
    assert again.synapse("b", 0, "d", 1).theta == 0.125
