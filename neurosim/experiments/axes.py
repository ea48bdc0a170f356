"""Axes that several experiments have in common."""

from __future__ import annotations

from typing import Any

__all__ = ["error_axis"]

_MARKS = (0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 0.9)


def error_axis(ax: Any, words: str = "test error") -> None:
    """Make the y axis of matplotlib axes a logarithmic one of test errors, as large as it was."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    marks = [mark for mark in _MARKS if low <= mark <= high]
    ax.set_yticks(marks, [f"{mark:g}" for mark in marks])
    ax.minorticks_off()
    ax.set_ylim(low, high)
    ax.set_ylabel(words)
