"""Table 3, measured: what counts as success, and where phi has it."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import neurosim as ns
from neurosim.experiments import table3, table3_shown
from neurosim.experiments.experiment import Scale
from neurosim.presets import song2020
from neurosim.sweeps import sweep

QUICK = Scale("quick", "digits")


def watch(**settings):
    """One run with initial weights on few digits."""
    return table3.run(
        **{
            "levels": 3, "activation": "sigmoid", "dtype": "float64", "seed": 3, "epochs": 0,
            "error_form": "delta", "feedback_gate": True, "t_d": 1, "samples": 40,
            "data": "digits", **settings,
        }
    )  # fmt: skip


def test_what_is_a_success_a_miss_and_a_misfire():
    """Six nodes of level 1, one sample: each does another thing."""
    error, spike = np.zeros((4, 1, 6)), np.zeros((4, 1, 6), np.uint8)
    error[1, 0, :4] = [1.0, -1e-300, 1.0, 1.0]
    spike[1, 0, [0, 2]] = 1  # in time: one that is all, one of two
    spike[3, 0, [2, 3, 5]] = 1  # too late: a second one, the only one, one without an error
    count = table3.Count()
    count.add(error, spike, np.ones(6, np.int64))
    assert vars(count) == {
        "pairs": 4, "succeeded": 1, "missed": 2, "misfired": 2, "silent": 2,
        "silent_misfired": 1, "spikes": 5, "spikes_elsewhere": 3,
    }  # fmt: skip


def test_the_level_decides_which_t_is_the_right_one():
    error, spike = np.ones((3, 2, 2)), np.zeros((3, 2, 2), np.uint8)
    spike[0, :, 0] = spike[2, :, 1] = 1
    for level, succeeded in (([0, 2], 4), ([2, 0], 0), ([0, 1], 2)):
        count = table3.Count()
        count.add(error, spike, np.array(level))
        assert (count.pairs, count.succeeded) == (4, succeeded)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("epochs", [0, 1])
def test_in_delta_form_a_window_of_one_tick_is_enough_for_sigmoids(dtype, epochs):
    found = watch(dtype=dtype, epochs=epochs)
    assert found["pairs"] + found["silent"] == 40 * (32 + 32 + 10)
    assert found["pairs"] == found["spikes"] == found["succeeded"]
    assert found["success"] == 1.0
    assert found["update_difference"] == 0.0


def test_many_levels_in_direct_form_and_float32_misfire_by_rounding():
    settings = {"levels": 10, "error_form": "direct", "dtype": "float32"}
    first, second, long = (watch(**settings, t_d=t_d)["success"] for t_d in (1, 2, 16))
    assert 0.9 < first < second < long
    assert watch(**settings | {"dtype": "float64"})["success"] == 1.0


def test_rectified_units_need_the_gate_and_two_ticks():
    gated = watch(activation="relu", t_d=2)
    assert gated["silent"] > 0
    assert gated["spikes"] == gated["pairs"] == gated["succeeded"]
    assert gated["update_difference"] == 0.0
    free = watch(activation="relu", t_d=2, feedback_gate=False)
    # Silent units fire, which no rate of success shows.
    assert free["success"] == 1.0
    assert free["silent_misfired"] > 0
    assert free["update_difference"] > 0.01
    assert watch(activation="relu", t_d=1)["success"] < 0.95


def test_runs_from_the_same_weights_follow_one_another():
    cells = table3.cells(Scale("full", "mnist"))
    learned = ("levels", "activation", "dtype", "seed", "epochs")
    keys = [tuple(cell[name] for name in learned) for cell in cells]
    changes = sum(a != b for a, b in pairwise(keys))
    assert changes == len(set(keys)) - 1
    others = [cell for cell in cells if cell["seed"] != song2020.seeds[0]]
    assert {(c["dtype"], c["error_form"], c["feedback_gate"]) for c in others} == {
        ("float32", "direct", True)
    }


def test_the_page_counts_what_the_table_has():
    cells = [
        cell
        for cell in table3.cells(QUICK)
        if cell["levels"] == 3 and cell["dtype"] == "float32" and cell["epochs"] == 0
    ]
    frame = sweep(table3.run, cells)
    page = table3_shown.page(frame, QUICK)
    assert "| the paper |  | 93.4 | 92.4 | 100.0 |" in page
    assert "There is no miss in" in page
    frame.loc[0, "missed"] = 7
    assert "There are 7 misses in" in table3_shown.page(frame, QUICK)
    assert list(table3_shown.figures(frame, QUICK)) == ["table3"]


def test_a_page_of_failures_alone_says_so():
    cells = [{**cell, "status": "failed", "error": "why"} for cell in table3.cells(QUICK)]
    frame = pd.DataFrame(cells)
    assert table3_shown.page(frame, QUICK) == "No run was made to its end."
    assert table3_shown.figures(frame, QUICK) == {}


@pytest.mark.parametrize(("t_d", "spikes"), [(1, [1, 4]), (2, [1])])
def test_in_delta_form_feedback_that_is_lost_beside_an_error_makes_a_window_of_one_misfire(
    t_d, spikes
):
    # What the level itself learns leaves an error of -100, beside which feedback of 1e-6 is lost in
    # float32: the error ends exactly, for one tick, and feedback begins another one.
    net = ns.Network.layered([1, 1, 1], activation="identity", seed=0)
    rates = {"input->hidden1": 1.0, "hidden1->output": 1e-30}
    model = ns.models.FaZIL(learning_rate=rates, t_d=t_d)
    sim = ns.Simulator(net, model, dtype="float32")
    sim.set_weights({"input->hidden1": [[-0.01]], "hidden1->output": [[1e-6]]})
    phi = ns.StateMonitor(sim, "phi", populations=["hidden1"])
    epsilon = ns.StateMonitor(sim, "epsilon", populations=["hidden1"])
    sim.present([1e4], [1.0], ticks=5)
    assert np.flatnonzero(phi.phi[-6:].ravel()).tolist() == spikes
    assert epsilon.epsilon[-6:].ravel()[3] == 0.0
