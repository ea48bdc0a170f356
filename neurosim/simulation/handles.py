"""Value nodes, error nodes and synapses as objects: their state, their neighbours, nothing else."""

from __future__ import annotations

import math
from typing import ClassVar

from neurosim import checks
from neurosim.description.projection import Projection
from neurosim.errors import ArgumentError, ProtocolError
from neurosim.holding import Held, Shown
from neurosim.kernels.arrays import layout
from neurosim.simulation.addressing import check_node, synapse_key
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.turns import in_turn
from neurosim.simulation.weights import set_theta

__all__ = [
    "ErrorNode", "FeedbackSynapse", "Synapse", "ValueNode", "error_node", "synapse", "value_node",
]  # fmt: skip


@in_turn
def _state_of(
    simulation: Simulation, field: str, population: str, index: int, replica: int
) -> float:
    """One number of a node; that of a replica not in use is nobody's."""
    if replica >= simulation.rows and field != "clamped":
        return 0.0 if field == "phi" else math.nan
    return float(simulation.lowered.view(field, population)[replica, index])


@in_turn
def _latest_onset(simulation: Simulation, population: str, index: int) -> int | None:
    """Tick of the latest onset of a node; None if it had none since the network settled."""
    lowered = simulation.lowered
    place = int(lowered.populations[lowered.index[population]]["place"])
    onset = int(lowered.state.onset[place + index])
    return None if onset == layout.LONG_AGO else onset


@in_turn
def _is_swept(simulation: Simulation, population: str, index: int) -> bool:
    """Whether a node follows its prediction in the tick to come."""
    lowered = simulation.lowered
    place = int(lowered.populations[lowered.index[population]]["place"])
    return bool(lowered.state.swept[place + index] & layout.FOLLOWS)


@in_turn
def _weight_of(
    simulation: Simulation, projection: str, index: tuple[int, ...], feedback: bool
) -> float:
    """Weight of a synapse, on its way forth or back."""
    return float(simulation.lowered.theta_block(projection, feedback=feedback)[index])


class _Node(Held):
    __slots__ = ("_index", "_population", "_replica", "_simulation")

    def __init__(self, simulation: Simulation, population: str, index: int, replica: int) -> None:
        self._simulation = simulation
        self._population, self._index, self._replica = population, index, replica

    population = Shown[str](lambda node: node.address[0], "Name of its population.")
    index = Shown[int](lambda node: node.address[1], "Its place in the population.")
    replica = Shown[int](lambda node: node.address[2], "Its replica.")

    @property
    def address(self) -> tuple[str, int, int]:
        """Population, index and replica."""
        return self._population, self._index, self._replica

    def _read(self, field: str) -> float:
        return _state_of(self._simulation, field, *self.address)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[int, str, int, int]:
        return id(self._simulation), *self.address

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.population!r}, {self.index})"


class ValueNode(_Node):
    """A value node: its activity x (NaN in a replica not in use), and what it is wired to."""

    __slots__ = ()

    @property
    def x(self) -> float:
        """Its activity."""
        return self._read("x")

    @property
    def clamped(self) -> bool:
        """Whether the world holds it."""
        return bool(self._read("clamped"))

    @property
    def onset(self) -> int | None:
        """Tick (see `Simulator.tick`) of its latest onset; None if there was none.

        Settling forgets it.
        """
        return _latest_onset(self._simulation, self.population, self.index)

    @property
    def swept(self) -> bool:
        """Whether it follows its prediction in the tick to come, as a sweep passes, if it is free.

        Its error is then not heard.
        """
        return _is_swept(self._simulation, self.population, self.index)

    @property
    def error_node(self) -> ErrorNode | None:
        """The error node that compares x with its prediction; None if nothing predicts it."""
        if not self._simulation.lowered.is_predicted(self.population):
            return None
        return ErrorNode(self._simulation, self.population, self.index, self.replica)

    @property
    def outgoing(self) -> list[Synapse]:
        """The synapses through which it predicts others, by name of their population."""
        projections = self._simulation.wiring.projections
        return [
            Synapse(self._simulation, name, self.index, j, self.replica)
            for name in sorted(projections)
            if projections[name].pre == self.population
            for j in projections[name].targets(self.index)
        ]


class ErrorNode(_Node):
    """An error node: epsilon = x - mu, and its change detector phi."""

    __slots__ = ()

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
        return ValueNode(self._simulation, self.population, self.index, self.replica)

    @property
    def incoming(self) -> list[Synapse]:
        """The synapses that predict it, by name of their population."""
        projections = self._simulation.wiring.projections
        return [
            Synapse(self._simulation, name, i, self.index, self.replica)
            for name in sorted(projections)
            if projections[name].post == self.population
            for i in projections[name].sources(self.index)
        ]


