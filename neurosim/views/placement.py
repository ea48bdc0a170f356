"""Where everything stands in a picture of a network: levels from left to right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import numpy as np

from neurosim.description.levels import levels
from neurosim.description.network import Description
from neurosim.description.projection import Projection

__all__ = ["Item", "Layout", "Place"]

Place = tuple[float, float]
#: A population, or (at a distance > 0) the way of what it sends, so many levels below it.
Item = tuple[str, int]


class Layout:
    """Where everything stands: a column for each level, and in it what lies or passes there.

    Projections over several levels pass through each column in between at a place of their own, as
    their relays do if they have any.
    """

    def __init__(self, network: Description, height: Callable[[str], float], gap: float) -> None:
        self.level = levels(network.populations, network.projections.values())
        self.highest = max(self.level.values())
        links = {
            link
            for projection in network.projections.values()
            for link in pairwise(self._items(projection))
        }
        self.columns: dict[int, list[Item]] = {}
        items = {(name, 0) for name in network.populations}.union(*links) if links else set()
        for name, distance in sorted(items):
            self.columns.setdefault(self.level[name] - distance, []).append((name, distance))
        self._untangle(links)
        self.place: dict[Item, Place] = {}
        for level, column in self.columns.items():
            heights = [gap if distance else height(name) for name, distance in column]
            tops = np.cumsum([0.0, *heights])
            middles = (tops[:-1] + tops[1:]) / 2
            # Populations are in the middle; what passes by does not push them aside.
            own = [y for y, (_, distance) in zip(middles, column, strict=True) if not distance]
            for item, y in zip(column, middles - np.mean(own or middles), strict=True):
                self.place[item] = float(self.highest - level), -float(y)
        self.bottom = min(y - self._half(i, height, gap) for i, (_, y) in self.place.items())
        self.top = max(y + self._half(i, height, gap) for i, (_, y) in self.place.items())

    @staticmethod
    def _half(item: Item, height: Callable[[str], float], gap: float) -> float:
        return (gap if item[1] else height(item[0])) / 2

    def _items(self, projection: Projection) -> list[Item]:
        span = self.level[projection.pre] - self.level[projection.post]
        way = [(projection.pre, distance) for distance in range(span)]
        return [*way, (projection.post, 0)]

    def way(self, projection: Projection) -> list[Place]:
        """Places from a population to the one that it predicts, both included."""
        return [self.place[item] for item in self._items(projection)]

    def passed(self) -> Iterable[Item]:
        """All items that are not populations."""
        return (item for item in self.place if item[1])

    def _untangle(self, links: Iterable[tuple[Item, Item]]) -> None:
        """Order each column by where its neighbours are, some times there and back."""
        before: dict[Item, list[Item]] = {}
        after: dict[Item, list[Item]] = {}
        for first, second in sorted(links):
            before.setdefault(second, []).append(first)
            after.setdefault(first, []).append(second)
        order = sorted(self.columns, reverse=True)
        for _ in range(4):
            for columns, neighbours in ((order[1:], before), (order[-2::-1], after)):
                for level in columns:
                    self._sort(level, neighbours)

    def _sort(self, level: int, neighbours: Mapping[Item, list[Item]]) -> None:
        height = {
            item: n - (len(column) - 1) / 2
            for column in self.columns.values()
            for n, item in enumerate(column)
        }

        def mean(item: Item) -> float:
            others = neighbours.get(item)
            return float(np.mean([height[o] for o in others])) if others else height[item]

        self.columns[level].sort(key=mean)
