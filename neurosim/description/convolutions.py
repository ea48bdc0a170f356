"""Rules of a window that slides over positions: convolution and pooling."""

from __future__ import annotations

import itertools
import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.connector import Draws, check_count
from neurosim.description.pattern import Pattern
from neurosim.errors import ArgumentError, ArgumentTypeError

__all__ = ["AveragePooling", "Convolution"]


def _lengths(owner: str, argument: str, value: object, count: int | None) -> tuple[int, ...]:
    given = (value,) * (count or 1) if isinstance(value, (int, np.integer)) else value
    allowed = (count,) if count else (1, 2)
    if (
        not isinstance(given, Sequence)
        or isinstance(given, (str, bytes, bytearray))
        or len(given) not in allowed
    ):
        raise ArgumentTypeError(
            f"{owner}: {argument} must be a whole number, or as many as there are dimensions (one "
            f"or two), not {value!r}"
        )
    return tuple(checks.integer(owner, argument, n, 1, 2**31) for n in given)


@dataclass(frozen=True)
class _Window(ABC):
    """A window that slides over positions in one or two dimensions."""

    size: int | Sequence[int]
    window: int | Sequence[int]

    @property
    def _sizes(self) -> tuple[int, ...]:
        return _lengths(type(self).__name__, "size", self.size, None)

    @property
    def _windows(self) -> tuple[int, ...]:
        return _lengths(type(self).__name__, "window", self.window, len(self._sizes))

    @property
    def _strides(self) -> tuple[int, ...]:
        return self._windows

    @property
    def _border(self) -> int:
        return 0

    @property
    @abstractmethod
    def _channels(self) -> tuple[int, int]:
        """Nodes at each position of the two populations."""

    @property
    def result_size(self) -> tuple[int, ...]:
        """Positions of the postsynaptic population."""
        sizes, windows = self._sizes, self._windows
        results = tuple(
            (n + 2 * self._border - w) // s + 1
            for n, w, s in zip(sizes, windows, self._strides, strict=True)
        )
        if min(results) < 1:
            raise ArgumentError(
                f"{type(self).__name__}: a window of {windows} does not fit into {sizes}"
            )
        return results

    @property
    def pre_size(self) -> int:
        """Nodes of the presynaptic population."""
        return math.prod(self._sizes) * self._channels[0]

    @property
    def post_size(self) -> int:
        """Nodes of the postsynaptic population."""
        return math.prod(self.result_size) * self._channels[1]

    def _taps(self) -> list[tuple[int, Any, Any]]:
        """For each place in the window its number, and sources and targets there."""
        sizes, windows, results = self._sizes, self._windows, self.result_size
        strides, padding = self._strides, self._border
        grid = np.stack(np.meshgrid(*map(np.arange, results), indexing="ij"), axis=-1)
        targets = np.arange(math.prod(results)).reshape(results)
        taps = []
        for number, offset in enumerate(itertools.product(*map(range, windows))):
            place = grid * np.array(strides) + np.array(offset) - padding
            inside = np.all((place >= 0) & (place < np.array(sizes)), axis=-1)
            sources = np.ravel_multi_index(tuple(place[inside].T), sizes)
            taps.append((number, sources, targets[inside]))
        return taps


def _check_shape(owner: str, rule: object, wanted: tuple[int, int], shape: tuple[int, int]) -> None:
    if wanted != shape:
        raise ArgumentError(
            f"{owner}: {rule} connects populations of {wanted[0]} and {wanted[1]} nodes, not "
            f"{shape[0]} and {shape[1]}"
        )


