"""Feedback through synapses of its own."""

import numpy as np
import pytest
from oracles.backpropagation import RATE, assert_equal_to_backpropagation, learned
from oracles.bits import same_bits
from oracles.samples import named_samples

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


def test_feedback_synapses():
    def network(feedback):
        net = ns.Network(seed=1)
        for name, size in (("a", 4), ("b", 5), ("c", 2)):
            net.add_population(name, size, "tanh")
        net.connect("a", "b")
        net.connect("b", "c", feedback=feedback)
        return net

    data = named_samples(network("shared"), 7)
    bp = learned(models.BP(network("shared"), learning_rate=RATE), data)
    for feedback in ("shared", "plastic", "fixed"):
        sim = ns.Simulator(network(feedback), models.FaZIL(learning_rate=RATE))
        before = sim.feedback_weights
        weights = learned(sim, data)
        assert same_bits(bp, weights) == (feedback != "fixed")
        if feedback == "plastic":
            assert same_bits({"b->c": weights["b->c"]}, sim.feedback_weights)
        if feedback == "fixed":
            assert same_bits(before, sim.feedback_weights)
            assert not np.array_equal(before["b->c"], weights["b->c"])
    synapse = sim.synapse("b", 1, "c", 0)
    back = synapse.feedback
    back.theta = 0.25
    assert back.theta == sim.feedback_weights["b->c"][1, 0] == 0.25 != synapse.theta
    assert (back.pre, back.post) == (synapse.post, synapse.pre)
    assert (synapse.plastic, back.plastic) == (True, False)
    assert sim.synapse("a", 0, "b", 0).feedback.theta == sim.synapse("a", 0, "b", 0).theta
    assert repr(back) == "FeedbackSynapse('c', 0, 'b', 1)"


def test_feedback_synapses_that_learn_are_lent_with_their_weights():
    net = ns.Network(seed=0)
    for name in "abcd":
        net.add_population(name, 3, "tanh")
    lender = net.connect("a", "b", feedback="plastic")
    with pytest.raises(NeurosimError, match="feedback must be 'plastic'"):
        net.connect("b", "c", weights=lender)
    net.connect("b", "c", weights=lender, feedback="plastic")
    net.connect("c", "d")
    assert_equal_to_backpropagation(net)
    sim = ns.Simulator(net, models.FaZIL(learning_rate=RATE))
    sim.fit(*named_samples(net, 5))
    assert same_bits({"a->b": sim.weights["a->b"]}, sim.feedback_weights)
