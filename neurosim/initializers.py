"""Initial weights: small seeded rules that draw a block of a projection at a time.

A rule is a frozen value that is called with a random generator and the shape of a projection, and
yields its rows in blocks, so that large projections are drawn where they will live.
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
    """Draws some rows of a projection's weights."""

    def draw(
        self, generator: np.random.Generator, rows: int, pre: int, post: int
    ) -> npt.NDArray[Any]:
        """Return the next `rows` of the (pre, post) weights, in float64."""


@dataclass(frozen=True)
class Uniform:
    """Weights drawn uniformly from [low, high)."""

    low: float
    high: float

    def __post_init__(self) -> None:
        real("Uniform", "low", self.low)
        real("Uniform", "high", self.high, minimum=float(self.low))

    def draw(
        self, generator: np.random.Generator, rows: int, pre: int, post: int
    ) -> npt.NDArray[Any]:
        """Return the next rows."""
        return generator.uniform(self.low, self.high, (rows, post))


@dataclass(frozen=True)
class Normal:
    """Weights drawn from a normal distribution of mean 0."""

    standard_deviation: float

    def __post_init__(self) -> None:
        real("Normal", "standard_deviation", self.standard_deviation, minimum=0.0)

    def draw(
        self, generator: np.random.Generator, rows: int, pre: int, post: int
    ) -> npt.NDArray[Any]:
        """Return the next rows."""
        return generator.normal(0.0, self.standard_deviation, (rows, post))


@dataclass(frozen=True)
class XavierUniform:
    """Weights drawn from U(-a, a), a = gain sqrt(6 / (pre + post)).

    References
    ----------
    Glorot, Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, Eq. (16). Whittington & Bogacz 2017 use it with a gain of 4.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        real("XavierUniform", "gain", self.gain, positive=True)

    def draw(
        self, generator: np.random.Generator, rows: int, pre: int, post: int
    ) -> npt.NDArray[Any]:
        """Return the next rows."""
        limit = self.gain * math.sqrt(6.0 / (pre + post))
        return generator.uniform(-limit, limit, (rows, post))


@dataclass(frozen=True)
class Constant:
    """Every weight the same."""

    value: float = 0.0

    def __post_init__(self) -> None:
        real("Constant", "value", self.value)

    def draw(
        self, generator: np.random.Generator, rows: int, pre: int, post: int
    ) -> npt.NDArray[Any]:
        """Return the next rows."""
        return np.full((rows, post), float(self.value))
