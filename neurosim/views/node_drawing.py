"""Single nodes and synapses, drawn and coloured by the state of a simulation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim import checks
from neurosim.description.naming import labels_of
from neurosim.description.projection import Projection
from neurosim.errors import ArgumentError
from neurosim.extras import require
from neurosim.simulation.addressing import check_replica
from neurosim.simulation.inspecting import STATES
from neurosim.simulation.simulation import Simulation
from neurosim.views.axes import axes_or_new, show_levels
from neurosim.views.placement import Layout, Place
from neurosim.views.style import LINE, shortened

__all__ = ["draw_simulation"]

_MOST_NODES, _MOST_SYNAPSES = 2_000, 20_000
# Above this many nodes at a level only the populations have their names beside them.
_MOST_LABELS = 40


def draw_simulation(
    simulation: Simulation, variable: str = "x", *, replica: int = 0, ax: Any = None
) -> Any:
    """Draw every node, coloured by x, mu, epsilon or phi, and every synapse by its weight.

    For small networks: one of more than 2,000 nodes or 20,000 synapses is refused.

    Returns
    -------
    matplotlib.axes.Axes
    """
    owner = "Simulator.draw"
    checks.choice(owner, "variable", variable, STATES)
    check_replica(simulation, owner, replica)
    network, lowered = simulation.wiring, simulation.lowered
    populations = network.populations
    nodes = sum(population.size for population in populations.values())
    if nodes > _MOST_NODES or network.synapse_count > _MOST_SYNAPSES:
        raise ArgumentError(
            f"{owner}: {nodes:,} nodes and {network.synapse_count:,} synapses are too many "
            "to see; Network.draw shows populations"
        )
    layout = Layout(network, lambda name: populations[name].size + 0.4, 1.0)
    rows = layout.top - layout.bottom
    ax = axes_or_new(ax, 1.8 * (layout.highest + 1) + 1, min(16.0, 0.5 * rows))
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
        cmap="RdBu_r", vmin=-limit, vmax=limit, edgecolors=LINE, zorder=2,
    )  # fmt: skip
    for name, places in place.items():
        labels = labels_of(populations[name]) if rows <= _MOST_LABELS else [name]
        for label, spot in zip(labels, places, strict=False):
            ax.annotate(
                shortened(label), spot, (0, 8), textcoords="offset points", ha="center",
                fontsize=6, parse_math=False,
            )  # fmt: skip
    ax.figure.colorbar(dots, ax=ax, label=variable)
    show_levels(ax, layout)
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
