"""Orders of samples go on from fit to fit."""

import copy
import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim import models

INPUTS = np.random.default_rng(0).normal(size=(12, 4))
TARGETS = np.random.default_rng(1).normal(size=(12, 2))
MODELS = {
    "IL": models.IL(t_c=4, gamma=0.1),
    "ZIL": models.ZIL(),
    "FaZIL": models.FaZIL(),
    "IncrementalPC": models.IncrementalPC(presentation=4, gamma=0.1),
    "BP": None,
    "BP in NumPy's order": None,
}


def learner(kind):
    net = ns.Network.layered([4, 5, 2], activation="tanh", seed=0)
    if MODELS[kind] is not None:
        return ns.Simulator(net, MODELS[kind], batch_size=5)
    return models.BP(net, batch_size=5, arithmetic="engine" if kind == "BP" else "blas")


def bits(learner):
    return {name: weights.tobytes() for name, weights in learner.weights.items()}


@pytest.mark.parametrize("kind", MODELS)
def test_two_fits_are_as_one_with_the_epochs_of_both(kind):
    whole, parts = learner(kind), learner(kind)
    whole.fit(INPUTS, TARGETS, epochs=5)
    parts.fit(INPUTS, TARGETS, epochs=2)
    assert parts.epochs == 2
    parts.fit(INPUTS, TARGETS, epochs=3)
    assert parts.epochs == whole.epochs == 5
    assert bits(parts) == bits(whole)


@pytest.mark.parametrize("kind", MODELS)
def test_a_seed_begins_anew(kind):
    first, second = learner(kind), learner(kind)
    first.fit(INPUTS, TARGETS, seed=7)
    second.fit(INPUTS, TARGETS, epochs=3)
    second.set_weights(learner(kind).weights)
    second.fit(INPUTS, TARGETS, seed=7)
    assert second.epochs == 1
    assert bits(first) == bits(second)


@pytest.mark.parametrize("kind", ["FaZIL", "BP"])
def test_no_epoch_repeats_the_order_of_another(kind):
    """With weights put back, the same order would give the same weights."""
    one = learner(kind)
    begun, seen = one.weights, set()
    for _ in range(4):
        one.set_weights(begun)
        one.fit(INPUTS, TARGETS)
        seen.add(str(bits(one)))
    assert len(seen) == 4


@pytest.mark.parametrize("kind", ["FaZIL", "BP"])
def test_copies_go_on_in_the_same_order(kind):
    one = learner(kind)
    one.fit(INPUTS, TARGETS)
    others = [copy.deepcopy(one), pickle.loads(pickle.dumps(one))]
    for each in (one, *others):
        each.fit(INPUTS, TARGETS, epochs=2)
    assert [bits(other) for other in others] == [bits(one)] * 2
