"""A program that runs, line by line, in all its simulators at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from oracles.bits import same_bits

from neurosim.errors import NeurosimError

from .checks import Failure, Found, after_alone, between, went_on
from .program import Line, Program
from .recordings import wrong_recordings
from .seen import not_finite
from .stages import Outcome, Stage

__all__ = ["Performance", "Unmakable", "replay"]


class Unmakable(Exception):  # noqa: N818
    """The network or the simulator that was drawn is refused, as some are."""


class Performance:
    """Stages, one per kind of simulator, in which lines are done and checked.

    Parameters
    ----------
    program : Program
        Its lines are not done by themselves.
    tell : callable
        Told each line, and each simulator that does it, beforehand: so a crash is known by them.

    Attributes
    ----------
    raised : list of str
        The error that each line raised in the first simulator, or nothing.
    """

    def __init__(self, program: Program, tell: Callable[[Line | str], object]) -> None:
        self.program, self._tell = program, tell
        self._equal = program.equal
        self.raised: list[str] = []
        self.stages = [Stage(program, twin) for twin in program.twins]
        for stage in self.stages:
            for text in program.setup(stage.twin):
                line = Line(text, "setup")
                outcome = stage.do(line)
                if isinstance(outcome.error, NeurosimError):
                    raise Unmakable(f"{text}: {outcome.error}")
                after_alone(stage, line, outcome, {}, [])
        for other in self.stages[1:]:
            same = Outcome(None, None, "", [])
            between(self.stages[0], other, Line("", "setup"), (same, same))

    @property
    def namespace(self) -> dict[str, Any]:
        """What the first simulator's lines have made."""
        return self.stages[0].namespace

    def do(self, line: Line) -> Outcome:
        """Do a line everywhere, and check what has to hold."""
        self._tell(line)
        first = self.stages[0]
        self.raised.append("?")
        outcomes: list[Outcome] = []
        for stage in self.stages:
            if stage.twin == "spared" and (line.watches or self._refused(line, outcomes[0])):
                continue
            if stage.twin == "revived" and line.revival:
                self._revive(stage, line)
            before = stage.shown
            self._tell(stage.twin)
            outcome = stage.do(line)
            outcomes.append(outcome)
            self.raised[-1] = type(outcomes[0].error).__name__ if outcomes[0].error else ""
            bad = [] if outcome.hidden else not_finite(stage.shown)
            bad += [] if outcome.hidden else wrong_recordings(stage, line, outcome)
            after_alone(stage, line, outcome, before, bad)
            if stage is not first:
                between(first, stage, line, (outcomes[0], outcome))
            # Where one diverges the other has not been asked to learn.
            self._equal = self._equal and outcome.error is None
            if self._equal:
                self._check_learned(stage, line)
        return outcomes[0]

    @staticmethod
    def _refused(line: Line, outcome: Outcome) -> bool:
        return outcome.error is not None and not went_on(line, outcome)

    @staticmethod
    def _revive(stage: Stage, line: Line) -> None:
        try:
            stage.revive(line.revival)
        except Exception as error:
            words = f"{type(error).__name__}: {error}"
            failure = Failure("no copy", f"{line.revival}: {words[:60]}", (stage.twin,), words)
            raise Found(failure) from error

    @staticmethod
    def _check_learned(stage: Stage, line: Line) -> None:
        sim, bp = stage.namespace["sim"], stage.namespace["bp"]
        if not same_bits(bp.weights, sim.weights):
            name = type(sim.model).__name__
            words = [n for n, w in bp.weights.items() if w.tobytes() != sim.weights[n].tobytes()]
            raise Found(
                Failure(
                    "learns something else than backpropagation", name, (stage.twin,),
                    f"after {line.text}: {', '.join(words)}",
                )
            )  # fmt: skip


def replay(
    program: Program, tell: Callable[[Line | str], object]
) -> tuple[Failure | None, list[str]]:
    """Do all lines of a program; what fails, if anything does, and what each line raised."""
    performance = None
    try:
        performance = Performance(program, tell)
        for line in program.lines:
            performance.do(line)
    except Unmakable:
        return None, []
    except Found as found:
        return found.failure, performance.raised if performance else []
    return None, performance.raised
