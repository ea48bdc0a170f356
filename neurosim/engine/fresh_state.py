"""The state of a network before anything has been shown to it."""

from __future__ import annotations

import ctypes

import numpy as np
import numpy.typing as npt

from neurosim.engine.loops import compile_activation
from neurosim.engine.node_blocks import NodeBlocks
from neurosim.engine.weight_blocks import WeightBlocks
from neurosim.errors import ArgumentError
from neurosim.kernels.arrays import layout
from neurosim.kernels.arrays.layout import State
from neurosim.kernels.machine.padding import aligned_zeros

__all__ = ["fresh_state"]


def _flags(count: int) -> npt.NDArray[np.uint8]:
    """Flags that kernels may look at eight at a time: whole words belong to them."""
    return np.zeros(-(-count // 8), np.uint64).view(np.uint8)[:count]


def fresh_state(nodes: NodeBlocks, weights: WeightBlocks, projections: int) -> State:
    """Return the state in which every x is 0, except those of constant nodes.

    Parameters
    ----------
    nodes : NodeBlocks
        Of which populations of constant nodes are noted as held, and the compiled activations.
    weights : WeightBlocks
    projections : int
        How many there are.
    """
    real, flag, quiet, places = nodes.sizes
    dtype, populations = weights.theta.dtype, len(nodes.records)
    shape = (populations, nodes.batch_size)
    word = np.zeros((layout.ROW_FLAGS, shape[0], -(-shape[1] // 8)), np.uint64)
    state = State(
        real=aligned_zeros(real, dtype),
        flag=np.zeros(flag, np.uint8),
        quiet_since=np.full(quiet, layout.LONG_AGO, np.int64),
        dated=np.full(shape[0], layout.LONG_AGO, np.int64),
        injected_until=np.full(quiet, layout.LONG_AGO, np.int64),
        onset=np.full(places, layout.LONG_AGO, np.int64),
        reached=np.full(shape[0], layout.LONG_AGO, np.int64),
        arrival=np.zeros(shape[0], np.int64),
        swept=np.zeros(places, np.uint8),
        sweeping=np.zeros(shape[0], np.uint8),
        theta=weights.theta,
        row=word.view(np.uint8),
        word=word,
        asleep=np.zeros(shape[0], np.uint8),
        near=_flags(shape[0]),
        agenda=np.array([shape[0], *range(shape[0])], np.int64),
        evaluated=np.full(shape, layout.LONG_AGO, np.int64),
        learned=_flags(projections),
        learned_next=_flags(projections),
        pending=np.zeros(len(weights.records), np.uint8),
        transposed=np.zeros(len(weights.records), np.uint8),
        bound=np.zeros((populations, 4)),
        theta_bound=weights.bound,
        gradient_bound=np.zeros(len(weights.records)),
        clock=np.zeros(layout.CLOCK_SIZE, np.int64),
        count=np.zeros(layout.COUNT_SIZE, np.int64),
        ahead=np.zeros(1 + nodes.batch_size, np.int64),
    )
    state.clock[layout.ROWS] = nodes.batch_size
    state.clock[layout.SWEEP_ENDS] = layout.LONG_AGO
    for p, population in enumerate(nodes.described):
        record = nodes.records[p]
        if record["linear"]:
            nodes.block(state, "slope", p)[:] = 1.0
        else:
            _evaluate_activation(nodes, state, p)
        if population.constant:
            nodes.block(state, "x", p)[:, :1] = 1.0
            nodes.block(state, "clamped", p)[:, :1] = 1
            record["held"] = 1
            state.bound[p, layout.BOUND_F] = 1.0
        # Everything is still to be evaluated for the first time.
        if record["incoming"]:
            state.row[layout.STALE, p] = 1
    return state


def _evaluate_activation(nodes: NodeBlocks, state: State, p: int) -> None:
    """f(0) and f'(0) of a population whose x is 0."""
    record, dtype = nodes.records[p], state.real.dtype
    activation = nodes.described[p].activation
    record["activation"] = compile_activation(activation.functions, dtype, activation.name)
    call = ctypes.CFUNCTYPE(
        None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64
    )(int(record["activation"]))
    address, item = state.real.ctypes.data, dtype.itemsize
    count = nodes.batch_size * int(record["stride"])
    call(*(address + item * int(record[field]) for field in ("x", "f", "slope")), count)
    f = int(record["f"])
    for part, field in (("function", "f"), ("derivative", "slope")):
        # What is beside the nodes stays at 0, too.
        if not np.isfinite(nodes.block(state, field, p)).all():
            raise ArgumentError(
                f"the {part} of the activation {activation.name!r} must be finite at x = 0, where "
                f"every node of population {nodes.described[p].name!r} begins"
            )
    state.bound[p, layout.BOUND_F] = np.abs(state.real[f : f + count]).max()
