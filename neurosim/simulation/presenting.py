"""What the world shows a network: clamping, releasing, and whole presentations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError, DivergenceError, ProtocolError
from neurosim.simulation import samples
from neurosim.simulation.addressing import check_population, chosen_nodes
from neurosim.simulation.settling import settle
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.ticking import run

__all__ = ["clamp", "present", "release", "release_ends"]


def clamp(
    simulation: Simulation,
    population: str,
    values: npt.ArrayLike,
    *,
    nodes: Sequence[int] | None = None,
) -> None:
    """Hold nodes at given values; errors are refreshed at once.

    Clamping an output is the teacher's appearance: t becomes 0. Any population, or some of its
    nodes, may be clamped.

    Parameters
    ----------
    population : str
        Name of a population.
    values : array_like, shape (replicas, nodes)
        Activities x; shape (nodes,) is enough where there is one replica. Fewer replicas than
        `batch_size` may be used; all clamped populations use the same.
    nodes : sequence of int, optional
        Which nodes; all if not given.
    """
    owner = "Simulator.clamp"
    chosen = chosen_nodes(simulation, owner, population, nodes)
    if simulation.wiring.populations[population].constant:
        raise ArgumentError(f"{owner}: population {population!r} is constant")
    array = samples.replicas(owner, population, values, simulation.lowered, len(chosen))
    rows, before = len(array), simulation.rows
    others = simulation.clamped.keys() - {population}
    if rows != before and others:
        raise ProtocolError(
            f"{owner}: {rows} replicas for population {population!r}, but "
            f"{sorted(others)} are clamped to {before}; release them"
        )
    simulation.use_replicas(rows)
    onset = population in simulation.outputs and not simulation.is_taught()
    try:
        simulation.hold(population, array, onset, chosen)
    except DivergenceError:
        simulation.use_replicas(before)
        raise


def release(simulation: Simulation, population: str, *, nodes: Sequence[int] | None = None) -> None:
    """Let clamped nodes of a population move again, from where they are; all if not told."""
    owner = "Simulator.release"
    check_population(simulation, owner, population)
    held = simulation.clamped.get(population, set())
    chosen = (
        np.array(sorted(held))
        if nodes is None
        else chosen_nodes(simulation, owner, population, nodes)
    )
    free = [int(i) for i in chosen if int(i) not in held]
    if free or not held:
        where = f"node {free[0]} of population" if free else "population"
        raise ProtocolError(f"{owner}: {where} {population!r} is not clamped")
    left = held - set(chosen.tolist())
    taught = bool(left and population in simulation.outputs) or simulation.is_taught(
        but=(population,)
    )
    simulation.let_go(population, chosen, taught)


def release_ends(simulation: Simulation) -> None:
    """Release what a presentation is going to clamp; nodes in between stay as they are."""
    for population in sorted(simulation.clamped):
        if population in simulation.inputs or population in simulation.outputs:
            release(simulation, population)


def present(
    simulation: Simulation, inputs: object, targets: object, *, ticks: int | None = None
) -> None:
    """Show an input, settle, show the teacher, run, and let the teacher go.

    Parameters
    ----------
    inputs, targets : array_like, shape (replicas, nodes), or mapping of population to array
        One batch; shape (nodes,) is enough for one sample.
    ticks : int, optional
        How long the teacher stays; if not given, as long as the model needs to teach every
        level.
    """
    owner = "Simulator.present"
    ticks = (
        simulation.model.ticks(simulation.depth)
        if ticks is None
        else checks.integer(owner, "ticks", ticks, 0, checks.MOST_TICKS)
    )
    x, y = samples.one_batch(owner, inputs, targets, simulation.lowered)
    rows, used = len(next(iter(x.values()))), simulation.rows
    between = sorted(simulation.clamped.keys() - {*simulation.inputs, *simulation.outputs})
    if between and rows != used:
        raise ProtocolError(
            f"{owner}: {rows} replicas, but {between} are clamped to {used}; release them"
        )
    release_ends(simulation)
    for population, values in x.items():
        clamp(simulation, population, values)
    settle(simulation)
    for population, values in y.items():
        clamp(simulation, population, values)
    run(simulation, ticks)
    for population in y:
        release(simulation, population)
