"""Rules that are not local, or cannot be compiled, are refused."""

import math

import numpy as np
import pytest
from oracles.networks import skipping
from oracles.paper_rules import paper_error, paper_synapse, paper_value, with_rules

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError

TABLE = np.ones(3)


def reads_level(x, level):
    return x * level


def reads_table(x):
    return x * TABLE[0]


def has_default(x, f=1.0):
    return x


def uses_text(x):
    return x + "a"


def uses_nothing(x):
    return math.no_such(x)


async def later(x):
    return x


def gives_nothing(x):
    _ = x


def nested(x):
    return (lambda: x)()


def around():
    inner = np.ones(2)

    def rule(x):
        return x * inner[0]

    return rule


@pytest.mark.parametrize(
    ("kind", "rule", "words"),
    [
        ("value_rule", reads_level, "reads 'level'; allowed: x, f, slope, epsilon, feedback"),
        ("value_rule", reads_table, "uses 'TABLE', which is not among its arguments"),
        ("value_rule", around(), "uses 'inner'"),
        ("value_rule", has_default, "'f' must be a plain argument"),
        ("value_rule", uses_text, r"add\(float64, .*line \d+: return x \+ .a.\)"),
        ("value_rule", uses_nothing, "cannot be compiled: .*'no_such'"),
        ("value_rule", 3, "must be a plain function"),
        ("value_rule", later, "must be a plain function"),
        ("value_rule", gives_nothing, "cannot be compiled"),
        ("value_rule", nested, "uses '<lambda>'"),
        ("synapse_rule", paper_error, "reads 'delta_x'"),
        ("detector", paper_synapse, "reads 'f'"),
        ("gate", paper_value, "reads 'slope'; allowed: epsilon, mu, phi, timer, level, signal"),
    ],
)
def test_rules_that_are_not_local_are_refused(kind, rule, words):
    model = with_rules(models.ZIL, **{kind: rule})
    with pytest.raises(NeurosimError, match=words):
        ns.Simulator(skipping(), model())


def test_a_synapse_rule_and_weights_in_common_are_refused():
    model = with_rules(models.ZIL, synapse_rule=paper_synapse)
    with pytest.raises(NeurosimError, match="used more than once"):
        ns.Simulator(ns.Network.recurrent(2, 3, 1, steps=2), model())
