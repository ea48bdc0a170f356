"""Runs that did not come to their end: a page leaves them out of what it counts, and names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from neurosim.experiments.tables import counted

__all__ = ["done", "told_of_unfinished"]


def done(frame: Any) -> Any:
    """Return the runs of a sweep's table that were made to their end."""
    return frame[frame["status"] == "done"]


def told_of_unfinished(frame: Any, settings: Sequence[str]) -> list[str]:
    """Say of the others how many there are, and which by these columns; nothing of none."""
    told = []
    for status, what in (("diverged", "left the bound"), ("failed", "failed")):
        rows = frame[frame["status"] == status]
        if len(rows):
            names = (
                ", ".join(
                    f"{name} = {value}"
                    for name in settings
                    # Where a setting does not apply, a table has None or NaN.
                    if (value := getattr(row, name)) is not None and value == value
                )
                for row in rows[:8].itertuples()
            )
            more = "; and others" if len(rows) > 8 else ""
            told.append(
                f"{counted(len(rows), 'run')} {what}, and in no number below: "
                f"{'; '.join(names)}{more}."
            )
    return told
