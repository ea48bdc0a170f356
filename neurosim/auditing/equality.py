"""How far what a copy learns is from backpropagation, and whether a stream may be equal to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from neurosim.auditing.comparing import Finding
from neurosim.auditing.copies import Copies
from neurosim.backpropagation.backpropagation import Backpropagation
from neurosim.description.network import Description
from neurosim.description.path_lengths import SweepNeeds
from neurosim.errors import DivergenceError
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.training import fit

__all__ = ["condition", "difference_from_backpropagation"]


def difference_from_backpropagation(copies: Copies) -> float:
    """Largest difference of any weight after what the course teaches; inf if one diverges."""
    original = copies.original
    model, rates = original.model, _rates(original)
    bp = Backpropagation(
        original.network,
        learning_rate=rates,
        batch_size=copies.batch,
        batch_reduction=model.batch_reduction,
        dtype=original.dtype.name,
    )
    bp.set_weights(original.lowered.weights())
    told = replace(model, learning_rate=rates)
    try:
        if model.sweep:
            sim = copies.make(rest=original.rest_after_update, model=told)
            copies.course.lead(sim)
        else:
            sim = copies.make(rest=None, model=told)
            for inputs, targets in copies.course.taught:
                fit(sim, inputs, targets)
        for inputs, targets in copies.course.taught:
            bp.fit(inputs, targets, shuffle=False)
    except DivergenceError:
        return float(np.inf)
    first, second = bp.lowered.weights(), sim.lowered.weights()
    if all(first[name].tobytes() == second[name].tobytes() for name in first):
        return 0.0
    return max(float(np.abs(first[name] - second[name]).max()) for name in first)


def _rates(simulation: Simulation) -> Any:
    """Learning rates that show a difference, whatever those of the model are, and stay stable."""
    rate = 1 / max(20, _most_sources(simulation.wiring))
    given = simulation.model.learning_rate
    return dict.fromkeys(given, rate) if isinstance(given, Mapping) else rate


def _most_sources(wiring: Description) -> int:
    """No node is predicted by more nodes than that."""
    total = dict.fromkeys(wiring.populations, 0)
    for projection in wiring.projections.values():
        total[projection.post] += projection.shape[0]
    return max(total.values())


def condition(simulation: Simulation, needs: SweepNeeds) -> Finding:
    """Whether the network can learn in a stream exactly what backpropagation learns."""
    t_d = simulation.model.t_d
    if (
        not simulation.relays
        and simulation.network.wired().populations != simulation.wiring.populations
    ):
        return Finding(False, "projections span several levels, and there are no relays")
    if needs.unreached:
        names = ", ".join(needs.unreached)
        return Finding(False, f"no input reaches all nodes of {names}")
    teachers = f"teachers at least {needs.shown(t_d)} ticks after inputs"
    if t_d >= needs.t_d:
        return Finding(True, f"t_d = {t_d}, and at least {needs.t_d} is enough; {teachers}")
    if simulation.rest_after_update:
        return Finding(True, f"any t_d is enough with rest; {teachers}")
    reason = ""
    if needs.because is not None:
        population, shorter, longer = needs.because
        reason = f": {population} is reached over paths of {shorter} and {longer}"
    return Finding(False, f"t_d = {t_d} must be at least {needs.t_d} without rest{reason}")
