"""Pictures of a network: levels from left to right, populations, projections, single nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.extras import require
from neurosim.graphs import labels_of, roles
from neurosim.levels import levels

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.projection import Projection
    from neurosim.simulator import Simulator

__all__ = ["draw_network", "draw_nodes"]

_COLOURS = {
    "input": "#cfe3f5",
    "hidden": "#eeeeee",
    "output": "#f8d9c4",
    "constant": "#f5f0c0",
    "relay": "#ffffff",
}
Place = tuple[float, float]


def _axes(ax: Any, columns: int, rows: int) -> Any:
    if ax is not None:
        return ax
    size = (max(4.0, 2.0 * columns), max(2.5, 1.1 * rows))
    figure = require("matplotlib.figure", "plots").Figure(figsize=size, layout="constrained")
    return figure.subplots()


def _columns(network: Network) -> dict[int, list[str]]:
    """Names of populations by level; a constant one stands over the highest level it predicts."""
    level = levels(network.populations, network.projections.values())
    columns: dict[int, list[str]] = {}
    for name in sorted(network.populations):
        columns.setdefault(level[name], []).append(name)
    return columns


def _arrow(ax: Any, start: Place, end: Place, projection: Projection, shrink: float) -> None:
    # Edges over several levels are bent, so that they pass beside what lies in between.
    bend = 0.0 if end[0] - start[0] < 1.5 and end[1] == start[1] else 0.12
    ax.annotate(
        "",
        end,
        start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": "#555555",
            "linestyle": "-" if projection.plastic else ":",
            "shrinkA": shrink,
            "shrinkB": shrink,
            "connectionstyle": f"arc3,rad={bend}",
        },
    )


def draw_network(network: Network, ax: Any) -> Any:
    """Draw populations and projections; see `Network.draw`."""
    columns, role = _columns(network), roles(network)
    highest, rows = max(columns), max(map(len, columns.values()))
    ax = _axes(ax, highest + 1, rows)
    place: dict[str, Place] = {}
    for level, names in columns.items():
        for n, name in enumerate(names):
            place[name] = (float(highest - level), (len(names) - 1) / 2 - n)
    for projection in network.projections.values():
        _arrow(ax, place[projection.pre], place[projection.post], projection, 26)
    for name, (x, y) in place.items():
        population = network.populations[name]
        box = {"boxstyle": "round", "facecolor": _COLOURS[role[name]], "edgecolor": "#555555"}
        text = f"{name}\n{population.size:,} {population.activation.name}"
        ax.text(x, y, text, ha="center", va="center", fontsize=8, bbox=box)
    _finish(ax, highest, rows)
    return ax


def draw_nodes(simulator: Simulator, variable: str, replica: int, ax: Any) -> Any:
    """Draw every node, coloured by a state; see `Simulator.draw`."""
    network, lowered = simulator.wiring, simulator._lowered
    columns = _columns(network)
    highest = max(columns)
    counts = {
        level: sum(network.populations[name].size for name in names)
        for level, names in columns.items()
    }
    rows = max(counts.values())
    ax = _axes(ax, highest + 1, max(3, rows // 2))
    place: dict[str, list[Place]] = {}
    for level, names in columns.items():
        slots = iter(np.arange(counts[level]))
        for name in names:
            size = network.populations[name].size
            place[name] = [
                (float(highest - level), (counts[level] - 1) / 2 - float(next(slots)))
                for _ in range(size)
            ]
    for name, projection in network.projections.items():
        theta = lowered.theta_block(name)
        for i in range(projection.shape[0]):
            for j in projection.targets(i):
                index = projection.weight_index(i, j)
                assert index is not None
                ends = place[projection.pre][i], place[projection.post][j]
                ax.plot(
                    *zip(*ends, strict=True),
                    color="#b2182b" if theta[index] > 0 else "#2166ac",
                    linewidth=min(3.0, 0.3 + abs(float(theta[index]))),
                    linestyle="-" if projection.plastic else ":",
                    alpha=0.5,
                    zorder=1,
                )
    values = {name: lowered.view(variable, name)[replica].astype(float) for name in place}
    limit = max(float(np.abs(v).max()) for v in values.values()) or 1.0
    for name, places in place.items():
        xs, ys = zip(*places, strict=True)
        dots = ax.scatter(
            xs, ys, s=160, c=values[name], cmap="RdBu_r", vmin=-limit, vmax=limit,
            edgecolors="#555555", zorder=2,
        )  # fmt: skip
        for label, (x, y) in zip(labels_of(network.populations[name]), places, strict=True):
            ax.annotate(label, (x, y), (0, 9), textcoords="offset points", ha="center", fontsize=6)
    ax.figure.colorbar(dots, ax=ax, label=variable)
    _finish(ax, highest, rows)
    return ax


def _finish(ax: Any, highest: int, rows: int) -> None:
    ax.set_xlim(-0.6, highest + 0.6)
    ax.set_ylim(-rows / 2 - 0.2, rows / 2 + 0.2)
    ax.set_xticks(range(highest + 1), [f"l = {highest - n}" for n in range(highest + 1)])
    ax.set_yticks([])
    for side in ("left", "right", "top", "bottom"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
