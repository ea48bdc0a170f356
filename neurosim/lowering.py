"""Lowering: a described network becomes arrays and index tables, state included."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.activations import ACTIVATIONS
from neurosim.kernels import layout
from neurosim.kernels.layout import Plan, State
from neurosim.kernels.table import make_table
from neurosim.levels import levels, topological_order
from neurosim.network import Network
from neurosim.rules import compile_activation, compile_sums

__all__ = ["Lowered"]

_ALIGNMENT = 64
_PADDING = 16
# Rows whose length in bytes is a multiple of this fall on the same sets of a cache.
_CACHE_STEP = 2048


def _aligned_zeros(size: int, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    itemsize = np.dtype(dtype).itemsize
    block = np.zeros(size * itemsize + _ALIGNMENT, dtype=np.uint8)
    start = -block.ctypes.data % _ALIGNMENT
    return block[start : start + size * itemsize].view(dtype)


def _padded(size: int, itemsize: int) -> int:
    stride = -(-size // _PADDING) * _PADDING
    return stride + _PADDING if stride * itemsize % _CACHE_STEP == 0 else stride


_REACH: dict[object, int] = {
    ACTIVATIONS["sigmoid"]: layout.REACH_ONE,
    ACTIVATIONS["tanh"]: layout.REACH_ONE,
    ACTIVATIONS["relu"]: layout.REACH_X,
    ACTIVATIONS["leaky_relu"]: layout.REACH_X,
    ACTIVATIONS["softplus"]: layout.REACH_X,
}


class Lowered:
    """The arrays of one network, laid out for the kernels.

    Populations and projections are numbered by name, so that the order in which they were created
    has no effect on any bit.

    Parameters
    ----------
    network : Network
        What to lower.
    batch_size : int
        Number of replicas.
    dtype : numpy.dtype
        float64 or float32.
    threads : int
        Threads for the synaptic sums.
    """

    def __init__(
        self, network: Network, batch_size: int, dtype: np.dtype[Any], threads: int = 1
    ) -> None:
        self.network, self.batch_size, self.dtype = network, batch_size, dtype
        self.levels = levels(network.populations, network.projections.values())
        self.names = sorted(network.populations)
        self.index = {name: p for p, name in enumerate(self.names)}
        self.projection_names = sorted(network.projections)
        self.projection_index = {name: k for k, name in enumerate(self.projection_names)}
        self._lower_projections()
        self._lower_populations()
        count = len(self.projection_names)
        info = np.finfo(dtype)
        self.plan = Plan(
            populations=self.populations,
            projections=self.projections,
            wiring=self.wiring,
            order=np.array(
                [
                    self.index[name]
                    for name in topological_order(network.populations, network.projections.values())
                ],
                dtype=np.int64,
            ),
            alpha=np.zeros(count, dtype),
            parameter=np.array([1.0, 0.0, info.max / 8], dtype),
            setting=np.zeros(1, layout.SETTING),
        )
        setting = self.plan.setting[0]
        setting["prediction"], setting["feedback"], setting["plasticity"] = compile_sums(
            dtype, threads
        )
        self._equip(self._fresh_state(self.theta, self.theta_bound))

    def _lower_projections(self) -> None:
        network, itemsize = self.network, self.dtype.itemsize
        self.projections = np.zeros(len(self.projection_names), layout.PROJECTION)
        size = 0
        for k, name in enumerate(self.projection_names):
            described = network.projections[name]
            stride = _padded(described.shape[1], itemsize)
            self.projections[k] = (
                self.index[described.pre],
                self.index[described.post],
                size,
                stride,
            )
            size += described.shape[0] * stride
            size = -(-size // _PADDING) * _PADDING
        self.theta = _aligned_zeros(size, self.dtype)
        self.theta_bound = np.zeros(len(self.projection_names))
        for k, name in enumerate(self.projection_names):
            block = self.theta_block(k)
            for first, rows in network.projections[name].blocks(network.seed):
                np.add(rows, 0.0, out=block[first : first + len(rows)], casting="same_kind")
            self.theta_bound[k] = max(float(block.max()), -float(block.min()))

    def _lower_populations(self) -> None:
        network, dtype = self.network, self.dtype
        self.populations = np.zeros(len(self.names), layout.POPULATION)
        wiring: list[int] = []
        real = flag = quiet = 0
        columns = {False: 0, True: 0}
        for p, name in enumerate(self.names):
            population, record = network.populations[name], self.populations[p]
            incoming = [k for k, n in enumerate(self.projections) if n["post"] == p]
            outgoing = [k for k, n in enumerate(self.projections) if n["pre"] == p]
            stride = _padded(population.size, dtype.itemsize)
            record["size"], record["stride"] = population.size, stride
            record["level"] = self.levels.get(name, -1)
            # Nothing reads f of an output, and f of the identity is x itself.
            record["linear"] = population.activation is ACTIVATIONS["identity"] or not outgoing
            record["reach"] = _REACH.get(population.activation, layout.REACH_UNKNOWN)
            record["column"] = -1
            if not population.constant and (not incoming or not outgoing):
                record["column"] = columns[bool(incoming)]
                columns[bool(incoming)] += population.size
            record["first_incoming"], record["incoming"] = len(wiring), len(incoming)
            wiring += incoming
            record["first_outgoing"], record["outgoing"] = len(wiring), len(outgoing)
            wiring += outgoing
            block = self.batch_size * stride
            for field in layout.REAL_BLOCKS:
                if record["linear"] and field in ("f", "f_next"):
                    continue
                record[field] = real
                real += block
            if record["linear"]:
                record["f"], record["f_next"] = record["x"], record["x_next"]
            for field in layout.FLAG_BLOCKS:
                record[field] = flag
                flag += block
            record["quiet_since"] = quiet
            quiet += block
        self.wiring = np.array(wiring, dtype=np.int64)
        self._sizes = (real, flag, quiet)

    def _fresh_state(self, theta: npt.NDArray[Any], theta_bound: npt.NDArray[Any]) -> State:
        real, flag, quiet = self._sizes
        shape = (len(self.names), self.batch_size)
        word = np.zeros((layout.ROW_FLAGS, shape[0], -(-shape[1] // 8)), np.uint64)
        state = State(
            real=_aligned_zeros(real, self.dtype),
            flag=np.zeros(flag, np.uint8),
            quiet_since=np.full(quiet, layout.LONG_AGO, np.int64),
            theta=theta,
            row=word.view(np.uint8),
            word=word,
            asleep=np.zeros(shape[0], np.uint8),
            evaluated=np.full(shape, layout.LONG_AGO, np.int64),
            learned=np.zeros(len(self.projection_names), np.uint8),
            learned_next=np.zeros(len(self.projection_names), np.uint8),
            bound=np.zeros((len(self.names), 2)),
            theta_bound=theta_bound,
            clock=np.zeros(layout.CLOCK_SIZE, np.int64),
            count=np.zeros(3, np.int64),
        )
        state.clock[layout.ROWS] = self.batch_size
        for p, name in enumerate(self.names):
            record = self.populations[p]
            block = slice(None)
            population = self.network.populations[name]
            if record["linear"]:
                self._block(state, "slope", p)[:] = 1.0
            elif not record["linear"]:
                self._start(state, p)
            if population.constant:
                self._block(state, "x", p)[block, :1] = 1.0
                self._block(state, "clamped", p)[block, :1] = 1
                record["held"] = 1
                state.bound[p, layout.BOUND_F] = 1.0
            # Everything is still to be evaluated for the first time.
            if record["incoming"]:
                state.row[layout.STALE, p] = 1
        return state

    def _equip(self, state: State) -> None:
        self.state = state
        #: What the entry points of the engine take.
        self.arguments = make_table(self.plan, state), self.plan.parameter

    def _start(self, state: State, p: int) -> None:
        """f(0) and f'(0) of a population whose x is 0."""
        import ctypes

        from neurosim.kernels.pointwise import largest

        record = self.populations[p]
        activation = self.network.populations[self.names[p]].activation
        record["activation"] = compile_activation(activation.functions, self.dtype)
        call = ctypes.CFUNCTYPE(
            None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64
        )(int(record["activation"]))
        address, item = state.real.ctypes.data, self.dtype.itemsize
        count = self.batch_size * int(record["stride"])
        call(*(address + item * int(record[field]) for field in ("x", "f", "slope")), count)
        f = int(record["f"])
        state.bound[p, layout.BOUND_F] = largest(state.real[f : f + count])

    def _block(self, state: State, field: str, p: int) -> npt.NDArray[Any]:
        record = self.populations[p]
        source = state.real if field in layout.REAL_BLOCKS else state.flag
        stride = int(record["stride"])
        start = int(record[field])
        return source[start : start + self.batch_size * stride].reshape(-1, stride)

    def view(self, field: str, population: str) -> npt.NDArray[Any]:
        """Array of shape (replicas, nodes) onto a block of the state."""
        p = self.index[population]
        return self._block(self.state, field, p)[:, : int(self.populations[p]["size"])]

    def theta_block(self, k: int) -> npt.NDArray[Any]:
        """Array of shape (pre, post) onto the weights of a projection."""
        record = self.projections[k]
        pre, post = self.network.projections[self.projection_names[k]].shape
        start, stride = int(record["theta"]), int(record["stride"])
        return self.theta[start : start + pre * stride].reshape(pre, stride)[:, :post]

    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of the weights, of shape (pre, post), by projection."""
        return {name: self.theta_block(k).copy() for k, name in enumerate(self.projection_names)}

    def columns(self, names: tuple[str, ...]) -> dict[str, slice]:
        """Columns of each input, or of each output, in a matrix of samples."""
        result = {}
        for name in names:
            record = self.populations[self.index[name]]
            start = int(record["column"])
            result[name] = slice(start, start + int(record["size"]))
        return result

    def fork(self) -> Lowered:
        """Share plan and weights, with a state of its own."""
        other = object.__new__(Lowered)
        vars(other).update(vars(self))
        other.populations = self.populations.copy()
        other.plan = self.plan._replace(populations=other.populations)
        other._equip(other._fresh_state(self.theta, self.theta_bound))
        return other
