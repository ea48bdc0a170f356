"""Pictures of a network: levels from left to right, populations, projections, single nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.description.levels import levels
from neurosim.description.naming import labels_of
from neurosim.description.relays import wired
from neurosim.description.roles import roles
from neurosim.errors import ArgumentError
from neurosim.extras import require

if TYPE_CHECKING:
    from neurosim.description.projection import Projection
    from neurosim.network import Network
    from neurosim.simulator import Simulator

__all__ = ["draw_network", "draw_nodes"]

_COLOURS = {
    "input": "#cfe3f5",
    "hidden": "#eeeeee",
    "output": "#f8d9c4",
    "constant": "#f5f0c0",
}
_LINE = "#555555"
_MOST_POPULATIONS = 300
_MOST_PROJECTIONS = 3_000
# Half the width and the height of the box of a population, and how many letters it holds.
_BOX = (0.34, 0.26)
_LETTERS = 18
# Above this many nodes at a level only the populations have their names beside them.
_MOST_LABELS = 40

Place = tuple[float, float]
#: A population, or (at a distance > 0) the way of what it sends, so many levels below it.
Item = tuple[str, int]


def _axes(ax: Any, width: float, height: float) -> Any:
    if ax is not None:
        return ax
    size = (max(4.0, width), max(2.5, height))
    figure = require("matplotlib.figure", "plots").Figure(figsize=size, layout="constrained")
    return figure.subplots()


class _Layout:
    """Where everything stands: a column for each level, and in it what lies or passes there.

    Projections over several levels pass through each column in between at a place of their own, as
    their relays do if they have any.
    """

    def __init__(self, network: Network, height: Callable[[str], float], gap: float) -> None:
        self.level = levels(network.populations, network.projections.values())
        self.highest = max(self.level.values())
        links = {
            link
            for projection in network.projections.values()
            for link in pairwise(self._items(projection))
        }
        self.columns: dict[int, list[Item]] = {}
        items = {(name, 0) for name in network.populations}.union(*links) if links else set()
        for name, distance in sorted(items):
            self.columns.setdefault(self.level[name] - distance, []).append((name, distance))
        self._untangle(links)
        self.place: dict[Item, Place] = {}
        for level, column in self.columns.items():
            heights = [gap if distance else height(name) for name, distance in column]
            tops = np.cumsum([0.0, *heights])
            middles = (tops[:-1] + tops[1:]) / 2
            # Populations are in the middle; what passes by does not push them aside.
            own = [y for y, (_, distance) in zip(middles, column, strict=True) if not distance]
            for item, y in zip(column, middles - np.mean(own or middles), strict=True):
                self.place[item] = float(self.highest - level), -float(y)
        self.bottom = min(y - self._half(i, height, gap) for i, (_, y) in self.place.items())
        self.top = max(y + self._half(i, height, gap) for i, (_, y) in self.place.items())

    @staticmethod
    def _half(item: Item, height: Callable[[str], float], gap: float) -> float:
        return (gap if item[1] else height(item[0])) / 2

    def _items(self, projection: Projection) -> list[Item]:
        span = self.level[projection.pre] - self.level[projection.post]
        way = [(projection.pre, distance) for distance in range(span)]
        return [*way, (projection.post, 0)]

    def way(self, projection: Projection) -> list[Place]:
        """Places from a population to the one that it predicts, both included."""
        return [self.place[item] for item in self._items(projection)]

    def passed(self) -> Iterable[Item]:
        """All items that are not populations."""
        return (item for item in self.place if item[1])

    def _untangle(self, links: Iterable[tuple[Item, Item]]) -> None:
        """Order each column by where its neighbours are, some times there and back."""
        before: dict[Item, list[Item]] = {}
        after: dict[Item, list[Item]] = {}
        for first, second in sorted(links):
            before.setdefault(second, []).append(first)
            after.setdefault(first, []).append(second)
        order = sorted(self.columns, reverse=True)
        for _ in range(4):
            for columns, neighbours in ((order[1:], before), (order[-2::-1], after)):
                for level in columns:
                    self._sort(level, neighbours)

    def _sort(self, level: int, neighbours: Mapping[Item, list[Item]]) -> None:
        height = {
            item: n - (len(column) - 1) / 2
            for column in self.columns.values()
            for n, item in enumerate(column)
        }

        def mean(item: Item) -> float:
            others = neighbours.get(item)
            return float(np.mean([height[o] for o in others])) if others else height[item]

        self.columns[level].sort(key=mean)


def _curve(points: list[Place]) -> Any:
    """A path that is horizontal at each of the points."""
    path = require("matplotlib.path", "plots").Path
    vertices, codes = [points[0]], [path.MOVETO]
    for (x, y), (to_x, to_y) in pairwise(points):
        middle = (x + to_x) / 2
        vertices += [(middle, y), (middle, to_y), (to_x, to_y)]
        codes += [path.CURVE4] * 3
    return path(vertices, codes)


def _shortened(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[:8]}...{name[-7:]}"


def draw_network(network: Network, ax: Any) -> Any:
    """Draw populations and projections; see `Network.draw`."""
    count, synapses = len(network.populations), len(network.projections)
    if not count:
        raise ArgumentError("Network.draw: there are no populations")
    if count > _MOST_POPULATIONS or synapses > _MOST_PROJECTIONS:
        raise ArgumentError(
            f"Network.draw: {count:,} populations and {synapses:,} projections are too many to "
            "see; Network.summary describes them"
        )
    wiring = wired(network, relays=False)
    layout = _Layout(wiring, lambda _: 1.0, 0.4)
    ax = _axes(ax, 1.8 * (layout.highest + 1), 0.8 * (layout.top - layout.bottom) + 0.5)
    for projection in wiring.projections.values():
        _draw_projection(ax, projection, layout.way(projection))
    predicted = {projection.post for projection in wiring.projections.values()}
    relays = [layout.place[item] for item in layout.passed() if item[0] in predicted]
    if relays:
        ax.scatter(*zip(*relays, strict=True), s=20, c="white", edgecolors=_LINE, zorder=2)
    role = roles(wiring)
    for name in wiring.populations:
        _draw_population(ax, wiring, name, layout.place[name, 0], _COLOURS[role[name]])
    _finish(ax, layout)
    return ax


def _draw_projection(ax: Any, projection: Projection, way: list[Place]) -> None:
    # Straight where boxes of the same column are, from the end of one to the beginning of another.
    sides = [(x + side, y) for x, y in way for side in (-_BOX[0], _BOX[0])]
    arrow = require("matplotlib.patches", "plots").FancyArrowPatch(
        path=_curve(sides[1:-1]),
        arrowstyle="-|>",
        mutation_scale=9,
        color=_LINE,
        linestyle="-" if projection.plastic else ":",
        zorder=1,
    )
    ax.add_patch(arrow)


def _draw_population(ax: Any, network: Network, name: str, place: Place, colour: str) -> None:
    population = network.populations[name]
    half, height = _BOX[0] - 0.03, _BOX[1] - 0.03
    box = require("matplotlib.patches", "plots").FancyBboxPatch(
        (place[0] - half, place[1] - height),
        2 * half,
        2 * height,
        boxstyle="round,pad=0.03",
        facecolor=colour,
        edgecolor=_LINE,
        linestyle="--" if population.derived else "-",
        zorder=3,
    )
    ax.add_patch(box)
    text = f"{_shortened(name)}\n{population.size:,} {_shortened(population.activation.name)}"
    # Dollars would begin a formula.
    ax.text(*place, text, ha="center", va="center", fontsize=7, zorder=4, parse_math=False)


def draw_nodes(simulator: Simulator, variable: str, replica: int, ax: Any) -> Any:
    """Draw every node, coloured by a state; see `Simulator.draw`."""
    network, lowered = simulator.wiring, simulator._lowered
    populations = network.populations
    layout = _Layout(network, lambda name: populations[name].size + 0.4, 1.0)
    rows = layout.top - layout.bottom
    ax = _axes(ax, 1.8 * (layout.highest + 1) + 1, min(16.0, 0.5 * rows))
    place: dict[str, list[Place]] = {}
    for name, population in populations.items():
        x, y = layout.place[name, 0]
        place[name] = [(x, y + (population.size - 1) / 2 - i) for i in range(population.size)]
    for name, projection in network.projections.items():
        between = layout.way(projection)[1:-1]
        _draw_synapses(ax, projection, lowered.theta_block(name), place, between)
    values = {name: lowered.view(variable, name)[replica].astype(float) for name in place}
    limit = max(float(np.abs(v).max()) for v in values.values()) or 1.0
    names = list(place)
    dots = ax.scatter(
        *zip(*(each for name in names for each in place[name]), strict=True),
        s=min(160.0, (700.0 / rows) ** 2), c=np.concatenate([values[name] for name in names]),
        cmap="RdBu_r", vmin=-limit, vmax=limit, edgecolors=_LINE, zorder=2,
    )  # fmt: skip
    for name, places in place.items():
        labels = labels_of(populations[name]) if rows <= _MOST_LABELS else [name]
        for label, spot in zip(labels, places, strict=False):
            ax.annotate(
                _shortened(label), spot, (0, 8), textcoords="offset points", ha="center",
                fontsize=6, parse_math=False,
            )  # fmt: skip
    ax.figure.colorbar(dots, ax=ax, label=variable)
    _finish(ax, layout)
    return ax


def _draw_synapses(
    ax: Any,
    projection: Projection,
    theta: Any,
    place: Mapping[str, list[Place]],
    between: list[Place],
) -> None:
    """Lines from node to node, red where the weight is positive and blue where it is negative."""
    lines, weights = [], []
    for i in range(projection.shape[0]):
        for j in projection.targets(i):
            lines.append([place[projection.pre][i], *between, place[projection.post][j]])
            weights.append(theta[projection.weight_index(i, j)])
    strength = np.array(weights, np.float64)
    ax.add_collection(
        require("matplotlib.collections", "plots").LineCollection(
            lines,
            colors=np.where(strength > 0, "#b2182b", "#2166ac").tolist(),
            linewidths=np.minimum(3.0, 0.3 + np.abs(strength)),
            linestyles="-" if projection.plastic else ":",
            alpha=0.5,
            zorder=1,
        )
    )


def _finish(ax: Any, layout: _Layout) -> None:
    highest = layout.highest
    ax.set_xlim(-0.5, highest + 0.5)
    ax.set_ylim(layout.bottom - 0.1, layout.top + 0.2)
    ax.set_xticks(range(highest + 1), [f"l = {highest - n}" for n in range(highest + 1)])
    ax.set_yticks([])
    for side in ("left", "right", "top", "bottom"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0)
