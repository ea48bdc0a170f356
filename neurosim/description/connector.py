"""What a connection rule is: a frozen value that makes the pattern of a projection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from neurosim.description.pattern import Pattern
from neurosim.errors import ArgumentError

__all__ = ["Connector", "Draws", "check_count"]

#: Makes the random numbers of a projection.
Draws = Callable[[], np.random.Generator]

_MOST_SYNAPSES = 2**31


class Connector(Protocol):
    """Makes the pattern of a projection."""

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Return which pairs are connected; None if all are, each through its own weight."""


def check_count(owner: str, synapses: float) -> None:
    """Refuse more synapses than the pattern of a projection can have."""
    if synapses > _MOST_SYNAPSES:
        raise ArgumentError(
            f"{owner}: about {synapses:.2g} synapses are more than a sparse projection can have "
            f"({_MOST_SYNAPSES:.2g})"
        )
