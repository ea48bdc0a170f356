"""Fa-Z-IL, fully autonomous Z-IL: each node learns when its own change detector fires."""

from __future__ import annotations

from dataclasses import dataclass

from ..rules.model import Model

__all__ = ["FaZIL"]


def gate(phi):  # type: ignore[no-untyped-def]
    """Open when phi fires; nothing from outside, no level, no time."""
    return phi


@dataclass(frozen=True, kw_only=True)
class FaZIL(Model):
    """Fa-Z-IL: Z-IL with no controller at all.

    References
    ----------
    Song 2020, Section 4 and Algorithm 1.
    """

    gate = staticmethod(gate)
    rest = "spreads"
