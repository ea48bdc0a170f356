"""Incremental predictive coding: synapses learn at every tick."""

from __future__ import annotations

from dataclasses import dataclass

from ..checks import MOST_TICKS, integer
from ..rules.model import Model

__all__ = ["IncrementalPC"]


def gate():  # type: ignore[no-untyped-def]
    """Open at every tick."""
    return True


@dataclass(frozen=True, kw_only=True)
class IncrementalPC(Model):
    """Incremental PC: inference and learning at the same time.

    Parameters
    ----------
    gamma : float
        Integration step of inference: 0.1, unless told otherwise. At the 1 of Z-IL nodes overshoot,
        and their energy may grow from tick to tick instead of falling.
    presentation : int
        Ticks for which `fit` presents each batch.

    References
    ----------
    Salvatori et al., "Incremental predictive coding", 2022 (arXiv 2212.00720).
    """

    gamma: float = 0.1
    presentation: int = 20
    gate = staticmethod(gate)
    rest = "never"
    commit = "tick"

    def __post_init__(self) -> None:
        super().__post_init__()
        integer("IncrementalPC", "presentation", self.presentation, 1, MOST_TICKS)

    def ticks(self, depth: int) -> int:
        """As many as were asked for."""
        return self.presentation
