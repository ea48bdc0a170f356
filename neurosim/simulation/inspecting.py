"""What is read of a simulation as a whole: energy, drift, and the work that was done."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import DivergenceError
from neurosim.kernels.arrays import layout
from neurosim.simulation.addressing import check_population
from neurosim.simulation.simulation import Simulation

__all__ = [
    "STATES", "SynapticOperations", "clock_driven_operations", "energy", "feedback_weights",
    "operations", "residual", "state", "weights",
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


def weights(simulation: Simulation) -> dict[str, npt.NDArray[Any]]:
    """Copies of the weights; see `Simulator.weights`."""
    return simulation.lowered.weights()


def feedback_weights(simulation: Simulation) -> dict[str, npt.NDArray[Any]]:
    """Copies of the weights of feedback synapses; see `Simulator.feedback_weights`."""
    return simulation.lowered.weights(feedback=True)


def energy(simulation: Simulation) -> float:
    """F = 1/2 sum of epsilon squared; see `Simulator.energy`."""
    lowered, rows, total = simulation.lowered, simulation.rows, 0.0
    largest = 0.0, "", 0, 0
    for name in lowered.names:
        if lowered.is_predicted(name):
            epsilon = lowered.view("epsilon", name)[:rows].astype(np.float64)
            with np.errstate(over="ignore"):
                # Half of it first: the square alone may be too large.
                total += float(np.sum(0.5 * epsilon * epsilon))
            replica, node = divmod(int(np.argmax(np.abs(epsilon))), epsilon.shape[1])
            largest = max(largest, (abs(float(epsilon[replica, node])), name, node, replica))
    if not np.isfinite(total):
        size, name, node, replica = largest
        what = f"the energy is larger than floating point can hold: epsilon is {size:.3g}"
        raise DivergenceError(name, node, replica, cause=what)
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
    values = simulation.lowered.view(variable, population).copy()
    values[simulation.rows :] = 0 if variable == "phi" else np.nan
    return values


def operations(simulation: Simulation) -> SynapticOperations:
    """Synaptic operations done so far."""
    return SynapticOperations(*map(int, simulation.lowered.state.count[: layout.REPLICA_TICKS]))


def clock_driven_operations(simulation: Simulation) -> SynapticOperations:
    """What evaluating every synapse at every tick would have done."""
    count, synapses = simulation.lowered.state.count, simulation.wiring.synapse_count
    evaluations = int(count[layout.REPLICA_TICKS]) * synapses
    return SynapticOperations(
        evaluations, evaluations, int(count[layout.LEARNING_TICKS]) * synapses
    )
