"""What must break the equality with backpropagation, and the limit in which IL approaches it."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models

SIZES = [6, 8, 7, 8, 4]
NAMES = ["input->hidden1", "hidden1->hidden2", "hidden2->hidden3", "hidden3->output"]


def task(seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(1, SIZES[0])), generator.normal(size=(1, SIZES[-1]))


def backpropagated(net, inputs, targets, rate):
    bp = models.BP(net, learning_rate=rate)
    before = bp.weights
    bp.fit(inputs, targets)
    return {name: bp.weights[name] - before[name] for name in NAMES}


def relative_error(update, expected):
    return max(np.linalg.norm(update[n] - expected[n]) / np.linalg.norm(expected[n]) for n in NAMES)


def z_il_in_numpy(net, inputs, targets, rate, order):
    """Z-IL, one presentation, with a choice of what is written before what is read."""
    theta = [models.BP(net).weights[name].copy() for name in reversed(NAMES)]
    start = [w.copy() for w in theta]
    depth = len(theta)

    def f(level):
        return x[level] if level == depth else np.tanh(x[level])

    x = [None] * depth + [inputs]
    for level in range(depth - 1, -1, -1):
        x[level] = f(level + 1) @ theta[level]
    x[0] = targets

    def errors():
        return [x[level] - f(level + 1) @ theta[level] for level in range(depth)]

    def learn(epsilon, t):
        theta[t] = theta[t] + rate * f(t + 1).T @ epsilon[t]

    for t in range(depth):
        epsilon = errors()
        weights = list(theta)
        if order == "weights before x":
            learn(epsilon, t)
            weights = list(theta)
        moved = [
            x[level]
            - epsilon[level]
            + (1 - f(level) ** 2) * (epsilon[level - 1] @ weights[level - 1].T)
            for level in range(1, depth)
        ]
        if order == "simultaneous":
            learn(epsilon, t)
        x[1:depth] = moved
        if order == "x before weights":
            learn(errors(), t)
    return {name: theta[-1 - n] - start[-1 - n] for n, name in enumerate(NAMES)}


@pytest.mark.parametrize("order", ["weights before x", "x before weights"])
def test_wrong_orders_of_a_tick(order):
    net = ns.Network.layered(SIZES, activation="tanh", seed=1)
    inputs, targets = task()
    expected = backpropagated(net, inputs, targets, 0.1)
    right = z_il_in_numpy(net, inputs, targets, 0.1, "simultaneous")
    assert relative_error(right, expected) < 1e-12
    assert relative_error(z_il_in_numpy(net, inputs, targets, 0.1, order), expected) > 0.02


@pytest.mark.parametrize(("sigma", "equal"), [(0.0, True), (1e-3, False)])
def test_a_start_away_from_the_prediction(sigma, equal):
    net = ns.Network.layered(SIZES, activation="tanh", seed=1)
    inputs, targets = task()
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
    inputs, targets = task()
    expected = backpropagated(net, inputs, targets, 0.1)
    for t_c in range(4):
        sim = ns.Simulator(net, models.IL(learning_rate=0.1, t_c=t_c))
        before = sim.weights
        sim.present(inputs, targets)
        update = {name: sim.weights[name] - before[name] for name in NAMES}
        assert relative_error(update, expected) > 1e-3


def test_equilibrium_errors_approach_those_of_backpropagation():
    """The weaker the feedback, the less the network gives way to the teacher."""
    inputs, targets = task()
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


def test_failing_to_settle_changes_nothing():
    net = ns.Network.layered(SIZES, seed=1)
    sim = ns.Simulator(net, models.FaZIL())
    sim.clamp("input", task()[0])
    before = [array.tobytes() for array in sim._guard.arrays]
    with pytest.raises(ns.errors.ConvergenceError):
        sim.settle("inference", gamma=0.01, max_ticks=3)
    assert [array.tobytes() for array in sim._guard.arrays] == before
