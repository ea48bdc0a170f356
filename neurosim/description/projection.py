"""A projection: the synapses from one population to another, described."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.arranging import arranged
from neurosim.description.frozen import frozen
from neurosim.description.initializers import Initializer
from neurosim.description.pattern import Pattern
from neurosim.errors import DataError

__all__ = ["FEEDBACK", "Projection", "generator_for"]

#: How errors come back: through the same synapses; through others that learn by the same rule; or
#: through others that stay as they are, which is feedback alignment and not backpropagation.
FEEDBACK = ("shared", "plastic", "fixed")

# Weights drawn at a time.
_BLOCK = 1 << 18


def generator_for(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers that belong to a name, whatever else is drawn."""
    key = hashlib.sha256(name.encode()).digest()
    words = tuple(int.from_bytes(key[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words)))


@dataclass(frozen=True, eq=False, repr=False)
class Projection:
    """Synapses from the value nodes of `pre` to the error nodes of `post`.

    Attributes
    ----------
    name : str
        ``"pre->post"``.
    pre, post : str
        Names of the two populations.
    shape : tuple of int
        Their sizes.
    pattern : Pattern or None
        Which nodes are connected; all, each pair through its own weight, if None.
    weights : Initializer or ndarray, shape (pre, post) or (weights,)
        The weights at the start, or the rule that draws them.
    plastic : bool
        Whether they learn.
    shares : str or None
        The projection whose weights it uses; its own if None.
    feedback : {"shared", "plastic", "fixed"}
        The synapses through which errors come back.
    feedback_weights : Initializer, ndarray or None
        How these begin, if they are not the same ones; as the forward weights if None.
    kernel : tuple of int or None
        Shape in which the weights may be given beside `weight_shape`: that of a convolution's.
    """

    name: str
    pre: str
    post: str
    shape: tuple[int, int]
    pattern: Pattern | None
    weights: Initializer | npt.NDArray[Any]
    plastic: bool = True
    shares: str | None = None
    feedback: str = "shared"
    feedback_weights: Initializer | npt.NDArray[Any] | None = None
    kernel: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        self._freeze()

    def _freeze(self) -> None:
        """Let nobody write to weights that were checked."""
        for name in ("weights", "feedback_weights"):
            value = getattr(self, name)
            if isinstance(value, np.ndarray):
                object.__setattr__(self, name, frozen(value))

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Copies of arrays, and those from a file, can be written to.
        vars(self).update(state)
        self._freeze()

    @property
    def synapse_count(self) -> int:
        """Number of synapses."""
        return self.shape[0] * self.shape[1] if self.pattern is None else len(self.pattern.pre)

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """Shape of the array of weights: (pre, post) if all are connected, else (weights,)."""
        return self.shape if self.pattern is None else (self.pattern.weight_count,)

    def arranged(
        self, owner: str, argument: str, weights: Any, dtype: npt.DTypeLike
    ) -> npt.NDArray[Any]:
        """Weights of `weight_shape` from any shape in which they may be given, checked."""
        return arranged(owner, argument, weights, self.shape, self.pattern, self.kernel, dtype)

    def weight_index(self, pre: int, post: int) -> tuple[int, ...] | None:
        """Where the weight between two nodes is in that array; None if they are not connected."""
        if self.pattern is None:
            return pre, post
        n = self.pattern.weight_of(pre, post)
        return None if n is None else (n,)

    def weight_labels(self) -> list[tuple[str, int, int]]:
        """(name, pre, post) of each weight of a sparse projection; its first pair, if several."""
        assert self.pattern is not None
        weight = self.pattern.weight
        first = slice(None) if weight is None else np.unique(weight, return_index=True)[1]
        pairs = zip(self.pattern.pre[first], self.pattern.post[first], strict=True)
        return [(self.name, int(i), int(j)) for i, j in pairs]

    def targets(self, pre: int) -> list[int]:
        """The nodes that a node predicts, in ascending order."""
        if self.pattern is None:
            return list(range(self.shape[1]))
        first, last = np.searchsorted(self.pattern.pre, [pre, pre + 1])
        return [int(j) for j in self.pattern.post[first:last]]

    def sources(self, post: int) -> list[int]:
        """The nodes that predict a node, in ascending order."""
        if self.pattern is None:
            return list(range(self.shape[0]))
        return [int(i) for i in self.pattern.pre[self.pattern.post == post]]

    def blocks(
        self, seed: int, *, feedback: bool = False
    ) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """Yield the initial forward, or feedback, weights as (first row, rows).

        They depend on the seed and the projection's name alone, not on what else is in the network.

        Raises
        ------
        DataError
            If the rule that draws them returns another shape, or numbers that are not finite.
        """
        weights, name = self.weights, self.shares or self.name
        if feedback and self.feedback_weights is not None:
            weights, name = self.feedback_weights, f"{self.name} feedback"
        if isinstance(weights, np.ndarray):
            yield 0, weights
            return
        generator = generator_for(seed, name)
        if not self.synapse_count:
            yield 0, np.zeros(self.weight_shape)
            return
        if self.pattern is not None:
            fan_in, fan_out = (self.synapse_count / size for size in reversed(self.shape))
            yield 0, self._drawn(weights, generator, self.weight_shape, fan_in, fan_out)
            return
        pre, post = self.shape
        rows = max(1, _BLOCK // post)
        for first in range(0, pre, rows):
            shape = min(rows, pre - first), post
            yield first, self._drawn(weights, generator, shape, pre, post)

    def _drawn(
        self,
        rule: Initializer,
        generator: np.random.Generator,
        shape: tuple[int, ...],
        fan_in: float,
        fan_out: float,
    ) -> npt.NDArray[Any]:
        """Return the next weights of a rule, checked: it may be a user's own."""
        owner, what = f"projection {self.name!r}", f"weights drawn by {rule!r:.200}"
        try:
            rows = rule.draw(generator, shape, fan_in, fan_out)
        except OverflowError as error:
            raise DataError(f"{owner}: {what} overflow: {error}") from error
        return checks.finite_array(owner, what, rows, shape, np.float64)

    def __repr__(self) -> str:
        kind = "" if self.pattern is None else f", {self.synapse_count:,} synapses"
        return f"Projection({self.name!r}, {self.shape[0]} x {self.shape[1]}{kind})"
