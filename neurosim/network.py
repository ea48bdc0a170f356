"""The description of a network: populations, the projections between them, and a seed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal

import networkx as nx
import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.activations import ACTIVATIONS, Activation, BuiltInActivation, resolve
from neurosim.description.connecting import WeightsLike, described
from neurosim.description.connectors import Connector
from neurosim.description.initializers import Constant, Initializer, XavierUniform
from neurosim.description.levels import levels
from neurosim.description.naming import find_node
from neurosim.description.population import Population
from neurosim.description.projection import Projection
from neurosim.description.relays import readout_name, wired
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.graphs.reading import network_from_graph, seed_of
from neurosim.graphs.writing import network_to_graph
from neurosim.views.drawing import draw_network
from neurosim.views.tables import network_summary, network_tables

__all__ = ["Network"]

ActivationLike = str | Activation | BuiltInActivation

_LARGEST_POPULATION = 2**31 - 1


class Network:
    """Populations of nodes and projections of synapses, before they are simulated.

    A description only: it holds no state, and any number of simulators may be made from it, all
    starting from the same weights.

    Parameters
    ----------
    seed : int, optional
        Seed of the initial weights. A fresh one is drawn, and kept, if none is given.

    Examples
    --------
    >>> import neurosim as ns
    >>> net = ns.Network(seed=1)
    >>> retina = net.add_population("retina", 3)
    >>> cortex = net.add_population("cortex", 2, "sigmoid")
    >>> net.connect("retina", "cortex", weights=[[0.5, 0.0], [0.0, 0.5], [0.25, 0.25]])
    Projection('retina->cortex', 3 x 2)
    >>> net.inputs, net.outputs
    (('retina',), ('cortex',))
    """

    def __init__(self, *, seed: int | None = None) -> None:
        self.seed: int = (
            secrets.randbits(32)
            if seed is None
            else checks.integer("Network", "seed", seed, 0, 2**128 - 1)
        )
        self._populations: dict[str, Population] = {}
        self._projections: dict[str, Projection] = {}

    @classmethod
    def layered(
        cls,
        sizes: Sequence[int],
        *,
        activation: ActivationLike = "sigmoid",
        input_activation: ActivationLike = "identity",
        bias: bool = False,
        weights: Initializer | Sequence[WeightsLike] | None = None,
        seed: int | None = None,
    ) -> Network:
        """Build a network of layers, each connected to the next.

        Parameters
        ----------
        sizes : sequence of int
            Nodes per layer, from the input to the output. The populations are called ``input``,
            ``hidden1``, ``hidden2``, ... and ``output``.
        activation : str or Activation
            f of the hidden layers (and of the output, where nothing reads it).
        input_activation : str or Activation
            f of the input; the default lets the data in as they are.
        bias : bool
            Add a unit of constant activity 1, called ``bias``, that projects to all other layers.
        weights : Initializer, or one Initializer or array of shape (pre, post) per projection
            How the weights begin; `XavierUniform()` if not given. Biases begin at 0.
        seed : int, optional
            Seed of the initial weights.

        Returns
        -------
        Network

        Examples
        --------
        >>> import neurosim as ns
        >>> ns.Network.layered([784, 32, 32, 10], seed=0)
        Network(input 784 -> hidden1 32 -> hidden2 32 -> output 10, 26,432 synapses, seed 0)
        """
        owner = "Network.layered"
        if isinstance(sizes, (str, bytes)) or not isinstance(sizes, (Sequence, np.ndarray)):
            raise ArgumentTypeError(f"{owner}: sizes must be a sequence of ints, not {sizes!r}")
        if len(sizes) < 2:
            raise ArgumentError(f"{owner}: sizes must name at least an input and an output layer")
        names = ["input", *(f"hidden{i}" for i in range(1, len(sizes) - 1)), "output"]
        network = cls(seed=seed)
        for name, size in zip(names, sizes, strict=True):
            network.add_population(name, size, input_activation if name == "input" else activation)
        count = len(sizes) - 1
        if weights is None:
            weights = XavierUniform()
        if isinstance(weights, np.ndarray) or not isinstance(weights, Sequence):
            weights = [weights] * count
        if len(weights) != count:
            raise ArgumentError(
                f"{owner}: weights must have one entry for each of the {count} projections, "
                f"not {len(weights)}"
            )
        for pre, post, initial in zip(names[:-1], names[1:], weights, strict=True):
            network.connect(pre, post, weights=initial)
        if checks.boolean(owner, "bias", bias):
            network.add_bias("bias", names[1:])
        return network

    @classmethod
    def recurrent(
        cls,
        input_size: int,
        hidden_size: int,
        output_size: int,
        *,
        steps: int,
        every_output: bool = False,
        activation: ActivationLike = "tanh",
        bias: bool = False,
        seed: int | None = None,
    ) -> Network:
        """Build a recurrent network, unrolled over a number of time steps.

        Every step uses the same three sets of weights: those of ``input1->hidden1``,
        ``hidden1->hidden2`` and, for the output, of the first projection to one.

        Parameters
        ----------
        input_size, hidden_size, output_size : int
            Nodes per time step.
        steps : int
            How many there are. The populations are called ``input1``, ``hidden1``, ``input2``, ...
        every_output : bool
            Whether there is an output at each step, ``output1``, ``output2``, ...; else there is
            one after the last step, ``output``.
        activation : str or Activation
            f of the hidden nodes.
        bias : bool
            Add a unit ``bias`` that projects to all hidden and output populations, by one weight
            per hidden and per output node at all steps.
        seed : int, optional
            Seed of the initial weights.

        Examples
        --------
        >>> import neurosim as ns
        >>> net = ns.Network.recurrent(3, 8, 2, steps=4, seed=0)
        >>> net.inputs, net.outputs, net.depth
        (('input1', 'input2', 'input3', 'input4'), ('output',), 5)
        """
        steps = checks.integer("Network.recurrent", "steps", steps, 1)
        every_output = checks.boolean("Network.recurrent", "every_output", every_output)
        bias = checks.boolean("Network.recurrent", "bias", bias)
        network = cls(seed=seed)
        weights: dict[str, WeightsLike] = {}

        def connect(kind: str, pre: str, post: str) -> None:
            projection = network.connect(pre, post, weights=weights.get(kind))
            weights.setdefault(kind, projection)

        if bias:
            network.add_bias("bias", [])
            weights["hidden bias"] = weights["output bias"] = Constant(0.0)
        for step in range(1, steps + 1):
            hidden = f"hidden{step}"
            network.add_population(f"input{step}", input_size)
            network.add_population(hidden, hidden_size, activation)
            connect("input", f"input{step}", hidden)
            if step > 1:
                connect("hidden", f"hidden{step - 1}", hidden)
            targets = [(hidden, "hidden bias")]
            if every_output or step == steps:
                output = f"output{step}" if every_output else "output"
                network.add_population(output, output_size)
                connect("output", hidden, output)
                targets.append((output, "output bias"))
            for target, kind in targets if bias else []:
                projection = network.connect("bias", target, weights=weights[kind])
                weights[kind] = projection
        return network

    def add_population(
        self,
        name: str,
        size: int,
        activation: ActivationLike = "identity",
        *,
        output: bool = False,
        labels: Sequence[str] | None = None,
    ) -> Population:
        """Add `size` nodes.

        Parameters
        ----------
        name : str
            A name that no other population has.
        size : int
            Number of nodes, at least 1. A single neuron is a population of one.
        activation : str or Activation
            The name of a built-in activation, or one of your own.
        output : bool
            Whether a teacher appears here although the population predicts others, too. What it
            sends is then read out by a population ``name.readout`` of its own, which is an output.
            Populations that predict nothing are outputs in any case.
        labels : sequence of str, optional
            Names of the single nodes.
        """
        name = checks.name("Network.add_population", "name", name)
        owner = f"population {name!r}"
        self._check_new(name)
        size = checks.integer(owner, "size", size, 1, _LARGEST_POPULATION)
        if labels is not None:
            labels = tuple(
                checks.name(owner, "label", label)
                for label in checks.names(owner, "labels", labels)
            )
            if len(labels) != size or len(set(labels)) != size:
                raise ArgumentError(f"{owner}: labels must be {size} different names")
        population = Population(
            name,
            size,
            resolve(owner, activation),
            output=checks.boolean(owner, "output", output),
            labels=labels,
        )
        self._populations[name] = population
        return population

    def _check_new(self, name: str) -> None:
        if name in self._populations:
            raise ArgumentError(f"Network: there is already a population {name!r}")

    def add_bias(self, name: str, targets: Sequence[str]) -> Population:
        """Add a unit of constant activity 1 whose synapses, 0 at first, are the targets' biases."""
        name = checks.name("Network.add_bias", "name", name)
        self._check_new(name)
        targets = checks.names("Network.add_bias", "targets", targets)
        for target in targets:
            checks.choice("Network.add_bias", "population", target, self._populations)
            if self._populations[target].constant:
                raise ArgumentError(f"Network.add_bias: population {target!r} is constant")
        if len(set(targets)) != len(targets):
            raise ArgumentError(f"Network.add_bias: targets names one twice: {targets}")
        population = Population(name, 1, ACTIVATIONS["identity"], constant=True)
        self._populations[name] = population
        for target in targets:
            self.connect(name, target, weights=np.zeros((1, self._populations[target].size)))
        return population

    def connect(
        self,
        pre: str,
        post: str,
        *,
        rule: Connector | None = None,
        weights: WeightsLike | None = None,
        mask: npt.ArrayLike | None = None,
        plastic: bool | None = None,
        feedback: Literal["shared", "plastic", "fixed"] = "shared",
        feedback_weights: WeightsLike | None = None,
    ) -> Projection:
        """Connect nodes of `pre` to nodes of `post`: each to each, if nothing else is said.

        Parameters
        ----------
        pre, post : str
            Names of two populations.
        rule : Connector, optional
            Which nodes are connected, one of `neurosim.connectors`.
        weights : Initializer, array_like, scipy.sparse array or Projection
            The initial weights, or a rule that draws them (`XavierUniform()` if not given). An
            array of shape (pre, post), or of the rule's weights; a sparse array connects where it
            has entries; another projection of this network lends its weights, which are then used
            more than once and take their changes when the teacher has gone.
        mask : array_like of bool, shape (pre, post)
            Connect where it is true.
        plastic : bool, optional
            Whether the synapses learn; they do, if the rule does not say otherwise.
        feedback : {"shared", "plastic", "fixed"}
            Errors come back through the same synapses; through others that learn by the same rule;
            or through others that never change (feedback alignment, which is not backpropagation).
        feedback_weights : Initializer or array_like
            How these others begin; "plastic" ones as the forward weights, "fixed" ones by
            `XavierUniform()`, if not given.

        Raises
        ------
        ArgumentError
            If a population is unknown, constant where it would be predicted, or already connected,
            or if arguments contradict each other.
        DataError
            If the weights have another shape or are not finite.
        """
        checks.choice("Network.connect", "population", pre, self._populations)
        checks.choice("Network.connect", "population", post, self._populations)
        # A string of NumPy would be quoted as one in messages.
        pre, post = str(pre), str(post)
        name = f"{pre}->{post}"
        if name in self._projections:
            raise ArgumentError(f"Network: there is already a projection {name!r}")
        if pre == post:
            raise ArgumentError(f"Network: population {pre!r} cannot predict itself")
        if self._populations[post].constant:
            raise ArgumentError(f"Network: population {post!r} is constant; nothing predicts it")
        shape = (self._populations[pre].size, self._populations[post].size)
        projection = described(
            name, pre, post, shape, self, rule, weights, mask, plastic, feedback, feedback_weights
        )
        self._projections[name] = projection
        return projection

    @classmethod
    def from_networkx(
        cls,
        graph: nx.DiGraph[Any],
        *,
        activation: ActivationLike = "sigmoid",
        activations: Sequence[Activation] = (),
        seed: int | None = None,
    ) -> Network:
        """Make a network of a directed acyclic graph of neurons.

        Neurons of one level, activation and role become a population, unless the graph says which
        population each belongs to, as those of `to_networkx` do. Their order is that of their
        names (n2 before n10), not that of the graph.

        Parameters
        ----------
        graph : networkx.DiGraph
            Nodes may have the attributes ``activation`` and ``role`` ("input", "hidden", "output",
            "constant"); without roles, nodes that nothing predicts are inputs, and nodes that
            predict nothing are outputs. Edges may have ``weight``, ``plastic`` (bool) and
            ``feedback``.
        activation : str or Activation
            f of nodes that do not say, inputs excepted, which are linear.
        activations : sequence of Activation
            Those of your own that the graph names.
        seed : int, optional
            Seed of weights that the graph does not say; by default that of the graph, if it has
            one.

        Raises
        ------
        ArgumentError
            If there is a cycle, a node that cannot be reached from an input or reach an output, or
            an attribute that makes no sense; the message names the node or edge.

        Examples
        --------
        >>> import networkx as nx
        >>> import neurosim as ns
        >>> graph = nx.DiGraph([("x", "h"), ("h", "y"), ("x", "y")])
        >>> net = ns.Network.from_networkx(graph, activation="tanh", seed=0)
        >>> net.levels
        {'output': 0, 'level1': 1, 'input': 2}
        >>> net.find("h")
        ('level1', 0)
        """
        network = cls(seed=seed_of(graph) if seed is None else seed)
        network_from_graph(network, graph, activation, activations)
        return network

    def to_networkx(self) -> nx.DiGraph[str]:
        """Return all neurons and synapses as a graph that `from_networkx` reads back.

        Nodes are called by their labels, or ``"population[index]"``. All attributes are plain words
        and numbers, so that ``networkx.write_graphml`` takes them; a network that was written and
        read has the same bits.
        """
        return network_to_graph(self)

    def summary(self) -> str:
        """Describe populations, projections, levels and relays in a few lines of text.

        Examples
        --------
        >>> import neurosim as ns
        >>> net = ns.Network.layered([4, 3, 2], seed=0)
        >>> _ = net.connect("input", "output")
        >>> print(net.summary())
        3 populations of 9 nodes, 26 synapses, l_max = 2, seed 0
        <BLANKLINE>
        population  nodes  activation  level  role
        input           4  identity        2  input
        hidden1         3  sigmoid         1  hidden
        output          2  sigmoid         0  output
        <BLANKLINE>
        projection       synapses  connected   weights  feedback  levels
        input->hidden1         12  all to all  plastic  shared         1
        hidden1->output         6  all to all  plastic  shared         1
        input->output           8  all to all  plastic  shared         2
        """
        return network_summary(self)

    def draw(self, ax: Any = None) -> Any:
        """Draw populations, level by level, and projections (dotted where fixed).

        Small circles are relays; a dashed box is the readout of an output that predicts others.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure if not given. It is never shown by itself.

        Returns
        -------
        matplotlib.axes.Axes
        """
        return draw_network(self, ax)

    def find(self, label: str) -> tuple[str, int]:
        """Return the population and index of a node by its label, or ``"population[index]"``.

        Raises
        ------
        ArgumentError
            If no node, or more than one, is called so.
        """
        return find_node(self.populations, label)

    @property
    def populations(self) -> Mapping[str, Population]:
        """The populations by name, in the order of their creation."""
        return MappingProxyType(self._populations)

    @property
    def projections(self) -> Mapping[str, Projection]:
        """The projections by name (``"pre->post"``), in the order of their creation."""
        return MappingProxyType(self._projections)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Populations that nothing predicts, the constant ones left out, sorted by name."""
        predicted = {p.post for p in self._projections.values()}
        return tuple(
            sorted(n for n, p in self._populations.items() if n not in predicted and not p.constant)
        )

    @property
    def outputs(self) -> tuple[str, ...]:
        """Populations that predict nothing, and readouts, sorted by name."""
        predicting = {p.pre for p in self._projections.values()}
        read = {
            readout_name(n) for n, p in self._populations.items() if p.output and n in predicting
        }
        return tuple(sorted({n for n in self._populations if n not in predicting} | read))

    @property
    def levels(self) -> dict[str, int]:
        """Level of each population: its longest distance from the output. Relays are included."""
        complete = wired(self)
        level = levels(complete.populations, complete.projections.values())
        return {name: n for name, n in level.items() if not complete.populations[name].constant}

    @property
    def depth(self) -> int:
        """l_max, the level of the input."""
        return max(self.levels.values(), default=0)

    @property
    def synapse_count(self) -> int:
        """Number of synapses, those of relays not included."""
        return sum(p.synapse_count for p in self._projections.values())

    def __repr__(self) -> str:
        shown = [f"{p.name} {p.size}" for p in self._populations.values() if not p.constant]
        if len(shown) > 8:
            shown = [*shown[:3], f"... {len(shown) - 5} more", *shown[-2:]]
        joint = " -> " if self._is_chain() else ", "
        return f"Network({joint.join(shown)}, {self.synapse_count:,} synapses, seed {self.seed})"

    def _repr_html_(self) -> str:
        return network_tables(self)

    def _is_chain(self) -> bool:
        names = [n for n, p in self._populations.items() if not p.constant]
        links = [f"{a}->{b}" for a, b in pairwise(names)]
        return sorted(links) == sorted(
            n for n, p in self._projections.items() if not self._populations[p.pre].constant
        )
