"""What a user means by names and indices: populations, nodes and synapses, checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.naming import find_node
from neurosim.errors import ArgumentError, ArgumentTypeError, ProtocolError
from neurosim.simulation.lesions import Key
from neurosim.simulation.simulation import Simulation

__all__ = [
    "check_node", "check_population", "check_replica", "chosen_nodes", "located", "synapse_key",
]  # fmt: skip


def check_population(simulation: Simulation, owner: str, population: str) -> None:
    """Refuse what is no population's name."""
    checks.choice(owner, "population", population, simulation.wiring.populations)


def located(
    simulation: Simulation, owner: str, population: object, nodes: object
) -> tuple[str, npt.NDArray[np.int64]]:
    """Population and nodes that are meant: all or those named, or one node by its label.

    What is the name of a population is not read as a label.
    """
    populations = simulation.wiring.populations
    if isinstance(population, str) and population not in populations and nodes is None:
        try:
            name, index = find_node(populations, population, owner)
        except ArgumentError:
            # Nothing is called so: names of populations are suggested.
            pass
        else:
            return name, np.array([index], np.int64)
    name = str(checks.choice(owner, "population", population, populations))
    return name, chosen_nodes(simulation, owner, name, nodes)


def chosen_nodes(
    simulation: Simulation, owner: str, population: str, nodes: object
) -> npt.NDArray[np.int64]:
    """Check indices of nodes of a population, in the order given; all if None.

    One node may be given alone; labels are read as well, and a vector of bool marks nodes.
    """
    check_population(simulation, owner, population)
    size = simulation.wiring.populations[population].size
    if nodes is None:
        return np.arange(size)
    if np.ma.is_masked(nodes):
        raise ArgumentTypeError(f"{owner}: nodes must not be a masked array")
    if isinstance(nodes, (int, np.integer)) and not isinstance(nodes, bool):
        nodes = [nodes]
    if isinstance(nodes, np.ndarray) and nodes.ndim == 0:
        nodes = nodes.reshape(1)
    if isinstance(nodes, (str, bytes)) or not isinstance(nodes, (Sequence, np.ndarray)):
        raise ArgumentTypeError(f"{owner}: nodes must be a list of indices, not {nodes!r}")
    if isinstance(nodes, np.ndarray) and nodes.dtype == np.bool_ and nodes.shape == (size,):
        nodes = np.flatnonzero(nodes)
    chosen = [_index(simulation, owner, population, node, size) for node in nodes]
    if not chosen or len(set(chosen)) != len(chosen):
        raise ArgumentError(f"{owner}: nodes must be different indices, not {list(nodes)}")
    return np.array(chosen, np.int64)


def _index(simulation: Simulation, owner: str, population: str, node: object, size: int) -> int:
    """Index of a node that is given by it, or by a label."""
    if not isinstance(node, str):
        return checks.integer(owner, "nodes", node, 0, size - 1)
    name, index = find_node(simulation.wiring.populations, node, owner)
    if name != population:
        raise ArgumentError(f"{owner}: node {node!r} is one of {name!r}, not of {population!r}")
    return index


def check_node(
    simulation: Simulation, owner: str, population: str, index: int, replica: int
) -> None:
    """Refuse what is no node, and what is no replica."""
    check_population(simulation, owner, population)
    size = simulation.wiring.populations[population].size
    checks.integer(f"{owner}: population {population!r}", "index", index, 0, size - 1)
    checks.integer(owner, "replica", replica, 0, simulation.batch_size - 1)


def check_replica(simulation: Simulation, owner: str, replica: int) -> None:
    """Refuse what is no replica, and one that is not in use."""
    checks.integer(owner, "replica", replica, 0, simulation.batch_size - 1)
    if replica >= simulation.rows:
        raise ProtocolError(
            f"{owner}: replica {replica} is not in use, only the first {simulation.rows} of "
            f"{simulation.batch_size}; clamp as many rows as are to be used"
        )


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
