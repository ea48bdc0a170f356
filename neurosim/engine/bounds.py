"""The bound that no activity and no weight may leave: a run that has left it learns nothing.

Nets that learn stay far below the default. Of digits with pixels from 0 to 1 their weights reach 2
and their activities 10, with pixels from 0 to 255 activities reach 600; what runs away (gamma of 5
and more over 16 ticks, or a rate ten times too large) is at 1e7 to 1e60 after the first batches,
where sigmoids are saturated and a net predicts by chance for ever, in silence.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError
from neurosim.kernels.arrays import layout

__all__ = ["DEFAULT_BOUND", "bound_of", "check_weights", "set_bound"]

#: What |x| of a node that is not clamped, and |theta|, may reach unless the user says otherwise.
DEFAULT_BOUND = 1e6


def set_bound(owner: str, lowered: Lowered, bound: object) -> float | None:
    """Set the bound of a network, None for none, and check that its weights are within."""
    checked = None if bound is None else checks.real(owner, "bound", bound, positive=True)
    largest = float(np.finfo(lowered.dtype).max)
    within = np.inf if checked is None or checked >= largest else checked
    lowered.plan.parameter[layout.BOUND] = within
    if lowered.state.theta_bound.max(initial=0.0) <= lowered.plan.parameter[layout.BOUND]:
        return checked
    for name in lowered.weight_names:
        check_weights(owner, name, lowered.theta_block(name), lowered)
    for name in lowered.weights(feedback=True):
        check_weights(owner, name, lowered.theta_block(name, feedback=True), lowered)
    return checked


def bound_of(lowered: Lowered) -> float | None:
    """The bound of a network, None if there is none."""
    bound = float(lowered.plan.parameter[layout.BOUND])
    return bound if bound < np.inf else None


def check_weights(owner: str, name: str, weights: npt.NDArray[Any], lowered: Lowered) -> None:
    """Refuse weights of a projection that a user gives and that are beyond the bound."""
    bound = bound_of(lowered)
    if bound is None or not weights.size:
        return
    largest = max(float(weights.max()), -float(weights.min()))
    if largest > bound:
        index = np.unravel_index(int(np.argmax(np.abs(weights))), weights.shape)
        where = ", ".join(map(str, map(int, index)))
        raise ArgumentError(
            f"{owner}: weight [{where}] of {name!r} is {weights[index]:g}, beyond the bound of "
            f"{bound:g}; smaller weights, or a larger bound= (None: no bound) when it is made, "
            "allow it"
        )
