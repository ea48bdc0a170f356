"""A population: nodes of one kind, described."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from neurosim.description.activations import Activation, BuiltInActivation

__all__ = ["Population"]


@dataclass(frozen=True)
class Population:
    """Value nodes that share an activation, each with its error node if anything predicts it.

    Attributes
    ----------
    name : str
        Unique in its network.
    size : int
        Number of nodes.
    activation : Activation
        f, applied to x where it is sent.
    constant : bool
        True for a unit whose activity is always 1, from which biases come.
    output : bool
        True where a teacher may appear although the population predicts others, too.
    labels : tuple of str or None
        Names of the single nodes, where they have any.
    derived : bool
        True for the relays and readouts that a network gets by itself.
    """

    name: str
    size: int
    activation: Activation | BuiltInActivation
    constant: bool = False
    output: bool = False
    labels: tuple[str, ...] | None = None
    derived: bool = False

    @cached_property
    def place_of(self) -> Mapping[str, int]:
        """Index of each node by its label; empty if the nodes have none."""
        return {label: i for i, label in enumerate(self.labels or ())}
