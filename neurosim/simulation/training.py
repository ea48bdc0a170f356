"""Training and prediction over many samples, in slices of whole batches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurosim.engine.guard import Guard
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.kernels.verbs import train as loops
from neurosim.simulation.samples import Progress
from neurosim.simulation.slices import adapted
from neurosim.simulation.ticking import count, make_ticks

if TYPE_CHECKING:
    from neurosim.simulator import Simulator

__all__ = ["fit", "let_go_of_outputs", "predict"]


def fit(
    simulator: Simulator,
    inputs: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    orders: Iterator[npt.NDArray[np.int64]],
    epochs: int,
    ticks: int,
    progress: Progress,
) -> None:
    """Present all samples, epoch by epoch."""
    batch = simulator.batch_size
    batches, total, done = 16, epochs * len(inputs), 0
    for order in orders:
        first = 0
        while first < len(order):
            begun = time.perf_counter()
            chosen = order[first : first + (1 if simulator._monitors else batches) * batch]
            if simulator._monitors:
                _present(simulator, inputs[chosen], targets[chosen], ticks)
                presented = len(chosen)
            else:
                presented = _train(simulator, inputs, targets, chosen, ticks)
                if presented == batches * batch:
                    batches = adapted(batches, time.perf_counter() - begun)
            first += presented
            done += presented
            progress(done, total)


def _train(
    simulator: Simulator,
    inputs: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    chosen: npt.NDArray[np.int64],
    ticks: int,
) -> int:
    """Present the chosen samples in the compiled loop; returns how many were."""
    batch = simulator.batch_size
    status, begun, made, replica_ticks = loops.train(
        *simulator._lowered.arguments, inputs, targets, chosen, batch, ticks
    )
    count(simulator, int(replica_ticks), True)
    if made < -1:
        # Replicas that have just come into use have not settled: what they do next is not known.
        simulator._lowered.state.row[layout.ERRED] = 1
    if status == layout.DIVERGED:
        raise simulator._guard.divergence(settles=made < -1)
    if status == layout.RISKY:
        # Finish this one presentation step by step, with a copy to go back to.
        last = chosen[(begun - 1) // batch * batch : begun]
        if made < 0:
            # Some outputs may have been taught already.
            let_go_of_outputs(simulator)
            simulator._guard.attempt(engine.settle, settles=True)
            _teach(simulator, targets[last])
        _go_on(simulator, ticks, max(made, 0))
    return int(begun)


def _present(
    simulator: Simulator, inputs: npt.NDArray[Any], targets: npt.NDArray[Any], ticks: int
) -> None:
    """Present one batch with the verbs of the simulator, which record."""
    simulator._use_replicas(len(inputs))
    lowered = simulator._lowered
    for name, columns in lowered.columns(simulator._inputs).items():
        simulator._hold(name, np.ascontiguousarray(inputs[:, columns]), False)
    simulator.settle()
    _teach(simulator, targets)
    _go_on(simulator, ticks, 0)


def _teach(simulator: Simulator, targets: npt.NDArray[Any]) -> None:
    lowered = simulator._lowered
    for name, columns in lowered.columns(simulator._outputs).items():
        simulator._hold(name, np.ascontiguousarray(targets[:, columns]), True)


def _go_on(simulator: Simulator, ticks: int, made: int) -> None:
    """Make the ticks that are left of a presentation, and let the teacher go."""
    make_ticks(simulator, max(0, ticks - made), learning=True)
    let_go_of_outputs(simulator)


def let_go_of_outputs(simulator: Simulator) -> None:
    """Release all outputs; the last one that goes takes the teacher with it."""
    for name in simulator._outputs:
        nodes = np.arange(simulator.wiring.populations[name].size)
        last = name == simulator._outputs[-1]
        simulator._release(name, nodes, not last)


def predict(guard: Guard, inputs: npt.NDArray[Any]) -> Any:
    """Predict in the guarded state, which should be nobody else's."""
    lowered = guard.lowered
    outputs = lowered.columns(lowered.network.outputs)
    width = sum(columns.stop - columns.start for columns in outputs.values())
    result = np.empty((len(inputs), width), lowered.dtype)
    lowered.state.row[layout.STALE] = 1
    chosen = np.arange(len(inputs))
    batches, first = 16, 0
    while first < len(inputs):
        begun = time.perf_counter()
        part = chosen[first : first + batches * lowered.batch_size]
        predictions = result[first : first + len(part)]
        guard.attempt(loops.infer, inputs, part, lowered.batch_size, predictions, settles=True)
        first += len(part)
        batches = adapted(batches, time.perf_counter() - begun)
    if len(outputs) == 1:
        return result
    return {name: result[:, columns].copy() for name, columns in outputs.items()}
