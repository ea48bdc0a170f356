"""A projection: the synapses from one population to another, described."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.initializers import Initializer

__all__ = ["Projection"]

# Weights drawn at a time.
_BLOCK = 1 << 18


@dataclass(frozen=True, eq=False, repr=False)
class Projection:
    """All-to-all synapses from the value nodes of `pre` to the error nodes of `post`.

    Attributes
    ----------
    pre, post : str
        Names of the two populations.
    shape : tuple of int
        Their sizes.
    weights : Initializer or ndarray, shape (pre, post)
        The weights at the start, or the rule that draws them.
    """

    pre: str
    post: str
    shape: tuple[int, int]
    weights: Initializer | npt.NDArray[Any]

    @property
    def name(self) -> str:
        """``"pre->post"``."""
        return f"{self.pre}->{self.post}"

    def blocks(self, seed: int) -> Iterator[tuple[int, npt.NDArray[Any]]]:
        """Yield the initial weights as (first row, rows).

        They depend on the seed and the projection's name alone, not on what else is in the network.
        """
        if isinstance(self.weights, np.ndarray):
            yield 0, self.weights
            return
        pre, post = self.shape
        key = hashlib.sha256(self.name.encode()).digest()
        words = tuple(int.from_bytes(key[i : i + 4], "little") for i in range(0, 16, 4))
        generator = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(seed, spawn_key=words))
        )
        rows = max(1, _BLOCK // post)
        for first in range(0, pre, rows):
            yield first, self.weights.draw(generator, min(rows, pre - first), pre, post)

    def __repr__(self) -> str:
        return f"Projection({self.name!r}, {self.shape[0]} x {self.shape[1]})"
