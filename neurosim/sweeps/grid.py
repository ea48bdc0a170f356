"""The runs of a grid, in its order."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError, TooLargeError
from neurosim.sweeps.outcome import COLUMNS
from neurosim.sweeps.run import Run
from neurosim.sweeps.values import plain

__all__ = ["MOST_RUNS", "runs_of"]

#: Each is a row and a file.
MOST_RUNS = 10**6


def runs_of(function: str, grid: object, seeds: object) -> list[Run]:
    """Return a run for each cell of a grid and each seed, the last name fastest, seeds faster.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If the grid is none, is empty, has a run twice, or holds what a file cannot.
    TooLargeError
        If there are more than `MOST_RUNS`.
    """
    drawn = _seeds(seeds)
    cells = _cells(grid, drawn)
    if drawn is not None:
        if any("seed" in cell for cell in cells):
            raise ArgumentError("sweep: 'seed' is both in grid and given by seeds; allowed: one")
        _limit(len(cells) * len(drawn))
        cells = [{**cell, "seed": seed} for cell in cells for seed in drawn]
    runs = [Run(function, cell) for cell in cells]
    _refuse_doubles(runs)
    return runs


def _seeds(seeds: object) -> list[int] | None:
    if seeds is None:
        return None
    return [
        checks.integer("sweep", f"seeds[{n}]", seed, 0)
        for n, seed in enumerate(_values("seeds", seeds, "whole numbers"))
    ]


def _cells(grid: object, seeds: list[int] | None) -> list[dict[str, Any]]:
    if isinstance(grid, Mapping):
        if not grid and seeds is None:
            raise ArgumentError("sweep: grid is empty; allowed: at least one name with its values")
        return _product(grid)
    if not isinstance(grid, Sequence) or isinstance(grid, (str, bytes)):
        remedy = '; to_dict("records") makes cells of it' if hasattr(grid, "to_dict") else ""
        raise ArgumentTypeError(
            "sweep: grid must be a mapping of names to lists of values, or a list of mappings of "
            f"names to values, not {grid!r:.200}{remedy}"
        )
    return [_cell(n, cell) for n, cell in enumerate(_values("grid", grid, "mappings"))]


def _product(grid: Mapping[Any, Any]) -> list[dict[str, Any]]:
    axes = {}
    for key, values in grid.items():
        where = f"grid[{key!r}]"
        given = _values(where, values, "values")
        axes[_name(key)] = [_value(f"{where}[{n}]", each) for n, each in enumerate(given)]
    _limit(math.prod(map(len, axes.values())))
    return [dict(zip(axes, each, strict=True)) for each in itertools.product(*axes.values())]


def _cell(n: int, cell: object) -> dict[str, Any]:
    if not isinstance(cell, Mapping):
        raise ArgumentTypeError(
            f"sweep: grid[{n}] must be a mapping of names to values, not {cell!r:.200}"
        )
    return {_name(key): _value(f"grid[{n}][{key!r}]", each) for key, each in cell.items()}


def _values(argument: str, values: object, of: str) -> list[Any]:
    try:
        _limit(len(values))  # type: ignore[arg-type]
    except (TypeError, OverflowError):
        if isinstance(values, range):
            _limit(MOST_RUNS + 1)
    given = checks.sequence("sweep", argument, values, of)
    if not given:
        raise ArgumentError(f"sweep: {argument} is empty; allowed: at least one of its {of}")
    return given


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise ArgumentTypeError(f"sweep: names in grid must be strings, not {key!r:.80}")
    if not key.isidentifier():
        raise ArgumentError(
            f"sweep: names in grid must be names of arguments of the function, not {key!r:.80}"
        )
    if key in COLUMNS:
        raise ArgumentError(
            f"sweep: {key!r} in grid is the name of a column of every sweep; allowed: any but "
            f"{', '.join(map(repr, COLUMNS))}"
        )
    return str(key)


def _value(argument: str, value: object) -> Any:
    found = plain(value, f"sweep: {argument}", mappings=False)
    if _has_nan(found):
        raise ArgumentError(f"sweep: {argument} is not a number: {value!r:.80}; None may be given")
    return found


def _has_nan(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_nan, value))
    return isinstance(value, float) and bool(np.isnan(value))


def _limit(number: int) -> None:
    if number > MOST_RUNS:
        raise TooLargeError(
            f"sweep: at most {MOST_RUNS:,} runs are possible at a time, but the grid has more"
        )


def _refuse_doubles(runs: Iterable[Run]) -> None:
    seen = set()
    for run in runs:
        if run.identity in seen:
            shown = ", ".join(f"{name}={value!r:.80}" for name, value in run.arguments.items())
            raise ArgumentError(
                f"sweep: the run with {shown or 'no arguments'} is in the grid twice; allowed: once"
            )
        seen.add(run.identity)
