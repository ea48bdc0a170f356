"""The weights of a network as whole matrices, in memory of their own.

Matrices that belong to one projection each lie one behind the other, so that all of them learn by
one addition. Where not all is connected, zeros fill the matrix.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.backpropagation.numpy_functions import Call
from neurosim.description.pattern import Pattern
from neurosim.engine.lowering import Lowered

__all__ = ["Matrices"]

Array = npt.NDArray[Any]


class Matrices:
    """The matrix of each projection, and what is added to it.

    Parameters
    ----------
    lowered : Lowered
        Whose weights they are when `load` was called, and to which `store` gives them back.

    Attributes
    ----------
    of : dict of str to ndarray of shape (pre, post)
        By projection; projections with the same weights and no pattern have the same one.
    products : dict of str to ndarray of shape (pre, post)
        Of plastic projections: the product of what is at their ends, rate included.
    root : dict of str to str
        By projection, the one whose weights it uses.
    learning : list of Call
        What adds the products to the weights.
    """

    def __init__(self, lowered: Lowered) -> None:
        self._lowered, projections = lowered, lowered.network.projections
        names = sorted(projections)
        self.root = {name: projections[name].shares or name for name in names}
        self.of: dict[str, Array] = {}
        self.products: dict[str, Array] = {}
        self.learning: list[Call] = []
        #: Of sparse projections: one number for each weight, by the projection that has them.
        self._vectors: dict[str, Array] = {}
        dtype = lowered.dtype
        plastic = [name for name in names if projections[name].plastic]
        dense = [name for name in names if projections[name].pattern is None]
        used = list(self.root.values())
        alone = [name for name in plastic if name in dense and used.count(self.root[name]) == 1]
        shapes = [projections[name].shape for name in alone]
        self._flat, products = np.zeros((2, sum(pre * post for pre, post in shapes)), dtype)
        at = 0
        for name, (pre, post) in zip(alone, shapes, strict=True):
            self.of[name] = self._flat[at : at + pre * post].reshape(pre, post)
            self.products[name] = products[at : at + pre * post].reshape(pre, post)
            at += pre * post
        if alone:
            self.learning.append((np.add, (self._flat, products, self._flat)))
        # A projection whose weights others use comes before these.
        for name in sorted(names, key=lambda name: (self.root[name] != name, name)):
            if name in alone:
                continue
            pattern, root = projections[name].pattern, self.root[name]
            if pattern is not None or root == name:
                self.of[name] = np.zeros(projections[name].shape, dtype)
            else:
                self.of[name] = self.of[root]
            if pattern is not None and root == name:
                self._vectors[name] = np.zeros(lowered.theta_block(name).shape, dtype)
            if name in plastic:
                self.products[name] = np.zeros(projections[name].shape, dtype)
                self.learning.append(self._addition(name, pattern))
        sparse = [name for name in names if projections[name].pattern is not None]
        self._sparse = [(name, self._index(name)) for name in sparse]
        if {self.root[name] for name in plastic} & self._vectors.keys():
            self.learning.append((self._fill, ()))

    def _addition(self, name: str, pattern: Pattern | None) -> Call:
        """What adds the product of a projection to its weights."""
        product, root = self.products[name], self.root[name]
        if pattern is None:
            return np.add, (self.of[root], product, self.of[root])
        vector, index = self._vectors[root], self._index(name)
        if pattern.weight is None:
            return _add_chosen, (vector, product, index, np.zeros(len(index), product.dtype))
        return _add_up, (vector, product, index, pattern.weight)

    def _index(self, name: str) -> npt.NDArray[np.int64]:
        """Where the connected pairs of a sparse projection are in its matrix."""
        pattern = self._lowered.network.projections[name].pattern
        assert pattern is not None
        return pattern.pre * pattern.shape[1] + pattern.post

    def _fill(self) -> None:
        """Write the weights of sparse projections into their matrices."""
        for name, index in self._sparse:
            pattern = self._lowered.network.projections[name].pattern
            assert pattern is not None
            vector = self._vectors[self.root[name]]
            values = vector if pattern.weight is None else vector[pattern.weight]
            self.of[name].reshape(-1)[index] = values

    def _stored(self) -> dict[str, Array]:
        """What each block of weights of the network is here."""
        own = {name: self.of[name] for name, root in self.root.items() if name == root}
        return {**own, **self._vectors}

    def load(self) -> None:
        """Take the weights that the network has."""
        for name, values in self._stored().items():
            values[...] = self._lowered.theta_block(name)
        self._fill()

    def store(self) -> None:
        """Give the network the weights that have been learned."""
        for name, values in self._stored().items():
            self._lowered.theta_block(name)[...] = values

    def within(self, square: float) -> bool:
        """Whether the squares of the weights add up to so much at most, and are finite."""
        flat = [self._flat, *(values.reshape(-1) for values in self._stored().values())]
        apart = (self._flat, *(v for v in flat[1:] if not np.may_share_memory(v, self._flat)))
        return all(values.dot(values) <= square for values in apart)


def _add_chosen(vector: Array, product: Array, index: npt.NDArray[np.int64], room: Array) -> None:
    """Add what a product has at an index to weights that are used once each."""
    product.reshape(-1).take(index, 0, room, "clip")
    np.add(vector, room, vector)


def _add_up(
    vector: Array, product: Array, index: npt.NDArray[np.int64], weight: npt.NDArray[np.int64]
) -> None:
    """Add what a product has at an index to the weights that these pairs use."""
    change = np.bincount(weight, product.reshape(-1)[index], len(vector))
    np.add(vector, change.astype(vector.dtype, copy=False), vector)
