"""How much compiled work to ask for at a time.

Numba cannot be interrupted: it returns to Python a few times a second, so that Ctrl-C, progress
bars and checkpoints work. Results do not depend on where a run is cut.
"""

from __future__ import annotations

__all__ = ["adapted"]

_SECONDS = 0.2
_LARGEST = 1 << 40


def adapted(size: int, seconds: float) -> int:
    """Size of the next slice, when one of `size` took so many seconds."""
    if seconds < _SECONDS / 2:
        return min(size * 2, _LARGEST)
    if seconds > _SECONDS:
        return max(1, size // 2)
    return size
