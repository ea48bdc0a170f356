"""Runs as files: CSV with a line per run, and JSON with all that a run returned."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from neurosim.files import replacing

__all__ = ["TIMES", "write_runs"]

#: What differs each time that a run is made, and is kept apart from what does not.
TIMES = ["seconds"]


def write_runs(frame: Any, folder: Path, name: str) -> list[Path]:
    """Write a table of runs, and beside it how long each took.

    Parameters
    ----------
    frame : pandas.DataFrame
        A row per run, as `sweep` returns it.
    folder : Path
    name : str
        Of the experiment.

    Returns
    -------
    list of Path
        ``<name>.csv``, without columns of lists; ``<name>.json``; ``<name>.seconds.csv``, by the
        number of the run in the others, from 0 on.
    """
    runs = frame.drop(columns=TIMES)
    flat = [column for column in runs if not _nested(runs[column])]
    paths = [folder / f"{name}{end}" for end in (".csv", ".json", ".seconds.csv")]
    _write(paths[0], runs[flat].to_csv(index=False, lineterminator="\n"))
    _write(paths[1], _lines(runs))
    _write(paths[2], frame[TIMES].to_csv(index_label="run", lineterminator="\n"))
    return paths


def _nested(column: Any) -> bool:
    return any(isinstance(value, (list, dict)) for value in column)


def _lines(frame: Any) -> str:
    """A list with a line for each run; what is missing is null, and infinity a word."""
    rows = ({name: _plain(row[name]) for name in frame} for row in frame.to_dict("records"))
    return "[\n" + ",\n".join(json.dumps(row, allow_nan=False) for row in rows) + "\n]\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, float) or math.isfinite(value):
        return value
    # NaN is what a table has for a number that is not there.
    return None if math.isnan(value) else str(value)


def _write(path: Path, text: str) -> None:
    with replacing(path) as stream:
        stream.write(text.encode())
