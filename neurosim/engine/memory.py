"""What is said where a network does not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neurosim.description.network import Description
from neurosim.errors import TooLargeError

__all__ = ["memory_for"]


@contextmanager
def memory_for(owner: str, network: Description, batch_size: int) -> Iterator[None]:
    """Say of which network and batch it is that memory does not suffice."""
    try:
        yield
    except MemoryError as error:
        nodes = sum(population.size for population in network.populations.values())
        raise TooLargeError(
            f"{owner}: {nodes:,} nodes and {network.synapse_count:,} synapses with batch_size = "
            f"{batch_size:,} do not fit into memory ({error}); a smaller batch_size or network "
            'does, and dtype="float32" takes half as much'
        ) from error
