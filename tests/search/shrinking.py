"""The fewest lines of a program that still fail in the same way."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from .checks import Failure
from .program import Line, Program

__all__ = ["shrink"]


def shrink(
    program: Program,
    failure: Failure,
    fails: Callable[[Program], Failure | None],
    seconds: float,
) -> Program:
    """Leave out simulators, lines and options as long as the same failure comes.

    Parameters
    ----------
    program : Program
        Which fails at its last line.
    failure : Failure
        How.
    fails : callable
        Runs a program; what fails in it.
    seconds : float
        After which what has been reached is good enough.
    """
    deadline = time.monotonic() + seconds

    def still(candidate: Program) -> bool:
        if time.monotonic() > deadline:
            return False
        found = fails(candidate)
        return found is not None and found.signature == failure.signature

    for twin in program.twins[1:]:
        without = replace(program, twins=tuple(t for t in program.twins if t != twin))
        if still(without):
            program = without
    if program.twins != ("event-driven",) and still(replace(program, twins=("event-driven",))):
        program = replace(program, twins=("event-driven",))
    while True:
        before = program
        program = _fewer_lines(program, still)
        program = _simpler(program, still)
        if program == before or time.monotonic() > deadline:
            return program


def _fewer_lines(program: Program, still: Callable[[Program], bool]) -> Program:
    """Leave out halves, then quarters and so on, down to single lines; the last one stays."""
    length = max(1, len(program.lines) // 2)
    while True:
        start = len(program.lines) - 1 - length
        while start > -length:
            kept = [*program.lines[: max(start, 0)], *program.lines[start + length :]]
            candidate = program.with_lines(kept)
            if len(kept) < len(program.lines) and still(candidate):
                program = candidate
            start -= length
        if length == 1:
            return program
        length //= 2


def _simpler(program: Program, still: Callable[[Program], bool]) -> Program:
    """Leave out options, copies, and parts of the network."""
    for name in list(program.options):
        candidate = replace(
            program, options={k: v for k, v in program.options.items() if k != name}
        )
        if still(candidate):
            program = candidate
    for i, line in enumerate(program.lines):
        if line.revival:
            lines: list[Line] = list(program.lines)
            lines[i] = replace(line, revival="")
            if still(program.with_lines(lines)):
                program = program.with_lines(lines)
    for line in program.network:
        if line.startswith("net.add_population("):
            name = line.removeprefix("net.add_population(").partition(",")[0]
            kept = tuple(other for other in program.network if name not in other)
            if still(replace(program, network=kept)):
                program = replace(program, network=kept)
    for i in reversed(range(1, len(program.network))):
        candidate = replace(program, network=program.network[:i] + program.network[i + 1 :])
        if still(candidate):
            program = candidate
    for i in range(len(program.network)):
        simpler = program.network[i].replace("bias=True", "bias=False")
        network = (*program.network[:i], simpler, *program.network[i + 1 :])
        if simpler != program.network[i] and still(replace(program, network=network)):
            program = replace(program, network=network)
    kind = program.model.partition("(")[0]
    for model in ("models.ZIL()", f"{kind}()"):
        if model != program.model and still(replace(program, model=model)):
            return replace(program, model=model)
    return program
