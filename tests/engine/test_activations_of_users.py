"""Functions of a user: what they depend on, what they are slopes of, where they give no number."""

import math
import warnings

import numba
import numpy as np
import pytest
from oracles.paper_rules import with_rules

import neurosim as ns
from neurosim import models
from neurosim.description.activations import ACTIVATIONS
from neurosim.engine import slopes
from neurosim.errors import DivergenceError, NeurosimError

SCALE = 0.5


def simulator(function, derivative, **options):
    activation = ns.Activation("own", function, derivative)
    net = ns.Network.layered([2, 3, 2], activation=activation, seed=0)
    return ns.Simulator(net, models.ZIL(), **options)


def scaled(x):
    return SCALE * x


def around(k):
    return lambda x: k * x


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (scaled, "function of the activation 'own' uses 'SCALE'.* default of a second argument"),
        (around(0.5), "uses 'k'"),
        (lambda x: x + np.random.normal(), "uses 'np.random'"),  # noqa: NPY002
        (lambda x: x + "a", "the activation 'own' cannot be compiled"),
    ],
)
def test_what_depends_on_more_than_its_argument_is_refused(function, words):
    """Its value at the time of the first compilation would be used for ever."""
    with pytest.raises(NeurosimError, match=words):
        simulator(function, lambda x: 0.5)


def test_what_modules_have_and_defaults_are_constants():
    inputs = np.array([[0.25, -1.5]])
    for k in (0.5, 0.25):
        sim = simulator(lambda x, k=k: k * np.tanh(x), lambda x, k=k: k / math.cosh(x) ** 2)
        first, second = sim.weights.values()
        expected = k * np.tanh(inputs @ first) @ second
        assert np.allclose(sim.predict(inputs), expected, rtol=0, atol=1e-15)
    sim = simulator(lambda x: np.where(x > 0, x, 0.0), lambda x: x > 0)
    first, second = sim.weights.values()
    assert np.allclose(
        sim.predict(inputs), np.maximum(inputs @ first, 0) @ second, rtol=0, atol=1e-15
    )


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        (lambda x: x * x, lambda x: x),
        (lambda x: math.tanh(x), lambda x: 1 - x * x),
        (lambda x: x if x > 0 else 0.1 * x, lambda x: 1.0),
        (lambda x: 1 / (1 + math.exp(-x)), lambda x: math.exp(-x) / (1 + math.exp(-x))),
        (lambda x: math.sin(x), lambda x: -math.cos(x)),
    ],
)
def test_a_derivative_of_something_else_is_told_once(function, derivative):
    with pytest.warns(UserWarning, match=r"the derivative of the activation 'own' is not that of"):
        simulator(function, derivative)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        simulator(function, derivative)


def softsign(x):
    return x / (1 + abs(x))


@pytest.mark.parametrize(
    ("function", "derivative"),
    [
        (lambda x: max(x, 0.0), lambda x: x > 0),
        (lambda x: min(max(x, -1.0), 1.0), lambda x: -1 < x < 1),
        # A leak where it is saturated.
        (lambda x: min(max(x, -1.0), 1.0), lambda x: 1.0 if abs(x) < 1 else 0.01),
        (lambda x: 1 / (1 + math.exp(-x)), lambda x: 0.25 / math.cosh(x / 2) ** 2),
        (lambda x: math.exp(x) - 1 if x < 0 else x, lambda x: math.exp(x) if x < 0 else 1.0),
        (softsign, lambda x: 1 / (1 + abs(x)) ** 2),
        (lambda x: math.log(1 + x * x), lambda x: 2 * x / (1 + x * x)),
        (lambda x: x**3, lambda x: 3 * x * x),
        (lambda x: math.exp(x), lambda x: math.exp(x)),
        (lambda x: math.sin(20 * x), lambda x: 20 * math.cos(20 * x)),
        (lambda x: abs(x), lambda x: 1.0 if x > 0 else -1.0),
        (lambda x: math.erf(x), lambda x: 2 / math.sqrt(math.pi) * math.exp(-x * x)),
        # That of an approximation of the function.
        (
            lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2.0))),
            lambda x: (
                0.5 * (1 + math.tanh(0.7979 * (x + 0.0447 * x**3)))
                + 0.5
                * x
                * 0.7979
                * (1 + 0.1341 * x * x)
                / math.cosh(0.7979 * (x + 0.0447 * x**3)) ** 2
            ),
        ),
        # A step in the middle of which nothing is said, and a function of positive numbers only.
        (lambda x: 0.5 * math.floor(x), lambda x: 0.0),
        (lambda x: math.log(x), lambda x: 1 / x),
        (lambda x: 1e-9 * x, lambda x: 1e-9),
        (lambda x: 1e9 * x, lambda x: 1e9),
    ],
)
def test_no_derivative_is_taken_for_a_wrong_one(function, derivative):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        slopes.compare_slope("it", function, derivative)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_the_activations_of_neurosim_pass(name):
    (pair,) = ACTIVATIONS[name].functions
    both = numba.njit(lambda x: pair(x))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        slopes.compare_slope(name, lambda x: both(x)[0], lambda x: both(x)[1])


