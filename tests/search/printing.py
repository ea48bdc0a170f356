"""A failure as Python that can be pasted."""

from __future__ import annotations

import re

from .checks import Failure
from .program import Program

__all__ = ["as_python"]


def as_python(program: Program, failure: Failure, raised: list[str]) -> str:
    """Lines that show a failure, from the top of a checkout."""
    lines = ["from tests.search.words import *", ""]
    twins = failure.twins or program.twins
    for n, twin in enumerate(dict.fromkeys(twins)):
        if n:
            lines += ["first = sim", ""]
        done = _done(program, twin, raised)
        without = not any("bp" in line for line in done)
        setup = [s for s in program.setup(twin) if not (without and s.startswith("bp = "))]
        lines += [f"# {twin}", *setup, *done]
    shown = failure.words.splitlines() or [""]
    return "\n".join([*lines, f"# {failure.kind}: {shown[0]}", *(f"#   {s}" for s in shown[1:])])


def _done(program: Program, twin: str, raised: list[str]) -> list[str]:
    """The lines of one simulator; what they raise is caught where more come."""
    lines = []
    for n, line in enumerate(program.lines):
        error = raised[n] if n < len(raised) else ""
        last = n == len(program.lines) - 1
        if twin == "revived" and line.revival:
            lines.append(_revival(program, n))
        if twin == "spared" and (line.watches or error):
            continue
        if error and not last:
            lines += ["try:", f"    {line.text}", f"except Exception as error:  # {error}",
                      "    print(error)"]  # fmt: skip
        else:
            lines.append(line.text)
    return lines


def _revival(program: Program, n: int) -> str:
    """The line before line `n` by which all that has a state is copied."""
    made = [line.text.partition(" = ")[0] for line in program.lines[:n]]
    used = " ".join(line.text for line in program.lines)
    names = [name for name in dict.fromkeys(made) if re.fullmatch(r"[mh]\d+", name)]
    held = ", ".join(["sim", *(["bp"] if "bp" in used else []), *names])
    way = "copy.deepcopy({0})"
    if program.lines[n].revival == "pickle":
        way = "pickle.loads(pickle.dumps({0}))"
    return f"{held} = {way.format(held if held == 'sim' else f'({held})')}"
