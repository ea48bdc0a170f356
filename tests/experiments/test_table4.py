"""Table 4, measured: all contestants do the same work, and take turns."""

import numpy as np
import pandas as pd
import pytest

from neurosim.experiments import table4, table4_shown
from neurosim.experiments.experiment import Scale
from neurosim.sweeps import sweep

QUICK = Scale("quick", "digits")


@pytest.fixture(scope="module")
def frame():
    cells = [
        {"net": net, "data": data, "dtype": dtype, "updates": 2, "repeats": 3}
        for dtype in ("float64", "float32")
        for net, data in (("64-32-10", "digits"), ("30-20-20-15", "random"))
    ]
    return sweep(table4.run, cells)


def test_exact_models_end_with_the_bits_of_backpropagation(frame):
    assert list(frame["status"]) == ["done"] * 4
    assert frame["same_bits"].all()
    assert frame["difference_bp_blas"].max() < 1e-6


def test_medians_are_those_of_the_turns(frame):
    for row in frame.to_dict("records"):
        assert set(row["turns"]) == set(table4_shown.MODELS)
        assert row["ms_il"] == np.median(row["turns"]["il"]) > 0
        ratios = np.divide(row["turns"]["z_il"], row["turns"]["bp"])
        assert row["ratio_z_il"] == np.median(ratios)
        assert (row["least_ratio_z_il"], row["most_ratio_z_il"]) == (ratios.min(), ratios.max())


def test_turns_follow_one_another_after_a_first_that_does_not_count():
    calls = []

    def contestant(name):
        def turn():
            calls.append(name)
            return float(len(calls))

        return turn

    times = table4.interleaved({name: contestant(name) for name in "abc"}, 2)
    assert "".join(calls) == "abc" * 3
    assert times == {"a": [4.0, 7.0], "b": [5.0, 8.0], "c": [6.0, 9.0]}


def test_random_images_have_no_pixel_that_is_dark():
    inputs, targets = table4.samples([30, 20, 15], "random", "float32", 50, None)
    assert inputs.dtype == targets.dtype == np.float32
    assert inputs.shape == (50, 30)
    assert (inputs > 0).all()
    assert (targets.sum(axis=1) == 1).all()


def test_the_papers_nets_and_one_of_its_cost_are_timed_alone():
    nets = {cell["net"] for cell in table4.cells(Scale("full", "mnist"))}
    assert nets == {"784-32-10", "784-32-32-10", "784-32-32-32-10", "3072-512-512-1000"}
    assert table4.EXPERIMENT.alone


def test_the_page_has_the_papers_ratios_first(frame):
    page = table4_shown.page(frame, QUICK)
    assert "| the paper |  | – | 6.19 | 1.16 | 1.16 | – |" in page
    assert "the bits of BP's weights in all 4 runs" in page
    assert list(table4_shown.figures(frame, QUICK)) == ["table4"]


def test_a_page_of_failures_alone_says_so():
    cells = [{**cell, "status": "failed", "error": "why"} for cell in table4.cells(QUICK)]
    frame = pd.DataFrame(cells)
    assert table4_shown.page(frame, QUICK) == "No run was made to its end."
    assert table4_shown.figures(frame, QUICK) == {}
