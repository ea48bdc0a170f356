"""The Axes that pictures are drawn into: given or new, and with the levels below them."""

from __future__ import annotations

from typing import Any

from neurosim.extras import require
from neurosim.views.placement import Layout

__all__ = ["axes_or_new", "show_levels"]


def axes_or_new(ax: Any, width: float, height: float) -> Any:
    """Return the Axes, or, if there are none, those of a new figure of a size in inches."""
    if ax is not None:
        return ax
    size = (max(4.0, width), max(2.5, height))
    figure = require("matplotlib.figure", "plots").Figure(figsize=size, layout="constrained")
    return figure.subplots()


def show_levels(ax: Any, layout: Layout) -> None:
    """Let Axes end where the layout does, with a tick for each level and no frame."""
    highest = layout.highest
    ax.set_xlim(-0.5, highest + 0.5)
    ax.set_ylim(layout.bottom - 0.1, layout.top + 0.2)
    ax.set_xticks(range(highest + 1), [f"l = {highest - n}" for n in range(highest + 1)])
    ax.set_yticks([])
    for side in ("left", "right", "top", "bottom"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
