"""What can go wrong, each also a built-in exception."""

from __future__ import annotations

__all__ = [
    "ArgumentError",
    "ArgumentTypeError",
    "ConvergenceError",
    "DataError",
    "DivergenceError",
    "MissingExtraError",
    "NeurosimError",
    "ProtocolError",
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


class MissingExtraError(NeurosimError, ImportError):
    """An optional library is needed and not installed."""


class ConvergenceError(NeurosimError, ArithmeticError):
    """A network did not become quiet within the ticks allowed."""


class DivergenceError(NeurosimError, ArithmeticError):
    """A state grew beyond what floating point can hold; a simulator keeps the last finite snapshot.

    Attributes
    ----------
    population : str
        The population of the first node that overflowed.
    node : int
        Its index in the population.
    replica : int or None
        The replica in which it happened; None where it is a weight, which all replicas share.
    tick : int or None
        The tick that could not be completed; the simulation still stands at it. None where there
        is no time: while settling, in predictions, and in backpropagation.
    """

    def __init__(
        self, population: str, node: int, replica: int | None, tick: int | None = None
    ) -> None:
        self.population, self.node, self.replica, self.tick = population, node, replica, tick
        where = f"in node {node} of population {population!r}"
        if replica is not None:
            where += f" (replica {replica})"
        if tick is None:
            super().__init__(
                f"the state overflows {where}. Smaller learning rate, weights or inputs keep it "
                "finite."
            )
        else:
            super().__init__(
                f"the state overflows {where} in the tick after t = {tick}; the last finite "
                "snapshot is kept. Smaller gamma, learning rate, weights or inputs keep it finite."
            )

    def __reduce__(
        self,
    ) -> tuple[type[DivergenceError], tuple[str, int, int | None, int | None]]:
        return type(self), (self.population, self.node, self.replica, self.tick)
