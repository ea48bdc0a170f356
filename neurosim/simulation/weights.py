"""Weights of a running network, changed from outside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.engine.bounds import check_weights
from neurosim.errors import ArgumentTypeError
from neurosim.kernels.verbs import run as engine
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.turns import in_turn

__all__ = ["refresh", "set_feedback_weights", "set_theta", "set_weights"]


def set_weights(simulation: Simulation, weights: Mapping[str, npt.ArrayLike]) -> None:
    """Set the weights of some projections, by name; all are checked before any is set.

    Synapses that are cut stay at 0. Weights have the shape in which `Simulator.weights` gives them;
    those of a sparse projection may also be given as a (pre, post) array, a scipy.sparse array or
    a kernel, as `Network.connect` takes them.
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
        described = simulation.wiring.projections[name]
        checked[name] = described.arranged(owner, name, values, simulation.dtype)
        check_weights(owner, name, checked[name], lowered)
    guard = simulation.guard
    if len(checked) == 1:
        _put(simulation, *next(iter(checked.items())), (...,), feedback)
        return
    with guard.change(partial(guard.restore, guard.copies())):
        for name, values in checked.items():
            _put(simulation, name, values, (...,), feedback)


@in_turn
def set_theta(
    simulation: Simulation, projection: str, index: tuple[int, ...], value: float, feedback: bool
) -> None:
    """Set one weight."""
    _put(simulation, projection, np.array(value, simulation.dtype), index, feedback)


def _put(
    simulation: Simulation,
    projection: str,
    values: npt.NDArray[Any],
    index: tuple[Any, ...],
    feedback: bool,
) -> None:
    """Change weights of a projection from outside, or nothing if that overflows."""
    lowered = simulation.lowered
    record = lowered.projections[lowered.projection_index[projection]]
    b = int(record["back_weights" if feedback else "weights"])
    places = lowered.blocks.places(b)[index].reshape(-1)
    # There is one zero among weights; rounding to float32 may give the other.
    simulation.guard.attempt(engine.write, b, places, (values + 0).reshape(-1))


def refresh(simulation: Simulation, b: int) -> None:
    """Refresh what depends on a block of weights."""
    simulation.lowered.blocks.measure(b)
    simulation.guard.attempt(engine.refresh, b)
