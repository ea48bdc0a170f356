"""Presets: what the paper leaves open, as one value that makes networks and learners."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

import neurosim as ns
from neurosim.presets import song2020


def test_song2020_says_what_the_paper_and_its_group_do():
    network = song2020.network([784, 32, 10], seed=1)
    assert network.populations["input"].activation.name == "identity"
    assert network.populations["hidden1"].activation.name == "sigmoid"
    assert not any(population.constant for population in network.populations.values())
    sim = song2020.simulator(network, ns.models.ZIL)
    assert (sim.batch_size, sim.learning_rate) == (20, 0.001)
    assert sim.model.batch_reduction == "sum"
    theta = sim.weights["input->hidden1"]
    limit = np.sqrt(6 / (784 + 32))
    assert 0.99 * limit < np.abs(theta).max() <= limit
    assert song2020.seeds == (1482555873, 698841058, 2283198659)


def test_a_simulator_and_the_reference_of_a_preset_learn_the_same():
    preset = replace(song2020, batch_reduction="mean", learning_rate=0.3, batch_size=3)
    network = preset.network([4, 5, 3], seed=0)
    learners = preset.simulator(network, ns.models.FaZIL), preset.backpropagation(network)
    for learner in learners:
        learner.fit(*(np.random.default_rng(n).random((9, size)) for n, size in enumerate((4, 3))))
    for name, theta in learners[0].weights.items():
        assert (theta == learners[1].weights[name]).all()


def test_numbers_of_a_model_may_be_given():
    network = song2020.network([4, 5, 3], seed=0)
    sim = song2020.simulator(network, ns.models.IL, t_c=7, learning_rate=0.5, dtype="float32")
    assert (sim.model.t_c, sim.learning_rate, sim.dtype.name) == (7, 0.5, "float32")


def test_a_preset_stays_what_it_is():
    with pytest.raises(FrozenInstanceError):
        song2020.learning_rate = 1.0
    assert ns.presets.song2020 is song2020
