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

__all__ = ["one_of", "predict", "predict_samples"]


def predict(simulation: Simulation, inputs: object) -> Any:
    """Return what the network predicts at its outputs, without touching its state.

    Lesions count; nodes that are clamped between inputs and outputs do not.

    Parameters
    ----------
    inputs : array_like, shape (samples, nodes), or mapping of population, or node, to array
        One sample may be given as a vector; nodes are named by their labels, all of them.

    Returns
    -------
    ndarray, shape (samples, nodes), or dict of such by population if there are several outputs
        Without the first axis for one sample that was given as a vector.
    """
    x, alone = samples.predicted("Simulator.predict", inputs, simulation.lowered, simulation.inputs)
    return one_of(predict_samples(simulation.forward, x), alone)


def one_of(predictions: Any, alone: bool) -> Any:
    """Return the predictions, or those of the one sample that was given."""
    if not alone:
        return predictions
    if isinstance(predictions, dict):
        return {name: rows[0] for name, rows in predictions.items()}
    return predictions[0]


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
