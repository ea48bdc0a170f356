"""Depth: the delta form has backpropagation's bits at any, the direct form loses small errors."""

from dataclasses import replace

import numpy as np
import pytest

from neurosim.experiments import depth, depth_shown
from neurosim.experiments.experiment import Scale
from neurosim.presets import song2020
from neurosim.sweeps import sweep

QUICK = Scale("quick", "digits")


def updated(levels, *, activation="sigmoid", dtype="float32", error_form="delta"):
    return depth.run(
        activation=activation, levels=levels, seed=1, dtype=dtype, error_form=error_form,
        data="digits",
    )  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_delta_form_is_exact_at_any_depth(activation, dtype):
    for levels in (2, 10, 50):
        seen = updated(levels, activation=activation, dtype=dtype)
        assert seen["same_bits"]
        assert seen["relative_error"] == seen["worst_level_error"] == 0.0
        assert seen["error_by_level"] == [0.0] * levels
        assert seen["levels_without_update"] == 0


def test_direct_form_loses_errors_that_are_smaller_than_an_ulp_of_mu():
    for dtype, least, most in (("float32", 1e-4, 1e-1), ("float64", 1e-13, 1e-9)):
        seen = updated(10, dtype=dtype, error_form="direct")
        assert not seen["same_bits"]
        assert least < seen["worst_level_error"] < most
        assert seen["worst_level"] > 5
        # The output's error is exact, and the largest.
        assert seen["error_by_level"][0] == 0.0
        assert seen["relative_error"] < 1e-6
    lost = updated(50, error_form="direct")
    assert lost["worst_level_error"] == 1.0
    assert 20 < lost["levels_without_update"] < 50
    assert lost["error_by_level"][-1] == 1.0


def test_where_errors_stay_large_both_forms_are_good():
    seen = updated(50, activation="tanh", error_form="direct")
    assert seen["worst_level_error"] < 1e-5
    assert seen["levels_without_update"] == 0


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_sizes_are_those_of_backpropagation(activation):
    preset = replace(song2020, activation=activation, learning_rate=1.0)
    bp = preset.backpropagation(preset.network([5, 4, 3, 2], seed=3))
    generator = np.random.default_rng(0)
    x, y = generator.random((20, 5)), generator.random((20, 2))
    before = bp.weights
    sizes = depth.sizes_of_updates(before, x, y, activation)
    bp.fit(x, y, shuffle=False)
    for name, after in bp.weights.items():
        assert np.abs(after - before[name]).max() == pytest.approx(sizes[name], rel=1e-9)


def test_rates_are_powers_of_two_that_bring_updates_above_weights():
    rates = depth.visible_rates({"a": 3.0, "b": 1e-30, "c": 1e-60})
    assert all(np.frexp(rate)[0] == 0.5 for rate in rates.values())
    assert all(8.0 <= rates[name] * size <= 16.0 for name, size in (("a", 3.0), ("b", 1e-30)))
    assert rates["c"] == 2.0**120


def test_the_page_says_where_it_is_lost():
    cells = [cell for cell in depth.cells(QUICK) if cell["levels"] in (2, 20)]
    frame = sweep(depth.run, cells)
    page = depth_shown.page(frame, QUICK)
    assert "In delta form all 8 runs end with backpropagation's bits" in page
    assert "float32 the worst level is off by more than 1% from 20 levels on" in page
    assert list(depth_shown.figures(frame, QUICK)) == ["depth"]
