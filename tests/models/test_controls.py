"""What must break the equality with backpropagation, and the limit in which IL approaches it."""

import numpy as np
import pytest
from oracles.bits import largest_difference, same_bits
from oracles.numpy_z_il import z_il_in_numpy
from oracles.samples import samples

import neurosim as ns
from neurosim import models

SIZES = [6, 8, 7, 8, 4]
NAMES = ["input->hidden1", "hidden1->hidden2", "hidden2->hidden3", "hidden3->output"]


def backpropagated(net, inputs, targets, rate):
    bp = models.BP(net, learning_rate=rate)
    before = bp.weights
    bp.fit(inputs, targets)
    return {name: bp.weights[name] - before[name] for name in NAMES}


def relative_error(update, expected):
    return max(np.linalg.norm(update[n] - expected[n]) / np.linalg.norm(expected[n]) for n in NAMES)


@pytest.mark.parametrize("order", ["weights before x", "x before weights"])
def test_wrong_orders_of_a_tick(order):
    net = ns.Network.layered(SIZES, activation="tanh", seed=1)
    inputs, targets = samples(1, SIZES)
    expected = backpropagated(net, inputs, targets, 0.1)
    weights = {name: models.BP(net).weights[name] for name in NAMES}
    right = z_il_in_numpy(weights, inputs, targets, 0.1, "simultaneous")
    assert relative_error(right, expected) < 1e-12
    assert relative_error(z_il_in_numpy(weights, inputs, targets, 0.1, order), expected) > 0.02


@pytest.mark.parametrize(("sigma", "equal"), [(0.0, True), (1e-3, False)])
def test_a_start_away_from_the_prediction(sigma, equal):
    net = ns.Network.layered(SIZES, activation="tanh", seed=1)
    inputs, targets = samples(1, SIZES)
    expected = backpropagated(net, inputs, targets, 0.1)
    sim = ns.Simulator(net, models.ZIL(learning_rate=0.1))
    before = sim.weights
    sim.clamp("input", inputs)
    sim.settle()
    noise = sigma * np.random.default_rng(5).normal(size=(1, 8))
    sim.clamp("hidden1", sim.state("mu", "hidden1") + noise)
    sim.release("hidden1")
    sim.clamp("output", targets)
    sim.run(4)
    update = {name: sim.weights[name] - before[name] for name in NAMES}
    assert (relative_error(update, expected) == 0.0) == equal


def test_learning_at_t_c_instead_of_at_the_own_level():
    net = ns.Network.layered(SIZES, activation="tanh", seed=1)
    inputs, targets = samples(1, SIZES)
    expected = backpropagated(net, inputs, targets, 0.1)
    for t_c in range(4):
        sim = ns.Simulator(net, models.IL(learning_rate=0.1, gamma=1.0, t_c=t_c))
        before = sim.weights
        sim.present(inputs, targets)
        update = {name: sim.weights[name] - before[name] for name in NAMES}
        assert relative_error(update, expected) > 1e-3


def test_equilibrium_errors_approach_those_of_backpropagation():
    """The weaker the feedback, the less the network gives way to the teacher."""
    inputs, targets = samples(1, SIZES)
    distances = []
    for gain in (0.4, 0.2, 0.1):
        net = ns.Network.layered(
            SIZES, activation="tanh", weights=ns.initializers.XavierUniform(gain), seed=1
        )
        sim = ns.Simulator(net, models.IL(t_c=10**6, gamma=0.2))
        sim.clamp("input", inputs)
        sim.settle()
        y = {name: sim.state("mu", name) for name in ("hidden1", "hidden2", "hidden3", "output")}
        sim.clamp("output", targets)
        sim.run(2000)
        delta = targets - y["output"]
        w = sim.weights
        worst = 0.0
        for name, projection in [
            ("hidden3", NAMES[3]),
            ("hidden2", NAMES[2]),
            ("hidden1", NAMES[1]),
        ]:
            delta = (1 - np.tanh(y[name]) ** 2) * (delta @ w[projection].T)
            gap = np.linalg.norm(sim.state("epsilon", name) - delta) / np.linalg.norm(delta)
            worst = max(worst, gap)
        distances.append(worst)
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < 0.05


RATE = 0.01


@pytest.mark.parametrize(
    "model",
    [
        models.IL(learning_rate=RATE, gamma=1.0, t_c=2),
        models.IncrementalPC(learning_rate=RATE, gamma=1.0),
    ],
    ids=["IL", "iPC"],
)
def test_other_times_of_learning_are_not_backpropagation(model):
    sizes = [5, 6, 7, 3]
    net = ns.Network.layered(sizes, seed=6)
    inputs, targets = samples(1, sizes)
    bp = models.BP(net, learning_rate=RATE)
    bp.fit(inputs, targets)
    sim = ns.Simulator(net, model)
    sim.fit(inputs, targets)
    assert largest_difference(sim.weights, bp.weights) > 1e-6


def test_phi_needs_its_feedback_gate_on_relu():
    sizes = [8, 12, 12, 12, 4]
    net = ns.Network.layered(sizes, activation="relu", seed=9)
    inputs, targets = samples(40, sizes)
    bp = models.BP(net, learning_rate=RATE)
    bp.fit(inputs, targets)
    learned = {}
    for gated in (True, False):
        model = models.FaZIL(learning_rate=RATE, feedback_gate=gated)
        sim = ns.Simulator(net, model, rest_after_update=False)
        sim.fit(inputs, targets)
        learned[gated] = sim.weights
    assert same_bits(learned[True], bp.weights)
    assert largest_difference(learned[False], bp.weights) > 1e-6
