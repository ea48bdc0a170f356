"""The Axes that pictures are drawn into: given or new, and with the levels below them."""

from __future__ import annotations

import sys
from typing import Any

from neurosim.extras import require
from neurosim.views.placement import Layout

__all__ = ["axes_or_new", "show_levels"]


def axes_or_new(ax: Any, width: float, height: float) -> Any:
    """Return the Axes, or, if there are none, those of a new figure of a size in inches.

    Where somebody is going to show what pyplot has, a notebook or whoever has imported it, the
    figure is one of pyplot's. Elsewhere nothing of pyplot is touched, which would keep the figure.
    """
    if ax is not None:
        return ax
    options: dict[str, Any] = {
        "figsize": (max(4.0, width), max(2.5, height)),
        "layout": "constrained",
    }
    if "matplotlib.pyplot" in sys.modules or _in_notebook():
        return require("matplotlib.pyplot", "plots").figure(**options).subplots()
    return require("matplotlib.figure", "plots").Figure(**options).subplots()


def _in_notebook() -> bool:
    """Whether a kernel of IPython runs this, which shows the figures of pyplot after each cell."""
    running = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return running is not None and getattr(running(), "kernel", None) is not None


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
