"""Z-IL and Fa-Z-IL make the weight updates of backpropagation, bit for bit."""

import numpy as np
import pytest
from oracles.bits import largest_difference, same_bits
from oracles.samples import samples

import neurosim as ns
from neurosim import models

RATE = 0.01


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
    inputs, targets = samples(7 * batch + 3 * (batch > 1), sizes, dtype=dtype)
    bp = models.BP(net, learning_rate=RATE, batch_size=batch, dtype=dtype)
    sim = ns.Simulator(net, model(learning_rate=RATE), batch_size=batch, dtype=dtype)
    bp.fit(inputs, targets, epochs=3)
    sim.fit(inputs, targets, epochs=3)
    assert same_bits(bp.weights, sim.weights)
    if activation != "relu":  # a narrow rectifying layer may be silent for good
        assert not same_bits(bp.weights, models.BP(net, dtype=dtype).weights)


@pytest.mark.parametrize("model", [models.ZIL, models.FaZIL])
def test_three_hundred_updates(model):
    net = ns.Network.layered([8, 12, 9, 5], seed=3)
    inputs, targets = samples(6000, [8, 5])
    bp = models.BP(net, learning_rate=RATE, batch_size=20)
    sim = ns.Simulator(net, model(learning_rate=RATE), batch_size=20)
    bp.fit(inputs, targets)
    sim.fit(inputs, targets)
    assert same_bits(bp.weights, sim.weights)


@pytest.mark.parametrize("model", [models.ZIL, models.FaZIL])
def test_training_goes_on_where_it_ended(model):
    """Clamped inputs that were released once used to keep a network from being quiet."""
    net = ns.Network.layered([8, 12, 9, 5], seed=3)
    inputs, targets = samples(45, [8, 5])
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
