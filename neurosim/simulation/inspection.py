"""What can be read of a simulation: states, weights, and its nodes and synapses as objects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import networkx as nx
import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.auditing.audit import Audit, audit_simulation
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.graphs.writing import simulation_to_graph
from neurosim.kernels.arrays import layout
from neurosim.network import Network
from neurosim.simulation.handles import ErrorNode, Synapse, ValueNode
from neurosim.views.drawing import draw_nodes

if TYPE_CHECKING:
    from neurosim.simulator import Simulator

__all__ = ["Inspection", "SynapticOperations"]


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


class Inspection:
    """The part of a simulator that looks and changes nothing."""

    network: Network
    batch_size: int
    dtype: np.dtype[Any]
    _lowered: Lowered
    _evaluations: int
    _updates: int

    @property
    def wiring(self) -> Network:
        """The network as it runs, with its relays and readouts."""
        return self._lowered.network

    @property
    def t(self) -> int:
        """Ticks since the teacher's onset, or since settling."""
        clock = self._lowered.state.clock
        return int(clock[layout.TICK] - clock[layout.ONSET])

    @property
    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of the weights by projection; of shape (pre, post), or (weights,) where sparse.

        A sparse projection has its weights in the order of ``network.projections[name].pattern``.
        Projections that borrow the weights of another are left out.
        """
        return self._lowered.weights()

    @property
    def feedback_weights(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of the weights of feedback synapses that are not the forward ones."""
        return self._lowered.weights(feedback=True)

    @property
    def energy(self) -> float:
        """F = 1/2 sum of epsilon squared, over the replicas in use. Song 2020, Eq. (2)."""
        rows = int(self._lowered.state.clock[layout.ROWS])
        total = 0.0
        for name in self._lowered.names:
            if self._lowered.is_predicted(name):
                epsilon = self._lowered.view("epsilon", name)[:rows]
                total += 0.5 * float(np.sum(epsilon.astype(np.float64) ** 2))
        return total

    @property
    def residual(self) -> float:
        """Max |epsilon - (x - mu)|: how far the delta form has drifted by rounding."""
        rows = int(self._lowered.state.clock[layout.ROWS])
        largest = 0.0
        for name in self._lowered.names:
            if self._lowered.is_predicted(name):
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
        return self._find_synapse("Simulator.synapse", pre, pre_index, post, post_index)

    def _find_synapse(
        self, owner: str, pre: str, pre_index: int, post: str, post_index: int
    ) -> Synapse:
        self._check_node(owner, pre, pre_index, 0)
        self._check_node(owner, post, post_index, 0)
        name, projections = f"{pre}->{post}", self._lowered.network.projections
        checks.choice(owner, "projection", name, self._lowered.projection_names)
        if projections[name].weight_index(pre_index, post_index) is None:
            raise ArgumentError(
                f"{owner}: nodes {pre_index} and {post_index} of {name!r} are not connected"
            )
        return Synapse(cast("Simulator", self), name, pre_index, post_index)

    def to_networkx(self, *, replica: int = 0) -> nx.DiGraph[str]:
        """Return all value nodes, error nodes and synapses as a graph, with their present state.

        Value nodes are called by their labels or ``"population[index]"`` and have x and clamped;
        ``"error node of ..."`` have mu, epsilon and phi. Edges lead from a value node to its own
        error node (``kind="own"``) and, with ``weight``, to those that it predicts
        (``kind="synapse"``). `Network.from_networkx` reads a network with these weights from it,
        and ``networkx.write_graphml`` takes it.
        """
        checks.integer("Simulator.to_networkx", "replica", replica, 0, self.batch_size - 1)
        return simulation_to_graph(cast("Simulator", self), replica)

    def draw(self, variable: str = "x", *, replica: int = 0, ax: Any = None) -> Any:
        """Draw every node, coloured by x, mu, epsilon or phi, and every synapse by its weight.

        For small networks: one of more than 2,000 nodes or 20,000 synapses is refused.

        Returns
        -------
        matplotlib.axes.Axes
        """
        owner = "Simulator.draw"
        checks.choice(owner, "variable", variable, ("x", "mu", "epsilon", "phi"))
        checks.integer(owner, "replica", replica, 0, self.batch_size - 1)
        nodes = sum(population.size for population in self.wiring.populations.values())
        if nodes > 2_000 or self.wiring.synapse_count > 20_000:
            raise ArgumentError(
                f"{owner}: {nodes:,} nodes and {self.wiring.synapse_count:,} synapses are too many "
                "to see; Network.draw shows populations"
            )
        return draw_nodes(cast("Simulator", self), variable, replica, ax)

    def audit(self, *, samples: int = 24, seed: int = 0) -> Audit:
        """Say what the model reads and needs, and test on copies of the network that this is all.

        Parameters
        ----------
        samples : int
            Nodes and synapses to be watched while all that they are not wired to is poisoned.
        seed : int
            Of the samples that are presented, and of what is disturbed.

        Returns
        -------
        Audit
            Which prints as a report. The simulation itself is left alone; its lesions are not
            copied.

        Examples
        --------
        >>> import neurosim as ns
        >>> net = ns.Network.layered([4, 5, 5, 3], seed=0)
        >>> audit = ns.Simulator(net, ns.models.ZIL()).audit()
        >>> audit.level, audit.signal, audit.properties["local plasticity"]
        (True, False, True)
        """
        samples = checks.integer("Simulator.audit", "samples", samples, 1)
        seed = checks.integer("Simulator.audit", "seed", seed, 0)
        return audit_simulation(cast("Simulator", self), samples, seed)

    def _check_population(self, owner: str, population: str) -> None:
        checks.choice(owner, "population", population, self._lowered.network.populations)

    def _check_nodes(self, owner: str, population: str, nodes: object) -> npt.NDArray[np.int64]:
        """Check indices of nodes of a population, in the order given; all if None."""
        self._check_population(owner, population)
        size = self.wiring.populations[population].size
        if nodes is None:
            return np.arange(size)
        if isinstance(nodes, (str, bytes)) or not isinstance(nodes, (Sequence, np.ndarray)):
            raise ArgumentTypeError(f"{owner}: nodes must be a list of indices, not {nodes!r}")
        chosen = [checks.integer(owner, "nodes", i, 0, size - 1) for i in nodes]
        if not chosen or len(set(chosen)) != len(chosen):
            raise ArgumentError(f"{owner}: nodes must be different indices, not {list(nodes)}")
        return np.array(chosen, np.int64)

    def _check_node(self, owner: str, population: str, index: int, replica: int) -> None:
        self._check_population(owner, population)
        size = self._lowered.network.populations[population].size
        checks.integer(f"{owner}: population {population!r}", "index", index, 0, size - 1)
        checks.integer(owner, "replica", replica, 0, self.batch_size - 1)
