"""Poison: state and weights of a copy are overwritten, but for what is spared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.auditing.comparing import Node
from neurosim.engine.lowering import Lowered
from neurosim.kernels.arrays import layout
from neurosim.kernels.arrays.layout import ALL_FOLLOW, ARRIVES, FOLLOWED, FOLLOWS, TURNED

__all__ = ["FIELDS", "SWEEP", "onsets", "poison_nodes", "poison_weights", "swept"]

FIELDS = ("x", "f", "slope", "mu", "epsilon", "phi", "delta_x", "feedback", "drive")
#: The name under which onsets, and who follows them, are spared.
SWEEP = "sweep"
_NODE_BITS = (
    0, FOLLOWED, FOLLOWS, FOLLOWS | FOLLOWED, FOLLOWS | ARRIVES, FOLLOWS | ARRIVES | FOLLOWED,
)  # fmt: skip


def onsets(lowered: Lowered, population: str) -> npt.NDArray[np.int64]:
    """Array onto the ticks of the latest onsets of the nodes of a population."""
    return _of_nodes(lowered, lowered.state.onset, population)


def swept(lowered: Lowered, population: str) -> npt.NDArray[np.uint8]:
    """Array onto what is said of the nodes of a population: bits of `kernels.nodes.onsets`."""
    return _of_nodes(lowered, lowered.state.swept, population)


def _of_nodes(lowered: Lowered, array: npt.NDArray[Any], population: str) -> npt.NDArray[Any]:
    record = lowered.populations[lowered.index[population]]
    place = int(record["place"])
    return array[place : place + int(record["size"])]


def poison_nodes(
    lowered: Lowered, spared: Mapping[str, Collection[Node]], generator: np.random.Generator
) -> None:
    """Overwrite the state of all nodes but those that are spared, field by field."""
    for name in lowered.names:
        record = lowered.populations[lowered.index[name]]
        for field in FIELDS:
            if field == "slope" and record["linear"]:
                continue
            view = lowered.view(field, name)
            keep = [i for other, i in spared[field] if other == name]
            kept = view[:, keep].copy()
            noise = generator.normal(size=view.shape)
            view[...] = noise > 0 if field == "phi" else noise
            view[:, keep] = kept
    if lowered.plan.setting[0]["sweep"]:
        _poison_sweep(lowered, spared[SWEEP], generator)


def _poison_sweep(
    lowered: Lowered, spared: Collection[Node], generator: np.random.Generator
) -> None:
    """Have others have, or have had, onsets at other times, and others follow them."""
    state, now = lowered.state, int(lowered.state.clock[layout.TICK])
    t_d = int(lowered.plan.setting[0]["t_d"])
    for name in lowered.names:
        onset, bits = onsets(lowered, name), swept(lowered, name)
        record = lowered.populations[lowered.index[name]]
        free = np.ones(len(bits), np.bool_)
        free[[i for other, i in spared if other == name]] = False
        ago = generator.integers(-1, t_d + 2, size=len(bits))
        onset[free] = np.where(ago < 0, layout.LONG_AGO, now - ago)[free]
        if record["incoming"]:
            bits[free] = generator.choice(_NODE_BITS, size=len(bits))[free]
        _summarize(lowered, name)
    latest = int(state.reached.max())
    state.clock[layout.SWEEP_ENDS] = max(layout.LONG_AGO, latest + t_d + 1)


def _summarize(lowered: Lowered, population: str) -> None:
    """Say of a population what is now true of its nodes."""
    p, state = lowered.index[population], lowered.state
    bits = swept(lowered, population)
    state.reached[p] = onsets(lowered, population).max(initial=layout.LONG_AGO)
    state.sweeping[p] = np.bitwise_or.reduce(bits, initial=0)
    if state.sweeping[p]:
        state.sweeping[p] |= TURNED
    if len(bits) and (bits & FOLLOWS).all():
        state.sweeping[p] |= ALL_FOLLOW


def poison_weights(
    lowered: Lowered,
    names: Collection[str],
    spared: Callable[[str], Any],
    generator: np.random.Generator,
) -> None:
    """Overwrite the weights of projections, forward and back.

    Parameters
    ----------
    spared : callable
        Given the name of a projection, it returns the index of the weights that are left.
    """
    for name in names:
        index = spared(name)
        for feedback in (False, True):
            block = lowered.theta_block(name, feedback=feedback)
            kept = block[index].copy()
            block[...] = generator.normal(size=block.shape)
            block[index] = kept
