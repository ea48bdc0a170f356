"""Peers: the same work as neurosim's, done by other means, to compare results and then times.

The work is that of Song et al. (NeurIPS 2020): layers without biases whose input enters linearly,
``y[0] = X``, ``y[1] = X @ W[0]``, ``y[k + 1] = sigmoid(y[k]) @ W[k]``, the last y itself being the
output; the energy is half the squared error, summed over outputs and batch; plain gradient descent.
Weights are arrays of shape (pre, post), the projection that leaves the input first.

Each module of this package is one peer (``neurosim_engine`` is neurosim itself, and ``check.py``
compares them). It imports its library only when used, and defines

``NAME``, ``REQUIRES``
    What to call it in a table; the name by which its library is imported, or None.
``bp_updates(weights, inputs, targets, order, learning_rate, dtype, threads)``
    One weight update by backpropagation for each row of ``order``, an array of shape
    (updates, batch) of sample numbers; gathering the batch is part of the work.
``zil_updates(...)``, ``il_updates(..., inference_steps=20, gamma=GAMMA)``
    The same by Z-IL; by IL, which moves x ``inference_steps`` times from the prediction and then
    makes its one update from the errors after the last move.
``tick(weights, ticks, dtype, threads)``
    Inference ticks at batch 1 with nothing clamped and nothing learned, so that every synapse
    carries a prediction and a feedback: from ``initial_activity(weights)``, all x at once,
    ``x += GAMMA * (-(x - mu) + f'(x) * feedback)``; the input has no mu and moves by feedback.

as far as it can. Each returns ``(result, seconds)``: the final weights (or, of ``tick``, the final
x of every population), and the median time of one update or tick, warm-up and compilation left
out. Not every library can be told its number of threads from within, so ``check.py`` runs each peer
in a process of its own, bound to that many cores.
"""

from __future__ import annotations

import importlib
import importlib.util
import statistics
import time
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = [
    "BLOCKS",
    "GAMMA",
    "PEERS",
    "Arrays",
    "initial_activity",
    "load",
    "measure",
    "reason_to_skip",
]

Arrays = Sequence[npt.NDArray[Any]]

PEERS = (
    "numpy_whole_matrix",
    "pytorch_autograd",
    "jax_by_hand",
    "ngc_learn",
    "brian2_tick",
    "nengo_tick",
)

GAMMA = 0.1  # the integration step of inference where its value is free
BLOCKS = 9  # equal parts of a run; the median over them is its time


def load(peer: str) -> ModuleType:
    """Return the module of a peer; its library need not be installed for that."""
    return importlib.import_module(f"{__name__}.{peer}")


def reason_to_skip(module: ModuleType) -> str:
    """Return a word on why a peer cannot run here; nothing if it can."""
    if module.REQUIRES is None or importlib.util.find_spec(module.REQUIRES) is not None:
        return ""
    return f"skipped: {module.REQUIRES} is not installed"


def initial_activity(weights: Arrays) -> list[npt.NDArray[np.float64]]:
    """Return the x that ``tick`` starts from, one array for each population, input first."""
    generator = np.random.Generator(np.random.PCG64(0))
    sizes = [len(weights[0]), *(w.shape[1] for w in weights)]
    return [generator.uniform(-1.0, 1.0, size) for size in sizes]


def measure(steps: int, run: Callable[[int, int], None], reset: Callable[[], None]) -> float:
    """Time ``run`` over all steps.

    Parameters
    ----------
    steps : int
        Number of steps to make.
    run : callable
        ``run(start, stop)`` makes the steps of that range and returns when they are finished.
    reset : callable
        Goes back to the start, after one block of steps was made to warm up.

    Returns
    -------
    float
        Seconds per step, the median over equal blocks of steps; a median, since on a shared
        machine a mean is mostly other people's work.
    """
    size = max(1, steps // BLOCKS)
    run(0, size)
    reset()
    seconds = []
    for start in range(0, steps, size):
        stop = min(start + size, steps)
        begin = time.perf_counter()
        run(start, stop)
        end = time.perf_counter()
        if stop - start == size:
            seconds.append((end - begin) / size)
    return statistics.median(seconds)
