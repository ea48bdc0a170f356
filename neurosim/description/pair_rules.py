"""Rules that connect pairs of nodes: all, those of one index, drawn ones, or those of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.connector import Draws, check_count
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
    """Each pair is connected with the same probability, independently of all others."""

    probability: float

    def __post_init__(self) -> None:
        p = checks.real("FixedProbability", "probability", self.probability, positive=True)
        if p > 1:
            raise ArgumentError(f"FixedProbability: probability must be <= 1, not {p}")

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Draw the gaps between connected pairs, whose number is what it costs."""
        pairs = shape[0] * shape[1]
        check_count(owner, pairs * self.probability)
        generator = draws()
        size = max(16, int(1.1 * pairs * self.probability))
        parts: list[npt.NDArray[np.int64]] = []
        last = -1
        while last < pairs:
            # A gap as long as all pairs ends the drawing, and longer ones could overflow a sum.
            gaps = np.minimum(generator.geometric(self.probability, size), pairs + 1)
            parts.append(last + np.cumsum(gaps))
            last = int(parts[-1][-1])
        flat = np.concatenate(parts)
        flat = flat[flat < pairs]
        return Pattern.of_pairs(owner, shape, flat // shape[1], flat % shape[1])[0]


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


@dataclass(frozen=True)
class Pairs:
    """The pairs of a list of (pre, post), with weights, if any are given, in the same order.

    The projection itself has its synapses in the order of pre, then of post.
    """

    pairs: Iterable[tuple[int, int]]

    def __post_init__(self) -> None:
        try:
            pairs = self.pairs
            array = np.asarray(pairs if isinstance(pairs, np.ndarray) else list(pairs))
            good = array.ndim == 2 and array.shape[1] == 2 and array.dtype.kind in "iu"
            good = good and int(array.max(initial=0)) < 2**63
        except (TypeError, ValueError):
            good = False
        if not good:
            raise ArgumentTypeError("Pairs: pairs must be a list of (pre, post) whole numbers")
        if not len(array):
            raise ArgumentError("Pairs: pairs must name at least one pair")
        object.__setattr__(self, "pairs", tuple(map(tuple, array.tolist())))

    @property
    def order(self) -> npt.NDArray[np.int64]:
        """Where in the list the synapses of the projection are."""
        pre, post = np.array(self.pairs, np.int64).T
        return np.lexsort((post, pre))

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Return the pairs, sorted."""
        pre, post = np.array(self.pairs, np.int64).T
        return Pattern.of_pairs(owner, shape, pre, post)[0]