@dataclass(frozen=True)
class Convolution(_Window):
    """A convolution in one or two dimensions: one kernel of weights, used at every position.

    As in the field's libraries, the kernel is not flipped. Nodes are numbered position by position,
    row by row, and at each position channel by channel.

    Parameters
    ----------
    size : int or (int, int)
        Positions of the presynaptic population: length, or height and width.
    window : int or (int, int)
        Positions that the kernel spans.
    in_channels, out_channels : int
        Nodes at each position of the two populations.
    stride : int or (int, int)
        Positions from one place of the kernel to the next.
    padding : int
        Silent positions around the border.

    Examples
    --------
    >>> import neurosim as ns
    >>> rule = ns.connectors.Convolution((8, 8), 3, out_channels=4, stride=2, padding=1)
    >>> rule.post_size, rule.weight_shape
    (64, (3, 3, 1, 4))
    """

    in_channels: int = 1
    out_channels: int = 1
    stride: int | Sequence[int] = 1
    padding: int = 0

    def __post_init__(self) -> None:
        for name in ("in_channels", "out_channels"):
            checks.integer("Convolution", name, getattr(self, name), 1, 2**31)
        checks.integer("Convolution", "padding", self.padding, 0, 2**31)
        places = math.prod(self.result_size) * math.prod(self._windows)
        check_count("Convolution", float(places) * self.in_channels * self.out_channels)

    @property
    def _strides(self) -> tuple[int, ...]:
        return _lengths("Convolution", "stride", self.stride, len(self._sizes))

    @property
    def _border(self) -> int:
        return self.padding

    @property
    def _channels(self) -> tuple[int, int]:
        return self.in_channels, self.out_channels

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """Shape of the kernel: (window..., in_channels, out_channels)."""
        return (*self._windows, self.in_channels, self.out_channels)

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Return the pairs, each with its place in the kernel."""
        _check_shape(owner, "the convolution", (self.pre_size, self.post_size), shape)
        channels = np.arange(self.in_channels)[:, None], np.arange(self.out_channels)
        pre: list[Any] = []
        post: list[Any] = []
        weight: list[Any] = []
        for number, sources, targets in self._taps():
            full = (len(sources), self.in_channels, self.out_channels)
            first = sources[:, None, None] * self.in_channels + channels[0]
            second = targets[:, None, None] * self.out_channels + channels[1]
            third = (number * self.in_channels + channels[0]) * self.out_channels + channels[1]
            for parts, part in ((pre, first), (post, second), (weight, third)):
                parts.append(np.broadcast_to(part, full).ravel())
        first, second, third = (np.concatenate(parts) for parts in (pre, post, weight))
        count = math.prod(self.weight_shape)
        return Pattern.of_pairs(owner, shape, first, second, third, count)[0]


@dataclass(frozen=True)
class AveragePooling(_Window):
    """Windows side by side, each averaged into one position; the weights are fixed.

    Parameters
    ----------
    size, window : int or (int, int)
        As for `Convolution`; the stride is the window.
    channels : int
        Nodes at each position, pooled apart.
    """

    channels: int = 1

    #: What the projection is unless told otherwise.
    plastic = False

    def __post_init__(self) -> None:
        checks.integer("AveragePooling", "channels", self.channels, 1, 2**31)
        places = math.prod(self.result_size) * math.prod(self._windows)
        check_count("AveragePooling", float(places) * self.channels)

    @property
    def _channels(self) -> tuple[int, int]:
        return self.channels, self.channels

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """The one weight."""
        return np.array([1.0 / math.prod(self._windows)])

    def pattern(self, owner: str, shape: tuple[int, int], draws: Draws) -> Pattern | None:
        """Return the pairs, all through the same weight."""
        _check_shape(owner, "the pooling", (self.pre_size, self.post_size), shape)
        channels = np.arange(self.channels)
        taps = self._taps()
        pre = [(s[:, None] * self.channels + channels).ravel() for _, s, _ in taps]
        post = [(t[:, None] * self.channels + channels).ravel() for _, _, t in taps]
        first, second = np.concatenate(pre), np.concatenate(post)
        return Pattern.of_pairs(owner, shape, first, second, np.zeros(len(first), np.int64), 1)[0]