def near_zero(x):
    """Raises an IndexError from 1 on."""
    return x * (1.0,)[int(x)]


def ratio(x):
    return (x - 1) / (x - 1) * x if x >= 1 else x


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (near_zero, r"the function of the activation 'own' raises IndexError .* at x = 1"),
        (ratio, r"the function of the activation 'own' (gives nan|raises ZeroDiv.*) at x = 1"),
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_number_is_told_as_that_and_changes_nothing(function, words, dtype, capfd):
    activation = ns.Activation("own", function, lambda x: 1.0)
    net = ns.Network(seed=0)
    for name, kind in (("x", "identity"), ("h", activation), ("y", "identity")):
        net.add_population(name, 1, kind)
    net.connect("x", "h", weights=[[1.0]])
    net.connect("h", "y", weights=[[1.0]])
    sim = ns.Simulator(net, models.IL(gamma=0.5), dtype=dtype)
    sim.clamp("x", [0.25])
    sim.settle()
    with pytest.raises(DivergenceError, match=words) as caught:
        sim.predict([[1.0]])
    assert "overflow" not in str(caught.value)
    assert (caught.value.population, caught.value.node) == ("h", 0)
    assert sim.state("x", "h") == 0.25
    assert sim.predict([[0.5]]) == 0.5
    # In the middle of a tick: h moves by half the error.
    sim.clamp("x", [0.75])
    sim.settle()
    sim.clamp("y", [1.25])
    with pytest.raises(DivergenceError, match=words):
        sim.run(3)
    assert sim.state("x", "h") == 0.75
    assert not capfd.readouterr().err


def test_what_is_no_number_where_all_nodes_begin_is_refused_at_once():
    with pytest.raises(NeurosimError, match=r"derivative of .*'own' must be finite at x = 0"):
        simulator(lambda x: abs(x) ** 0.5, lambda x: x / (2 * abs(x) ** 1.5))


@numba.njit
def refuses(x):
    """Raises an IndexError unless x is nearly 0."""
    return x * (1.0,)[int(abs(x) * 1e9)]


def failing_value(x):
    return refuses(x)


def failing_error(epsilon, delta_x, delta_mu):
    return refuses(epsilon + delta_x - delta_mu)


def failing_synapse(epsilon, f, alpha):
    return refuses(abs(alpha * epsilon * f))


def failing_update(hebb, alpha):
    return refuses(abs(alpha * hebb))


@pytest.mark.parametrize(
    ("kind", "rule", "words"),
    [
        ("value_rule", failing_value, "the value_rule 'failing_value' gives nan"),
        ("error_rule", failing_error, "the error_rule 'failing_error' gives no finite number"),
        ("synapse_rule", failing_synapse, "the synapse_rule 'failing_synapse' gives nan"),
        ("synapse_rule", failing_update, "the synapse_rule 'failing_update' gives nan"),
    ],
)
def test_a_rule_that_raises_is_an_error_and_changes_nothing(kind, rule, words, capfd):
    net = ns.Network.layered([2, 3, 1], seed=0, activation="tanh")
    sim = ns.Simulator(net, with_rules(models.IncrementalPC, **{kind: rule})(gamma=0.1))
    before = sim.weights
    with pytest.raises(DivergenceError, match=words):
        sim.fit([[1.0, 0.5]], [[1.0]])
    assert all((sim.weights[name] == theta).all() for name, theta in before.items())
    assert all(np.isfinite(sim.state("x", name)).all() for name in net.populations)
    assert not capfd.readouterr().err


@pytest.mark.parametrize("kind", ["gate", "detector"])
def test_an_answer_that_may_be_an_error_is_refused(kind):
    def rule(epsilon):
        return refuses(epsilon) != 0

    with pytest.raises(NeurosimError, match=f"the {kind} 'rule' can raise an error"):
        ns.Simulator(ns.Network.layered([2, 1], seed=0), with_rules(models.FaZIL, **{kind: rule})())
