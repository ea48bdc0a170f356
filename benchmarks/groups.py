"""The groups of benchmarks: which question each of them settles, and what it measures."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple

from benchmarks.report import Row

__all__ = ["NAMES", "QUESTIONS", "Group", "groups"]


class Group(NamedTuple):
    """A function of ``benchmarks`` that finds rows, and the question that they answer."""

    question: str
    function: str
    arguments: tuple[Any, ...]

    def rows(self) -> Iterator[Row]:
        """Measure; up to a row that fails, if one does: an hour's figures are not lost for it."""
        module, function = self.function.split(".")
        try:
            # Imported now, since it imports NumPy, which then reads how many threads it may use.
            yield from getattr(import_module(f"benchmarks.{module}"), function)(*self.arguments)
        except Exception as error:
            reason = f"failed: {type(error).__name__}: {error}"
            yield Row("the rest of this group", None, note=reason)


def groups(quick: bool = False, largest: int = 10**8) -> dict[str, Group]:
    """Return all groups by name, in the order in which they are measured and shown."""
    often, few = (3, 3) if quick else (9, 5)
    if quick:
        largest = min(largest, 10**6)
    return {
        "exact": Group(
            "Is learning by local rules (Z-IL, Fa-Z-IL) as fast as the backpropagation it equals?",
            "training.exact",
            (often, 1000 if quick else 2000),
        ),
        "dense": Group(
            "Are Z-IL and Fa-Z-IL as fast where no input is zero, so that nothing can be left out?",
            "training.exact_when_all_send",
            (often, 1000 if quick else 2000),
        ),
        "il": Group(
            "Is IL faster than IL written with whole matrices, and how much dearer than Z-IL?",
            "training.inference",
            (often, 180 if quick else 450),
        ),
        "tick": Group(
            "What does one tick inside `run` cost, with both ends clamped and with all free?",
            "ticks.inside_run",
            (often, 900 if quick else 1800),
        ),
        "step": Group(
            "Can a network be stepped and recorded from Python without a price per tick?",
            "ticks.stepped",
            (often,),
        ),
        "recorded": Group(
            "Can training be watched, spike by spike and state by state, without slowing it down?",
            "recorded.recorded",
            (often,),
        ),
        "stream": Group(
            "What does it cost that nobody is in command: a stream beside the settled protocol?",
            "streams.streams",
            (often,),
        ),
        "online": Group(
            "Is learning a sample at a time fast enough to do without batches?",
            "training.online",
            (often, 4500 if quick else 9000),
        ),
        "wide": Group(
            "Do ordered sums keep up where BLAS is at its best: wide layers, large batches, "
            "two threads?",
            "two_threads.two_threads",
            (few, 18 if quick else 45),
        ),
        "deep": Group(
            "Does time grow in proportion to depth, and what does working only on change save?",
            "deep.deep",
            (few, 45 if quick else 90),
        ),
        "construction": Group(
            "Are large networks built in seconds, in little more memory than their state needs?",
            "construction.construction",
            (few,),
        ),
        "start": Group(
            "How long does the first tick take to come, from a new Python?",
            "start_up.start_up",
            (few, not quick),
        ),
        "sums": Group(
            "How near do the three synaptic sums come to a large matrix product of BLAS?",
            "synaptic_sums.synaptic_sums",
            (few, 1024 if quick else 2048),
        ),
        "scaling": Group(
            "Does time grow in proportion to the number of synapses, and up to which size?",
            "scaling.scaling",
            (few, largest),
        ),
        "peers": Group(
            "Is any other library faster at the same work, with the same result?",
            "peer_table.peer_table",
            (1, 450) if quick else (3, 900),
        ),
    }


QUESTIONS = {name: group.question for name, group in groups().items()}
NAMES = tuple(QUESTIONS)
