"""What has to hold after each line, whatever it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from neurosim.errors import DivergenceError, NeurosimError

from .objects import ACTING
from .program import Line
from .stages import Outcome, Stage

__all__ = ["Failure", "Found", "after_alone", "between", "went_on"]

#: Verbs that have done something before they find that a state overflows.
_STEPWISE = ("run", "step", "stream", "fit", "present", "release", "for learner in (sim, bp)")


@dataclass(frozen=True)
class Failure:
    """What is wrong.

    Attributes
    ----------
    kind : str
        The sentence that does not hold.
    cause : str
        What two failures of one cause have in common.
    twins : tuple of str
        The simulators in which it shows; where two differ, the first and the other.
    words : str
        What was seen.
    """

    kind: str
    cause: str
    twins: tuple[str, ...]
    words: str

    @property
    def signature(self) -> tuple[str, str]:
        """By which it is known again."""
        return self.kind, self.cause


class Found(Exception):  # noqa: N818
    """A line after which something does not hold."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.words)
        self.failure = failure


def went_on(line: Line, outcome: Outcome) -> bool:
    """Whether a line that raised may have done something before."""
    if line.verb == "stream of events":
        return True
    if not isinstance(outcome.error, DivergenceError):
        return False
    return line.verb in _STEPWISE


def after_alone(
    stage: Stage, line: Line, outcome: Outcome, before: dict[str, Any], bad: list[tuple[str, str]]
) -> None:
    """Check what one simulator shows after a line."""
    here = (stage.twin,)

    def fail(kind: str, cause: str, words: str) -> None:
        raise Found(Failure(kind, cause, here, words))

    if outcome.hidden:
        fail("what cannot be looked at", outcome.hidden[:60], outcome.hidden)
    if outcome.warned:
        fail("a warning", outcome.warned[0][:60], "; ".join(outcome.warned))
    if outcome.is_foreign and not _may_raise(line, outcome):
        name = type(outcome.error).__name__
        fail("an error of Python's", f"{name} in {outcome.where}", f"{name}: {outcome.error}")
    if isinstance(outcome.error, NeurosimError) and not _is_built_in(outcome.error):
        fail("an error that is no built-in one", type(outcome.error).__name__, "")
    if outcome.error is None:
        if line.refused:
            fail("taken, though it cannot be meant", line.verb or line.text, line.text)
        if line.assigns:
            _check_assignment(stage, line, fail)
    if (outcome.error is not None and not went_on(line, outcome)) or line.idle:
        changed = differences(before, stage.shown)
        if changed:
            kind = "refused, but changed" if outcome.error is not None else "looked, but changed"
            name = type(outcome.error).__name__ if outcome.error is not None else line.text
            fail(kind, f"{line.verb}: {name[:40]}", ", ".join(changed))
    if bad:
        kind, words = bad[0]
        fail(kind, f"{line.verb}: {_general(words)}", ", ".join(w for _, w in bad))


def _may_raise(line: Line, outcome: Outcome) -> bool:
    """Whether an error of Python's may come."""
    error = outcome.error
    if isinstance(error, NameError) and error.name is not None:
        # The line that should have made it was refused.
        return error.name[:1] in "mh" and error.name[1:].isdigit()
    if not outcome.where and not isinstance(error, (NameError, SyntaxError)):
        # What the line itself is made of: neurosim was not asked, or Python counted arguments.
        return True
    if line.assigns:
        return isinstance(error, (AttributeError, TypeError, ValueError, LookupError))
    if line.idle and line.verb in ("look", "look at monitors"):
        # What is looked at need not be there.
        return isinstance(error, (AttributeError, LookupError))
    return line.miscounted and isinstance(error, TypeError) and "argument" in str(error)


def _is_built_in(error: BaseException) -> bool:
    own = (object, BaseException, Exception)
    return any(c.__module__ == "builtins" and c not in own for c in type(error).__mro__)


def _check_assignment(stage: Stage, line: Line, fail: Any) -> None:
    if line.assigns == "array":
        fail("set, though it is fixed", line.text.partition("=")[0], line.text)
    holder = line.text.rpartition(f".{line.assigns} = ")[0]
    kind = type(eval(holder, dict(stage.namespace))).__name__
    if kind == "Recorder":
        fail("set, but not acting", "Recorder", line.text)
    if f"{kind}.{line.assigns}" not in ACTING:
        fail("set, but not acting", f"{kind}.{line.assigns}", line.text)


def between(first: Stage, other: Stage, line: Line, outcomes: tuple[Outcome, Outcome]) -> None:
    """Check that two simulators show the same after the same line."""
    one, two = outcomes
    pair = (first.twin, other.twin)
    if one.result != two.result and not _may_differ(line):
        raise Found(
            Failure(
                "simulators give something else",
                f"{other.twin}: {line.verb}",
                pair,
                f"{_short(one.result)}\n  {other.twin}: {_short(two.result)}",
            )
        )
    # In `fit`, how many ticks a presentation takes depends on what is found to be quiet.
    shown = [w for w in differences(first.shown, other.shown) if "clock_driven" not in w]
    if shown:
        cause = f"{other.twin}: {line.verb}"
        raise Found(Failure("simulators differ", cause, pair, ", ".join(shown)))


def _may_differ(line: Line) -> bool:
    """Whether what a line gives says how it was computed, or holds a seed that was drawn."""
    return line.verb == "make" or any(
        word in line.text for word in ("operations", "repr(sim)", "_repr_html_", "dir(")
    )


def differences(first: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """Words that show something else, where both show something."""
    return [words for words in first if words in other and first[words] != other[words]]


def _general(words: str) -> str:
    """What is seen, without the names of a program."""
    return words.partition("[")[0].partition(", ")[0]


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) < 200 else text[:200] + " ..."
