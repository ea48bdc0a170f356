"""Fifty levels of 64: how time grows with depth, and what working only on change saves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

import neurosim as ns
from benchmarks import engine
from benchmarks.interleave import Contestant, interleave, same_result
from benchmarks.peers import load
from benchmarks.peers.check import Work
from benchmarks.report import Row, at_least, at_most
from benchmarks.workload import in_order

__all__ = ["deep"]

_DEPTHS = (10, 25, 50)
# Deeper networks leave the nearest cache, which is not the engine's to change.
_LINEAR = 1.25


def deep(repeats: int, updates: int = 90) -> Iterator[Row]:
    """Time per level at several depths, and event-driven over clock-driven."""
    for batch in (1, 20):
        contestants = {}
        for depth in _DEPTHS:
            # A sample alone is soon done: more of them, so that the call itself does not show.
            count = updates if batch > 1 else 10 * updates
            work = in_order((64,) * (depth + 1), batch, count)
            contestants |= {("Z-IL with rest", depth): _z_il(work)}
            contestants |= {("NumPy/BLAS BP", depth): _bp(work)}
        times = interleave(contestants, repeats)
        for name, depth in contestants:
            case = f"{name}, {depth} levels of 64, batch {batch}"
            yield Row(case, times[name, depth] / depth * 1e6, "us/level")
        first, last = _DEPTHS[0], _DEPTHS[-1]
        for name in ("NumPy/BLAS BP", "Z-IL with rest"):
            grown = times.ratio((name, last), (name, first)) * first / last
            case = f"{name}, a level of {last} over a level of {first}, batch {batch}"
            yield at_most(case, grown, "x", _LINEAR) if "Z-IL" in name else Row(case, grown, "x")
        yield from _saving(batch, max(9, updates // 5), repeats)


def _saving(batch: int, updates: int, repeats: int) -> Iterator[Row]:
    work = in_order((64,) * 51, batch, updates)
    model = ns.models.FaZIL(learning_rate=work.learning_rate)
    modes = {"event-driven": True, "clock-driven": False}
    expected = _by_numpy(work)
    times = interleave(
        {
            name: same_result(
                partial(
                    engine.train, work, model, rest_after_update=False, event_driven=event_driven
                ),
                expected,
            )
            for name, event_driven in modes.items()
        },
        repeats,
    )
    for name in modes:
        case = f"Fa-Z-IL without rest, {name}, 50 levels of 64, batch {batch}"
        yield Row(case, times[name] * 1e6, "us/update")
    case = f"Fa-Z-IL without rest, event- over clock-driven, batch {batch}"
    yield at_least(case, times.ratio("clock-driven", "event-driven"), "x speed", 1.8)


def _z_il(work: Work) -> Contestant:
    model = ns.models.ZIL(learning_rate=work.learning_rate)
    return same_result(partial(engine.train, work, model, rest_after_update=True), _by_numpy(work))


def _by_numpy(work: Work) -> list[np.ndarray]:
    return _run_numpy(work)[0]


def _bp(work: Work) -> Contestant:
    return lambda: _run_numpy(work)[1]


def _run_numpy(work: Work) -> tuple[list[np.ndarray], float]:
    return load("numpy_whole_matrix").bp_updates(**work.arguments("bp_updates", "float64"))
