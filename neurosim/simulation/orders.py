"""The order in which samples are presented: drawn epoch by epoch, and going on from fit to fit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from neurosim import checks

__all__ = ["Orders"]


class Orders:
    """A generator that belongs to a learner, and the epochs that it has begun.

    Attributes
    ----------
    epochs : int
        How many epochs have been begun since the seed was set.
    """

    def __init__(self) -> None:
        self._begin(0)

    def _begin(self, seed: int) -> None:
        self._generator = np.random.Generator(np.random.PCG64(seed))
        self.epochs = 0

    def draw(
        self, owner: str, samples: int, epochs: object, shuffle: object, seed: object
    ) -> tuple[int, Iterator[npt.NDArray[np.int64]]]:
        """Check what `fit` was asked for; returns the number of epochs and the order of each.

        Without a seed the orders go on where the last `fit` ended.
        """
        count = checks.integer(owner, "epochs", epochs, 1)
        mixed = checks.boolean(owner, "shuffle", shuffle)
        start = None if seed is None else checks.integer(owner, "seed", seed, 0)

        def orders() -> Iterator[npt.NDArray[np.int64]]:
            if start is not None:
                self._begin(start)
            for _ in range(count):
                self.epochs += 1
                yield self._generator.permutation(samples) if mixed else np.arange(samples)

        return count, orders()
