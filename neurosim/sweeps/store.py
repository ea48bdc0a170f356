"""The folder of a sweep: one file per run, written when it ends, and read when it is resumed.

A file has a line for each of its parts. All but the last are the same bytes wherever and whenever
the run is made; the last says where and how long.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from neurosim.errors import ArgumentError, ArgumentTypeError, DataError, FileError
from neurosim.files import replacing, why_not_replaced
from neurosim.sweeps.outcome import STATUSES, Outcome
from neurosim.sweeps.run import Run, canonical

__all__ = ["Store", "folder_of"]

_PARTS = ("function", "arguments", "outcome", "made")


def folder_of(value: object) -> Path | None:
    """Return a folder that a user named, which need not be there."""
    if value is None:
        return None
    if not isinstance(value, (str, os.PathLike)) or not isinstance(os.fspath(value), str):
        raise ArgumentTypeError(f"sweep: folder must be a path, not {value!r:.200}")
    if not os.fspath(value) or "\0" in os.fspath(value):
        raise ArgumentError(f"sweep: folder must be the path of a folder, not {value!r:.200}")
    return Path(value)


class Store:
    """Outcomes by run.

    Parameters
    ----------
    folder : Path
        Made if it is not there. What else is in it does not matter and is left alone.

    Raises
    ------
    FileError
        If it can be no folder.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileError(f"sweep: {str(folder)!r} cannot be a folder: {error}") from error
        self._folder = folder

    def path(self, run: Run) -> Path:
        """Return the file of a run."""
        return self._folder / f"{run.identity}.json"

    def read(self, run: Run) -> Outcome | None:
        """Return what became of a run, if that is on disk.

        Raises
        ------
        DataError
            If its file is damaged, or of another run.
        FileError
            If it cannot be read or, where there is none, not be written.
        """
        path = self.path(run)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            if why := why_not_replaced(path):
                raise FileError(f"sweep: {str(path)!r} {why}") from None
            return None
        except OSError as error:
            raise FileError(f"sweep: {str(path)!r} cannot be read: {error}") from error
        try:
            function, arguments, outcome = _parsed(content)
        except (ValueError, TypeError, RecursionError) as error:
            raise DataError(
                f"sweep: the file {str(path)!r} is damaged: {error}; if it is removed, its run is "
                "made again"
            ) from error
        if function != run.function or canonical(arguments) != canonical(run.arguments):
            raise DataError(
                f"sweep: the file {str(path)!r} is that of another run, {function} with "
                f"{arguments!r:.200}; if it is removed, its run is made again"
            )
        return outcome

    def write(self, run: Run, outcome: Outcome) -> None:
        """Keep what became of a run, as a whole or not at all.

        Raises
        ------
        FileError
            If there is no room for it, or no such folder any more.
        """
        path = self.path(run)
        content = _text(run, outcome).encode()
        try:
            with replacing(path) as stream:
                stream.write(content)
        except OSError as error:
            raise FileError(f"sweep: {str(path)!r} cannot be written: {error}") from error


def _text(run: Run, outcome: Outcome) -> str:
    values = (
        run.function,
        dict(sorted(run.arguments.items())),
        {"status": outcome.status, "error": outcome.error, "results": outcome.results},
        {"seconds": outcome.seconds, "cpu": outcome.cpu, "versions": outcome.versions},
    )
    parts = zip(_PARTS, values, strict=True)
    lines = ",\n".join(f'"{name}": {json.dumps(value)}' for name, value in parts)
    return f"{{\n{lines}\n}}\n"


def _parsed(content: bytes) -> tuple[str, dict[str, Any], Outcome]:
    found = _of_names(json.loads(content), _PARTS)
    outcome = _of_names(found["outcome"], ("status", "error", "results"))
    made = _of_names(found["made"], ("seconds", "cpu", "versions"))
    good = (
        isinstance(found["function"], str)
        and isinstance(found["arguments"], dict)
        and outcome["status"] in STATUSES
        and isinstance(outcome["error"], str | None)
        and isinstance(outcome["results"], dict)
        and isinstance(made["seconds"], float | None)
        and isinstance(made["cpu"], str | None)
        and isinstance(made["versions"], str | None)
    )
    if not good:
        raise ValueError("a value is not of its type")
    return found["function"], found["arguments"], Outcome(**outcome, **made)


def _of_names(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict) or {*value} != {*names}:
        raise ValueError(f"it does not hold {', '.join(names)}")
    return value
