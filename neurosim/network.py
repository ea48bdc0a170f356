"""The description of a network: populations, the projections between them, and a seed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.activations import ACTIVATIONS, Activation, BuiltInActivation, resolve
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.initializers import Initializer, XavierUniform
from neurosim.levels import levels
from neurosim.population import Population
from neurosim.projection import Projection
from neurosim.tables import network_tables

__all__ = ["Network"]

ActivationLike = str | Activation | BuiltInActivation
WeightsLike = Initializer | npt.ArrayLike

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

    def add_population(
        self, name: str, size: int, activation: ActivationLike = "identity"
    ) -> Population:
        """Add `size` nodes.

        Parameters
        ----------
        name : str
            A name that no other population has.
        size : int
            Number of nodes, at least 1.
        activation : str or Activation
            The name of a built-in activation, or one of your own.
        """
        name = checks.name("Network.add_population", "name", name)
        owner = f"population {name!r}"
        if name in self._populations:
            raise ArgumentError(f"Network: there is already a population {name!r}")
        population = Population(
            name,
            checks.integer(owner, "size", size, 1, _LARGEST_POPULATION),
            resolve(owner, activation),
        )
        self._populations[name] = population
        return population

    def add_bias(self, name: str, targets: Sequence[str]) -> Population:
        """Add a unit of constant activity 1 whose synapses, 0 at first, are the targets' biases."""
        name = checks.name("Network.add_bias", "name", name)
        if name in self._populations:
            raise ArgumentError(f"Network: there is already a population {name!r}")
        for target in targets:
            checks.choice("Network.add_bias", "population", target, self._populations)
        population = Population(name, 1, ACTIVATIONS["identity"], constant=True)
        self._populations[name] = population
        for target in targets:
            self.connect(name, target, weights=np.zeros((1, self._populations[target].size)))
        return population

    def connect(self, pre: str, post: str, *, weights: WeightsLike | None = None) -> Projection:
        """Connect every node of `pre` to every node of `post`.

        Parameters
        ----------
        pre, post : str
            Names of two populations.
        weights : Initializer or array_like, shape (pre, post)
            The initial weights, row by presynaptic node, or a rule that draws them
            (`XavierUniform()` if not given).

        Raises
        ------
        ArgumentError
            If a population is unknown, constant where it would be predicted, or already connected.
        DataError
            If the weights have another shape or are not finite.
        """
        checks.choice("Network.connect", "population", pre, self._populations)
        checks.choice("Network.connect", "population", post, self._populations)
        name = f"{pre}->{post}"
        if name in self._projections:
            raise ArgumentError(f"Network: there is already a projection {name!r}")
        if pre == post:
            raise ArgumentError(f"Network: population {pre!r} cannot predict itself")
        if self._populations[post].constant:
            raise ArgumentError(f"Network: population {post!r} is constant; nothing predicts it")
        if weights is None:
            weights = XavierUniform()
        if not hasattr(weights, "draw"):
            shape = (self._populations[pre].size, self._populations[post].size)
            weights = checks.finite_array(
                f"projection {name!r}", "weights", weights, shape, np.float64
            ).copy()
            weights.flags.writeable = False
        initial = cast(Initializer | npt.NDArray[Any], weights)
        projection = Projection(
            pre, post, (self._populations[pre].size, self._populations[post].size), initial
        )
        self._projections[name] = projection
        return projection

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
        """Populations that predict nothing, sorted by name."""
        predicting = {p.pre for p in self._projections.values()}
        return tuple(sorted(n for n in self._populations if n not in predicting))

    @property
    def levels(self) -> dict[str, int]:
        """Level of each population: its longest distance from the output."""
        return levels(self._populations, self._projections.values())

    @property
    def depth(self) -> int:
        """l_max, the level of the input."""
        return max(self.levels.values(), default=0)

    @property
    def synapse_count(self) -> int:
        """Number of synapses."""
        return sum(
            self._populations[p.pre].size * self._populations[p.post].size
            for p in self._projections.values()
        )

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
