"""Contestants take turns: what disturbs a shared machine for a second then disturbs them all."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Hashable, Mapping

from benchmarks.peers import Arrays
from benchmarks.peers.check import TOLERANCE, difference

__all__ = ["Contestant", "Times", "interleave", "same_result"]

Name = Hashable
#: One turn: the seconds of one update or tick.
Contestant = Callable[[], float]


class Times:
    """Seconds of every turn of every contestant."""

    def __init__(self, turns: Mapping[Name, list[float]]) -> None:
        self.turns = dict(turns)

    def __getitem__(self, name: Name) -> float:
        """Median over the turns."""
        return statistics.median(self.turns[name])

    def ratio(self, name: Name, other: Name) -> float:
        """Median of the ratios, each of two turns that followed one another."""
        return statistics.median(self._ratios(name, other))

    def spread(self, name: Name, other: Name) -> str:
        """Smallest and largest of these ratios, in words."""
        ratios = self._ratios(name, other)
        return f"{min(ratios):.2f} to {max(ratios):.2f}"

    def _ratios(self, name: Name, other: Name) -> list[float]:
        pairs = zip(self.turns[name], self.turns[other], strict=True)
        return [a / b for a, b in pairs]


def interleave(contestants: Mapping[Name, Contestant], repeats: int) -> Times:
    """Let every contestant warm up, and then all of them take turns."""
    for turn in contestants.values():
        turn()
    turns: dict[Name, list[float]] = {name: [] for name in contestants}
    for _ in range(repeats):
        for name, turn in contestants.items():
            turns[name].append(turn())
    return Times(turns)


def same_result(
    run: Callable[[], tuple[Arrays, float]], expected: Arrays, dtype: str = "float64"
) -> Contestant:
    """Make a contestant of which no time counts unless its result is the expected one."""

    def turn() -> float:
        result, seconds = run()
        gap = difference(result, expected)
        if gap > TOLERANCE[dtype]:
            raise ArithmeticError(f"not the same result: it differs by {gap:.1e}")
        return seconds

    return turn
