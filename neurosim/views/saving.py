"""Figures written to files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

__all__ = ["save"]


def save(ax: Any, path: Path) -> None:
    """Write the figure of some Axes to a PNG file, whole or not at all."""
    # Not by mkstemp, whose files nobody else may read.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        ax.figure.savefig(temporary, format="png", dpi=150)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
