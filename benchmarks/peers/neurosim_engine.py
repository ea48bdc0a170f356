"""neurosim itself, so that it stands beside its peers in their table.

`fit` is given samples, not an order of them: they are put in order before the clock starts. Its
time is that of a whole call, what it checks and prepares included.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers import Arrays
from benchmarks.peers.check import Work

NAME = "neurosim"
REQUIRES = "neurosim"

Array = npt.NDArray[Any]
Result = tuple[list[Array], float]


def bp_updates(dtype: str = "float64", **given: Any) -> Result:
    """Backpropagation in the engine's order of summation."""
    from benchmarks import engine

    return engine.backpropagate(_work(**given), dtype)


def zil_updates(dtype: str = "float64", **given: Any) -> Result:
    """Z-IL: each node's own timer says when its synapses learn."""
    import neurosim as ns
    from benchmarks import engine

    model = ns.models.ZIL(learning_rate=given["learning_rate"])
    return engine.train(_work(**given), model, dtype)


def il_updates(dtype: str = "float64", **given: Any) -> Result:
    """IL: 20 inference steps, then one update."""
    from benchmarks import engine

    work = _work(**given)
    return engine.train(work, engine.inference_learning(work), dtype)


def tick(weights: Arrays, ticks: int, dtype: str = "float64", threads: int = 1) -> Result:
    """Inference at batch 1 with nothing clamped."""
    from benchmarks import engine

    nothing = np.empty(0)
    work = Work(weights, nothing, nothing, nothing, 0.0, ticks, threads)
    return engine.simulate_free(work, dtype)


def _work(inputs: Array, targets: Array, order: Array, **given: Any) -> Work:
    samples = order.ravel()
    in_order = np.arange(order.size).reshape(order.shape)
    return Work(inputs=inputs[samples], targets=targets[samples], order=in_order, ticks=0, **given)
