"""What a network is: populations, the projections between them, and a seed."""

from __future__ import annotations

import copy
import secrets
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.activations import ACTIVATIONS, ActivationLike, resolve
from neurosim.description.connecting import WeightsLike, described
from neurosim.description.connectors import Connector
from neurosim.description.levels import levels, topological_order
from neurosim.description.pattern import MOST_NODES
from neurosim.description.population import Population
from neurosim.description.projection import Projection
from neurosim.description.relays import readout_name, wired
from neurosim.errors import ArgumentError
from neurosim.holding import Held

__all__ = ["Description"]

Kind = TypeVar("Kind", bound="Description")


class Description(Held):
    """Populations of nodes and projections of synapses; no state, and nothing that shows them.

    All rooms take a network as this; `neurosim.Network` adds what users expect around it.

    Parameters
    ----------
    seed : int, optional
        Seed of the initial weights. A fresh one is drawn, and kept, if none is given.
    """

    _INSTEAD: ClassVar[dict[str, str]] = {
        "seed": "patterns and weights are drawn from it; give it to Network(seed=...)",
        "populations": "add_population adds one",
        "projections": "connect adds one",
    }

    def __init__(self, *, seed: int | None = None) -> None:
        self._seed: int = (
            secrets.randbits(32)
            if seed is None
            else checks.integer("Network", "seed", seed, 0, 2**128 - 1)
        )
        self._populations: dict[str, Population] = {}
        self._projections: dict[str, Projection] = {}

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
        size = checks.integer(owner, "size", size, 1, MOST_NODES)
        population = Population(
            name,
            size,
            resolve(owner, activation),
            output=checks.boolean(owner, "output", output),
            labels=self._checked_labels(owner, labels, size),
        )
        self._populations[name] = population
        return population

    def add_bias(
        self, name: str, targets: Sequence[str], *, labels: Sequence[str] | None = None
    ) -> Population:
        """Add a unit of constant activity 1 whose synapses, 0 at first, are the targets' biases.

        Parameters
        ----------
        name : str
            A name that no other population has.
        targets : sequence of str
            The populations that get biases.
        labels : sequence of one str, optional
            Name of the node.
        """
        name = checks.name("Network.add_bias", "name", name)
        self._check_new(name)
        targets = checks.names("Network.add_bias", "targets", targets)
        for target in targets:
            checks.choice("Network.add_bias", "population", target, self._populations)
            if self._populations[target].constant:
                raise ArgumentError(f"Network.add_bias: population {target!r} is constant")
        if len(set(targets)) != len(targets):
            raise ArgumentError(f"Network.add_bias: targets names one twice: {targets}")
        chosen = self._checked_labels(f"population {name!r}", labels, 1)
        identity = ACTIVATIONS["identity"]
        population = Population(name, 1, identity, constant=True, labels=chosen)
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
            name,
            pre,
            post,
            shape,
            self._projections,
            self.seed,
            rule,
            weights,
            mask,
            plastic,
            feedback,
            feedback_weights,
        )
        self._projections[name] = projection
        return projection

    @property
    def seed(self) -> int:
        """Seed of the initial weights and of the patterns that are drawn."""
        return self._seed

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
        populations, projections = wired(self._populations, self._projections)
        level = levels(populations, projections.values())
        return {name: n for name, n in level.items() if not populations[name].constant}

    @property
    def depth(self) -> int:
        """l_max, the level of the input."""
        return max(self.levels.values(), default=0)

    @property
    def synapse_count(self) -> int:
        """Number of synapses, those of relays not included."""
        return sum(p.synapse_count for p in self._projections.values())

    def check_ends(self, owner: str) -> None:
        """Refuse what has no input or no output, on behalf of what should run it.

        Raises
        ------
        ArgumentError
            Also if there is a cycle, along which the message walks.
        """
        if not self._populations:
            raise ArgumentError(
                f"{owner}: the network is empty; add_population and connect fill it"
            )
        # Where all are predicted, there is no input because there is a cycle.
        topological_order(self._populations, self._projections.values())
        if not self.inputs:
            raise ArgumentError(
                f"{owner}: the network has no input population: all that nothing predicts are "
                "constant; add a population that predicts others"
            )

    def replaced(
        self: Kind, populations: Mapping[str, Population], projections: Mapping[str, Projection]
    ) -> Kind:
        """Return a description of its own, of the same kind and seed, that consists of these."""
        result = copy.copy(self)
        own = {"_populations": dict(populations), "_projections": dict(projections)}
        vars(result).update(own)
        return result

    def duplicate(self: Kind) -> Kind:
        """Return a description of its own, with the same populations and projections."""
        return self.replaced(self._populations, self._projections)

    def wired(self: Kind, *, relays: bool = True) -> Kind:
        """Return a copy that has its readouts, and its relays; see `description.relays`."""
        return self.replaced(*wired(self._populations, self._projections, relays=relays))

    def _check_new(self, name: str) -> None:
        if name in self._populations:
            raise ArgumentError(f"Network: there is already a population {name!r}")

    @staticmethod
    def _checked_labels(
        owner: str, labels: Sequence[str] | None, size: int
    ) -> tuple[str, ...] | None:
        if labels is None:
            return None
        names = checks.names(owner, "labels", labels)
        chosen = tuple(checks.name(owner, "label", label) for label in names)
        if len(chosen) != size or len(set(chosen)) != size:
            raise ArgumentError(f"{owner}: labels must be {size} different names")
        return chosen
