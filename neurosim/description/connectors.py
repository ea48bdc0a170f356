"""Connection rules: which nodes of two populations are connected.

A rule is a frozen value that makes the pattern of a projection. Rules that draw are seeded by the
network and the projection's name, so that a pattern does not depend on what else is in the network.
"""

from __future__ import annotations

from neurosim.description.connector import Connector
from neurosim.description.convolutions import AveragePooling, Convolution
from neurosim.description.pair_rules import (
    AllToAll,
    FixedInDegree,
    FixedProbability,
    OneToOne,
    Pairs,
)

__all__ = [
    "AllToAll",
    "AveragePooling",
    "Connector",
    "Convolution",
    "FixedInDegree",
    "FixedProbability",
    "OneToOne",
    "Pairs",
]
