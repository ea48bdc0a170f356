"""Activations of a user."""

import functools
import math

import numpy as np
import pytest

import neurosim as ns
from neurosim import models


def test_an_activation_of_your_own():
    square = ns.Activation("square", lambda x: 0.5 * x * x, lambda x: x)
    net = ns.Network.layered([4, 5, 3], activation=square, seed=2)
    generator = np.random.default_rng(0)
    inputs, targets = generator.normal(size=(30, 4)), generator.normal(size=(30, 3))
    bp = models.BP(net, learning_rate=0.01)
    sim = ns.Simulator(net, models.FaZIL(learning_rate=0.01))
    first, second = (sim.weights[name] for name in ("input->hidden1", "hidden1->output"))
    expected = (0.5 * (inputs @ first) ** 2) @ second
    assert np.allclose(sim.predict(inputs), expected, rtol=0, atol=1e-13)
    for learner in (bp, sim):
        learner.fit(inputs, targets)
    assert all((bp.weights[name] == sim.weights[name]).all() for name in bp.weights)
    with pytest.raises(ns.errors.NeurosimError, match="arithmetic"):
        models.BP(net, arithmetic="blas")


class Callable:
    def __call__(self, x):
        return x


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (np.tanh, "write: def f.x.: return math.tanh"),
        (math.tanh, "write: def f.x.: return math.tanh"),
        (functools.partial(lambda a, x: a * x, 2.0), "a partial; write: .*constants written in"),
        (Callable(), "not a Callable"),
        (float, "not <class 'float'>"),
        (5, "not 5"),
        (None, "not None"),
        (lambda: 1.0, "cannot be called with one"),
        (lambda x, y: x, "cannot be called with one.*'y'"),
        (lambda x, *, y: x, "cannot be called with one"),
        ((lambda: (yield)), "generator"),
    ],
)
def test_what_is_no_plain_function_is_refused(function, words):
    for pair in ((function, lambda x: 1.0), (lambda x: x, function)):
        with pytest.raises(ns.errors.NeurosimError, match=words) as caught:
            ns.Activation("own", *pair)
        assert isinstance(caught.value, TypeError)
        assert "Activation 'own'" in str(caught.value)


def test_activations_that_lack_a_name_or_are_none_are_refused():
    with pytest.raises(ns.errors.NeurosimError, match=r"Activation\(name, function, derivative\)"):
        ns.Activation(np.tanh, lambda x: x, lambda x: 1.0)
    for given in (np.tanh, lambda x: x, ns.Activation):
        with pytest.raises(
            ns.errors.NeurosimError, match=r"Activation\(name, function, derivative"
        ):
            ns.Network().add_population("a", 2, given)
