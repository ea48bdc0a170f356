"""Operations: by events Z-IL makes backpropagation's passes, by a clock many times as many."""

import pytest

from neurosim.experiments import operations, operations_shown
from neurosim.experiments.experiment import Scale
from neurosim.network import Network
from neurosim.sweeps import sweep

QUICK = Scale("quick", "digits")


def learned(model, driven):
    return operations.run(
        hidden_layers=2, seed=1, model=model, driven=driven, epochs=2, data="digits",
        dtype="float32",
    )  # fmt: skip


def test_three_passes():
    network = Network.layered([7, 5, 3, 2], seed=0)
    assert operations.passes_of_backpropagation(network) == [56, 21, 56]


def test_backpropagation_makes_its_passes_for_each_sample():
    seen = learned("BP", "passes")
    assert seen["operations"] == [1438 * (3392 + 1344 + 3392) * n for n in (1, 2)]
    assert seen["operations_per_sample"] == 3392 + 1344 + 3392
    assert seen["weight_divergence"] == 0.0


@pytest.mark.parametrize("model", ["Z-IL", "Fa-Z-IL", "Fa-Z-IL, stream"])
def test_events_save_what_has_no_effect(model):
    events, clock = learned(model, "events"), learned(model, "clock")
    for seen in (events, clock):
        assert seen["weight_divergence"] == seen["error_divergence"] == 0.0
    assert events["test_error"] == clock["test_error"]
    assert events["plasticity_per_sample"] == 3392
    assert events["operations_per_sample"] < 1.02 * (3392 + 1344 + 3392)
    assert clock["operations_per_sample"] > 5 * events["operations_per_sample"]


def test_clock_driven_all_synapses_are_evaluated_at_every_tick():
    seen = learned("Z-IL", "clock")
    assert seen["feedback_per_sample"] == seen["plasticity_per_sample"] == 3 * 3392
    relaxed = learned("IL", "clock")
    # The moves of x, and the tick of the update.
    assert relaxed["feedback_per_sample"] == relaxed["plasticity_per_sample"] == 21 * 3392


def test_relaxing_costs_more():
    seen = learned("IL", "events")
    assert seen["operations_per_sample"] > 3 * learned("Z-IL", "events")["operations_per_sample"]
    assert seen["weight_divergence"] > 0.0


def test_the_page_has_the_ratios_of_the_table():
    cells = [{**cell, "epochs": 2} for cell in operations.cells(QUICK)]
    frame = sweep(operations.run, cells)
    page = operations_shown.page(frame, QUICK)
    assert "Z-IL in all 2, Fa-Z-IL in all 2, Fa-Z-IL, stream in all 2 runs" in page
    assert "all 4 nets have the same test errors" in page
    assert list(operations_shown.figures(frame, QUICK)) == ["operations"]
