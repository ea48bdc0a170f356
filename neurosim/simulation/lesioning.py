"""Lesions of a running network: synapses cut and mended, nodes silenced and restored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from neurosim.errors import ArgumentError, DivergenceError, ProtocolError
from neurosim.simulation.addressing import chosen_nodes, synapse_key
from neurosim.simulation.lesions import Key
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.weights import refresh

__all__ = ["cut", "mend", "restore", "silence"]

_BLOCKS = ("weights", "back_weights")


def cut(simulation: Simulation, pre: str, pre_index: int, post: str, post_index: int) -> None:
    """Cut a synapse: it carries nothing, forward or back, and learns nothing until mended.

    Raises
    ------
    ProtocolError
        If it is cut already.
    ArgumentError
        If there is no such synapse, or others use the same weight.
    """
    key = synapse_key(simulation, "Simulator.cut", pre, pre_index, post, post_index)
    if key in simulation.lesions.cuts:
        raise ProtocolError(f"Simulator.cut: synapse {key} is cut already")
    _cut(simulation, "Simulator.cut", [key])


def mend(simulation: Simulation, pre: str, pre_index: int, post: str, post_index: int) -> None:
    """Mend a synapse that was cut: it has the weight that it had then."""
    key = synapse_key(simulation, "Simulator.mend", pre, pre_index, post, post_index)
    if key not in simulation.lesions.cuts:
        raise ProtocolError(f"Simulator.mend: synapse {key} is not cut")
    for node, keys in simulation.lesions.silenced.items():
        if key in keys:
            raise ProtocolError(f"Simulator.mend: node {node[1]} of {node[0]!r} is silent")
    _mend(simulation, [key])


def silence(simulation: Simulation, population: str, nodes: Sequence[int] | None = None) -> None:
    """Silence nodes of a population, all if not told: cut every synapse that they have.

    They predict nothing, send no errors, and nothing about them learns, until `restore`.
    """
    owner = "Simulator.silence"
    lesions = simulation.lesions
    chosen = chosen_nodes(simulation, owner, population, nodes)
    found: dict[tuple[str, int], list[Key]] = {}
    taken = set(lesions.cuts)
    for node in map(int, chosen):
        if (population, node) in lesions.silenced:
            raise ProtocolError(f"{owner}: node {node} of {population!r} is silent already")
        keys = [key for key in lesions.synapses_of(population, node) if key not in taken]
        found[population, node] = keys
        taken.update(keys)
    _cut(simulation, owner, [key for keys in found.values() for key in keys])
    lesions.silenced.update(found)


def restore(simulation: Simulation, population: str, nodes: Sequence[int] | None = None) -> None:
    """Undo `silence`: the synapses have the weights that they had when the node fell silent."""
    owner = "Simulator.restore"
    lesions = simulation.lesions
    chosen = chosen_nodes(simulation, owner, population, nodes)
    named = [(population, int(node)) for node in chosen]
    for _, node in named:
        if (population, node) not in lesions.silenced:
            raise ProtocolError(f"{owner}: node {node} of {population!r} is not silent")
    still = {name: keys for name, keys in lesions.silenced.items() if name not in named}
    freed = [key for name in named for key in lesions.silenced[name] if key in lesions.cuts]
    # A synapse between two silent nodes stays cut until both are back.
    inherited = {name: [k for k in freed if lesions.touches(k, name)] for name in still}
    kept = {key for keys in inherited.values() for key in keys}
    _mend(simulation, [key for key in freed if key not in kept])
    lesions.silenced = {name: [*keys, *inherited[name]] for name, keys in still.items()}


def _cut(simulation: Simulation, owner: str, keys: Iterable[Key]) -> None:
    """Cut synapses, or none if one of them cannot be."""
    keys = list(keys)
    for name, pre, post in keys:
        if simulation.lowered.is_shared(name):
            raise ArgumentError(
                f"{owner}: synapse {(name, pre, post)} has its weight in common with others"
            )
    lesions = simulation.lesions
    had = {key: [float(array[index]) for array, index in lesions.places(key)] for key in keys}
    _change_cuts(simulation, {**lesions.cuts, **had}, {})


def _mend(simulation: Simulation, keys: list[Key]) -> None:
    """Give synapses back what they had; none if that overflows."""
    cuts = simulation.lesions.cuts
    given = {key: cuts[key] for key in keys}
    _change_cuts(simulation, {key: had for key, had in cuts.items() if key not in given}, given)


def _change_cuts(
    simulation: Simulation, cuts: dict[Key, list[float]], given: dict[Key, list[float]]
) -> None:
    """Let these synapses be the ones that are cut, or change nothing if that overflows."""
    lowered, before = simulation.lowered, simulation.lesions.cuts
    changed = {key[0] for key in cuts.keys() ^ before.keys()}
    records = [lowered.projections[lowered.projection_index[name]] for name in changed]
    kept = simulation.guard.copies()
    simulation.lesions.cuts = cuts
    lowered.set_cuts(cuts)
    for key, had in given.items():
        for (array, index), value in zip(simulation.lesions.places(key), had, strict=True):
            array[index] = value
    try:
        for b in sorted({int(r[field]) for r in records for field in _BLOCKS}):
            refresh(simulation, b)
    except DivergenceError:
        simulation.lesions.cuts = before
        lowered.set_cuts(before)
        simulation.guard.restore(kept)
        raise
