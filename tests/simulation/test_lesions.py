"""Silent nodes and cut synapses, and how they come back."""

import sys

import numpy as np
import pytest
from oracles.running import started_with_bias

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


def test_a_silent_node_is_as_good_as_not_there():
    """x of all others, and all weights, as in a network without the node."""
    full, smaller = ns.Network(seed=0), ns.Network(seed=0)
    generator = np.random.default_rng(1)
    w1, w2 = generator.normal(size=(4, 5)), generator.normal(size=(5, 2))
    others = [0, 1, 3, 4]
    for net, a, b in ((full, w1, w2), (smaller, w1[:, others], w2[others])):
        net.add_population("input", 4)
        net.add_population("h", a.shape[1], "sigmoid")
        net.add_population("output", 2)
        net.connect("input", "h", weights=a)
        net.connect("h", "output", weights=b)
    sims = [ns.Simulator(n, models.FaZIL(learning_rate=0.1), batch_size=2) for n in (full, smaller)]
    sims[0].silence("h", [2])
    data = generator.normal(size=(7, 4)), generator.normal(size=(7, 2))
    for sim in sims:
        sim.fit(*data, epochs=3)
    assert np.array_equal(sims[0].weights["input->h"][:, others], sims[1].weights["input->h"])
    assert np.array_equal(sims[0].weights["h->output"][others], sims[1].weights["h->output"])
    assert not sims[0].weights["input->h"][:, 2].any()
    assert np.array_equal(sims[0].predict(data[0]), sims[1].predict(data[0]))
    sims[0].restore("h", [2])
    assert np.array_equal(sims[0].weights["input->h"][:, 2], w1[:, 2])
    assert np.array_equal(sims[0].weights["h->output"][2], w2[2])


def test_a_cut_synapse_stays_cut_until_it_is_mended():
    sim = started_with_bias()
    synapse = sim.synapse("input", 1, "a", 2)
    theta = synapse.theta
    sim.cut("input", 1, "a", 2)
    assert synapse.is_cut
    assert synapse.theta == 0
    sim.run(6)
    sim.set_weights({"input->a": np.ones((4, 5))})
    assert synapse.theta == 0
    assert sim.weights["input->a"].sum() == 19
    with pytest.raises(NeurosimError, match="is cut; mend it first"):
        synapse.theta = 1.0
    sim.mend("input", 1, "a", 2)
    assert synapse.theta == theta
    assert not synapse.is_cut


def test_silencing_both_ends_of_a_synapse():
    sim = started_with_bias()
    before = sim.weights
    sim.silence("b", [0])
    sim.silence("output", [0])
    sim.restore("b", [0])
    assert sim.synapse("b", 0, "output", 0).is_cut
    assert not sim.synapse("b", 0, "output", 1).is_cut
    sim.restore("output", [0])
    assert all(np.array_equal(before[name], w) for name, w in sim.weights.items())


def test_weights_in_common_cannot_be_cut():
    net = ns.Network.recurrent(2, 3, 1, steps=2, seed=0)
    sim = ns.Simulator(net, models.ZIL())
    with pytest.raises(NeurosimError, match="in common with others"):
        sim.cut("input1", 0, "hidden1", 0)
    with pytest.raises(NeurosimError, match="in common with others"):
        sim.silence("hidden1", [0])
    assert not sim.simulation.lesions.cut
    assert not sim.simulation.lesions.silent


def test_a_synapse_of_a_silent_node_is_not_mended_alone():
    sim = started_with_bias()
    sim.silence("b", [2])
    with pytest.raises(NeurosimError, match="node 2 of 'b' is silent"):
        sim.mend("b", 2, "output", 0)


def over_two_levels(model=None, **options):
    """a predicts b, and the output over two levels, through a relay."""
    net = ns.Network(seed=0)
    for name, size in (("input", 3), ("a", 4), ("b", 4)):
        net.add_population(name, size, "tanh")
    net.add_population("output", 2)
    for pre, post in (("input", "a"), ("a", "b"), ("b", "output"), ("a", "output")):
        net.connect(pre, post)
    sim = ns.Simulator(net, model or models.FaZIL(learning_rate=0.1), **options)
    sim.clamp("input", [0.5, -1.0, 1.0])
    sim.settle()
    return sim


@pytest.mark.parametrize("event_driven", [True, False])
def test_a_silent_node_sends_nothing_from_that_tick_on_through_relays_either(event_driven):
    sim = over_two_levels(event_driven=event_driven)
    expected = np.tanh(sim.state("x", "b")) @ sim.weights["b->output"]
    sim.silence("a")
    np.testing.assert_allclose(sim.state("mu", "output"), expected, rtol=1e-12)
    # b hears of it, too.
    np.testing.assert_array_equal(sim.state("mu", "b"), np.zeros((1, 4)))


@pytest.mark.parametrize("nodes", [None, [1, 3]])
def test_nothing_of_a_silent_node_learns_behind_relays_either(nodes):
    sim = over_two_levels()
    sim.silence("a", nodes)
    chosen = slice(None) if nodes is None else nodes
    sim.settle()
    sim.clamp("output", [1.0, -1.0])
    sim.run(6)
    assert not sim.weights["a->output"][chosen].any()
    if nodes is not None:
        others = [0, 2]
        begun = over_two_levels().weights["a->output"]
        assert (sim.weights["a->output"][others] != begun[others]).all()


def test_restored_nodes_send_through_their_relays_again():
    sim, other = over_two_levels(), over_two_levels()
    sim.silence("a", [1, 3])
    sim.silence("a", [0])
    sim.restore("a")
    for each in (sim, other):
        each.settle()
        each.clamp("output", [1.0, -1.0])
        each.run(5)
    for name, weights in other.weights.items():
        assert sim.weights[name].tobytes() == weights.tobytes()
    with pytest.raises(NeurosimError, match="no node of 'a' is silent"):
        sim.restore("a")


def test_many_synapses_are_cut_at_once():
    """Counted: what is done in Python does not grow with their number."""
    net = ns.Network.layered([300, 400, 10], seed=0)
    sim = ns.Simulator(net, models.ZIL())
    weights = sim.weights
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        sim.silence("hidden1")
    finally:
        sys.setprofile(None)
    assert calls < 2000
    assert not any(block.any() for block in sim.weights.values())
    sim.restore("hidden1")
    for name, block in weights.items():
        assert sim.weights[name].tobytes() == block.tobytes()
