"""Prediction of many samples, in slices of whole batches, without touching a running network."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.engine.guard import Guard
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import train as loops
from neurosim.simulation import samples
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.slices import adapted

__all__ = ["predict", "predict_samples"]


def predict(simulation: Simulation, inputs: object) -> Any:
    """Return what the network predicts at its outputs, without touching its state.

    Lesions count; nodes that are clamped between inputs and outputs do not.

    Parameters
    ----------
    inputs : array_like, shape (samples, nodes), or mapping of population to array

    Returns
    -------
    ndarray, shape (samples, nodes), or dict of such by population if there are several outputs
    """
    x = samples.matrix("Simulator.predict", "inputs", inputs, simulation.lowered, simulation.inputs)
    return predict_samples(simulation.forward, x)


def predict_samples(guard: Guard, inputs: npt.NDArray[Any]) -> Any:
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
