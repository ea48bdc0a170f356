"""Which pairs of nodes a sparse projection connects, and through which of its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.frozen import frozen
from neurosim.errors import ArgumentError, ArgumentTypeError

__all__ = ["MOST_NODES", "MOST_WEIGHTS", "Pattern"]

# Runs of so many pairs and more, on average, are followed as runs.
LONG_RUN = 16

#: Nodes that a population may have, and weights of a projection: 256 GiB of them.
MOST_NODES = 2**31 - 1
MOST_WEIGHTS = 2**35
Integers = npt.NDArray[np.int64]


def _whole(owner: str, name: str, given: object) -> npt.NDArray[Any]:
    """Return a vector of whole numbers of any width; a number is never cut off to one."""
    if np.ma.isMaskedArray(given):
        raise ArgumentTypeError(f"{owner}: {name} must not be a masked array")
    array = checks.any_array(owner, name, given)
    if array.ndim != 1 or (array.dtype.kind not in "iu" and array.size):
        raise ArgumentTypeError(
            f"{owner}: {name} must be a vector of whole numbers, not {array.dtype} of shape "
            f"{array.shape}"
        )
    return array if array.size else np.zeros(0, np.int64)


def _outside(array: npt.NDArray[Any], size: int) -> int | None:
    """Place of the first index that is not one of so many things; None if all are."""
    if not array.size or 0 <= int(array.min()) <= int(array.max()) < size:
        return None
    return int(np.flatnonzero((array < 0) | (array >= size))[0])


def _indices(name: str, given: object, size: int) -> Integers:
    """Indices of so many things, as an array that nobody can write to."""
    array = _whole("Pattern", name, given)
    bad = _outside(array, size)
    if bad is not None:
        raise ArgumentError(f"Pattern: {name}[{bad}] = {array[bad]} must be in 0 ... {size - 1}")
    return frozen(array.astype(np.int64, copy=False))


@dataclass(frozen=True, eq=False)
class Pattern:
    """The connected pairs, by presynaptic node, then by postsynaptic node.

    The engine trusts it without looking again, so it is checked as a whole when it is made, whoever
    makes it, and its arrays are copies that nobody can write to.

    Attributes
    ----------
    shape : tuple of int
        Nodes of the two populations.
    pre, post : ndarray of int, shape (synapses,)
        The pairs.
    weight : ndarray of int, shape (synapses,), or None
        Which weight each synapse uses; each its own, in the order of the pairs, if None.
    weight_count : int
        Number of weights.

    Raises
    ------
    ArgumentError
        If an index is out of range, or the pairs are not in their order, each once.
    """

    shape: tuple[int, int]
    pre: Integers
    post: Integers
    weight: Integers | None
    weight_count: int

    def __post_init__(self) -> None:
        shape = checks.sequence("Pattern", "shape", self.shape, "whole numbers")
        if len(shape) != 2:
            raise ArgumentError(f"Pattern: shape must be (pre nodes, post nodes), not {shape}")
        sizes = tuple(checks.integer("Pattern", "shape", n, 1, MOST_NODES) for n in shape)
        count = checks.integer("Pattern", "weight_count", self.weight_count, 0, MOST_WEIGHTS)
        pre, post = _indices("pre", self.pre, sizes[0]), _indices("post", self.post, sizes[1])
        if len(pre) != len(post):
            raise ArgumentError(f"Pattern: {len(pre)} indices in pre, but {len(post)} in post")
        # No overflow: the number of pairs of two populations is below 2^62.
        bad = np.flatnonzero(np.diff(pre * sizes[1] + post) <= 0)
        if len(bad):
            n = int(bad[0])
            first, second = ((int(pre[i]), int(post[i])) for i in (n, n + 1))
            raise ArgumentError(
                f"Pattern: pairs must be in the order of pre, then of post, each once, but "
                f"{second} follows {first}; Pattern.of_pairs sorts them"
            )
        weight = None
        if self.weight is not None:
            weight = _indices("weight", self.weight, count)
            if len(weight) != len(pre):
                raise ArgumentError(f"Pattern: {len(pre)} pairs, but {len(weight)} in weight")
        elif count != len(pre):
            raise ArgumentError(
                f"Pattern: weight_count must be {len(pre)}, the number of pairs, not {count}; say "
                "in weight which of them each pair uses"
            )
        checked = {"shape": sizes, "pre": pre, "post": post, "weight": weight}
        for name, value in {**checked, "weight_count": count}.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[type[Pattern], tuple[Any, ...]]:
        # A copy, and what comes from a file, is checked and read-only as well.
        return type(self), (self.shape, self.pre, self.post, self.weight, self.weight_count)

    @classmethod
    def of_pairs(
        cls,
        owner: str,
        shape: tuple[int, int],
        pre: npt.ArrayLike,
        post: npt.ArrayLike,
        weight: npt.ArrayLike | None = None,
        weight_count: int | None = None,
    ) -> tuple[Pattern, Integers]:
        """Sort pairs into a pattern; returns it and where each of its synapses came from.

        Raises
        ------
        ArgumentError
            If a pair is given twice, or an index is out of range.
        """
        first, second = _whole(owner, "pre", pre), _whole(owner, "post", post)
        if len(first) != len(second):
            raise ArgumentError(f"{owner}: {len(first)} indices in pre, but {len(second)} in post")
        for name, index, size in (("pre", first, shape[0]), ("post", second, shape[1])):
            bad = _outside(index, size)
            if bad is not None:
                raise ArgumentError(
                    f"{owner}: pair {bad} names {name} node {int(index[bad])}, which must be in "
                    f"0 ... {size - 1}"
                )
        first, second = first.astype(np.int64, copy=False), second.astype(np.int64, copy=False)
        key = first * shape[1] + second
        order = np.argsort(key, kind="stable")
        first, second = first[order], second[order]
        twice = np.flatnonzero(np.diff(key[order]) == 0)
        if len(twice):
            n = twice[0]
            raise ArgumentError(
                f"{owner}: nodes {int(first[n])} and {int(second[n])} are connected twice"
            )
        chosen = None
        if weight is not None:
            chosen = _whole(owner, "weight", weight)
            if len(chosen) != len(order):
                raise ArgumentError(f"{owner}: {len(order)} pairs, but {len(chosen)} in weight")
            chosen = chosen[order]
        count = len(first) if weight_count is None else weight_count
        return cls(shape, first, second, chosen, count), order

    @property
    def synapse_count(self) -> int:
        """Number of connected pairs."""
        return len(self.pre)

    @property
    def shares_weights(self) -> bool:
        """Whether some weight is used by several pairs."""
        return self.weight is not None

    def weight_of(self, pre: int, post: int) -> int | None:
        """Number of the weight between two nodes; None if they are not connected."""
        first, last = np.searchsorted(self.pre, [pre, pre + 1])
        n = int(first + np.searchsorted(self.post[first:last], post))
        if n == last or self.post[n] != post:
            return None
        return n if self.weight is None else int(self.weight[n])

    def matrix(self, weights: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Weights as a full (pre, post) matrix, with zeros where no pair is connected."""
        full = np.zeros(self.shape, weights.dtype)
        full[self.pre, self.post] = weights if self.weight is None else weights[self.weight]
        return full

    def table(self) -> Integers:
        """Pairs, or runs of neighbouring pairs, in the form that `kernels.sums.sparse` reads."""
        weight = np.arange(len(self.pre)) if self.weight is None else self.weight
        starts = np.ones(len(self.pre), np.bool_)
        starts[1:] = (np.diff(self.pre) != 0) | (np.diff(self.post) != 1) | (np.diff(weight) != 1)
        begin = np.flatnonzero(starts)
        in_runs = len(begin) * LONG_RUN <= len(self.pre)
        columns = [self.post, weight]
        if in_runs:
            columns = [self.post[begin], weight[begin], np.diff(begin, append=len(self.pre))]
        pre = self.pre[begin] if in_runs else self.pre
        # Presynaptic nodes are told apart by where their entries begin.
        bounds = np.searchsorted(pre, np.arange(self.shape[0] + 1))
        entries = np.stack(columns, axis=1).ravel()
        return np.concatenate([[0, len(columns)], bounds, entries]).astype(np.int64)
