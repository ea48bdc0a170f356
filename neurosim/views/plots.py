"""Plots: each takes Axes or makes some, returns them, and never shows them."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.errors import ArgumentTypeError
from neurosim.recording.spike_monitor import SpikeMonitor
from neurosim.views.axes import axes_or_new
from neurosim.views.saving import save

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
    if not isinstance(monitor, SpikeMonitor):
        raise ArgumentTypeError(f"raster: monitor must be a SpikeMonitor, not {monitor!r}")
    ax = axes_or_new(ax, 6, 4)
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
