"""The network that users describe: what it consists of, and what shows it or writes it down."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import networkx as nx

from neurosim.description.activations import Activation, ActivationLike
from neurosim.description.builders import build_layers, build_recurrent
from neurosim.description.connecting import WeightsLike
from neurosim.description.initializers import Initializer
from neurosim.description.naming import find_node
from neurosim.description.network import Description
from neurosim.graphs.reading import network_from_graph, seed_of
from neurosim.graphs.writing import network_to_graph
from neurosim.views.network_drawing import draw_network
from neurosim.views.tables import network_summary, network_tables

__all__ = ["Network"]


class Network(Description):
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
        network = cls(seed=seed)
        build_layers(network, sizes, activation, input_activation, bias, weights)
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
        network = cls(seed=seed)
        build_recurrent(
            network, input_size, hidden_size, output_size, steps, every_output, activation, bias
        )
        return network

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
        """Describe populations, projections, levels, relays and streams in a few lines of text.

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
        <BLANKLINE>
        stream: exact for t_d >= 2, any with rest; teachers at least 2 + t_d ticks after inputs
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

    def __repr__(self) -> str:
        shown = [f"{p.name} {p.size}" for p in self.populations.values() if not p.constant]
        if len(shown) > 8:
            shown = [*shown[:3], f"... {len(shown) - 5} more", *shown[-2:]]
        joint = " -> " if self._is_chain() else ", "
        return f"Network({joint.join(shown)}, {self.synapse_count:,} synapses, seed {self.seed})"

    def _repr_html_(self) -> str:
        return network_tables(self)

    def _is_chain(self) -> bool:
        names = [n for n, p in self.populations.items() if not p.constant]
        links = [f"{a}->{b}" for a, b in pairwise(names)]
        return sorted(links) == sorted(
            n for n, p in self.projections.items() if not self.populations[p.pre].constant
        )
