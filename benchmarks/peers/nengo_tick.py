"""Nengo: nodes that hold the values, nodes that add up the errors, dense connections.

Predictions arrive within the step that sends them and errors one step later (``synapse=0``), so
that one step of Nengo is one inference tick.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers import GAMMA, Arrays, initial_activity, measure

NAME = "Nengo"
REQUIRES = "nengo"

Array = npt.NDArray[Any]


def tick(
    weights: Arrays, ticks: int, dtype: str = "float64", threads: int = 1
) -> tuple[list[Array], float]:
    """Inference at batch 1 with nothing clamped."""
    import nengo

    nengo.rc["precision"]["bits"] = dtype.removeprefix("float")
    start = [x.astype(dtype) for x in initial_activity(weights)]
    # What a value node sends: x to its own error node, f(x) to those that it predicts. The input is
    # linear and has no error, the output predicts nothing: x is all they send.
    sent = [np.concatenate([x, x]) if 0 < k < len(weights) else x for k, x in enumerate(start)]
    sent = [array.copy() for array in sent]
    with nengo.Network() as network:
        values = [
            nengo.Node(step, size_in=len(array), size_out=len(array))
            for array, step in zip(sent, _steps(sent), strict=True)
        ]
        for w, below, above in zip(weights, values, values[1:], strict=False):
            pre, post = w.shape
            # An error node without a function adds what it is sent, x and minus mu.
            error = nengo.Node(size_in=post)
            nengo.Connection(above[:post], error, synapse=None)
            nengo.Connection(below[-pre:], error, transform=-w.T, synapse=None)
            nengo.Connection(error, above[:post], synapse=0)
            nengo.Connection(error, below[-pre:], transform=w, synapse=0)

    with nengo.Simulator(network, progress_bar=False) as simulator:

        def run(first: int, last: int) -> None:
            simulator.run_steps(last - first, progress_bar=False)

        def reset() -> None:
            for array, x in zip(sent, start, strict=True):
                array[: len(x)] = x
            simulator.reset()
            # In the first step nothing has been fed back yet, and nothing moves.
            simulator.step()

        reset()
        seconds = measure(ticks, run, reset)
    return [array[: len(x)].copy() for array, x in zip(sent, start, strict=True)], seconds


def _steps(sent: list[Array]) -> list[Callable[[float, Array], Array]]:
    """Return what each value node does in a step: move by what it received, send x and f(x)."""

    def input_step(t: float, feedback: Array) -> Array:
        x = sent[0]
        x += GAMMA * feedback
        return x

    def output_step(t: float, epsilon: Array) -> Array:
        x = sent[-1]
        x -= GAMMA * epsilon
        return x

    def hidden_step(array: Array) -> Callable[[float, Array], Array]:
        x, f = np.split(array, 2)

        def step(t: float, received: Array) -> Array:
            epsilon, feedback = received[: len(x)], received[len(x) :]
            np.add(x, GAMMA * (f * (1 - f) * feedback - epsilon), out=x)
            np.divide(1, 1 + np.exp(-x), out=f)
            return array

        return step

    return [input_step, *(hidden_step(array) for array in sent[1:-1]), output_step]
