"""What can go wrong, each also a built-in exception."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "ConvergenceError",
    "DataError",
    "DivergenceError",
    "FileError",
    "FixedError",
    "MissingExtraError",
    "NeurosimError",
    "ProtocolError",
    "TooLargeError",
]


class NeurosimError(Exception):
    """Base class of every error that neurosim raises by itself."""


class ArgumentError(NeurosimError, ValueError):
    """An argument has a value that is not allowed."""


class ArgumentTypeError(NeurosimError, TypeError):
    """An argument has a type that is not allowed."""


class DataError(NeurosimError, ValueError):
    """An array or a file does not hold what it should."""


class ProtocolError(NeurosimError, ValueError):
    """A simulation was asked for something that makes no sense at this moment."""


class FixedError(NeurosimError, AttributeError):
    """An attribute was set that cannot be set."""

    def __init__(self, owner: str, name: str, hint: str = "it is fixed") -> None:
        super().__init__(f"{owner}.{name} cannot be set: {hint}")
        self._of = owner, name, hint

    def __reduce__(self) -> tuple[type[FixedError], tuple[str, str, str]]:
        return type(self), self._of


class FileError(NeurosimError, OSError):
    """A file cannot be written where it should be."""


class TooLargeError(NeurosimError, MemoryError):
    """A network does not fit into memory."""


class MissingExtraError(NeurosimError, ImportError):
    """An optional library is needed and not installed."""


class ConvergenceError(NeurosimError, ArithmeticError):
    """A network did not become quiet within the ticks allowed."""


class DivergenceError(NeurosimError, ArithmeticError):
    """A state or a weight grew beyond its bound; a simulator keeps the last snapshot within it.

    Attributes
    ----------
    population : str
        The population of the first node that left it.
    node : int
        Its index in the population; where it is a weight, that of the node it leads to.
    replica : int or None
        The replica in which it happened; None where it is a weight, which all replicas share.
    tick : int or None
        The tick that could not be completed; the simulation still stands at it. None where there
        is no time: while settling, in predictions, and in backpropagation.
    bound : float or None
        The bound that was left; None where it is what floating point can hold.
    epoch : int or None
        In `fit`, the epoch of this call in which it happened; the first one is 0.
    samples : tuple of int or None
        In `fit`, the samples that were presented: where they are in what was given.
    cause : str or None
        The function of a user that gave no number, or the energy that is too large, in words; None
        where it is a state or a weight.
    """

    def __init__(
        self,
        population: str,
        node: int,
        replica: int | None,
        tick: int | None = None,
        bound: float | None = None,
        epoch: int | None = None,
        samples: tuple[int, ...] | None = None,
        cause: str | None = None,
    ) -> None:
        self.population, self.node, self.replica, self.tick = population, node, replica, tick
        self.bound, self.epoch, self.samples, self.cause = bound, epoch, samples, cause
        super().__init__(f"{self._what()} {self._where()}{self._when()}{self._remedy()}")

    def _what(self) -> str:
        if self.cause is not None:
            return self.cause
        if self.bound is None:
            return "the state overflows" if self.replica is not None else "a weight overflows"
        what = "x" if self.replica is not None else "a weight"
        return f"{what} is beyond the bound of {self.bound:g}"

    def _where(self) -> str:
        where = f"in node {self.node} of population {self.population!r}"
        return where if self.replica is None else f"{where} (replica {self.replica})"

    def _when(self) -> str:
        when = ""
        if self.tick is not None:
            when += f" in the tick after t = {self.tick}"
        if self.epoch is not None and self.samples is not None:
            shown = ", ".join(map(str, self.samples[:8]))
            more = ", ..." if len(self.samples) > 8 else ""
            when += f", in epoch {self.epoch}, at the samples [{shown}{more}]"
        return when

    def _remedy(self) -> str:
        gamma = "" if self.tick is None else "gamma, "
        kept = "" if self.tick is None else "; the last snapshot before that is kept"
        if self.cause is not None:
            return f"{kept}."
        remedy = f"{kept}. Smaller {gamma}learning rate, weights or inputs keep it "
        if self.bound is None:
            return f"{remedy}finite."
        return f"{remedy}within; where it should go that far, give a larger bound= or None."

    def during(self, epoch: int, samples: Iterable[int]) -> DivergenceError:
        """Return the same error of a presentation in `fit`."""
        return type(self)(
            self.population, self.node, self.replica, self.tick, self.bound, epoch,
            tuple(map(int, samples)), self.cause,
        )  # fmt: skip

    def __reduce__(self) -> tuple[type[DivergenceError], tuple[Any, ...]]:
        return type(self), (
            self.population, self.node, self.replica, self.tick, self.bound, self.epoch,
            self.samples, self.cause,
        )  # fmt: skip
