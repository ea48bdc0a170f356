"""Training while it is recorded, beside training alone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import neurosim as ns
from benchmarks import engine
from benchmarks.interleave import interleave
from benchmarks.peers.check import Work
from benchmarks.report import Row, at_most
from benchmarks.workload import MNIST_SIZES, in_order

__all__ = ["recorded"]

_WIDE = (784, 100, 10)
_WARM_UP = 40  # samples


def recorded(repeats: int, updates: int = 100) -> Iterator[Row]:
    """Updates of Fa-Z-IL with all spikes recorded, and with one state of 100 nodes."""
    for sizes in (MNIST_SIZES, _WIDE):
        for batch in (20, 1):
            work = in_order(sizes, batch, updates if batch > 1 else 5 * updates)
            yield from _of_one_net(work, sizes, batch, repeats)


def _of_one_net(work: Work, sizes: tuple[int, ...], batch: int, repeats: int) -> Iterator[Row]:
    contestants: dict[str, Any] = {"alone": None, "spikes": _spikes}
    if sizes == _WIDE:
        contestants["state"] = _state
    times = interleave(
        {name: partial(_update, work, batch, monitor) for name, monitor in contestants.items()},
        repeats,
    )
    net = f"{'-'.join(map(str, sizes))}, batch {batch}"
    case = f"fit with every spike recorded over fit, {net}"
    yield at_most(case, times.ratio("spikes", "alone"), "x", 1.2, times.spread("spikes", "alone"))
    if "state" in contestants:
        case = f"fit with x of 100 nodes recorded at every tick over fit, {net}"
        ratio, spread = times.ratio("state", "alone"), times.spread("state", "alone")
        yield at_most(case, ratio, "x", 2.0, spread)


def _spikes(sim: ns.Simulator) -> ns.SpikeMonitor:
    return ns.SpikeMonitor(sim)


def _state(sim: ns.Simulator) -> ns.StateMonitor:
    return ns.StateMonitor(sim, "x", populations=["hidden1"])


def _update(work: Work, batch: int, monitor: Any) -> float:
    """Return the seconds of an update."""
    model = ns.models.FaZIL(learning_rate=work.learning_rate)
    sim = ns.Simulator(engine.network(work), model, batch_size=batch)
    held = monitor(sim) if monitor else None
    inputs, targets = work.inputs, work.targets
    sim.fit(inputs[:_WARM_UP], targets[:_WARM_UP], shuffle=False)
    if held is not None:
        held.clear()
    begun = time.perf_counter()
    sim.fit(inputs, targets, shuffle=False)
    seconds = time.perf_counter() - begun
    taken = held.num_spikes if isinstance(held, ns.SpikeMonitor) else len(held or ())
    if held is not None and taken < len(work.order):
        raise ArithmeticError(f"{taken} are recorded of {len(work.order)} updates")
    return seconds / len(work.order)
