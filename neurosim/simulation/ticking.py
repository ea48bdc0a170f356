"""Many ticks: in slices of compiled work, and one by one where an overflow is near."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.simulation.slices import adapted

if TYPE_CHECKING:
    from neurosim.simulator import Simulator

__all__ = ["count", "make_ticks"]


def make_ticks(simulator: Simulator, ticks: int, learning: bool) -> None:
    """Make `ticks` ticks; monitors take a row for each, and one for what came before them."""
    if simulator._monitors:
        _make_recorded(simulator, ticks, learning)
    else:
        _make_unrecorded(simulator, ticks, learning)


def _make_unrecorded(simulator: Simulator, ticks: int, learning: bool) -> None:
    guard, done = simulator._guard, 0
    rows = int(simulator._lowered.state.clock[layout.ROWS])
    while done < ticks:
        wanted = min(ticks - done, simulator._ticks_per_slice)
        begun = time.perf_counter()
        status, made = engine.advance(*simulator._lowered.arguments, wanted, learning)
        done += made
        count(simulator, made * rows, learning)
        if status == layout.DIVERGED:
            raise guard.divergence()
        if status == layout.RISKY:
            guard.attempt_with_copy(engine.advance, 1, learning)
            done += 1
            count(simulator, rows, learning)
        elif wanted == simulator._ticks_per_slice:
            simulator._ticks_per_slice = adapted(wanted, time.perf_counter() - begun)


def _make_recorded(simulator: Simulator, ticks: int, learning: bool) -> None:
    guard, done = simulator._guard, 0
    rows = int(simulator._lowered.state.clock[layout.ROWS])
    recorder, clock = simulator._recorder, simulator._lowered.state.clock
    if ticks and simulator._unrecorded:
        engine.record(*simulator._lowered.arguments, *recorder.arrays(1))
        recorder.distribute(int(clock[layout.TICK]), 1)
        simulator._unrecorded = False
    while done < ticks:
        wanted = min(ticks - done, simulator._ticks_per_slice, recorder.longest)
        tape = recorder.arrays(wanted)
        first = int(clock[layout.TICK]) + 1
        begun = time.perf_counter()
        status, made = engine.run(*simulator._lowered.arguments, wanted, learning, *tape)
        done += made
        count(simulator, made * rows, learning)
        recorder.distribute(first, made)
        if status == layout.DIVERGED:
            raise guard.divergence()
        if status == layout.RISKY:
            tape = recorder.arrays(1)
            guard.attempt_with_copy(engine.run, 1, learning, *tape)
            done += 1
            count(simulator, rows, learning)
            recorder.distribute(first + made, 1)
        elif made == simulator._ticks_per_slice:
            simulator._ticks_per_slice = adapted(wanted, time.perf_counter() - begun)


def count(simulator: Simulator, replica_ticks: int, learning: bool) -> None:
    """Count what evaluating every synapse at each of these ticks would have done."""
    each = replica_ticks * simulator._synapses
    simulator._evaluations += each
    if learning:
        simulator._updates += each
