"""Whether change detectors can fire when the teacher appears: they ask that all was quiet."""

from __future__ import annotations

import warnings

import numpy as np

from neurosim.kernels.arrays import layout
from neurosim.simulation.simulation import Simulation

__all__ = ["warn_of_loud_nodes"]

# Errors that are left by inference are smaller than these, and a threshold makes up for them.
LEFT_BY_INFERENCE = 1e-3


def warn_of_loud_nodes(simulation: Simulation) -> None:
    """Warn, once, where a gate reads phi and error nodes are not quiet as the teacher appears.

    Of a network that has settled by inference, or not at all: one that has settled exactly was
    quiet, and what has happened since is what somebody wanted.
    """
    rules = simulation.lowered.rules
    if simulation.told_of_loud_nodes or "phi" not in rules.reads("gate") or rules.detector:
        return
    if simulation.lowered.state.clock[layout.PRESENTATIONS] and not simulation.inferred:
        return
    threshold = float(simulation.lowered.plan.parameter[layout.ZERO_THRESHOLD])
    loud, count, top = 0, 0, 0.0
    for name in simulation.lowered.names:
        if simulation.lowered.is_predicted(name):
            rows = slice(simulation.rows)
            free = simulation.lowered.view("clamped", name)[rows] == 0
            epsilon = np.abs(simulation.lowered.view("epsilon", name)[rows][free])
            loud += int(np.count_nonzero(epsilon > threshold))
            count += epsilon.size
            top = max(top, float(epsilon.max(initial=0.0)))
    if not loud:
        return
    simulation.told_of_loud_nodes = True
    remedy = "settle() before the teacher appears, which leaves no error"
    if top < LEFT_BY_INFERENCE:
        enough = 4 * top
        remedy += f'; or, after settle("inference"), give the model zero_threshold={enough:.0e}'
    warnings.warn(
        f"neurosim: {loud} of {count} error nodes are not quiet as the teacher appears (|epsilon| "
        f"is up to {top:.2g}, where zero_threshold is {threshold:g}), so that their phi cannot fire"
        f" and nothing is learned there: {remedy}",
        UserWarning,
        stacklevel=5,
    )
