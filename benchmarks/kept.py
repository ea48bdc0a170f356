"""Figures that are kept from run to run, each group with where and when it was measured."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.report import Row

__all__ = ["FOLDER", "Measured", "read", "write", "write_whole"]

#: Where the figures are kept that the project shows.
FOLDER = Path(__file__).resolve().parent.parent / "docs"
_FILE = "benchmarks.json"
# A core that others kept busy for less of the time than this is taken for undisturbed.
_DISTURBED = 0.1


class Measured(NamedTuple):
    """What a run found of one group, and in which circumstances."""

    date: str
    quick: bool
    machine: dict[str, Any]
    cores_busy_with_others: float | None
    rows: list[Row]

    @property
    def disturbance(self) -> str:
        """In words, how many cores other processes kept busy meanwhile; nothing if hardly any."""
        cores = self.cores_busy_with_others
        if cores is None or cores <= _DISTURBED:
            return ""
        return f"other processes kept {cores:g} cores busy meanwhile"


def read(folder: Path) -> dict[str, Measured]:
    """Return the groups that are kept in a folder, by name; none if nothing is."""
    path = folder / _FILE
    if not path.exists():
        return {}
    try:
        return {
            name: Measured(**{**group, "rows": [Row(**row) for row in group["rows"]]})
            for name, group in json.loads(path.read_text(encoding="utf-8")).items()
        }
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise SystemExit(f"{path} does not hold figures of benchmarks: {error}") from error


def write(folder: Path, measured: Mapping[str, Measured]) -> Path:
    """Keep these groups in a folder, in place of all that it kept; return the file."""
    content = {
        name: {**group._asdict(), "rows": [row._asdict() for row in group.rows]}
        for name, group in measured.items()
    }
    return write_whole(folder / _FILE, json.dumps(content, indent=1) + "\n")


def write_whole(path: Path, text: str) -> Path:
    """Write a file whole or not at all: until it is whole, it lies beside its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
