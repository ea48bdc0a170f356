"""PyTorch as its users write it: a forward pass, ``backward()``, ``torch.optim.SGD``."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers import Arrays, measure

NAME = "PyTorch autograd"
REQUIRES = "torch"

Array = npt.NDArray[Any]


def bp_updates(
    weights: Arrays,
    inputs: Array,
    targets: Array,
    order: Array,
    learning_rate: float,
    dtype: str = "float64",
    threads: int = 1,
) -> tuple[list[Array], float]:
    """Backpropagation; the gradient is PyTorch's."""
    import torch

    torch.set_num_threads(threads)
    kind = getattr(torch, dtype)
    x_all, target_all = torch.tensor(inputs, dtype=kind), torch.tensor(targets, dtype=kind)
    batches = torch.tensor(order, dtype=torch.int64)
    thetas = [torch.tensor(w, dtype=kind, requires_grad=True) for w in weights]
    # One call per weight: for weights this small the fastest of the implementations of SGD.
    optimizer = torch.optim.SGD(thetas, lr=learning_rate, foreach=False)

    def run(first: int, last: int) -> None:
        for samples in batches[first:last].unbind():
            y = x_all.index_select(0, samples) @ thetas[0]
            for theta in thetas[1:]:
                y = torch.sigmoid(y) @ theta
            loss = 0.5 * (target_all.index_select(0, samples) - y).square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    def reset() -> None:
        with torch.no_grad():
            for theta, w in zip(thetas, weights, strict=True):
                theta.copy_(torch.tensor(np.asarray(w), dtype=kind))

    seconds = measure(len(order), run, reset)
    return [theta.detach().numpy().copy() for theta in thetas], seconds
