"""What becomes of a run, where it is made."""

from __future__ import annotations

import copy
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.errors import ArgumentError, ArgumentTypeError, DivergenceError
from neurosim.sweeps.machine import cpu, versions
from neurosim.sweeps.values import plain

__all__ = ["COLUMNS", "STATUSES", "Outcome", "described", "outcome_of"]

#: What is known of each run besides its arguments and results.
COLUMNS = ("status", "error", "seconds", "cpu", "versions")
STATUSES = ("done", "diverged", "failed")
_LONGEST_ERROR = 2000


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes
    ----------
    status : str
        "done", "diverged" or "failed".
    error : str or None
        What was raised, in words.
    results : dict
        What it returned, as JSON has it; empty unless it is done.
    seconds : float or None
        How long it took; None, as the next two, where nobody is left to tell.
    cpu, versions : str or None
        Where it was made, and with what.
    """

    status: str
    error: str | None
    results: dict[str, Any]
    seconds: float | None = None
    cpu: str | None = None
    versions: str | None = None


def outcome_of(
    function: Callable[..., Any], arguments: dict[str, Any], *, apart: bool = True
) -> Outcome:
    """Make a run.

    Parameters
    ----------
    function : callable
        It gets a copy of the arguments, and may change it.
    arguments : dict
        By name.
    apart : bool
        Whether this is a process that makes runs and nothing else. There, what would end a process
        is an error of the run as any other; here it may come from somebody who wants the sweep to
        end.
    """
    begun = time.perf_counter()
    status, error, results = "done", None, {}
    try:
        results = _checked(function(**copy.deepcopy(arguments)), arguments)
    except DivergenceError as raised:
        status, error = "diverged", _text(raised)
    except BaseException as raised:
        if not apart and not isinstance(raised, Exception):
            raise
        status, error = "failed", described(raised)
    return Outcome(status, error, results, time.perf_counter() - begun, cpu(), versions())


def described(error: BaseException) -> str:
    """Say what was raised, and in which line if that is in no file of this room."""
    frames = [
        f" ({path.name}, line {frame.lineno})"
        for frame in traceback.extract_tb(error.__traceback__)
        if (path := Path(frame.filename)).parent != Path(__file__).parent
        and not frame.filename.startswith("<frozen")
    ]
    text = _text(error)
    return f"{type(error).__name__}{f': {text}' if text else ''}{''.join(frames[-1:])}"


def _text(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:
        text = "(an error that cannot be shown)"
    if len(text) > _LONGEST_ERROR:
        text = f"{text[:_LONGEST_ERROR]}..."
    return text.encode(errors="backslashreplace").decode()


def _checked(results: object, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return what a run returned, as JSON has it."""
    if not isinstance(results, Mapping):
        raise ArgumentTypeError(
            f"a run must return a mapping of names to values, not {results!r:.80}"
        )
    found = {}
    for name, value in results.items():
        if not isinstance(name, str):
            raise ArgumentTypeError(f"the names of results must be strings, not {name!r:.80}")
        if name in arguments or name in COLUMNS:
            taken = "of an argument" if name in arguments else "of a column of every sweep"
            raise ArgumentError(f"the result {name!r} has the name {taken}; give it another one")
        plain(name, "the name of a result", mappings=False)
        found[str(name)] = plain(value, f"the result {name!r}", mappings=True)
    return found
