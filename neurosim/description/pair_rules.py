"""Rules that connect pairs of nodes: all, those of one index, drawn ones, or those of a list."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.connector import Draws, check_count
from neurosim.description.frozen import frozen
from neurosim.description.pattern import Pattern
from neurosim.errors import ArgumentError, ArgumentTypeError

__all__ = ["AllToAll", "FixedInDegree", "FixedProbability", "OneToOne", "Pairs"]


@dataclass(frozen=True)
class AllToAll:
    """Every node is connected to every node."""

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Return None: all pairs."""
        return None


@dataclass(frozen=True)
class OneToOne:
    """Each node is connected to the one with the same index."""

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Return the diagonal."""
        if shape[0] != shape[1]:
            raise ArgumentError(
                f"{owner}: one-to-one needs populations of one size, not {shape[0]} and {shape[1]}"
            )
        index = np.arange(shape[0])
        return Pattern(shape, index, index, None, len(index))


@dataclass(frozen=True)
class FixedProbability:
    """Each pair is connected with the same probability, independently of all others.

    Parameters
    ----------
    probability : float
        Of each pair.
    allow_empty : bool
        Whether chance may leave all pairs apart. The projection then has no synapses: nothing is
        sent through it, and the postsynaptic population is predicted to be 0, as it is where other
        projections do not reach it. If not, such a draw is an error.
    """

    probability: float
    allow_empty: bool = False

    def __post_init__(self) -> None:
        p = checks.real("FixedProbability", "probability", self.probability, positive=True)
        if p > 1:
            raise ArgumentError(f"FixedProbability: probability must be <= 1, not {p}")
        checks.boolean("FixedProbability", "allow_empty", self.allow_empty)

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Draw the gaps between connected pairs, whose number is what it costs."""
        pairs = shape[0] * shape[1]
        check_count(owner, pairs * self.probability)
        generator = draws()
        size = max(16, int(1.1 * pairs * self.probability))
        parts: list[npt.NDArray[np.int64]] = []
        last = -1
        while last < pairs:
            # A gap as long as all pairs ends the drawing. No sum up to the first place behind the
            # last pair overflows, since there are less than 2^62 pairs; what follows is left out.
            gaps = np.minimum(generator.geometric(self.probability, size), pairs + 1)
            places = last + np.cumsum(gaps)
            behind = np.flatnonzero(places >= pairs)
            if len(behind):
                parts.append(places[: behind[0]])
                break
            parts.append(places)
            last = int(places[-1])
        flat = np.concatenate(parts)
        return Pattern.of_pairs(owner, shape, flat // shape[1], flat % shape[1])[0]

    def why_empty(self, shape: tuple[int, int]) -> str:
        """How often chance leaves all pairs of two populations apart, and what may be done."""
        pairs = shape[0] * shape[1]
        chance = math.exp(pairs * math.log1p(-self.probability)) if self.probability < 1 else 0.0
        return (
            f"with a probability of {self.probability:g} for each of {pairs:,} pairs {chance:.2g} "
            f"of all seeds draw none. Another seed or a larger probability draws some; "
            f"FixedProbability({self.probability:g}, allow_empty=True) leaves them unconnected"
        )


@dataclass(frozen=True)
class FixedInDegree:
    """Each postsynaptic node is connected to the same number of nodes, drawn without repetition."""

    degree: int

    def __post_init__(self) -> None:
        checks.integer("FixedInDegree", "degree", self.degree, 1)

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Draw the presynaptic nodes of each postsynaptic one."""
        if self.degree > shape[0]:
            raise ArgumentError(
                f"{owner}: an in-degree of {self.degree} needs as many presynaptic nodes, not "
                f"{shape[0]}"
            )
        check_count(owner, self.degree * shape[1])
        generator = draws()
        pre = [generator.choice(shape[0], self.degree, replace=False) for _ in range(shape[1])]
        post = np.repeat(np.arange(shape[1]), self.degree)
        return Pattern.of_pairs(owner, shape, np.concatenate(pre), post)[0]


@dataclass(frozen=True, eq=False)
class Pairs:
    """The pairs of a list of (pre, post), with weights, if any are given, in the same order.

    The projection itself has its synapses in the order of pre, then of post.

    Attributes
    ----------
    pairs : ndarray of int, shape (pairs, 2)
        The list, read-only.
    """

    pairs: Iterable[tuple[int, int]] | npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        given = self.pairs
        try:
            if np.ma.is_masked(given):
                raise TypeError
            array = np.asarray(given if hasattr(given, "__array__") else list(given))
        except (TypeError, ValueError, RuntimeError):
            array = np.zeros(1)
        if array.ndim in (1, 2) and len(array) == 0:
            raise ArgumentError(
                "Pairs: pairs must name at least one pair; leave the projection out, if there are "
                "none"
            )
        good = array.ndim == 2 and array.shape[1] == 2 and array.dtype.kind in "iu"
        if not good or int(array.max()) >= 2**63:
            raise ArgumentTypeError("Pairs: pairs must be a list of (pre, post) whole numbers")
        object.__setattr__(self, "pairs", frozen(array.astype(np.int64, copy=False)))

    @property
    def _array(self) -> npt.NDArray[np.int64]:
        assert isinstance(self.pairs, np.ndarray)
        return self.pairs

    @property
    def order(self) -> npt.NDArray[np.int64]:
        """Where in the list the synapses of the projection are."""
        pre, post = self._array.T
        return np.lexsort((post, pre))

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Return the pairs, sorted."""
        pre, post = self._array.T
        return Pattern.of_pairs(owner, shape, pre, post)[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pairs) and np.array_equal(self._array, other._array)

    def __hash__(self) -> int:
        return hash(self._array.tobytes())

    def __reduce__(self) -> tuple[type[Pairs], tuple[npt.NDArray[np.int64]]]:
        # A copy is checked and read-only as well.
        return type(self), (self._array,)

    def __repr__(self) -> str:
        shown = [tuple(pair) for pair in self._array[:4].tolist()]
        more = f" and {len(self._array) - 4:,} more" if len(self._array) > 4 else ""
        return f"Pairs({shown}{more})"
