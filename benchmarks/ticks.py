"""One inference tick at batch 1: inside ``run``, and called from Python tick by tick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

import neurosim as ns
from benchmarks import engine
from benchmarks.interleave import interleave, same_result
from benchmarks.peers import load, measure
from benchmarks.peers.check import Work
from benchmarks.report import Row, at_most
from benchmarks.workload import MNIST_SIZES, in_order

__all__ = ["inside_run", "stepped"]

# So slow that what is clamped at both ends does not come to rest while it is measured.
_SLOW = replace(engine.INFERENCE, gamma=1e-3)


def inside_run(repeats: int, ticks: int = 1800) -> Iterator[Row]:
    """A tick of `Simulator.run`, with both ends clamped and with nothing clamped."""
    yield from _of_one_net(MNIST_SIZES, repeats, ticks, clamped=5.0, free=15.0)
    wide = (1000, 1000, 1000)
    yield from _of_one_net(wide, repeats, max(9, ticks // 10), 1000.0, 1000.0, over_numpy=1.2)


def _of_one_net(
    sizes: tuple[int, ...],
    repeats: int,
    ticks: int,
    clamped: float,
    free: float,
    over_numpy: float | None = None,
) -> Iterator[Row]:
    work = in_order(sizes, updates=1, ticks=ticks)
    numpy = load("numpy_whole_matrix")
    given = work.arguments("tick", "float64")
    expected, _ = numpy.tick(**given)
    times = interleave(
        {
            "clamped": partial(_clamped_ticks, work),
            "free": same_result(partial(engine.simulate_free, work), expected),
            "NumPy": same_result(partial(numpy.tick, **given), expected),
        },
        repeats,
    )
    net = "-".join(map(str, sizes))
    yield at_most(f"a tick, both ends clamped, {net}", times["clamped"] * 1e6, "us", clamped)
    yield at_most(f"a tick, nothing clamped, {net}", times["free"] * 1e6, "us", free)
    yield Row(f"a tick by NumPy/BLAS, nothing clamped, {net}", times["NumPy"] * 1e6, "us")
    ratio, case = times.ratio("free", "NumPy"), f"a tick over NumPy's, nothing clamped, {net}"
    yield Row(case, ratio, "x") if over_numpy is None else at_most(case, ratio, "x", over_numpy)


def stepped(repeats: int, ticks: int = 1800) -> Iterator[Row]:
    """A tick of `Simulator.step`, beside one inside `Simulator.run`."""
    work = in_order(updates=1, ticks=ticks)
    times = interleave(
        {
            "run": partial(_clamped_ticks, work),
            "step": partial(_clamped_ticks, work, by_step=True),
            "monitored": partial(_clamped_ticks, work, by_step=True, monitored=True),
        },
        repeats,
    )
    run = times["run"]
    yield at_most("step() over a tick in run()", (times["step"] - run) * 1e6, "us more", 5.0)
    case = "step() with a StateMonitor of every x over a tick in run()"
    yield at_most(case, (times["monitored"] - run) * 1e6, "us more", 10.0)


def _clamped_ticks(work: Work, by_step: bool = False, monitored: bool = False) -> float:
    """Return the seconds of a tick with both ends clamped, in which all that is free moves."""
    net = engine.network(work)
    sim = ns.Simulator(net, _SLOW)
    # It records as long as it is held.
    monitor = ns.StateMonitor(sim, "x") if monitored else None
    generator = np.random.Generator(np.random.PCG64(2))
    top = len(work.weights[-1][0])
    taught = False

    def run(first: int, last: int) -> None:
        if by_step:
            for _ in range(first, last):
                sim.step(learning=False)
        else:
            sim.run(last - first, learning=False)

    def reset() -> None:
        nonlocal taught
        if taught:
            sim.release("output")
        taught = True
        sim.clamp("input", work.inputs[0])
        sim.settle()
        sim.clamp("output", generator.uniform(-1.0, 1.0, top))
        # Until the error has travelled from one end to the other, less than everything moves.
        sim.run(net.depth, learning=False)

    reset()
    before = sim.operations.total
    seconds = measure(work.ticks, run, reset)
    # Both directions of every synapse but those from the input: nothing is fed back to it, and
    # what it predicts stays.
    each = 2 * sum(w.size for w in work.weights[1:])
    if sim.operations.total - before < each * work.ticks:
        raise ArithmeticError("the network came to rest while it was measured")
    if monitor is not None and len(monitor) < work.ticks:
        raise ArithmeticError("not every tick was recorded")
    return seconds
