"""Figures as files whose bytes depend on what they show, not on whose machine it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from neurosim.extras import require
from neurosim.files import replacing

__all__ = ["plain_style", "write_figure"]


@contextmanager
def plain_style() -> Iterator[None]:
    """Draw and write figures in matplotlib's own style, whatever the user's settings."""
    style = require("matplotlib.style", "plots")
    with style.context("default", after_reset=True):
        yield


def write_figure(figure: Any, folder: Path, name: str) -> list[Path]:
    """Write a matplotlib figure as ``<name>.svg`` and ``<name>.png``, without dates."""
    matplotlib = require("matplotlib", "plots")
    paths = [folder / f"{name}.svg", folder / f"{name}.png"]
    with matplotlib.rc_context({"svg.hashsalt": name}):
        for path, metadata in zip(paths, ({"Date": None}, {"Software": None}), strict=True):
            with replacing(path) as stream:
                figure.savefig(stream, format=path.suffix[1:], dpi=150, metadata=metadata)
    return paths
