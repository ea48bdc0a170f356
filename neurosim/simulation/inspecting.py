"""What is read of a simulation as a whole: energy, drift, and the work that was done."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.simulation.addressing import check_population
from neurosim.simulation.simulation import Simulation

__all__ = [
    "STATES", "SynapticOperations", "clock_driven_operations", "energy", "operations", "residual",
    "state",
]  # fmt: skip

#: What can be read of nodes.
STATES = ("x", "mu", "epsilon", "phi")


class SynapticOperations(NamedTuple):
    """Multiply-adds over synapses: a prediction, a feedback or an update of one synapse each.

    A projection that is evaluated counts whole, synapses from nodes that send zero included.
    """

    prediction: int
    feedback: int
    plasticity: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


def energy(simulation: Simulation) -> float:
    """F = 1/2 sum of epsilon squared; see `Simulator.energy`."""
    lowered, rows, total = simulation.lowered, simulation.rows, 0.0
    for name in lowered.names:
        if lowered.is_predicted(name):
            epsilon = lowered.view("epsilon", name)[:rows]
            total += 0.5 * float(np.sum(epsilon.astype(np.float64) ** 2))
    return total


def residual(simulation: Simulation) -> float:
    """Max |epsilon - (x - mu)|; see `Simulator.residual`."""
    lowered, rows, largest = simulation.lowered, simulation.rows, 0.0
    for name in lowered.names:
        if lowered.is_predicted(name):
            x, mu, epsilon = (lowered.view(field, name)[:rows] for field in ("x", "mu", "epsilon"))
            largest = max(largest, float(np.max(np.abs(epsilon - (x - mu)))))
    return largest


def state(simulation: Simulation, variable: str, population: str) -> npt.NDArray[Any]:
    """Copy of x, mu, epsilon or phi of a population, of shape (replicas, nodes)."""
    checks.choice("Simulator.state", "variable", variable, STATES)
    check_population(simulation, "Simulator.state", population)
    return simulation.lowered.view(variable, population).copy()


def operations(simulation: Simulation) -> SynapticOperations:
    """Synaptic operations done so far."""
    return SynapticOperations(*map(int, simulation.lowered.state.count))


def clock_driven_operations(simulation: Simulation) -> SynapticOperations:
    """What evaluating every synapse at every tick would have done."""
    evaluations = simulation.evaluations
    return SynapticOperations(evaluations, evaluations, simulation.updates)
