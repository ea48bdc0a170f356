"""Lesions of a running network: synapses cut and mended, nodes silenced and restored."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurosim.errors import ArgumentError, ProtocolError
from neurosim.simulation.addressing import located, synapse_key
from neurosim.simulation.lesions import Key, Masks
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.weights import refresh

__all__ = ["cut", "mend", "restore", "silence"]


def cut(simulation: Simulation, pre: str, pre_index: int, post: str, post_index: int) -> None:
    """Cut a synapse: it carries nothing, forward or back, and learns nothing until mended.

    Raises
    ------
    ProtocolError
        If it is cut already.
    ArgumentError
        If there is no such synapse, or others use the same weight.
    """
    owner, lesions = "Simulator.cut", simulation.lesions
    key = synapse_key(simulation, owner, pre, pre_index, post, post_index)
    if lesions.is_cut(key):
        raise ProtocolError(f"{owner}: synapse {key} is cut already")
    _refuse_shared(simulation, owner, key[0], key)
    _change(simulation, _marked(simulation, key, True), lesions.silent)


def mend(simulation: Simulation, pre: str, pre_index: int, post: str, post_index: int) -> None:
    """Mend a synapse that was cut: it has the weight that it had then."""
    owner, lesions = "Simulator.mend", simulation.lesions
    key = synapse_key(simulation, owner, pre, pre_index, post, post_index)
    if not lesions.is_cut(key):
        raise ProtocolError(f"{owner}: synapse {key} is not cut")
    projection = simulation.wiring.projections[key[0]]
    for name, node in ((projection.pre, key[1]), (projection.post, key[2])):
        if name in lesions.silent and lesions.silent[name][node]:
            raise ProtocolError(
                f"{owner}: node {node} of {name!r} is silent; restore it, which mends its synapses"
            )
    _change(simulation, _marked(simulation, key, False), lesions.silent)


def silence(
    simulation: Simulation, population: str, nodes: Sequence[int | str] | None = None
) -> None:
    """Silence nodes of a population, all if not told: cut every synapse that they have.

    They predict nothing, send no errors, and nothing about them learns, until `restore`. One node
    may be given by its label, in the place of the population.
    """
    owner, lesions = "Simulator.silence", simulation.lesions
    given, (population, chosen) = population, located(simulation, owner, population, nodes)
    if population in lesions.silent:
        if nodes is None and given == population and not lesions.silent[population].all():
            chosen = np.flatnonzero(~lesions.silent[population])
        already = chosen[lesions.silent[population][chosen]]
        if len(already):
            raise ProtocolError(
                f"{owner}: node {int(already[0])} of {population!r} is silent already"
            )
    silent = lesions.with_relays(population, chosen, True)
    for name in sorted(lesions.touched(silent)):
        _refuse_shared(simulation, owner, name)
    _change(simulation, lesions.cut, silent)


def restore(
    simulation: Simulation, population: str, nodes: Sequence[int | str] | None = None
) -> None:
    """Undo `silence`, of all silent nodes of a population if not told.

    The synapses have the weights that they had when the node fell silent.
    """
    owner, lesions = "Simulator.restore", simulation.lesions
    given, (population, chosen) = population, located(simulation, owner, population, nodes)
    silent = lesions.silent.get(population, np.zeros(len(chosen), np.bool_))
    if nodes is None and given == population:
        chosen = np.flatnonzero(silent)
        if not len(chosen):
            raise ProtocolError(f"{owner}: no node of {population!r} is silent")
    for node in chosen:
        if population not in lesions.silent or not silent[node]:
            raise ProtocolError(f"{owner}: node {int(node)} of {population!r} is not silent")
    _change(simulation, lesions.cut, lesions.with_relays(population, chosen, False))


def _refuse_shared(simulation: Simulation, owner: str, name: str, key: Key | None = None) -> None:
    if simulation.lowered.is_shared(name):
        what = f"synapse {key}" if key else f"a synapse of {name!r}"
        raise ArgumentError(f"{owner}: {what} has its weight in common with others")


def _marked(simulation: Simulation, key: Key, value: bool) -> Masks:
    """What is cut one by one, with a synapse that is cut, too, or no longer."""
    name, pre, post = key
    cuts, projection = dict(simulation.lesions.cut), simulation.wiring.projections[name]
    mask = cuts.get(name, np.zeros(projection.weight_shape, np.bool_)).copy()
    mask[projection.weight_index(pre, post)] = value
    cuts[name] = mask
    if not mask.any():
        del cuts[name]
    return cuts


def _change(simulation: Simulation, cut: Masks, silent: Masks) -> None:
    """Let these lesions be the ones that there are, or change nothing if that overflows."""
    lesions, lowered, guard = simulation.lesions, simulation.lowered, simulation.guard
    before = lesions.cut, lesions.silent

    def masks(cut: Masks, silent: Masks) -> Masks:
        names = cut.keys() | lesions.touched(silent)
        every = {name: lesions.mask(name, cut, silent) for name in names}
        return {name: mask for name, mask in every.items() if mask.any()}

    old, new = masks(*before), masks(cut, silent)
    kept = guard.copies()

    def undo() -> None:
        lesions.cut, lesions.silent = before
        guard.restore(kept)
        lowered.set_cuts(old)

    with guard.change(undo):
        lesions.cut, lesions.silent = cut, silent
        blocks: set[int] = set()
        for name in sorted(old.keys() | new.keys()):
            none = np.zeros(simulation.wiring.projections[name].weight_shape, np.bool_)
            first, second = old.get(name, none), new.get(name, none)
            if not np.array_equal(first, second):
                blocks.update(lesions.exchange(name, first, second))
        lowered.set_cuts(new)
        for b in sorted(blocks):
            refresh(simulation, b)
