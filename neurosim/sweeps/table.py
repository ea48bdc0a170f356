"""Runs and their outcomes as a table that keeps every bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from neurosim.extras import require
from neurosim.sweeps.outcome import COLUMNS, Outcome
from neurosim.sweeps.run import Run

__all__ = ["table_of"]

# What a float and what a column of integers can hold.
_EXACT = 2**53
_INT64 = range(-(2**63), 2**63)


def table_of(runs: Sequence[Run], outcomes: Mapping[str, Outcome]) -> Any:
    """Return a pandas.DataFrame, a row per run: arguments, results, then how it went.

    Columns stand in the order in which they come first. What a row does not have is missing: NaN
    among numbers, else None.
    """
    pandas = require("pandas", "frames")
    found = [outcomes[run.identity] for run in runs]
    rows = [
        {**run.arguments, **outcome.results, **{name: getattr(outcome, name) for name in COLUMNS}}
        for run, outcome in zip(runs, found, strict=True)
    ]
    names = {name: None for run in runs for name in run.arguments}
    names |= {name: None for outcome in found for name in outcome.results}
    names |= dict.fromkeys(COLUMNS)
    columns = {name: [row.get(name) for row in rows] for name in names}
    return pandas.DataFrame(
        {name: pandas.Series(each, dtype=_dtype(each)) for name, each in columns.items()},
        columns=list(names),
    )


def _dtype(values: Sequence[object]) -> str:
    """Return the type of a column: a number's only where no bit of it is lost."""
    present = [each for each in values if each is not None]
    kinds = {type(each) for each in present}
    if kinds == {bool} and len(present) == len(values):
        return "bool"
    if not kinds or not kinds <= {int, float}:
        return "object"
    integers = [each for each in present if isinstance(each, int)]
    if kinds == {int} and len(present) == len(values):
        return "int64" if all(each in _INT64 for each in integers) else "object"
    return "float64" if all(abs(each) <= _EXACT for each in integers) else "object"
