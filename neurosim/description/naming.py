"""What the nodes of a network are called, one by one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

from neurosim.description.population import Population
from neurosim.errors import ArgumentError, ArgumentTypeError

__all__ = ["find_node", "labels_of", "node_names"]


def labels_of(population: Population) -> Sequence[str]:
    """Names of the nodes of a population."""
    if population.labels is not None:
        return population.labels
    return [f"{population.name}[{i}]" for i in range(population.size)]


def node_names(owner: str, populations: Mapping[str, Population]) -> dict[str, Sequence[str]]:
    """Names of all nodes by population, refused if two nodes have the same."""
    names = {name: labels_of(population) for name, population in populations.items()}
    if len(set().union(*names.values())) < sum(map(len, names.values())):
        home: dict[str, str] = {}
        for name, labels in names.items():
            for label in labels:
                if label in home:
                    raise ArgumentError(
                        f"{owner}: nodes of the populations {home[label]!r} and {name!r} are both "
                        f"called {label!r}; give them labels that differ"
                    )
                home[label] = name
    return names


def find_node(
    populations: Mapping[str, Population], label: object, owner: str = "Network.find"
) -> tuple[str, int]:
    """Return population and index of a node; see `Network.find`."""
    if not isinstance(label, str):
        raise ArgumentTypeError(f"{owner}: label must be a string, not {label!r}")
    found = [
        (name, population.place_of[label])
        for name, population in populations.items()
        if label in population.place_of
    ]
    match = re.fullmatch(r"(.*)\[(0|[1-9][0-9]{0,9})\]", label)
    if match and match[1] in populations:
        population, index = populations[match[1]], int(match[2])
        if population.labels is None and index < population.size:
            found.append((population.name, index))
    if len(found) > 1:
        raise ArgumentError(
            f"{owner}: nodes of {found[0][0]!r} and {found[1][0]!r} are both called {label!r}"
        )
    if not found:
        raise ArgumentError(f"{owner}: no node is called {label!r}{_similar(populations, label)}")
    return found[0]


def _similar(populations: Mapping[str, Population], label: str) -> str:
    """Say which label was probably meant, unless there are too many to look at."""
    if sum(population.size for population in populations.values()) > 2_000:
        return ""
    labels = [each for population in populations.values() for each in labels_of(population)]
    close = difflib.get_close_matches(label, labels, n=1)
    return f". Did you mean {close[0]!r}?" if close else ""
