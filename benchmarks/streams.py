"""Streams: what it costs that nobody is in command, beside the protocol in which somebody is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Literal

import numpy as np

import neurosim as ns
from benchmarks.interleave import interleave
from benchmarks.peers.check import Work
from benchmarks.report import Row, at_most
from benchmarks.workload import MNIST_SIZES, in_order

__all__ = ["streams"]

_NET = "784-32-32-10"
LEVELS = len(MNIST_SIZES) - 1
Protocol = Literal["settled", "stream"]
PROTOCOLS: tuple[Protocol, ...] = ("settled", "stream")


def streams(repeats: int) -> Iterator[Row]:
    """Presentations of a stream, sweep included, over the same in the settled protocol."""
    for batch, presentations in ((1, 2000), (20, 600)):
        work = in_order(batch=batch, updates=presentations)
        for rest in (True, False):
            learners = {protocol: _learner(batch, rest, protocol) for protocol in PROTOCOLS}
            times = interleave(
                {name: partial(_fit, sim, work, name) for name, sim in learners.items()}, repeats
            )
            if not _equal(learners):
                raise ArithmeticError("a stream has learned something else")
            case = f"Fa-Z-IL, {_NET}, batch {batch}, rest {'on' if rest else 'off'}"
            for name in learners:
                yield Row(f"{case}, {name}", times[name] / presentations * 1e6, "us/update")
            ratio, note = times.ratio("stream", "settled"), times.spread("stream", "settled")
            yield at_most(f"{case}, stream over settled", ratio, "x", 1.3, note)
    yield from _waiting()


def _learner(batch: int, rest: bool, protocol: str) -> ns.Simulator:
    net = ns.Network.layered(list(MNIST_SIZES), activation="sigmoid", seed=0)
    model = ns.models.FaZIL(learning_rate=1e-4, sweep=protocol == "stream")
    return ns.Simulator(net, model, batch_size=batch, rest_after_update=None if rest else False)


def _fit(sim: ns.Simulator, work: Work, protocol: Protocol) -> float:
    begun = time.perf_counter()
    sim.fit(work.inputs, work.targets, protocol=protocol)
    return time.perf_counter() - begun


def _equal(learners: Mapping[Protocol, ns.Simulator]) -> bool:
    settled, stream = (learners[name].weights for name in PROTOCOLS)
    return all(np.array_equal(settled[name], stream[name]) for name in settled)


def _waiting() -> Iterator[Row]:
    """Operations from the end of a sweep to the teacher, which are counted, not timed."""
    net = ns.Network.layered(list(MNIST_SIZES), activation="sigmoid", seed=0)
    sim = ns.Simulator(net, ns.models.FaZIL(sweep=True))
    sim.clamp("input", np.linspace(0.0, 1.0, MNIST_SIZES[0]))
    sim.run(LEVELS)
    before = sim.operations.total
    sim.run(10**9)
    done = sim.operations.total - before
    case = f"{_NET}, 1e9 ticks between the end of a sweep and the teacher"
    yield at_most(case, done, "operations", 0)
