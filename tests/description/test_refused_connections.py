"""Connections that cannot be are refused."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors, models
from neurosim.errors import NeurosimError


def bad(**changes):
    net = ns.Network(seed=0)
    net.add_population("a", 3)
    net.add_population("b", 2)
    net.add_population("c", 2)
    net.add_population("d", 2)
    net.connect("a", "c")
    if "lender" in changes:
        changes["weights"] = net.projections[changes.pop("lender")]
    return lambda: net.connect(changes.pop("pre", "a"), changes.pop("post", "b"), **changes)


def huge(rule):
    net = ns.Network(seed=0)
    net.add_population("a", 10**6)
    net.add_population("b", 10**6)
    return lambda: net.connect("a", "b", rule=rule)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (bad(weights=np.ones((2, 3))), "weights must have shape \\(3, 2\\), not \\(2, 3\\)"),
        (bad(weights=[[1, 2], [3, np.nan], [5, 6]]), "must be finite, but element \\(1, 1\\)"),
        (bad(mask=np.ones((3, 2))), "mask must be an array of bool"),
        (bad(mask=np.zeros((3, 2), bool)), "no pair of nodes"),
        (bad(mask=np.ones((3, 2), bool), rule=connectors.OneToOne()), "not both"),
        (bad(rule=connectors.OneToOne()), "one-to-one needs populations of one size"),
        (bad(rule=connectors.FixedInDegree(4)), "in-degree of 4"),
        (bad(rule=connectors.Pairs([(0, 0), (0, 0)])), "connected twice"),
        (bad(rule=connectors.Pairs([(0, 2)])), "post node 2, which must be in 0 ... 1"),
        (bad(rule=connectors.Convolution(3, 2, out_channels=2)), "3 and 4 nodes, not 3 and 2"),
        (bad(rule="all"), "rule must be one of neurosim.connectors"),
        (bad(feedback="none"), "allowed: 'shared', 'plastic', 'fixed'"),
        (bad(feedback_weights=np.ones((3, 2))), "feedback_weights need feedback"),
        (bad(pre="b", post="c", lender="a->c"), "they do not fit"),
        (bad(rule=connectors.OneToOne), "rule must be one of"),
        (bad(weights=ns.initializers.XavierUniform), "must be an array or a rule"),
        (bad(mask=[[True], [True, False], [True]]), "not a rectangular array"),
        (lambda: connectors.Pairs(5), "list of"),
        (lambda: connectors.Pairs([(0, 1), (1,)]), "list of"),
        (lambda: connectors.Pairs(np.zeros((0, 2), int)), "at least one pair"),
        (lambda: connectors.Convolution((10**6, 10**6), 3), "synapses are more"),
        (lambda: connectors.Convolution(8, 3, padding=10**30), "padding must be in"),
        (lambda: ns.Network().add_population("a", 2, labels="xy"), "labels must be a list"),
        (lambda: ns.Network().add_population("a", 2, labels=5), "labels must be a list"),
        (huge(None), "too many; give a rule"),
        (bad(plastic="yes"), "plastic must be True or False"),
        (huge(connectors.FixedProbability(0.5)), "about 5e.11 synapses are more"),
        (huge(connectors.FixedInDegree(10**4)), "about 1e.10 synapses are more"),
        (lambda: connectors.FixedProbability(1.5), "probability must be <= 1"),
        (lambda: connectors.Convolution((3, 3), 4), "does not fit into"),
        (lambda: connectors.Convolution((3, 3, 3), 2), "one or two"),
        (lambda: connectors.Pairs([(0.5, 1)]), "whole numbers"),
        (lambda: connectors.Pairs([]), "at least one pair"),
        (lambda: connectors.Pairs(iter(())), "at least one pair"),
        (lambda: connectors.Pairs(np.ma.array([[0, 1]], mask=[[0, 1]])), "list of"),
        (lambda: connectors.Pairs("ab"), "list of"),
        (lambda: connectors.Pairs([(2**64, 1)]), "list of"),
        (bad(mask=np.ma.array(np.ones((3, 2), bool), mask=True)), "masked"),
        (bad(weights=np.ma.array(np.ones((3, 2)), mask=[[0, 0], [0, 1], [0, 0]])), r"\(1, 1\) is"),
        (bad(weights=ns.Network(seed=0)), r"a rule with a method draw\(generator, shape, fan_in"),
        (lambda: connectors.Convolution(b"ab", 1), "whole number"),
        (lambda: ns.Network.layered(b"ab"), "sizes must be a list"),
        (bad(rule=connectors.OneToOne), r"parentheses make one: OneToOne\(\)"),
        (bad(weights=ns.initializers.XavierUniform), r"make one: XavierUniform\(\)"),
        (lambda: ns.Network.layered(np.array(5)), "sizes must be a list"),
        (lambda: ns.Network.layered(np.ma.array([3, 2], mask=[0, 1])), "masked"),
        (lambda: ns.Network().add_bias("b", np.array("a")), "list of strings"),
        (lambda: connectors.FixedProbability(0.5, allow_empty="yes"), "True or False"),
    ],
)
def test_bad_connections_are_refused(act, words):
    with pytest.raises(NeurosimError, match=words):
        act()


def test_names_of_relays_must_be_free():
    net = ns.Network()
    for name in ("input", "a", "a.relay1", "b"):
        net.add_population(name, 1)
    for pre, post in (("input", "a"), ("a", "a.relay1"), ("a.relay1", "b"), ("a", "b")):
        net.connect(pre, post)
    with pytest.raises(NeurosimError, match="rename the population"):
        ns.Simulator(net, models.ZIL())


def test_a_bias_that_is_refused_leaves_nothing():
    net = ns.Network(seed=0)
    net.add_population("a", 2)
    for targets, words in ((["a", "a"], "twice"), (None, "list of strings"), (["c"], "unknown")):
        with pytest.raises(NeurosimError, match=words):
            net.add_bias("bias", targets)
        assert list(net.populations) == ["a"]
        assert not net.projections
