"""Relays and readouts: what a network needs beside what was described, so that its levels agree.

Where a projection spans several levels the error would come back too early: a node would hear of it
at several ticks, and Z-IL would not be backpropagation. Each such projection therefore passes
through relays, populations of identity nodes with fixed weights of 1, one per level in between
(Salvatori et al. 2022). They pass errors on as they pass predictions, one level per tick. An output
that also predicts others is read out by identity nodes of its own, which the teacher clamps.

What nothing predicts, inputs and biases, needs no relays: no error is read there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from neurosim.description.activations import ACTIVATIONS
from neurosim.description.levels import levels
from neurosim.description.pattern import Pattern
from neurosim.description.population import Population
from neurosim.description.projection import Projection
from neurosim.errors import ArgumentError

__all__ = ["readout_name", "relay_name", "relays_of", "wired"]


def readout_name(population: str) -> str:
    """Name of the readout of a population."""
    return f"{population}.readout"


def relay_name(population: str, distance: int) -> str:
    """Name of the relay of a population that lies `distance` levels below it."""
    return f"{population}.relay{distance}"


def relays_of(population: str, populations: Mapping[str, Population]) -> list[str]:
    """Names of the relays of a population that a network has."""
    names: list[str] = []
    while (name := relay_name(population, len(names) + 1)) in populations:
        if not populations[name].derived:
            break
        names.append(name)
    return names


def _copied(name: str, source: Population) -> Population:
    """Identity nodes, one for each of the source."""
    return Population(name, source.size, ACTIVATIONS["identity"], derived=True)


def _copying(pre: str, target: Population) -> Projection:
    """The projection by which they get what they copy: a fixed weight of 1, one to one."""
    index = np.arange(target.size)
    shape = (target.size, target.size)
    pattern = Pattern(shape, index, index, None, target.size)
    ones = np.ones(target.size)
    name = f"{pre}->{target.name}"
    return Projection(name, pre, target.name, shape, pattern, ones, plastic=False)


def wired(
    described: Mapping[str, Population],
    connected: Mapping[str, Projection],
    *,
    relays: bool = True,
) -> tuple[dict[str, Population], dict[str, Projection]]:
    """Return populations and projections with the readouts, and the relays, that these need.

    Projections keep their names; what predicts an error node over a distance is a relay.
    """
    populations, projections = dict(described), dict(connected)

    def add(pre: str, name: str) -> None:
        if name in populations and populations[name].derived:
            return
        if name in populations:
            raise ArgumentError(
                f"Network: the name {name!r} is needed beside population {pre!r}; rename the "
                "population that has it"
            )
        populations[name] = _copied(name, populations[pre])
        projection = _copying(pre, populations[name])
        projections[projection.name] = projection

    predicting = {p.pre for p in projections.values()}
    for name, population in described.items():
        if population.output and name in predicting:
            add(name, readout_name(name))
    if not relays:
        return populations, projections
    level = levels(populations, projections.values())
    predicted = {p.post for p in projections.values()}
    for projection in list(projections.values()):
        pre = projection.pre
        if pre not in predicted:
            continue
        last = pre
        for distance in range(1, level[pre] - level[projection.post]):
            name = relay_name(pre, distance)
            add(last, name)
            last = name
        if last != pre:
            projections[projection.name] = replace(projection, pre=last)
    return populations, projections
