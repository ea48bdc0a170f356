"""Rates by level take gamma back: to the bit where it is a power of two."""

import pytest

from neurosim.experiments import rates
from neurosim.experiments.rates_shown import is_power_of_two
from neurosim.network import Network


def learned(gamma, *, rate="by level", dtype="float32"):
    return rates.run(
        hidden_layers=2, seed=1, dtype=dtype, rate=rate, gamma=gamma, epochs=2, data="digits"
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_powers_of_two_are_backpropagation(dtype):
    for gamma in (0.25, 0.5, 1.0, 2.0):
        seen = learned(gamma, dtype=dtype)
        assert seen["same_weights"]
        assert seen["error_divergence"] == seen["weight_divergence"] == 0.0


@pytest.mark.parametrize(("dtype", "rounding"), [("float32", 1e-5), ("float64", 1e-13)])
def test_other_gammas_differ_by_rounding_alone(dtype, rounding):
    for gamma in (0.01, 0.1, 5.0):
        seen = learned(gamma, dtype=dtype)
        assert 0.0 < seen["weight_divergence"] < rounding
        assert seen["error_divergence"] == 0.0


def test_one_rate_is_backpropagation_for_one_gamma():
    assert learned(1.0, rate="one")["same_weights"]
    for gamma in (0.5, 2.0):
        assert learned(gamma, rate="one")["weight_divergence"] > 1e-3


def test_rates_of_levels():
    network = Network.layered([4, 3, 3, 2], seed=0)
    found = rates.rates_by_level(network, 0.001, 0.5)
    assert found == {"input->hidden1": 0.004, "hidden1->hidden2": 0.002, "hidden2->output": 0.001}


def test_which_numbers_are_powers_of_two():
    assert [gamma for gamma in rates.GAMMAS if is_power_of_two(gamma)] == [0.25, 0.5, 1.0, 2.0]
