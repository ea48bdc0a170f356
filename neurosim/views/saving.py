"""Figures written to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from neurosim.files import replacing

__all__ = ["save"]


def save(ax: Any, path: Path) -> None:
    """Write the figure of some Axes to a PNG file, whole or not at all."""
    with replacing(path) as stream:
        ax.figure.savefig(stream, format="png", dpi=150)
