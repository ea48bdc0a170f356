"""What each population of a network is there for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neurosim.description.population import Population
    from neurosim.network import Network

__all__ = ["roles"]


def roles(network: Network) -> dict[str, str]:
    """Role of each population."""
    inputs, outputs = set(network.inputs), set(network.outputs)

    def role(population: Population) -> str:
        if population.constant:
            return "constant"
        if population.output or population.name in outputs:
            return "output"
        return "input" if population.name in inputs else "hidden"

    return {name: role(population) for name, population in network.populations.items()}
