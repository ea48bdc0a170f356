"""Weights of a running network, changed from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentTypeError, DivergenceError
from neurosim.kernels.verbs import run as engine
from neurosim.simulation.simulation import Simulation

__all__ = ["refresh", "set_feedback_weights", "set_theta", "set_weights"]


def set_weights(simulation: Simulation, weights: Mapping[str, npt.ArrayLike]) -> None:
    """Set the weights of some projections, by name; all are checked before any is set.

    Synapses that are cut stay at 0.
    """
    _set(simulation, "Simulator.set_weights", weights, feedback=False)


def set_feedback_weights(simulation: Simulation, weights: Mapping[str, npt.ArrayLike]) -> None:
    """Set the weights of feedback synapses that are not the forward ones, by projection."""
    _set(simulation, "Simulator.set_feedback_weights", weights, feedback=True)


def _set(
    simulation: Simulation, owner: str, weights: Mapping[str, npt.ArrayLike], *, feedback: bool
) -> None:
    lowered = simulation.lowered
    names = list(lowered.weights(feedback=True)) if feedback else lowered.weight_names
    if not isinstance(weights, Mapping):
        raise ArgumentTypeError(f"{owner}: weights must be a mapping of projection to array")
    checked = {}
    for name, values in weights.items():
        checks.choice(owner, "projection", name, names)
        shape = simulation.wiring.projections[name].weight_shape
        checked[name] = checks.finite_array(owner, name, values, shape, simulation.dtype)
    kept = simulation.guard.copies() if len(checked) > 1 else []
    try:
        for name, values in checked.items():
            _change_weights(simulation, name, partial(np.add, values, 0.0), feedback)
    except DivergenceError:
        if kept:
            simulation.guard.restore(kept)
        raise


def set_theta(
    simulation: Simulation, projection: str, index: tuple[int, ...], value: float, feedback: bool
) -> None:
    """Set one weight."""

    def change(block: npt.NDArray[Any]) -> None:
        block[index] = value
        # There is one zero among weights; rounding to float32 may give the other.
        block[index] += 0

    _change_weights(simulation, projection, change, feedback)


def _change_weights(
    simulation: Simulation,
    projection: str,
    change: Callable[[npt.NDArray[Any]], object],
    feedback: bool,
) -> None:
    """Change the weights of a projection from outside, or nothing if that overflows."""
    lowered = simulation.lowered
    record = lowered.projections[lowered.projection_index[projection]]
    b = int(record["back_weights" if feedback else "weights"])
    block, bound = lowered.blocks.view(b), lowered.state.theta_bound
    kept, kept_bound = block.copy(), float(bound[b])
    change(block)
    lowered.blocks.theta[lowered.plan.cut] = 0
    try:
        refresh(simulation, b)
    except DivergenceError:
        block[...] = kept
        bound[b] = kept_bound
        raise


def refresh(simulation: Simulation, b: int) -> None:
    """Refresh what depends on a block of weights."""
    simulation.lowered.blocks.measure(b)
    simulation.guard.attempt(engine.refresh, b)
    simulation.recorder.behind = True
