"""Runs without an end are named, and are in no number."""

import pandas as pd

from neurosim.experiments.unfinished import done, told_of_unfinished


def table(*status):
    return pd.DataFrame({"gamma": [0.5 * n for n in range(len(status))], "status": status})


def test_all_are_done():
    frame = table("done", "done")
    assert told_of_unfinished(frame, ["gamma"]) == []
    assert len(done(frame)) == 2


def test_the_others_are_named():
    frame = table("done", "failed", "diverged", "failed")
    diverged, failed = told_of_unfinished(frame, ["gamma"])
    assert diverged.startswith("1 run left the bound")
    assert "gamma = 1.0" in diverged
    assert failed.startswith("2 runs failed")
    assert "gamma = 0.5; gamma = 1.5." in failed
    assert done(frame)["gamma"].tolist() == [0.0]


def test_of_many_the_first_are_named():
    (told,) = told_of_unfinished(table(*["failed"] * 20), ["gamma"])
    assert told.startswith("20 runs failed")
    assert told.count("gamma") == 8
    assert told.endswith("and others.")
