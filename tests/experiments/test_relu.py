"""ReLU: without the gate silent units fire; with it and two ticks Fa-Z-IL is backpropagation."""

import pytest

from neurosim.experiments import relu, relu_shown
from neurosim.experiments.experiment import Scale
from neurosim.sweeps import sweep

QUICK = Scale("quick", "digits")


def seen(t_d, *, gate, levels=3, rate=1e-3):
    return relu.run(
        levels=levels, seed=1, rate=rate, feedback_gate=gate, t_d=t_d, epochs=1, samples=40,
        data="digits", dtype="float64",
    )  # fmt: skip


@pytest.mark.parametrize("levels", [2, 4])
def test_the_gate_and_two_ticks_are_backpropagation(levels):
    for t_d in (2, 16):
        found = seen(t_d, gate=True, levels=levels)
        for net in ("new", "taught"):
            assert found[f"misfires_{net}"] == 0
            assert found[f"due_{net}"] == found[f"pairs_{net}"] == found[f"spikes_{net}"]
            assert found[f"silent_{net}"] > 0
            assert found[f"update_difference_{net}"] == found[f"largest_difference_{net}"] == 0.0
        assert found["error_divergence"] == found["weight_divergence"] == 0.0


def test_without_the_gate_silent_units_fire_whatever_t_d_is():
    short, long = seen(2, gate=False), seen(16, gate=False)
    for net in ("new", "taught"):
        assert short[f"misfires_{net}"] == long[f"misfires_{net}"] > 0
        assert short[f"silent_misfired_{net}"] > 0
        assert 0.2 < short[f"misfire_share_{net}"] < 0.6
        assert 0.1 < short[f"update_difference_{net}"] < 1.0
    assert short["weight_divergence"] > 0.0


def test_a_window_of_one_tick_is_too_short():
    found = seen(1, gate=True)
    assert found["misfires_new"] > 0
    assert found["update_difference_new"] > 1.0


def test_what_misfires_may_leave_the_bound():
    found = seen(1, gate=False, levels=6, rate=0.1)
    assert found["diverged_taught"]
    assert found["diverged_in_epoch"] == 1
    assert found["error_divergence"] is None


def test_the_page_counts_what_the_table_has():
    frame = sweep(relu.run, relu.cells(QUICK))
    page = relu_shown.page(frame, QUICK)
    assert "all 4 runs have no misfire at all, and all 4 nets" in page
    assert list(relu_shown.figures(frame, QUICK)) == ["relu"]
    frame.loc[frame["feedback_gate"], "misfires_new"] = 1
    assert "none of the 4 runs have no misfire" in relu_shown.page(frame, QUICK)
    frame.loc[0, "diverged_new"] = True
    frame.loc[0, "diverged_in_epoch"] = 1
    assert "beyond the bound" in relu_shown.page(frame, QUICK)
