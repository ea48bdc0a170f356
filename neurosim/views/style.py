"""What drawings of populations and of nodes have in common to the eye."""

from __future__ import annotations

__all__ = ["LINE", "shortened"]

LINE = "#555555"
# How many letters the box of a population holds.
_LETTERS = 18


def shortened(name: str) -> str:
    """Return a name, or both ends of one that is too long for its place."""
    return name if len(name) <= _LETTERS else f"{name[:8]}...{name[-7:]}"
