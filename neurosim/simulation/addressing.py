"""What a user means by names and indices: populations, nodes and synapses, checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.simulation.lesions import Key
from neurosim.simulation.simulation import Simulation

__all__ = ["check_node", "check_population", "chosen_nodes", "synapse_key"]


def check_population(simulation: Simulation, owner: str, population: str) -> None:
    """Refuse what is no population's name."""
    checks.choice(owner, "population", population, simulation.wiring.populations)


def chosen_nodes(
    simulation: Simulation, owner: str, population: str, nodes: object
) -> npt.NDArray[np.int64]:
    """Check indices of nodes of a population, in the order given; all if None."""
    check_population(simulation, owner, population)
    size = simulation.wiring.populations[population].size
    if nodes is None:
        return np.arange(size)
    if isinstance(nodes, (str, bytes)) or not isinstance(nodes, (Sequence, np.ndarray)):
        raise ArgumentTypeError(f"{owner}: nodes must be a list of indices, not {nodes!r}")
    chosen = [checks.integer(owner, "nodes", i, 0, size - 1) for i in nodes]
    if not chosen or len(set(chosen)) != len(chosen):
        raise ArgumentError(f"{owner}: nodes must be different indices, not {list(nodes)}")
    return np.array(chosen, np.int64)


def check_node(
    simulation: Simulation, owner: str, population: str, index: int, replica: int
) -> None:
    """Refuse what is no node, and what is no replica."""
    check_population(simulation, owner, population)
    size = simulation.wiring.populations[population].size
    checks.integer(f"{owner}: population {population!r}", "index", index, 0, size - 1)
    checks.integer(owner, "replica", replica, 0, simulation.batch_size - 1)


def synapse_key(
    simulation: Simulation, owner: str, pre: str, pre_index: int, post: str, post_index: int
) -> Key:
    """Projection of a synapse, and the indices of the nodes at its ends."""
    check_node(simulation, owner, pre, pre_index, 0)
    check_node(simulation, owner, post, post_index, 0)
    name, projections = f"{pre}->{post}", simulation.wiring.projections
    checks.choice(owner, "projection", name, simulation.lowered.projection_names)
    if projections[name].weight_index(pre_index, post_index) is None:
        raise ArgumentError(
            f"{owner}: nodes {pre_index} and {post_index} of {name!r} are not connected"
        )
    return name, pre_index, post_index
