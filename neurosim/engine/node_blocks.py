"""The state of nodes in a few arrays: a block for each population and each thing that is said."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.description.activations import ACTIVATIONS
from neurosim.description.population import Population
from neurosim.kernels.arrays import layout
from neurosim.kernels.arrays.layout import State
from neurosim.kernels.machine.padding import row_stride

__all__ = ["NodeBlocks", "noise_key"]

_REACH: dict[object, int] = {
    ACTIVATIONS["sigmoid"]: layout.REACH_ONE,
    ACTIVATIONS["tanh"]: layout.REACH_ONE,
    ACTIVATIONS["relu"]: layout.REACH_X,
    ACTIVATIONS["leaky_relu"]: layout.REACH_X,
    ACTIVATIONS["softplus"]: layout.REACH_X,
}


def noise_key(of: str) -> int:
    """A key of 64 bits, as an int64, for the noise of a population or of a seed."""
    return int.from_bytes(
        hashlib.sha256(f"noise of {of}".encode()).digest()[:8], "little", signed=True
    )


class NodeBlocks:
    """Where the state of each population lies, and what kernels are told of it.

    Parameters
    ----------
    names : sequence of str
        The populations in the order in which they are numbered.
    populations : mapping of str to Population
    levels : mapping of str to int
    ends : list of (int, int)
        Numbers of the populations at the two ends of each projection.
    batch_size : int
        Number of replicas.
    dtype : numpy.dtype
    remembers : bool
        Whether rules of a user may keep a number for each node.
    sweeps : bool
        Whether onsets travel.

    Attributes
    ----------
    described : list of Population
        The populations, as they are numbered.
    records : ndarray of layout.POPULATION
        Where the blocks of each population begin.
    wiring : ndarray of int64
        The projections that reach and leave each population, one behind the other.
    sizes : tuple of int
        Elements of the arrays of numbers, of flags, of ticks, and of what is said of a node for all
        replicas together.
    """

    def __init__(
        self,
        names: Sequence[str],
        populations: Mapping[str, Population],
        levels: Mapping[str, int],
        ends: list[tuple[int, int]],
        batch_size: int,
        dtype: np.dtype[Any],
        *,
        remembers: bool,
        sweeps: bool,
    ) -> None:
        self.described = [populations[name] for name in names]
        self.batch_size = batch_size
        self.records = np.zeros(len(names), layout.POPULATION)
        incoming: list[list[int]] = [[] for _ in names]
        outgoing: list[list[int]] = [[] for _ in names]
        for k, (pre, post) in enumerate(ends):
            incoming[post].append(k)
            outgoing[pre].append(k)
        wiring: list[int] = []
        real = flag = quiet = place = 0
        blocks: tuple[str, ...] = layout.REAL_BLOCKS
        blocks += layout.SWEEP_BLOCKS if sweeps else ()
        blocks += layout.MEMORY_BLOCKS if remembers else ()
        columns = {False: 0, True: 0}
        for p, name in enumerate(names):
            population, record = self.described[p], self.records[p]
            stride = row_stride(population.size, dtype.itemsize)
            record["size"], record["stride"] = population.size, stride
            record["level"] = levels[name]
            # Nothing reads f of an output, and f of the identity is x itself.
            linear = population.activation == ACTIVATIONS["identity"] or not outgoing[p]
            record["linear"] = linear
            record["reach"] = _REACH.get(population.activation, layout.REACH_UNKNOWN)
            record["injected_until"] = layout.LONG_AGO
            record["column"] = -1
            if not population.constant and (not incoming[p] or not outgoing[p]):
                record["column"] = columns[bool(incoming[p])]
                columns[bool(incoming[p])] += population.size
            record["first_incoming"], record["incoming"] = len(wiring), len(incoming[p])
            wiring += incoming[p]
            record["first_outgoing"], record["outgoing"] = len(wiring), len(outgoing[p])
            wiring += outgoing[p]
            block = batch_size * stride
            for field in blocks:
                if linear and field in ("f", "f_next"):
                    continue
                record[field] = real
                real += block
            if linear:
                record["f"], record["f_next"] = record["x"], record["x_next"]
            for field in layout.FLAG_BLOCKS:
                record[field] = flag
                flag += block
            record["quiet_since"] = quiet
            quiet += block
            record["place"] = place
            # Relays and readouts hand on what others have drawn.
            record["noise_key"] = 0 if population.derived else noise_key(name)
            place += population.size
        self.wiring = np.array(wiring, dtype=np.int64)
        self.sizes = (real, flag, quiet, place)

    def copy(self) -> NodeBlocks:
        """Return the same blocks, of which other things may be said."""
        other = copy.copy(self)
        other.records = self.records.copy()
        return other

    def block(self, state: State, field: str, p: int) -> npt.NDArray[Any]:
        """Array of shape (replicas, nodes and padding) onto a block of population p."""
        record = self.records[p]
        source = state.real if field in layout.REAL_BLOCKS else state.flag
        stride, start = int(record["stride"]), int(record[field])
        return source[start : start + self.batch_size * stride].reshape(-1, stride)
