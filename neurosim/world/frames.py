"""A movie as a world: input that changes in time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError
from neurosim.world.event import Event
from neurosim.world.values import kept, target

__all__ = ["Frames", "frames"]

SHAPES = {2: "(frames, nodes)", 3: "(frames, replicas, nodes)"}


@dataclass(frozen=True, eq=False, repr=False)
class Frames:
    """A source of events, one for each frame of a movie; `frames` makes one.

    Iterating begins anew each time: an event for each frame, and at last the ticks for which the
    last one stays.

    Attributes
    ----------
    movie : ndarray, shape (frames, nodes) or (frames, replicas, nodes)
        Read-only.
    ticks_each : int
        Ticks from one frame to the next.
    population : str
        What is clamped.
    """

    movie: npt.NDArray[Any]
    ticks_each: int
    population: str

    def __post_init__(self) -> None:
        ticks = checks.integer("frames", "ticks_each", self.ticks_each, 1, checks.MOST_TICKS)
        name = target("frames", "population", self.population)
        movie = kept("frames", "movie", self.movie, SHAPES)
        if len(movie) * ticks > checks.MOST_TICKS:
            raise ArgumentError(
                f"frames: ticks_each must be <= {checks.MOST_TICKS // len(movie)} for "
                f"{len(movie)} frames, not {ticks}"
            )
        for attribute, value in {"movie": movie, "ticks_each": ticks, "population": name}.items():
            object.__setattr__(self, attribute, value)

    def __len__(self) -> int:
        """Return the number of frames."""
        return len(self.movie)

    def __iter__(self) -> Iterator[Event | int]:
        """Yield an event for each frame, then the ticks for which the last one stays."""
        for number, frame in enumerate(self.movie):
            yield Event(self.population, frame, after=self.ticks_each if number else 0)
        yield self.ticks_each

    def __repr__(self) -> str:
        """Show how much there is; a movie is too large."""
        return (
            f"frames(<movie of shape {self.movie.shape}>, ticks_each={self.ticks_each}, "
            f"population={self.population!r})"
        )

    def __reduce__(self) -> tuple[type[Frames], tuple[Any, ...]]:
        # A copy, and what comes from a file, is checked and read-only as well.
        return type(self), (self.movie, self.ticks_each, self.population)


def frames(movie: npt.ArrayLike, *, ticks_each: int, population: str = "input") -> Frames:
    """Show the frames of a movie one after the other.

    Each frame clamps the population for as many ticks, the last one, too, which then stays as
    clamped values do. Every frame is an onset, also one that is like the frame before.

    Parameters
    ----------
    movie : array_like, shape (frames, nodes) or (frames, replicas, nodes)
        Activities x. It is copied; a movie too large for that is a generator of events.
    ticks_each : int
        Ticks from one frame to the next, at least 1.
    population : str
        Name of a population, or label of a node.

    Returns
    -------
    Frames
        A source that can be shown any number of times.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If an argument is not one of these, or the movie lasts longer than a stream can.
    DataError
        If the movie is empty, not finite, or not of one of the shapes.

    Examples
    --------
    >>> import neurosim as ns
    >>> movie = ns.world.frames([[0.0, 1.0], [1.0, 0.0]], ticks_each=5)
    >>> len(movie), movie
    (2, frames(<movie of shape (2, 2)>, ticks_each=5, population='input'))
    >>> for each in movie:
    ...     print(each)
    Event('input', [0.0, 1.0], after=0)
    Event('input', [1.0, 0.0], after=5)
    5
    """
    return Frames(movie, ticks_each, population)  # type: ignore[arg-type]
