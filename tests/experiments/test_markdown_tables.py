"""Tables and numbers of pages: nothing is rounded to what it is not."""

import math

from neurosim.experiments.tables import counted, markdown_table, number, percent, share, tick


def test_a_table_has_a_line_for_its_head_one_below_it_and_one_for_each_row():
    table = markdown_table(["a", "b", "c"], [[1, 2.5, "x"], ["y", None, True]])
    assert table.splitlines() == [
        "| a | b | c |",
        "|---|---:|---:|",
        "| 1 | 2.5 | x |",
        "| y | None | True |",
    ]


def test_cells_do_not_end_early():
    table = markdown_table(["max |x|"], [["two\nlines"]])
    assert table.splitlines() == ["| max \\|x\\| |", "|---|", "| two lines |"]


def test_only_all_is_a_hundred_percent_and_only_none_is_zero():
    assert [percent(part) for part in (0.0, 1e-9, 0.5, 1 - 1e-9, 1.0)] == [
        "0", "<0.01", "50.00", ">99.99", "100",
    ]  # fmt: skip
    assert percent(0.9996, digits=1) == ">99.9"
    assert percent(0.99949, digits=1) == "99.9"


def test_only_zero_is_zero():
    assert [number(x) for x in (0.0, 5e-324, -1e-7, 3.14159, 12345.6)] == [
        "0", "4.94e-324", "-1e-07", "3.14", "12346",
    ]  # fmt: skip


def test_what_is_not_there_is_a_dash():
    assert {number(None), number(math.nan), percent(None), percent(math.nan)} == {"–"}


def test_words_for_how_many():
    assert (counted(1, "run"), counted(12345, "run")) == ("1 run", "12,345 runs")
    assert (share(0, 5), share(5, 5), share(2, 5)) == ("none of the 5", "all 5", "2 of the 5")
    assert (tick(True), tick(False)) == ("✓", "✗")
