"""Noise before the teacher: phi is not quiet, unless the threshold covers the noise."""

import pytest

from neurosim.experiments import noise
from neurosim.experiments.noise import run


def learned(model, sigma, multiple=None):
    return run(
        model=model, sigma=sigma, multiple=multiple, seed=1, epochs=2, data="digits",
        dtype="float32",
    )  # fmt: skip


def test_without_noise_all_is_as_it_should_be():
    seen = learned("Fa-Z-IL", 0.0, 0.0)
    assert seen["error_divergence"] == seen["weight_divergence"] == 0.0
    assert seen["phi_due"] == seen["phi_due_untaught"] == 1.0
    assert seen["phi_due_by_level"] == [1.0, 1.0, 1.0]
    assert learned("Z-IL", 0.0)["weight_divergence"] == 0.0
    assert learned("BP", 0.0)["weight_divergence"] == 0.0


def test_with_noise_nobody_is_quiet_and_nothing_is_learned():
    seen = learned("Fa-Z-IL", 0.1, 0.0)
    assert seen["phi_silent"] == seen["phi_silent_untaught"] == 1.0
    # Nothing is learned, so that all epochs end alike.
    assert len(set(seen["test_error"])) == 1
    assert learned("Z-IL", 0.1)["weight_divergence"] > 0.0


def test_a_threshold_lets_the_noise_pass_and_small_errors_too():
    some, more = (learned("Fa-Z-IL", 1e-4, multiple) for multiple in (10.0, 1000.0))
    assert some["phi_due"] > 0.9
    assert more["phi_due"] < some["phi_due"]
    for seen in (some, more):
        parts = seen["phi_due"], seen["phi_silent"], seen["phi_untimely"]
        assert sum(parts) == pytest.approx(1.0)


def test_thresholds_are_varied_where_there_is_noise():
    for cell in noise.cells(noise.Scale("full", "mnist")):
        assert (cell["multiple"] is not None) == (cell["model"] == "Fa-Z-IL")
        assert cell["sigma"] > 0.0 or not cell["multiple"]
