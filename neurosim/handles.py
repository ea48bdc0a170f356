"""Value nodes, error nodes and synapses as objects: their state, their neighbours, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurosim import checks
from neurosim.errors import ArgumentError

if TYPE_CHECKING:
    from neurosim.simulator import Simulator

__all__ = ["ErrorNode", "Synapse", "ValueNode"]


class _Node:
    def __init__(self, simulator: Simulator, population: str, index: int, replica: int) -> None:
        self._simulator = simulator
        self.population, self.index, self.replica = population, index, replica

    def _read(self, field: str) -> float:
        view = self._simulator._lowered.view(field, self.population)
        return float(view[self.replica, self.index])

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[int, str, int, int]:
        return id(self._simulator), self.population, self.index, self.replica

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.population!r}, {self.index})"


class ValueNode(_Node):
    """A value node: its activity x, and what it is wired to."""

    @property
    def x(self) -> float:
        """Its activity."""
        return self._read("x")

    @property
    def clamped(self) -> bool:
        """Whether the world holds it."""
        return bool(self._read("clamped"))

    @property
    def error_node(self) -> ErrorNode | None:
        """The error node that compares x with its prediction; None if nothing predicts it."""
        lowered = self._simulator._lowered
        if not lowered.populations[lowered.index[self.population]]["incoming"]:
            return None
        return ErrorNode(self._simulator, self.population, self.index, self.replica)

    @property
    def outgoing(self) -> list[Synapse]:
        """The synapses through which it predicts others, by name of their population."""
        projections = self._simulator.network.projections
        return [
            Synapse(self._simulator, name, self.index, j, self.replica)
            for name in sorted(projections)
            if projections[name].pre == self.population
            for j in range(projections[name].shape[1])
        ]


class ErrorNode(_Node):
    """An error node: epsilon = x - mu, and its change detector phi."""

    @property
    def epsilon(self) -> float:
        """Its activity, the prediction error."""
        return self._read("epsilon")

    @property
    def mu(self) -> float:
        """The prediction of its value node."""
        return self._read("mu")

    @property
    def phi(self) -> bool:
        """Whether its change detector fires."""
        return bool(self._read("phi"))

    @property
    def value_node(self) -> ValueNode:
        """The value node whose error it is."""
        return ValueNode(self._simulator, self.population, self.index, self.replica)

    @property
    def incoming(self) -> list[Synapse]:
        """The synapses that predict it, by name of their population."""
        projections = self._simulator.network.projections
        return [
            Synapse(self._simulator, name, i, self.index, self.replica)
            for name in sorted(projections)
            if projections[name].post == self.population
            for i in range(projections[name].shape[0])
        ]


class Synapse:
    """A synapse: theta, shared by all replicas, between a value node and an error node."""

    def __init__(
        self, simulator: Simulator, projection: str, pre: int, post: int, replica: int = 0
    ) -> None:
        self._simulator, self._projection = simulator, projection
        self._pre, self._post, self._replica = pre, post, replica

    @property
    def theta(self) -> float:
        """Its weight. Setting it refreshes the error that depends on it."""
        lowered = self._simulator._lowered
        block = lowered.theta_block(lowered.projection_index[self._projection])
        return float(block[self._pre, self._post])

    @theta.setter
    def theta(self, value: float) -> None:
        value = checks.real(repr(self), "theta", value)
        if abs(value) > float(self._simulator._lowered.plan.parameter[2]):
            raise ArgumentError(f"{self!r}: theta = {value!r} is too large for this dtype")
        self._simulator._set_theta(self._projection, self._pre, self._post, value)

    @property
    def pre(self) -> ValueNode:
        """The value node at its beginning."""
        name = self._simulator.network.projections[self._projection].pre
        return ValueNode(self._simulator, name, self._pre, self._replica)

    @property
    def post(self) -> ErrorNode:
        """The error node at its end."""
        name = self._simulator.network.projections[self._projection].post
        return ErrorNode(self._simulator, name, self._post, self._replica)

    def __repr__(self) -> str:
        pre, post = self._projection.split("->")
        return f"Synapse({pre!r}, {self._pre}, {post!r}, {self._post})"
