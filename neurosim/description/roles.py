"""What each population of a network is there for."""

from __future__ import annotations

from neurosim.description.network import Description
from neurosim.description.population import Population

__all__ = ["roles"]


def roles(network: Description) -> dict[str, str]:
    """Role of each population."""
    inputs, outputs = set(network.inputs), set(network.outputs)

    def role(population: Population) -> str:
        if population.constant:
            return "constant"
        if population.output or population.name in outputs:
            return "output"
        return "input" if population.name in inputs else "hidden"

    return {name: role(population) for name, population in network.populations.items()}
