"""Z-IL, zero-divergence inference learning: each level learns at its own time."""

from __future__ import annotations

from dataclasses import dataclass

from ..rules.model import Model

__all__ = ["ZIL"]


def gate(timer, level):  # type: ignore[no-untyped-def]
    """Open when the node's own timer, started by the teacher's onset, reads its own level."""
    return timer == level


@dataclass(frozen=True, kw_only=True)
class ZIL(Model):
    """Z-IL: with gamma = 1 the weight updates of backpropagation, exactly.

    References
    ----------
    Song 2020, Section 3 and Theorem 3.1.
    """

    gate = staticmethod(gate)
