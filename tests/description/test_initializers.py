"""Initial weights: rules of a user's own are checked, and what a dtype cannot hold is refused."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors, initializers, models
from neurosim.errors import NeurosimError


class Own:
    """A rule of a user's own that returns what it is told."""

    def __init__(self, draw):
        self._draw = draw

    def draw(self, generator, shape, fan_in, fan_out):
        return self._draw(shape)

    def __repr__(self):
        return "Own()"


def described(weights, rule=None, **options):
    net = ns.Network(seed=0)
    for name in "abc":
        net.add_population(name, 3)
    net.connect("a", "b")
    net.connect("b", "c", rule=rule, weights=weights, **options)
    return net


def one_nan(shape):
    values = np.zeros(shape)
    values.flat[-1] = np.nan
    return values


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda shape: np.zeros(()), r"must have shape \(3(, 3)?,?\), not \(\)"),
        (lambda shape: 0.5, "must have shape"),
        (lambda shape: np.zeros((1, *shape[1:])), "must have shape"),
        (lambda shape: np.zeros((*shape, 1)), "must have shape"),
        (one_nan, "must be finite"),
        (lambda shape: np.full(shape, np.inf), "must be finite"),
        (lambda shape: np.full(shape, 1j), "real numbers"),
        (lambda shape: None, "weights drawn by Own"),
        (lambda shape: np.ma.array(np.zeros(shape), mask=True), "masked"),
    ],
)
@pytest.mark.parametrize("rule", [None, connectors.OneToOne()])
def test_weights_of_your_own_rule_are_checked(draw, words, rule):
    for options in ({"weights": Own(draw)}, {"feedback_weights": Own(draw), "feedback": "fixed"}):
        net = described(**{"weights": None, **options}, rule=rule)
        for make in (lambda net=net: ns.Simulator(net, models.ZIL()), net.to_networkx):
            with pytest.raises(NeurosimError, match=words) as caught:
                make()
            assert "projection 'b->c'" in str(caught.value)


@pytest.mark.parametrize(
    "weights", [Own(lambda shape: np.full(shape, 1e39)), np.full((3, 3), 1e39)]
)
def test_weights_that_float32_cannot_hold_are_refused(weights):
    for make in (
        lambda: ns.Simulator(described(weights), models.ZIL(), dtype="float32"),
        lambda: models.BP(described(weights), dtype="float32"),
    ):
        with pytest.raises(NeurosimError, match=r"'b->c'.*1e\+39.*float32 cannot hold"):
            make()


def test_rules_whose_range_overflows_are_refused():
    for rule in (initializers.Uniform(-1.7e308, 1.7e308), initializers.XavierUniform(1e308)):
        with pytest.raises(NeurosimError, match=r"'b->c'.*overflow"):
            ns.Simulator(described(rule), models.ZIL())
    with pytest.raises(NeurosimError, match=r"'b->c'.*finite"):
        ns.Simulator(described(initializers.Normal(1.7e308)), models.ZIL())


def test_a_rule_of_your_own_is_drawn_as_a_built_in_one():
    def uniform(generator, shape, fan_in, fan_out):
        return generator.uniform(-0.5, 0.5, shape).astype(np.float64)

    own = type("Mine", (), {"draw": staticmethod(uniform)})()
    sims = [
        ns.Simulator(described(rule), models.ZIL())
        for rule in (own, initializers.Uniform(-0.5, 0.5))
    ]
    assert np.array_equal(*(sim.weights["b->c"] for sim in sims))
