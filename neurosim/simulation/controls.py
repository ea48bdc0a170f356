"""Numbers of the model that may be changed between ticks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from neurosim.simulation.simulation import Simulation

__all__ = ["set_gamma", "set_learning_rate"]


def set_learning_rate(simulation: Simulation, value: float | Mapping[str, float]) -> None:
    """Learn with another alpha from now on."""
    simulation.set_model(replace(simulation.model, learning_rate=value))


def set_gamma(simulation: Simulation, value: float) -> None:
    """Make inference steps of another length from now on."""
    simulation.set_model(replace(simulation.model, gamma=value))
