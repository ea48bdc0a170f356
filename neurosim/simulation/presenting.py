"""What the world shows a network: clamping, releasing, and whole presentations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError, DataError, ProtocolError
from neurosim.simulation import samples
from neurosim.simulation.addressing import located
from neurosim.simulation.quietness import warn_of_loud_nodes
from neurosim.simulation.settling import settle
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.ticking import run

__all__ = ["clamp", "present", "release", "release_ends"]


def clamp(
    simulation: Simulation,
    population: str | Mapping[str, npt.ArrayLike],
    values: npt.ArrayLike | None = None,
    *,
    nodes: Sequence[int | str] | None = None,
) -> None:
    """Hold nodes at given values; errors are refreshed at once.

    Clamping an output is the teacher's appearance: t becomes 0. Any population, or some of its
    nodes, may be clamped.

    Parameters
    ----------
    population : str, or mapping of population, or node, to values
        Name of a population, or label of a node. A mapping of both, with their values, clamps all
        at once, or none if one of them is refused.
    values : array_like, shape (replicas, nodes)
        Activities x; shape (nodes,) is enough where there is one replica, (replicas,) where there
        is one node. Fewer replicas than `batch_size` may be used; all clamped populations use the
        same.
    nodes : sequence of int or str, optional
        Which nodes, by index or label; all if not given.

    Examples
    --------
    >>> import neurosim as ns
    >>> net = ns.Network(seed=0)
    >>> _ = net.add_population("eyes", 2, labels=["left", "right"])
    >>> _ = net.add_population("brain", 1)
    >>> _ = net.connect("eyes", "brain")
    >>> sim = ns.Simulator(net, ns.models.ZIL())
    >>> sim.clamp({"left": 0.5, "right": 1.0})
    >>> sim.state("x", "eyes")
    array([[0.5, 1. ]])
    """
    owner = "Simulator.clamp"
    parts = _parts(simulation, owner, population, values, nodes)
    for name in parts:
        if simulation.wiring.populations[name].constant:
            raise ArgumentError(f"{owner}: population {name!r} is constant")
    counts = {name: len(array) for name, (_, array) in parts.items()}
    if len(set(counts.values())) > 1:
        raise DataError(f"{owner}: values have different numbers of replicas: {counts}")
    (first, rows), before = next(iter(counts.items())), simulation.rows
    others = [name for name in simulation.clamped if name not in parts]
    if rows != before and others:
        raise ProtocolError(
            f"{owner}: {rows} replicas for population {first!r}, but "
            f"{others} are clamped to {before}; release them"
        )

    def hold() -> None:
        for name, (chosen, array) in parts.items():
            onset = name in simulation.outputs and not simulation.is_taught()
            if onset:
                warn_of_loud_nodes(simulation)
            simulation.hold(name, array, onset, chosen)

    if rows == before and len(parts) == 1:
        hold()
        return
    guard = simulation.guard
    with guard.change(partial(guard.restore, guard.copies())):
        simulation.use_replicas(rows)
        hold()


def _parts(
    simulation: Simulation, owner: str, population: object, values: object, nodes: object
) -> dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[Any]]]:
    """Nodes and values that are to be clamped, by population."""
    lowered = simulation.lowered
    if isinstance(population, Mapping):
        if values is not None or nodes is not None:
            raise ArgumentTypeError(
                f"{owner}: a mapping names the nodes and their values; leave out values and nodes"
            )
        if not population:
            raise ArgumentError(f"{owner}: the mapping names no population and no node")
        found = samples.named(owner, "values", population, lowered)
        return {
            name: (chosen, samples.at_most_a_batch(owner, name, rows.values, lowered))
            for name, (chosen, rows) in found.items()
        }
    name, chosen = located(simulation, owner, population, nodes)
    if values is None:
        raise ArgumentTypeError(f"{owner}: values of population {name!r} are missing")
    array = samples.replicas(owner, name, values, lowered, len(chosen))
    return {name: (chosen, array)}


def release(
    simulation: Simulation, population: str, *, nodes: Sequence[int | str] | None = None
) -> None:
    """Let clamped nodes of a population move again, from where they are; all if not told.

    Parameters
    ----------
    population : str
        Name of a population, or label of a node.
    nodes : sequence of int or str, optional
        Which nodes, by index or label.
    """
    owner = "Simulator.release"
    given, (population, chosen) = population, located(simulation, owner, population, nodes)
    held = simulation.holds(population)
    if nodes is None and given == population:
        chosen = np.flatnonzero(held)
    free = chosen[~held[chosen]]
    if len(free) or not held.any():
        where = f"node {int(free[0])} of population" if len(free) else "population"
        raise ProtocolError(f"{owner}: {where} {population!r} is not clamped")
    stays = population in simulation.outputs and len(chosen) < held.sum()
    taught = bool(stays) or simulation.is_taught(but=(population,))
    simulation.let_go(population, chosen, taught)


def release_ends(simulation: Simulation) -> None:
    """Release what a presentation is going to clamp; nodes in between stay as they are."""
    for population in simulation.clamped:
        if population in simulation.inputs or population in simulation.outputs:
            release(simulation, population)


def present(
    simulation: Simulation, inputs: object, targets: object, *, ticks: int | None = None
) -> None:
    """Show an input, settle, show the teacher, run, and let the teacher go.

    Parameters
    ----------
    inputs, targets : array_like, shape (replicas, nodes), or mapping of population to array
        One batch; shape (nodes,) is enough for one sample. A mapping may also have labels of
        nodes, all of a population, as keys.
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
    ends = {*simulation.inputs, *simulation.outputs}
    between = [name for name in simulation.clamped if name not in ends]
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
