"""Populations and projections, drawn."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from neurosim.description.network import Description
from neurosim.description.projection import Projection
from neurosim.description.roles import roles
from neurosim.errors import ArgumentError
from neurosim.extras import require
from neurosim.views.axes import axes_or_new, show_levels
from neurosim.views.placement import Layout, Place
from neurosim.views.style import LINE, shortened

__all__ = ["draw_network"]

_COLOURS = {
    "input": "#cfe3f5",
    "hidden": "#eeeeee",
    "output": "#f8d9c4",
    "constant": "#f5f0c0",
}
_MOST_POPULATIONS = 300
_MOST_PROJECTIONS = 3_000
# Half the width and the height of the box of a population.
_BOX = (0.34, 0.26)


def draw_network(network: Description, ax: Any) -> Any:
    """Draw populations and projections; see `Network.draw`."""
    count, synapses = len(network.populations), len(network.projections)
    if not count:
        raise ArgumentError("Network.draw: there are no populations")
    if count > _MOST_POPULATIONS or synapses > _MOST_PROJECTIONS:
        raise ArgumentError(
            f"Network.draw: {count:,} populations and {synapses:,} projections are too many to "
            "see; Network.summary describes them"
        )
    wiring = network.wired(relays=False)
    layout = Layout(wiring, lambda _: 1.0, 0.4)
    ax = axes_or_new(ax, 1.8 * (layout.highest + 1), 0.8 * (layout.top - layout.bottom) + 0.5)
    for projection in wiring.projections.values():
        _draw_projection(ax, projection, layout.way(projection))
    predicted = {projection.post for projection in wiring.projections.values()}
    relays = [layout.place[item] for item in layout.passed() if item[0] in predicted]
    if relays:
        ax.scatter(*zip(*relays, strict=True), s=20, c="white", edgecolors=LINE, zorder=2)
    role = roles(wiring)
    for name in wiring.populations:
        _draw_population(ax, wiring, name, layout.place[name, 0], _COLOURS[role[name]])
    show_levels(ax, layout)
    return ax


def _draw_projection(ax: Any, projection: Projection, way: list[Place]) -> None:
    # Straight where boxes of the same column are, from the end of one to the beginning of another.
    sides = [(x + side, y) for x, y in way for side in (-_BOX[0], _BOX[0])]
    arrow = require("matplotlib.patches", "plots").FancyArrowPatch(
        path=_curve(sides[1:-1]),
        arrowstyle="-|>",
        mutation_scale=9,
        color=LINE,
        linestyle="-" if projection.plastic else ":",
        zorder=1,
    )
    ax.add_patch(arrow)


def _draw_population(ax: Any, network: Description, name: str, place: Place, colour: str) -> None:
    population = network.populations[name]
    half, height = _BOX[0] - 0.03, _BOX[1] - 0.03
    box = require("matplotlib.patches", "plots").FancyBboxPatch(
        (place[0] - half, place[1] - height),
        2 * half,
        2 * height,
        boxstyle="round,pad=0.03",
        facecolor=colour,
        edgecolor=LINE,
        linestyle="--" if population.derived else "-",
        zorder=3,
    )
    ax.add_patch(box)
    text = f"{shortened(name)}\n{population.size:,} {shortened(population.activation.name)}"
    # Dollars would begin a formula.
    ax.text(*place, text, ha="center", va="center", fontsize=7, zorder=4, parse_math=False)


def _curve(points: list[Place]) -> Any:
    """A path that is horizontal at each of the points."""
    path = require("matplotlib.path", "plots").Path
    vertices, codes = [points[0]], [path.MOVETO]
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (x + to_x) / 2
        vertices += [(middle, y), (middle, to_y), (to_x, to_y)]
        codes += [path.CURVE4] * 3
    return path(vertices, codes)
