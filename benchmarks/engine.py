"""neurosim's side of the comparison: the functions of ``benchmarks.peers``, done by the engine.

Each returns ``(result, seconds)`` as a peer's do. Training takes the work of
``benchmarks.workload.in_order``, since `fit` is given samples, not an order.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt

import neurosim as ns
from benchmarks.peers import GAMMA, initial_activity, measure
from benchmarks.peers.check import Work

__all__ = [
    "INFERENCE",
    "backpropagate",
    "inference_learning",
    "network",
    "simulate_free",
    "train",
]

Array = npt.NDArray[Any]
Result = tuple[list[Array], float]

_WARM_UP = 100  # batches

#: Inference alone: the signal to learn is not given while anything is measured.
INFERENCE = ns.models.IL(t_c=10**12, gamma=GAMMA)


def network(work: Work) -> ns.Network:
    """Return the network that the work is about."""
    sizes = [len(work.weights[0]), *(w.shape[1] for w in work.weights)]
    return ns.Network.layered(sizes, weights=list(work.weights))


def train(work: Work, model: Any, dtype: str = "float64", **options: Any) -> Result:
    """Updates by a model, through `Simulator.fit`."""
    net, batch = network(work), work.order.shape[1]
    return _fit(
        work, net, dtype,
        lambda: ns.Simulator(
            net, model, batch_size=batch, dtype=dtype, threads=work.threads, **options
        ),
    )  # fmt: skip


def inference_learning(work: Work) -> Any:
    """Return the model that does what the peers' ``il_updates`` does by default."""
    return ns.models.IL(t_c=20, gamma=GAMMA, learning_rate=work.learning_rate)


def backpropagate(work: Work, dtype: str = "float64") -> Result:
    """Updates by `models.BP` in the engine's order of summation."""
    net, batch = network(work), work.order.shape[1]
    return _fit(
        work, net, dtype,
        lambda: ns.models.BP(
            net, learning_rate=work.learning_rate, batch_size=batch, dtype=dtype
        ),
    )  # fmt: skip


def _fit(work: Work, net: ns.Network, dtype: str, make: Any) -> Result:
    """Time a whole call of ``fit``, what it checks and prepares included."""
    x, y = (np.ascontiguousarray(a, dtype) for a in (work.inputs, work.targets))
    some = min(len(x), _WARM_UP * work.order.shape[1])
    make().fit(x[:some], y[:some], shuffle=False)
    learner = make()
    begun = time.perf_counter()
    learner.fit(x, y, epochs=work.order.size // len(x), shuffle=False)
    seconds = (time.perf_counter() - begun) / len(work.order)
    weights = learner.weights
    return [weights[name] for name in net.projections], seconds


def simulate_free(work: Work, dtype: str = "float64") -> Result:
    """Ticks with nothing clamped, from the x that the peers start from."""
    net = network(work)
    start = dict(zip(net.populations, initial_activity(work.weights), strict=True))
    sim = ns.Simulator(net, INFERENCE, dtype=dtype)

    def run(first: int, last: int) -> None:
        sim.run(last - first, learning=False)

    def reset() -> None:
        for name, x in start.items():
            sim.clamp(name, x)
        for name in start:
            sim.release(name)

    reset()
    before = sim.operations.total
    seconds = measure(work.ticks, run, reset)
    done = sim.operations.total - before
    if done < 2 * net.synapse_count * work.ticks:
        raise ArithmeticError("not every synapse carried a prediction and a feedback")
    return [sim.state("x", name)[0] for name in start], seconds
