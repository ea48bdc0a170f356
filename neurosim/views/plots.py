"""Plots: each takes Axes or makes some, returns them, and never shows them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.extras import require
from neurosim.recording.monitors import SpikeMonitor

__all__ = ["raster", "save"]


def raster(monitor: SpikeMonitor, ax: Any = None) -> Any:
    """Plot the spikes of a monitor, populations above one another, against t.

    Parameters
    ----------
    monitor : SpikeMonitor
    ax : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes
    """
    if ax is None:
        figure = require("matplotlib.figure", "plots").Figure(figsize=(6, 4), layout="constrained")
        ax = figure.subplots()
    bottom, ticks, labels = 0, [], []
    for n, (name, count) in enumerate(monitor.count.items()):
        here = monitor.population == name
        ax.plot(
            monitor.t[here], bottom + monitor.i[here], "|", color=f"C{n}", markersize=6, mew=1.5
        )
        ticks.append(bottom + len(count) / 2)
        labels.append(name)
        bottom += len(count)
        ax.axhline(bottom - 0.5, color="0.85", linewidth=0.8)
    ax.set_yticks(ticks, labels)
    ax.set_ylim(-0.5, bottom - 0.5)
    last = int(np.max(monitor.t, initial=0))
    ax.set_xlim(-0.5, last + 1.5)
    ax.set_xticks(range(last + 2))
    ax.set_xlabel("t (ticks since the teacher's onset)")
    ax.set_title("φ: which error node fires when")
    return ax


def save(ax: Any, path: Path) -> None:
    """Write the figure of some Axes to a PNG file, whole or not at all."""
    # Not by mkstemp, whose files nobody else may read.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        ax.figure.savefig(temporary, format="png", dpi=150)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
