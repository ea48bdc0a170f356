"""Table 2, measured: the paper's signs, and who is in command in a stream."""

import pandas as pd
import pytest

from neurosim.experiments import table2, table2_shown
from neurosim.experiments.experiment import Scale
from neurosim.sweeps import sweep

QUICK = Scale("quick", "digits")


@pytest.fixture(scope="module")
def frame():
    return sweep(table2.run, table2.cells(QUICK))


def one(frame, model, protocol):
    found = frame[(frame["model"] == model) & (frame["protocol"] == protocol)]
    assert len(found) == 1
    return found.iloc[0]


@pytest.mark.parametrize("model", table2_shown.PAPER)
def test_the_signs_of_the_paper(frame, model):
    row = one(frame, model, "update" if model == "BP" else "settled")
    assert tuple(row[list(table2_shown.PROPERTIES)]) == table2_shown.PAPER[model]
    assert not row["nobody_in_command"]


@pytest.mark.parametrize("model", table2.MODELS)
def test_in_a_stream_nobody_settles_and_only_fa_z_il_has_nobody_in_command(frame, model):
    settled, streamed = one(frame, model, "settled"), one(frame, model, "stream")
    for name in ("same_bits_after_learning", "local_plasticity", "full_autonomy"):
        assert settled[name] == streamed[name]
    assert settled["needs_settling"]
    assert not streamed["needs_settling"]
    assert streamed["nobody_in_command"] == (model == "Fa-Z-IL")


def test_equality_is_of_bits_and_il_is_far_from_it(frame):
    for row in frame.itertuples():
        exact = row.model != "IL"
        assert row.same_bits_after_learning == exact
        assert (row.weight_divergence == 0.0) == exact
        assert row.equal_to_backpropagation == exact


def test_only_backpropagation_fails_a_test_of_locality(frame):
    assert {row.model for row in frame.itertuples() if row.tests_failed} == {"BP"}


def test_the_page_says_where_the_signs_are_not_the_papers(frame):
    page = table2_shown.page(frame, QUICK)
    assert "All 16 signs are the paper's. " in page
    other = frame.copy()
    other.loc[other["model"] == "Z-IL", "local_plasticity"] = False
    other.loc[other["model"] == "Fa-Z-IL", "nobody_in_command"] = False
    page = table2_shown.page(other, QUICK)
    assert "15 of the 16 signs are the paper's; not local plasticity of Z-IL. " in page
    assert "in a stream none is" in page
    assert list(table2_shown.figures(other, QUICK)) == ["table2"]


def test_a_page_of_failures_alone_says_so():
    cells = [{**cell, "status": "failed", "error": "why"} for cell in table2.cells(QUICK)]
    frame = pd.DataFrame(cells)
    assert table2_shown.page(frame, QUICK) == "No run was made to its end."
    assert table2_shown.figures(frame, QUICK) == {}


def test_runs_that_failed_are_named_and_not_counted(frame):
    other = frame.copy()
    other.loc[other["model"] == "IL", "status"] = "failed"
    page = table2_shown.page(other, QUICK)
    assert "2 runs failed" in page
    assert "All 12 signs are the paper's. " in page
    assert list(table2_shown.figures(other, QUICK)) == ["table2"]
