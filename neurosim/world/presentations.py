"""Samples as a world: each is shown for some ticks, and its teacher comes, stays and goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError, TooLargeError

__all__ = ["Presentations", "Schedule", "presentations"]

#: A number of ticks, the limits between which it is drawn, or as few as the network allows.
Duration = int | tuple[int, int] | None
Integers = npt.NDArray[np.int64]

#: How likely an input may be shown again: a hundred times in a row, on average.
MOST_AGAIN = 0.99
#: Samples that a schedule may hold, those that are shown again included.
MOST_SHOWN = 10**8


class Schedule(NamedTuple):
    """When each presentation of some samples begins and ends.

    Attributes
    ----------
    chosen : ndarray of int64, shape (samples shown,)
        Index of each sample, presentation after presentation.
    sizes : ndarray of int64, shape (presentations,)
        How many samples each presentation shows at a time, one per replica.
    ticks : ndarray of int64, shape (presentations, 3)
        Ticks from the input to its teacher, for which the teacher stays, and from its end to the
        next input. The second is 0 where no teacher comes, and nowhere else.
    """

    chosen: Integers
    sizes: Integers
    ticks: Integers


@dataclass(frozen=True, eq=False, repr=False)
class Presentations:
    """Samples and how they are shown; `presentations` makes one, and says what its arguments mean.

    Attributes
    ----------
    inputs, targets : array_like, or mapping of population to array_like
        As they were given.
    shown, taught, pause : int, (int, int) or None
        Ticks, the limits between which they are drawn, or None for as few as the network allows.
    jitter : int
        Ticks that may be added to each of them.
    missing, again : float
        Probabilities that no teacher comes, and that the same input is shown again.
    seed : int
        From which all that is random is drawn.
    """

    inputs: Any
    targets: Any = None
    shown: Duration = field(default=None, kw_only=True)
    taught: Duration = field(default=None, kw_only=True)
    pause: Duration = field(default=0, kw_only=True)
    jitter: int = field(default=0, kw_only=True)
    missing: float = field(default=0.0, kw_only=True)
    again: float = field(default=0.0, kw_only=True)
    seed: int = field(default=0, kw_only=True)

    def __post_init__(self) -> None:
        owner = "presentations"
        if self.pause is None:
            raise ArgumentTypeError(f"{owner}: pause must be a number of ticks, not None")
        checked = {
            "shown": _duration("shown", self.shown, 0),
            "taught": _duration("taught", self.taught, 1),
            "pause": _duration("pause", self.pause, 0),
            "jitter": checks.integer(owner, "jitter", self.jitter, 0, checks.MOST_TICKS),
            "missing": _probability("missing", self.missing, 1.0),
            "again": _probability("again", self.again, MOST_AGAIN),
            "seed": checks.integer(owner, "seed", self.seed, 0, 2**128 - 1),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)
        if self.targets is None and (self.taught is not None or self.missing):
            idle = "taught" if self.taught is not None else "missing"
            raise ArgumentError(f"{owner}: there are no targets; leave out {idle}")

    def schedule(self, samples: int, batch_size: int, shown: int, taught: int) -> Schedule:
        """Draw what is shown when; the same every time for the same arguments.

        What happens by chance is drawn from generators of its own, so that another probability,
        or other limits, leave all else as it was.

        Parameters
        ----------
        samples : int
            How many there are.
        batch_size : int
            How many are shown at the same times; the last presentation may show fewer.
        shown, taught : int
            Ticks that the network needs at least, used where None was given.

        Returns
        -------
        Schedule
            Every sample, in order, and again right after it what is shown again.

        Raises
        ------
        TooLargeError
            If it would hold more than 1e8 samples, those shown again included.
        ArgumentError
            If it would last longer than `checks.MOST_TICKS`.

        Examples
        --------
        >>> import neurosim as ns
        >>> world = ns.world.presentations([[0.0], [0.5], [1.0]], shown=8, pause=1)
        >>> chosen, sizes, ticks = world.schedule(samples=3, batch_size=2, shown=6, taught=2)
        >>> chosen, sizes
        (array([0, 1, 2]), array([2, 1]))
        >>> ticks
        array([[8, 0, 1],
               [8, 0, 1]])
        """
        owner = "Presentations.schedule"
        checks.integer(owner, "samples", samples, 1, checks.MOST_REPLICAS)
        checks.integer(owner, "batch_size", batch_size, 1, checks.MOST_REPLICAS)
        least = [
            checks.integer(owner, "shown", shown, 0, checks.MOST_TICKS),
            checks.integer(owner, "taught", taught, 1, checks.MOST_TICKS),
            0,
        ]
        if samples > MOST_SHOWN * (1 - self.again):
            raise TooLargeError(
                f"{owner}: {samples:,} samples, each shown {1 / (1 - self.again):.3g} times, are "
                f"more than {MOST_SHOWN:,}; show them in several parts"
            )
        seeds = np.random.SeedSequence(self.seed).spawn(6)
        again, missing, jitter, *each = (np.random.Generator(np.random.PCG64(s)) for s in seeds)
        batches = -(-samples // batch_size)
        times = again.geometric(1 - self.again, batches)
        first = np.repeat(np.arange(batches, dtype=np.int64) * batch_size, times)
        sizes = np.minimum(batch_size, samples - first)
        begins = np.cumsum(sizes) - sizes
        chosen = np.repeat(first - begins, sizes) + np.arange(sizes.sum(), dtype=np.int64)
        ticks = jitter.integers(0, self.jitter, (len(sizes), 3), endpoint=True)
        durations = zip(each, (self.shown, self.taught, self.pause), least, strict=True)
        for column, (generator, duration, shortest) in enumerate(durations):
            limits = shortest if duration is None else duration
            low, high = limits if isinstance(limits, tuple) else (limits, limits)
            ticks[:, column] += generator.integers(low, high, len(sizes), endpoint=True)
        untaught = missing.random(len(sizes)) < (1 if self.targets is None else self.missing)
        ticks[untaught, 1] = 0
        # In floating point: the sum of so many may not fit an integer.
        total = ticks.sum(dtype=np.float64)
        if total > checks.MOST_TICKS:
            raise ArgumentError(
                f"{owner}: {len(sizes):,} presentations last {total:.3g} ticks, more than "
                f"{checks.MOST_TICKS:.0e}"
            )
        return Schedule(chosen, sizes, ticks)

    def __repr__(self) -> str:
        """Show what was asked for; of samples, how many."""
        words = [f"inputs={_seen(self.inputs)}"]
        for each in fields(self)[1:]:
            value = getattr(self, each.name)
            if each.name == "targets" and value is not None:
                words.append(f"targets={_seen(value)}")
            elif each.name != "targets" and value != each.default:
                words.append(f"{each.name}={value!r}")
        return f"presentations({', '.join(words)})"


def _duration(argument: str, given: object, least: int) -> Duration:
    """Return ticks, or their limits; None stands for as few as possible."""
    if given is None:
        return None
    if not isinstance(given, (list, tuple)):
        return checks.integer("presentations", argument, given, least, checks.MOST_TICKS)
    if len(given) != 2:
        raise ArgumentTypeError(
            f"presentations: {argument} must be a number of ticks or (lowest, highest), "
            f"not {given!r:.200}"
        )
    low, high = (
        checks.integer("presentations", f"{which} {argument}", n, least, checks.MOST_TICKS)
        for which, n in zip(("lowest", "highest"), given, strict=True)
    )
    if low > high:
        raise ArgumentError(
            f"presentations: {argument} must be (lowest, highest), not {(low, high)}"
        )
    return low, high


def _probability(argument: str, given: object, most: float) -> float:
    """Return a probability up to a limit."""
    probability = checks.real("presentations", argument, given, minimum=0)
    if probability > most:
        raise ArgumentError(f"presentations: {argument} must be <= {most:g}, not {given!r:.50}")
    return probability


def _seen(given: object) -> str:
    """Say how much there is, whatever was given."""
    if isinstance(given, Mapping):
        return f"<{len(given)} populations or nodes>"
    if isinstance(given, np.ndarray):
        return f"<array of shape {given.shape}>"
    return f"<{type(given).__name__}>"


def presentations(
    inputs: npt.ArrayLike | Mapping[str, npt.ArrayLike],
    targets: npt.ArrayLike | Mapping[str, npt.ArrayLike] | None = None,
    *,
    shown: int | tuple[int, int] | None = None,
    taught: int | tuple[int, int] | None = None,
    pause: int | tuple[int, int] = 0,
    jitter: int = 0,
    missing: float = 0.0,
    again: float = 0.0,
    seed: int = 0,
) -> Presentations:
    """Show samples one batch after the other, each with its teacher.

    In a presentation the inputs are clamped, which is an onset; after `shown` ticks the teacher
    comes, stays for `taught` ticks and is released; after `pause` ticks the next inputs come. Those
    shown before stay until then. Where no teacher comes, the pause follows `shown`.

    Parameters
    ----------
    inputs, targets : array_like, shape (samples, nodes), or mapping of population or node to array
        The samples, shown in this order, `batch_size` of them at the same times. They are kept as
        given, and checked when they are shown to a network. Without targets no teacher comes.
    shown : int or (int, int), optional
        Ticks from an input to its teacher, or (lowest, highest) between which they are drawn
        uniformly, for each presentation anew, both ends included. If not given, as few as the
        network needs to have predicted. Fewer are allowed, and are not backpropagation.
    taught : int or (int, int), optional
        Ticks for which the teacher stays, at least 1. If not given, as few as its errors need to
        reach all levels.
    pause : int or (int, int)
        Ticks between the end of a presentation and the next onset.
    jitter : int
        Up to so many ticks more, drawn uniformly for each of `shown`, `taught` and `pause` of each
        presentation.
    missing : float
        Probability that no teacher comes, of each presentation.
    again : float
        Probability, after each presentation, that the next one shows the same samples again, with
        a new onset and, unless it is missing, their teacher. These presentations are additional:
        every sample is shown at least once, and 1 / (1 - again) times on average. At most 0.99.
    seed : int
        From which all that is random is drawn, the same every time the presentations are used.

    Returns
    -------
    Presentations
        A value; nothing is drawn before it is shown.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If an argument is not one of these, or `taught` or `missing` is given without targets.

    Examples
    --------
    >>> import neurosim as ns
    >>> import numpy as np
    >>> ns.world.presentations(np.eye(4), np.eye(4), shown=(10, 30), taught=12, missing=0.3, seed=1)
    ... # doctest: +NORMALIZE_WHITESPACE
    presentations(inputs=<array of shape (4, 4)>, targets=<array of shape (4, 4)>, shown=(10, 30),
                  taught=12, missing=0.3, seed=1)
    """
    return Presentations(
        inputs, targets, shown=shown, taught=taught, pause=pause, jitter=jitter, missing=missing,
        again=again, seed=seed,
    )  # fmt: skip
