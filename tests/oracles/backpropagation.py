"""What Z-IL and Fa-Z-IL are compared with: backpropagation, in two arithmetics.

In the engine's order of operations it must give the same bits; in NumPy's products of matrices,
which share nothing with the engine but the description of the network, the same up to rounding.
"""

from oracles.bits import largest_difference, same_bits
from oracles.samples import named_samples

import neurosim as ns
from neurosim import models

RATE = 0.05


def learned(learner, data, epochs=2):
    learner.fit(*data, epochs=epochs, seed=0)
    return learner.weights


def assert_equal_to_backpropagation(net, *, batch=3, dtype="float64", rest=None, rate=RATE):
    data = named_samples(net, 2 * batch + 1)
    options = {"batch_size": batch, "dtype": dtype}
    bp = learned(models.BP(net, learning_rate=rate, **options), data)
    oracle = models.BP(net, learning_rate=rate, arithmetic="blas", **options)
    tolerance = 1e-12 if dtype == "float64" else 1e-4
    assert largest_difference(bp, learned(oracle, data)) < tolerance
    assert not same_bits(bp, models.BP(net, dtype=dtype).weights)
    for model in (models.ZIL(learning_rate=rate), models.FaZIL(learning_rate=rate)):
        for event_driven in (True, False):
            sim = ns.Simulator(
                net, model, event_driven=event_driven, rest_after_update=rest, **options
            )
            assert same_bits(bp, learned(sim, data))
