"""Processes in which programs run: what crashes or hangs ends one of them, and is known by it."""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from .checks import Failure
from .program import Line, Program

__all__ = ["Answer", "Worker"]

#: What a worker may have of memory, so that an absurd request is refused by the system.
_MEMORY = 12 << 30
#: How long it may take until everything is compiled.
_WARMING = 1800.0


@dataclass
class Answer:
    """A program as it was run, what fails in it, and what each of its lines raised."""

    program: Program | None
    failure: Failure | None
    raised: list[str]


class Worker:
    """A process of its own, begun anew when it was lost.

    Parameters
    ----------
    limit : float
        Seconds that a line may take.
    """

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._process: Any = None
        self._pipe: Any = None
        handle, self._errors = tempfile.mkstemp(prefix="search", suffix=".txt")
        os.close(handle)

    def warm(self) -> None:
        """Begin, and compile what all programs need."""
        if self._process is None or not self._process.is_alive():
            context = multiprocessing.get_context("spawn")
            self._pipe, theirs = context.Pipe()
            self._process = context.Process(target=_serve, args=(theirs, self._errors), daemon=True)
            self._process.start()
            theirs.close()
            if not self._pipe.poll(_WARMING) or self._pipe.recv() != "warm":
                self.end()
                raise RuntimeError(f"a worker does not begin:\n{self._last_words()}")

    def ask(self, request: tuple[Any, ...], limit: float | None = None) -> Answer:
        """Have a program drawn and run, or a given one run again."""
        self.warm()
        self._pipe.send(request)
        program, lines = request[1] if request[0] == "replay" else None, []
        twin = ""
        begun = time.monotonic()
        while True:
            left = (limit or self.limit) - (time.monotonic() - begun)
            try:
                if not self._pipe.poll(max(0.0, left)):
                    return self._lost("a line that does not end", program, lines, twin)
                kind, what = self._pipe.recv()
            except (EOFError, OSError):
                return self._lost("a crash", program, lines, twin)
            if kind == "done":
                return what
            begun = time.monotonic()
            if isinstance(what, Program):
                program, lines = what, []
            elif isinstance(what, Line):
                lines.append(what)
            else:
                twin = what

    def _lost(self, kind: str, program: Program | None, lines: list[Line], twin: str) -> Answer:
        words = ""
        if kind == "a crash":
            self._process.join(5)
            words = f"exit code {self._process.exitcode}\n{self._last_words()}"
        self.end()
        verb = (lines[-1].verb if lines else "setup") or "look"
        failure = Failure(kind, verb, (twin,) if twin else (), words)
        if program is not None:
            program = program.with_lines(lines)
        return Answer(program, failure, ["" for _ in lines])

    def _last_words(self) -> str:
        return "\n".join(Path(self._errors).read_text(errors="replace").splitlines()[-30:])

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def close(self) -> None:
        """End for good."""
        self.end()
        Path(self._errors).unlink(missing_ok=True)


def _serve(pipe: Connection, errors: str) -> None:
    """Run what is asked for, in a process of its own, until nobody asks any more."""
    # What lines print is of no interest; what a crash leaves behind is.
    stream = open(errors, "w")  # noqa: SIM115
    os.dup2(stream.fileno(), 2)
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    faulthandler.enable(stream)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ["MPLBACKEND"] = "Agg"

    from .performance import replay
    from .programs import perform

    _compile_what_all_need()
    pipe.send("warm")
    while True:
        try:
            request = pipe.recv()
        except EOFError:
            return
        try:
            if request[0] == "replay":
                failure, raised = replay(request[1], lambda line: pipe.send(("line", line)))
                answer = Answer(request[1], failure, raised)
            else:
                program, failure = perform(*request[1:], lambda what: pipe.send(("line", what)))
                answer = Answer(program, failure, [])
        except Exception:
            words = traceback.format_exc()
            cause = words.splitlines()[-1][:60]
            answer = Answer(None, Failure("a fault of the search", cause, (), words), [])
        pipe.send(("done", answer))


def _compile_what_all_need() -> None:
    from .program import TWINS, Line, Program
    from .stages import Stage

    lines = (
        "sim.predict([[1.0, 0.5]])", "m1 = ns.StateMonitor(sim, 'x')", "m2 = ns.SpikeMonitor(sim)",
        "sim.fit([[1.0, 0.5]], [[1.0]])", "sim.run(3)", "sim.settle('inference', tolerance=1.0)",
        "sim.silence('hidden1', [0])", "sim.inject('hidden1', [1.0, 1.0, 1.0], 3)", "sim.run(3)",
        "bp.fit([[1.0, 0.5]], [[1.0]])", "sim.release('input')", "ns.audit",
        "sim.stream(ns.world.presentations([[1.0, 0.5]], [[1.0]]))",
    )  # fmt: skip
    network = ("net = ns.Network.layered([2, 3, 1], seed=0)",)
    for dtype in ("float64", "float32"):
        for model in ("ZIL", "FaZIL", "IL", "IncrementalPC"):
            options = {"dtype": repr(dtype)}
            program = Program(network, f"models.{model}(sweep=True)", options, options)
            for twin in list(TWINS)[:2]:
                stage = Stage(program, twin)
                for text in (*program.setup(twin), *lines):
                    stage.do(Line(text))
