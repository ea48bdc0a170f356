"""Z-IL and Fa-Z-IL make the weight updates of backpropagation, bit for bit."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models

RATE = 0.01


def task(sizes, samples, dtype="float64", seed=0):
    generator = np.random.default_rng(seed)
    inputs = generator.normal(size=(samples, sizes[0])).astype(dtype)
    targets = generator.normal(size=(samples, sizes[-1])).astype(dtype)
    return inputs, targets


def largest_difference(first, second):
    return max(np.abs(first[name] - second[name]).max() for name in first)


def both_ways(net, model, **options):
    """The same simulator, event-driven and clock-driven."""
    return [ns.Simulator(net, model, event_driven=way, **options) for way in (True, False)]


def same_bits(first, second):
    return all(first[name].tobytes() == second[name].tobytes() for name in first)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu"])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("batch", [1, 20])
@pytest.mark.parametrize(
    "sizes", [[5, 3], [7, 5, 4], [17, 9, 33, 3], [6, 1, 1, 4, 2], [5] * 11], ids=str
)
@pytest.mark.parametrize("model", [models.ZIL, models.FaZIL])
def test_training_equals_backpropagation(model, sizes, batch, bias, activation, dtype):
    net = ns.Network.layered(sizes, activation=activation, bias=bias, seed=1)
    inputs, targets = task(sizes, 7 * batch + 3 * (batch > 1), dtype)
    bp = models.BP(net, learning_rate=RATE, batch_size=batch, dtype=dtype)
    sim = ns.Simulator(net, model(learning_rate=RATE), batch_size=batch, dtype=dtype)
    bp.fit(inputs, targets, epochs=3)
    sim.fit(inputs, targets, epochs=3)
    assert same_bits(bp.weights, sim.weights)
    if activation != "relu":  # a narrow rectifying layer may be silent for good
        assert not same_bits(bp.weights, models.BP(net, dtype=dtype).weights)


@pytest.mark.parametrize("sizes", [[7, 5, 4], [5] * 7], ids=str)
@pytest.mark.parametrize("batch", [1, 20])
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize(
    "model", [models.ZIL(), models.FaZIL(), models.IL(t_c=6), models.IncrementalPC(presentation=5)]
)
def test_training_is_the_same_event_driven_and_clock_driven(model, activation, batch, sizes):
    net = ns.Network.layered(sizes, activation=activation, bias=True, seed=1)
    inputs, targets = task(sizes, 5 * batch + 3 * (batch > 1))
    for form in ("delta", "direct"):
        pair = both_ways(net, model, batch_size=batch, error_form=form)
        for sim in pair:
            sim.fit(inputs, targets, epochs=2)
        assert same_bits(pair[0].weights, pair[1].weights)
        assert pair[0].operations.total < pair[1].operations.total


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch", [1, 20, 70])
@pytest.mark.parametrize("model", [models.ZIL(), models.FaZIL(), models.IL(t_c=4)])
def test_leaving_out_the_silent_changes_no_bit(model, batch, dtype):
    sizes = [200, 80, 20, 4]
    net = ns.Network.layered(sizes, activation="relu", bias=True, seed=1)
    inputs, targets = task(sizes, 3 * batch + 2, dtype)
    inputs[np.random.default_rng(2).random(inputs.shape) < 0.8] = 0.0
    # A stretch of pixels that no sample lights, and one that all do.
    inputs[:, :70], inputs[:, 130:] = 0.0, 0.5
    pair = both_ways(net, model, batch_size=batch, dtype=dtype)
    for sim in pair:
        sim.fit(inputs, targets, epochs=2)
    assert same_bits(pair[0].weights, pair[1].weights)
    assert pair[0].predict(inputs).tobytes() == pair[1].predict(inputs).tobytes()
    if not isinstance(model, models.IL):
        bp = models.BP(net, learning_rate=model.learning_rate, batch_size=batch, dtype=dtype)
        bp.fit(inputs, targets, epochs=2)
        assert same_bits(pair[0].weights, bp.weights)


@pytest.mark.parametrize("model", [models.ZIL, models.FaZIL])
def test_three_hundred_updates(model):
    net = ns.Network.layered([8, 12, 9, 5], seed=3)
    inputs, targets = task([8, 5], 6000)
    bp = models.BP(net, learning_rate=RATE, batch_size=20)
    sim = ns.Simulator(net, model(learning_rate=RATE), batch_size=20)
    bp.fit(inputs, targets)
    sim.fit(inputs, targets)
    assert same_bits(bp.weights, sim.weights)


@pytest.mark.parametrize("model", [models.ZIL, models.FaZIL])
def test_training_goes_on_where_it_ended(model):
    """Clamped inputs that were released once used to keep a network from being quiet."""
    net = ns.Network.layered([8, 12, 9, 5], seed=3)
    inputs, targets = task([8, 5], 45)
    bp = models.BP(net, learning_rate=RATE, batch_size=20)
    sim = ns.Simulator(net, model(learning_rate=RATE), batch_size=20)
    for learner in (bp, sim):
        for _ in range(3):
            learner.fit(inputs, targets)
    assert same_bits(bp.weights, sim.weights)
    sim.release("input")
    sim.clamp("input", inputs[:5])
    sim.settle()
    done = sim.operations
    sim.run(1000)
    assert sim.operations == done


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "leaky_relu", "softplus"])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-12), ("float32", 1e-4)])
def test_blas_agrees_to_rounding(activation, dtype, tolerance):
    net = ns.Network.layered([7, 9, 8, 4], activation=activation, bias=True, seed=2)
    inputs, targets = task([7, 4], 123, dtype)
    pair = [
        models.BP(net, learning_rate=RATE, batch_size=20, arithmetic=arithmetic, dtype=dtype)
        for arithmetic in ("engine", "blas")
    ]
    for bp in pair:
        bp.fit(inputs, targets, epochs=3)
    assert largest_difference(pair[0].weights, pair[1].weights) <= tolerance


def test_one_update_is_the_gradient():
    """f, not f', in the weight update: against an automatic differentiation and differences."""
    autograd = pytest.importorskip("autograd")
    import autograd.numpy as anp

    net = ns.Network.layered([4, 5, 6, 3], activation="tanh", seed=5)
    inputs, targets = task([4, 3], 6)
    names = ["input->hidden1", "hidden1->hidden2", "hidden2->output"]
    start = models.BP(net).weights

    def energy(weights):
        y = inputs @ weights[0]
        for w in weights[1:]:
            y = anp.tanh(y) @ w
        return 0.5 * anp.sum((targets - y) ** 2)

    theta = [start[name] for name in names]
    gradient = autograd.grad(energy)(theta)
    bp = models.BP(net, learning_rate=1.0, batch_size=6)
    bp.fit(inputs, targets)
    for n, name in enumerate(names):
        assert np.allclose(bp.weights[name] - start[name], -gradient[n], rtol=0, atol=1e-12)
        for index in [(0, 0), (3, 2)]:
            step = 1e-6
            ends = []
            for sign in (1, -1):
                moved = [w.copy() for w in theta]
                moved[n][index] += sign * step
                ends.append(energy(moved))
            difference = (ends[0] - ends[1]) / (2 * step)
            assert difference == pytest.approx(gradient[n][index], rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("error_form", ["delta", "direct"])
@pytest.mark.parametrize("activation", ["relu", "identity"])
def test_dyadic_numbers_are_exact(activation, error_form):
    generator = np.random.default_rng(7)

    def dyadic(*shape):
        return generator.integers(-8, 9, shape) / 8

    weights = [dyadic(3, 4), dyadic(4, 4), dyadic(4, 2)]
    net = ns.Network.layered([3, 4, 4, 2], activation=activation, weights=weights)
    inputs, targets = dyadic(1, 3), dyadic(1, 2)
    learned = []
    for model in (models.ZIL(learning_rate=0.25), models.FaZIL(learning_rate=0.25)):
        sim = ns.Simulator(net, model, error_form=error_form)
        sim.fit(inputs, targets)
        learned.append(sim.weights)
    for arithmetic in ("engine", "blas"):
        bp = models.BP(net, learning_rate=0.25, arithmetic=arithmetic)
        bp.fit(inputs, targets)
        learned.append(bp.weights)
    assert all(largest_difference(learned[0], other) == 0 for other in learned[1:])


def test_direct_form_is_within_its_bound():
    sizes = [6, 8, 8, 3]
    net = ns.Network.layered(sizes, seed=4)
    inputs, targets = task(sizes, 1)
    exact = models.BP(net, learning_rate=1.0)
    exact.fit(inputs, targets)
    sim = ns.Simulator(net, models.ZIL(learning_rate=1.0), error_form="direct")
    sim.fit(inputs, targets)
    difference = largest_difference(exact.weights, sim.weights)
    assert 0 < difference < 64 * np.finfo(float).eps * 10


def test_gamma_law():
    sizes = [5, 6, 7, 3]
    net = ns.Network.layered(sizes, seed=6)
    inputs, targets = task(sizes, 1)
    start = models.BP(net).weights
    bp = models.BP(net, learning_rate=1.0)
    bp.fit(inputs, targets)
    gamma = 0.5
    sim = ns.Simulator(net, models.ZIL(learning_rate=1.0, gamma=gamma))
    sim.fit(inputs, targets)
    levels = {"hidden2->output": 0, "hidden1->hidden2": 1, "input->hidden1": 2}
    for name, level in levels.items():
        expected = gamma**level * (bp.weights[name] - start[name])
        assert np.allclose(sim.weights[name] - start[name], expected, rtol=1e-12, atol=1e-15)
    rates = {name: gamma**-level for name, level in levels.items()}
    restored = ns.Simulator(net, models.ZIL(learning_rate=rates, gamma=gamma))
    restored.fit(inputs, targets)
    assert largest_difference(restored.weights, bp.weights) < 1e-14


@pytest.mark.parametrize(
    "model",
    [models.IL(learning_rate=RATE, t_c=2), models.IncrementalPC(learning_rate=RATE)],
    ids=["IL", "iPC"],
)
def test_other_times_of_learning_are_not_backpropagation(model):
    sizes = [5, 6, 7, 3]
    net = ns.Network.layered(sizes, seed=6)
    inputs, targets = task(sizes, 1)
    bp = models.BP(net, learning_rate=RATE)
    bp.fit(inputs, targets)
    sim = ns.Simulator(net, model)
    sim.fit(inputs, targets)
    assert largest_difference(sim.weights, bp.weights) > 1e-6


def test_phi_needs_its_feedback_gate_on_relu():
    sizes = [8, 12, 12, 12, 4]
    net = ns.Network.layered(sizes, activation="relu", seed=9)
    inputs, targets = task(sizes, 40)
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


@pytest.mark.parametrize("route", ["weights", "networkx", "set_weights", "synapse"])
def test_there_is_one_zero_among_weights(route):
    tiny = np.full((80, 4), -1e-60)  # -0.0 in float32
    net = ns.Network(seed=1)
    net.add_population("a", 80)
    net.add_population("b", 4, "sigmoid")
    net.connect("a", "b", weights=tiny if route in ("weights", "networkx") else tiny + 1)
    if route == "networkx":
        net = ns.Network.from_networkx(net.to_networkx())
    sim = ns.Simulator(net, models.ZIL(), dtype="float32")
    name = next(iter(net.projections))
    if route == "set_weights":
        sim.set_weights({name: tiny})
    if route == "synapse":
        sim.synapse("a", 3, "b", 1).theta = -1e-60
    assert (sim.weights[name] == 0).any()
    assert not np.signbit(sim.weights[name]).any()
