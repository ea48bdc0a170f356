"""Work for contestants of which some cannot be told an order of samples."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.check import Work, example_work

__all__ = ["MNIST_SIZES", "in_order"]

MNIST_SIZES = (784, 32, 32, 10)


def in_order(
    sizes: tuple[int, ...] = MNIST_SIZES,
    batch: int = 20,
    updates: int = 1800,
    epochs: int = 1,
    ticks: int = 1800,
    threads: int = 1,
) -> Work:
    """Make work whose samples lie in the order in which they are used, in every epoch the same."""
    samples = updates // epochs * batch
    work = example_work(sizes, batch, 1, ticks, threads, samples)
    order = np.arange(samples).reshape(-1, batch)
    return work._replace(order=np.tile(order, (epochs, 1)))
