"""Projections in which chance has connected no pair: a graph has no edges that could show them.

They stand in an attribute of the graph, as JSON, so that the files that networkx writes keep them.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from neurosim import checks
from neurosim.description.network import Description
from neurosim.description.pattern import Pattern
from neurosim.description.projection import FEEDBACK
from neurosim.errors import ArgumentError

__all__ = ["Unconnected", "connect_nothing", "read_unconnected", "told_unconnected"]

_ATTRIBUTE = "unconnected"


class Unconnected(NamedTuple):
    """A projection without synapses."""

    pre: str
    post: str
    plastic: bool
    feedback: str


class _Nothing:
    """The rule that connects nothing, as it was asked to."""

    allow_empty = True

    def pattern(self, owner: str, shape: tuple[int, int], draws: object) -> Pattern:
        none = np.zeros(0, np.int64)
        return Pattern(shape, none, none, None, 0)


def told_unconnected(network: Description) -> dict[str, str]:
    """Attribute of a graph that says which projections have no synapses; none if all have some."""
    found = [
        Unconnected(p.pre, p.post, p.plastic, p.feedback)
        for p in network.projections.values()
        if not p.synapse_count
    ]
    return {_ATTRIBUTE: json.dumps(found)} if found else {}


def read_unconnected(
    owner: str, graph: nx.DiGraph[Any], populations: Collection[str]
) -> list[Unconnected]:
    """Projections without synapses that a graph tells of."""
    text = graph.graph.get(_ATTRIBUTE)
    if text is None:
        return []
    try:
        listed = json.loads(text)
        found = [Unconnected(*each) for each in listed]
    except (TypeError, ValueError):
        raise ArgumentError(
            f"{owner}: {_ATTRIBUTE} of the graph must be a list of [pre, post, plastic, feedback] "
            f"as JSON, not {text!r:.200}"
        ) from None
    for each in found:
        for end in (each.pre, each.post):
            checks.choice(owner, f"population in {_ATTRIBUTE}", end, populations)
        checks.boolean(owner, f"plastic in {_ATTRIBUTE}", each.plastic)
        checks.choice(owner, f"feedback in {_ATTRIBUTE}", each.feedback, FEEDBACK)
    return found


def connect_nothing(network: Description, found: list[Unconnected]) -> None:
    """Add them to a network."""
    for each in found:
        network.connect(
            each.pre, each.post, rule=_Nothing(), plastic=each.plastic,
            feedback=each.feedback,  # type: ignore[arg-type]
        )  # fmt: skip
