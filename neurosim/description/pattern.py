"""Which pairs of nodes a sparse projection connects, and through which of its weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.errors import ArgumentError

__all__ = ["Pattern"]

# Runs of so many pairs and more, on average, are followed as runs.
LONG_RUN = 16

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Pattern:
    """The connected pairs, by presynaptic node, then by postsynaptic node.

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
    """

    shape: tuple[int, int]
    pre: Integers
    post: Integers
    weight: Integers | None
    weight_count: int

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
            If there is no pair, a pair is given twice, or an index is out of range.
        """
        first, second = np.asarray(pre, np.int64), np.asarray(post, np.int64)
        if not len(first):
            raise ArgumentError(f"{owner}: no pair of nodes is connected")
        for name, index, size in (("pre", first, shape[0]), ("post", second, shape[1])):
            bad = np.flatnonzero((index < 0) | (index >= size))
            if len(bad):
                raise ArgumentError(
                    f"{owner}: pair {int(bad[0])} names {name} node {int(index[bad[0]])}, which "
                    f"must be in 0 ... {size - 1}"
                )
        order = np.argsort(first * shape[1] + second, kind="stable")
        first, second = first[order], second[order]
        twice = np.flatnonzero((np.diff(first) == 0) & (np.diff(second) == 0))
        if len(twice):
            n = twice[0]
            raise ArgumentError(
                f"{owner}: nodes {int(first[n])} and {int(second[n])} are connected twice"
            )
        chosen = None if weight is None else np.asarray(weight, np.int64)[order]
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
