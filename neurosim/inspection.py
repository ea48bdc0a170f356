"""What can be read of a simulation: states, weights, and its nodes and synapses as objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError
from neurosim.handles import ErrorNode, Synapse, ValueNode
from neurosim.kernels import layout
from neurosim.lowering import Lowered
from neurosim.network import Network

if TYPE_CHECKING:
    from neurosim.simulator import Simulator

__all__ = ["Inspection", "SynapticOperations"]


class SynapticOperations(NamedTuple):
    """Multiply-adds over synapses: a prediction, a feedback or an update of one synapse each."""

    prediction: int
    feedback: int
    plasticity: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


class Inspection:
    """The part of a simulator that looks and changes nothing."""

    network: Network
    batch_size: int
    _lowered: Lowered
    _evaluations: int
    _updates: int

    @property
    def t(self) -> int:
        """Ticks since the teacher's onset, or since settling."""
        clock = self._lowered.state.clock
        return int(clock[layout.TICK] - clock[layout.ONSET])

    @property
    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of the weights, of shape (pre, post), by projection."""
        return self._lowered.weights()

    @property
    def energy(self) -> float:
        """F = 1/2 sum of epsilon squared, over the replicas in use. Song 2020, Eq. (2)."""
        rows = int(self._lowered.state.clock[layout.ROWS])
        total = 0.0
        for name in self._lowered.names:
            if self._lowered.populations[self._lowered.index[name]]["incoming"]:
                epsilon = self._lowered.view("epsilon", name)[:rows]
                total += 0.5 * float(np.sum(epsilon.astype(np.float64) ** 2))
        return total

    @property
    def residual(self) -> float:
        """Max |epsilon - (x - mu)|: how far the delta form has drifted by rounding."""
        rows = int(self._lowered.state.clock[layout.ROWS])
        largest = 0.0
        for name in self._lowered.names:
            if self._lowered.populations[self._lowered.index[name]]["incoming"]:
                x, mu, epsilon = (
                    self._lowered.view(field, name)[:rows] for field in ("x", "mu", "epsilon")
                )
                largest = max(largest, float(np.max(np.abs(epsilon - (x - mu)))))
        return largest

    @property
    def operations(self) -> SynapticOperations:
        """Synaptic operations done so far."""
        return SynapticOperations(*map(int, self._lowered.state.count))

    @property
    def clock_driven_operations(self) -> SynapticOperations:
        """What evaluating every synapse at every tick of `step` and `run` would have done."""
        return SynapticOperations(self._evaluations, self._evaluations, self._updates)

    def state(self, variable: str, population: str) -> npt.NDArray[Any]:
        """Copy of x, mu, epsilon or phi of a population, of shape (replicas, nodes)."""
        checks.choice("Simulator.state", "variable", variable, ("x", "mu", "epsilon", "phi"))
        self._check_population("Simulator.state", population)
        return self._lowered.view(variable, population).copy()

    def value_node(self, population: str, index: int, *, replica: int = 0) -> ValueNode:
        """Return a value node as an object."""
        self._check_node("Simulator.value_node", population, index, replica)
        return ValueNode(cast("Simulator", self), population, index, replica)

    def error_node(self, population: str, index: int, *, replica: int = 0) -> ErrorNode:
        """Return an error node as an object."""
        node = self.value_node(population, index, replica=replica).error_node
        if node is None:
            raise ArgumentError(
                f"Simulator.error_node: nothing predicts population {population!r}, so it has no "
                "error nodes"
            )
        return node

    def synapse(self, pre: str, pre_index: int, post: str, post_index: int) -> Synapse:
        """Return a synapse as an object."""
        self._check_node("Simulator.synapse", pre, pre_index, 0)
        self._check_node("Simulator.synapse", post, post_index, 0)
        name = f"{pre}->{post}"
        checks.choice("Simulator.synapse", "projection", name, self._lowered.projection_names)
        return Synapse(cast("Simulator", self), name, pre_index, post_index)

    def _check_population(self, owner: str, population: str) -> None:
        checks.choice(owner, "population", population, self.network.populations)

    def _check_node(self, owner: str, population: str, index: int, replica: int) -> None:
        self._check_population(owner, population)
        size = self.network.populations[population].size
        checks.integer(f"{owner}: population {population!r}", "index", index, 0, size - 1)
        checks.integer(owner, "replica", replica, 0, self.batch_size - 1)
