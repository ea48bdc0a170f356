"""Brian2: populations and synapses with summed variables, one inference tick per time step.

A step of Brian2 is ordered by hand: predictions are summed, then feedback, then all x move. It
compiles its loops with Cython where there is a C++ compiler, and falls back on NumPy.
"""

from __future__ import annotations

import statistics
import time
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers import BLOCKS, GAMMA, Arrays, initial_activity

NAME = "Brian2"
REQUIRES = "brian2"

_SYNAPSE = """
theta : 1
mu_post = theta * f_pre : 1 (summed)
feedback_pre = theta * epsilon_post : 1 (summed)
"""


def tick(
    weights: Arrays, ticks: int, dtype: str = "float64", threads: int = 1
) -> tuple[list[npt.NDArray[Any]], float]:
    """Inference at batch 1 with nothing clamped."""
    import brian2

    brian2.prefs.core.default_float_dtype = np.dtype(dtype).type
    step = brian2.defaultclock.dt
    last = len(weights)
    groups, synapses = [], []
    for k, activity in enumerate(initial_activity(weights)):
        # Sums into a group are ordered by the group: outputs first, so that every error is known
        # before it is fed back.
        group = brian2.NeuronGroup(len(activity), _equations(k, last), order=last - k)
        group.x = activity
        group.run_regularly(_movement(k, last), when="end")
        groups.append(group)
    for group in groups[1:-1]:
        group.f = "1 / (1 + exp(-x))"
    groups[0].f = "x"
    for w, (pre, post) in zip(weights, pairwise(groups), strict=True):
        connection = brian2.Synapses(pre, post, _SYNAPSE)
        connection.connect()
        connection.theta = np.ravel(w)
        synapses.append(connection)

    size = max(1, ticks // BLOCKS)
    stamps: list[float] = []
    # Starting a run costs more than a tick, so one run is timed from within, block by block.
    watch = brian2.NetworkOperation(
        lambda: stamps.append(time.perf_counter()), dt=size * step, when="start"
    )
    network = brian2.Network(groups, synapses, watch)
    network.store()
    network.run(2 * step)
    network.restore()
    stamps.clear()
    network.run(ticks * step)
    blocks = [(end - begin) / size for begin, end in pairwise(stamps)]
    return [np.array(group.x) for group in groups], statistics.median(blocks)


def _equations(k: int, last: int) -> str:
    """State of a population: the input has no prediction, the output nothing that it predicts."""
    lines = ["x : 1"]
    if k > 0:
        lines += ["mu : 1", "epsilon = x - mu : 1"]
    if k < last:
        lines += ["f : 1", "feedback : 1"]
    return "\n".join(lines)


def _movement(k: int, last: int) -> str:
    """Code that moves x by one step, and f with it."""
    if k == 0:
        return f"x += {GAMMA} * feedback\nf = x"
    if k == last:
        return f"x -= {GAMMA} * epsilon"
    return f"x += {GAMMA} * (-epsilon + f * (1 - f) * feedback)\nf = 1 / (1 + exp(-x))"
