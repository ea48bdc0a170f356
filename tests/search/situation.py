"""What a program stands before: the simulator as the lines so far have left it."""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import Argument

__all__ = ["Situation"]


class Situation:
    """Draws sensible arguments: names that there are, shapes that fit."""

    def __init__(self, generator: np.random.Generator, namespace: dict[str, Any]) -> None:
        self.generator, self.namespace = generator, namespace
        self.made = 0
        #: Synapses that lines have cut, and nodes that they have silenced, mended ones too.
        self.cuts: list[list[Argument]] = []
        self.silenced: list[tuple[str, Argument | None]] = []

    @property
    def sim(self) -> Any:
        """The first simulator."""
        return self.namespace["sim"]

    @property
    def rows(self) -> int:
        """Replicas in use."""
        return int(self.sim.replicas)

    def below(self, count: int) -> int:
        """A number from 0 to below a count."""
        return int(self.generator.integers(count))

    def one(self, *choices: Any) -> Any:
        """One of some choices."""
        return choices[self.below(len(choices))]

    def names(self, *, constant: bool = False) -> list[str]:
        """Populations, relays and readouts too."""
        populations = self.sim.wiring.populations
        return [name for name in populations if constant or not populations[name].constant]

    def width(self, name: str) -> int:
        """Nodes of a population."""
        return int(self.sim.wiring.populations[name].size)

    def nodes(self, name: str) -> list[int]:
        """Some nodes of a population."""
        size = self.width(name)
        return sorted(map(int, self.generator.permutation(size)[: self.below(size) + 1]))

    def array(self, *shape: int) -> Argument:
        """Numbers, sometimes large ones."""
        scale = "" if self.below(40) else f", scale={self.one(1e3, 1e30, 1e155, 1e200, 1e-160)}"
        if self.sim.dtype == np.float32 and self.below(3) == 0:
            scale += ", dtype='float32'"
        text = f"numbers({self.below(1000)}, {', '.join(map(str, shape))}{scale})"
        return Argument(text, "array", shape)

    def samples(self, names: tuple[str, ...], count: int) -> Argument:
        """An array for one population, a mapping for several."""
        arrays = {name: self.array(count, self.width(name)) for name in names}
        if len(names) == 1 and self.below(4):
            return arrays[names[0]]
        inner = ", ".join(f"{name!r}: {array.text}" for name, array in arrays.items())
        return Argument(f"{{{inner}}}", "mapping")

    def synapse(self) -> list[Argument]:
        """The ends of a synapse that there is, or seldom of one that there is not."""
        wiring = self.sim.wiring
        projection = wiring.projections[self.one(*sorted(wiring.projections))]
        i = self.below(projection.shape[0])
        targets = list(projection.targets(i))
        j = int(self.one(*targets)) if len(targets) else self.below(projection.shape[1])
        return [
            Argument(repr(projection.pre), "population"),
            Argument(str(i), "index"),
            Argument(repr(projection.post), "population"),
            Argument(str(j), "index"),
        ]

    def monitors(self) -> list[str]:
        """Variables that hold monitors."""
        return [name for name in self.namespace if name.startswith("m") and name[1:].isdigit()]

    def handles(self) -> list[str]:
        """Variables that hold nodes or synapses."""
        return [name for name in self.namespace if name.startswith("h") and name[1:].isdigit()]

    def new(self, letter: str) -> str:
        """A variable that is not there yet."""
        self.made += 1
        return f"{letter}{self.made}"
