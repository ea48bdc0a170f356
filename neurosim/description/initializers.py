"""Initial weights: small seeded rules that draw a block of a projection at a time.

A rule is a frozen value that is called with a random generator and the shape of a block, so that
large projections are drawn where they will live.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from neurosim.checks import real

__all__ = ["Constant", "Initializer", "Normal", "Uniform", "XavierUniform"]


class Initializer(Protocol):
    """Draws weights of a projection."""

    def draw(
        self, generator: np.random.Generator, shape: tuple[int, ...], fan_in: float, fan_out: float
    ) -> npt.NDArray[Any]:
        """Return the next weights, in float64.

        `fan_in` and `fan_out` are the synapses that reach an error node, and that leave a value
        node, of the whole projection; means if they differ from node to node.
        """


@dataclass(frozen=True)
class Uniform:
    """Weights drawn uniformly from [low, high)."""

    low: float
    high: float

    def __post_init__(self) -> None:
        real("Uniform", "low", self.low)
        real("Uniform", "high", self.high, minimum=float(self.low))

    def draw(
        self, generator: np.random.Generator, shape: tuple[int, ...], fan_in: float, fan_out: float
    ) -> npt.NDArray[Any]:
        """Return the next weights."""
        return generator.uniform(self.low, self.high, shape)


@dataclass(frozen=True)
class Normal:
    """Weights drawn from a normal distribution of mean 0."""

    standard_deviation: float

    def __post_init__(self) -> None:
        real("Normal", "standard_deviation", self.standard_deviation, minimum=0.0)

    def draw(
        self, generator: np.random.Generator, shape: tuple[int, ...], fan_in: float, fan_out: float
    ) -> npt.NDArray[Any]:
        """Return the next weights."""
        return generator.normal(0.0, self.standard_deviation, shape)


@dataclass(frozen=True)
class XavierUniform:
    """Weights drawn from U(-a, a), a = gain sqrt(6 / (fan_in + fan_out)).

    References
    ----------
    Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, Eq. (16). Whittington & Bogacz 2017 use it with a gain of 4.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        real("XavierUniform", "gain", self.gain, positive=True)

    def draw(
        self, generator: np.random.Generator, shape: tuple[int, ...], fan_in: float, fan_out: float
    ) -> npt.NDArray[Any]:
        """Return the next weights."""
        limit = self.gain * math.sqrt(6.0 / (fan_in + fan_out))
        return generator.uniform(-limit, limit, shape)


@dataclass(frozen=True)
class Constant:
    """Every weight the same."""

    value: float = 0.0

    def __post_init__(self) -> None:
        real("Constant", "value", self.value)

    def draw(
        self, generator: np.random.Generator, shape: tuple[int, ...], fan_in: float, fan_out: float
    ) -> npt.NDArray[Any]:
        """Return the next weights."""
        return np.full(shape, float(self.value))