class Synapse(Held):
    """A synapse between a value node and an error node: theta, shared by all replicas.

    A projection over several levels ends in a synapse from a relay; `pre` is that relay.
    """

    __slots__ = ("_post", "_pre", "_projection", "_replica", "_simulation")

    _INSTEAD: ClassVar[dict[str, str]] = {"weight": "a synapse's weight is its theta; set that"}

    def __init__(
        self, simulation: Simulation, projection: str, pre: int, post: int, replica: int = 0
    ) -> None:
        self._simulation, self._projection = simulation, projection
        self._pre, self._post, self._replica = pre, post, replica

    @property
    def _described(self) -> Projection:
        return self._simulation.wiring.projections[self._projection]

    @property
    def _index(self) -> tuple[int, ...]:
        index = self._described.weight_index(self._pre, self._post)
        assert index is not None
        return index

    def _read_weight(self, *, feedback: bool) -> float:
        return _weight_of(self._simulation, self._projection, self._index, feedback)

    def _set_weight(self, value: object, *, feedback: bool) -> None:
        number = checks.real(repr(self), "theta", value)
        if self.is_cut:
            raise ProtocolError(f"{self!r}: the synapse is cut; mend it first")
        if abs(number) > float(self._simulation.lowered.plan.parameter[layout.LIMIT]):
            raise ArgumentError(f"{self!r}: theta = {number!r} is too large for this dtype")
        if (bound := self._simulation.bound) is not None and abs(number) > bound:
            raise ArgumentError(
                f"{self!r}: theta = {number!r} is beyond the bound of {bound:g}; a larger bound= "
                "of the simulator, or None, allows it"
            )
        set_theta(self._simulation, self._projection, self._index, number, feedback)

    @property
    def theta(self) -> float:
        """Its weight. Setting it refreshes the error that depends on it."""
        return self._read_weight(feedback=False)

    @theta.setter
    def theta(self, value: float) -> None:
        self._set_weight(value, feedback=False)

    @property
    def feedback(self) -> FeedbackSynapse:
        """The synapse through which the error comes back."""
        return FeedbackSynapse(
            self._simulation, self._projection, self._pre, self._post, self._replica
        )

    @property
    def is_cut(self) -> bool:
        """Whether it was cut: it carries nothing, and learns nothing."""
        return self._simulation.lesions.is_cut(self.key)

    @property
    def key(self) -> tuple[str, int, int]:
        """Its projection, and the indices of the nodes at its ends."""
        return self._projection, self._pre, self._post

    @property
    def plastic(self) -> bool:
        """Whether it learns."""
        return self._described.plastic

    @property
    def pre(self) -> ValueNode:
        """The value node at its beginning."""
        return ValueNode(self._simulation, self._described.pre, self._pre, self._replica)

    @property
    def post(self) -> ErrorNode:
        """The error node at its end."""
        return ErrorNode(self._simulation, self._described.post, self._post, self._replica)

    def __repr__(self) -> str:
        pre, post = self._described.pre, self._described.post
        return f"Synapse({pre!r}, {self._pre}, {post!r}, {self._post})"


class FeedbackSynapse(Synapse):
    """The way back of a synapse: from the error node at its end to the value node at its beginning.

    Unless the projection has feedback synapses of its own its theta is that of the way forth.
    """

    __slots__ = ()

    @property
    def theta(self) -> float:
        """Its weight."""
        return self._read_weight(feedback=True)

    @theta.setter
    def theta(self, value: float) -> None:
        self._set_weight(value, feedback=True)

    @property
    def plastic(self) -> bool:
        """Whether it learns."""
        return self._described.plastic and self._described.feedback != "fixed"

    @property
    def pre(self) -> ErrorNode:  # type: ignore[override]
        """The error node that it comes from."""
        return ErrorNode(self._simulation, self._described.post, self._post, self._replica)

    @property
    def post(self) -> ValueNode:  # type: ignore[override]
        """The value node that it leads to."""
        return ValueNode(self._simulation, self._described.pre, self._pre, self._replica)

    def __repr__(self) -> str:
        pre, post = self._described.post, self._described.pre
        return f"FeedbackSynapse({pre!r}, {self._post}, {post!r}, {self._pre})"


def value_node(
    simulation: Simulation, population: str, index: int, *, replica: int = 0
) -> ValueNode:
    """Return a value node as an object."""
    check_node(simulation, "Simulator.value_node", population, index, replica)
    return ValueNode(simulation, population, index, replica)


def error_node(
    simulation: Simulation, population: str, index: int, *, replica: int = 0
) -> ErrorNode:
    """Return an error node as an object."""
    node = value_node(simulation, population, index, replica=replica).error_node
    if node is None:
        raise ArgumentError(
            f"Simulator.error_node: nothing predicts population {population!r}, so it has no "
            "error nodes"
        )
    return node


def synapse(
    simulation: Simulation, pre: str, pre_index: int, post: str, post_index: int
) -> Synapse:
    """Return a synapse as an object."""
    key = synapse_key(simulation, "Simulator.synapse", pre, pre_index, post, post_index)
    return Synapse(simulation, *key)
