"""Currents that are injected into value nodes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError, ProtocolError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.simulation import samples
from neurosim.simulation.addressing import located
from neurosim.simulation.simulation import Simulation

__all__ = ["inject"]


def inject(
    simulation: Simulation,
    population: str,
    current: npt.ArrayLike,
    ticks: int,
    *,
    nodes: Sequence[int | str] | None = None,
) -> None:
    """Inject a current into value nodes for some ticks: x moves by gamma times it in each.

    It adds to what moves the nodes by itself, replaces one that is still flowing into the same
    nodes, and ends when the network settles. Clamped and resting nodes do not move.

    Parameters
    ----------
    population : str
        Name of a population, or label of a node.
    current : array_like, shape (replicas, nodes) or (nodes,)
        Change of x per tick where gamma is 1; one row per replica in use, or one for all.
    ticks : int
        For how many ticks from now on.
    nodes : sequence of int or str, optional
        Which nodes, by index or label; all if not given.
    """
    owner = "Simulator.inject"
    population, chosen = located(simulation, owner, population, nodes)
    ticks = checks.integer(owner, "ticks", ticks, 1, checks.MOST_TICKS)
    if simulation.wiring.populations[population].constant:
        raise ArgumentError(f"{owner}: population {population!r} is constant")
    if not simulation.begun:
        raise ProtocolError(f"{owner}: nothing has been clamped yet; clamp an input first")
    clock = simulation.lowered.state.clock
    rows = simulation.rows
    array = samples.replicas(owner, population, current, simulation.lowered, len(chosen))
    if len(array) == 1:
        array = np.repeat(array, rows, axis=0)
    if len(array) != rows:
        raise ArgumentError(f"{owner}: current has {len(array)} rows, but {rows} replicas run")
    p = simulation.lowered.index[population]
    until = int(clock[layout.TICK]) + ticks
    engine.inject(*simulation.lowered.arguments, p, chosen, array, until)
