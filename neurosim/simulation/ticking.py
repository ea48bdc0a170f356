"""Many ticks: in slices of compiled work, and one by one where an overflow is near."""

from __future__ import annotations

import time

from neurosim import checks
from neurosim.errors import ProtocolError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.simulation.simulation import Simulation

__all__ = ["make_ticks", "run", "step"]


def step(simulation: Simulation, *, learning: bool = True) -> None:
    """Make one tick: apply the changes that follow from the snapshot at t, move to t + 1."""
    run(simulation, 1, learning=learning)


def run(simulation: Simulation, ticks: int, *, learning: bool = True) -> None:
    """Make `ticks` ticks.

    Parameters
    ----------
    ticks : int
        How many; monitors take a row for each, and one for the snapshot at the start.
    learning : bool
        Whether synapses learn.

    Raises
    ------
    DivergenceError
        If a state overflows. The last finite snapshot is kept.
    """
    ticks = checks.integer("Simulator.run", "ticks", ticks, 0, checks.MOST_TICKS)
    learning = checks.boolean("Simulator.run", "learning", learning)
    if not simulation.begun:
        raise ProtocolError(
            "Simulator.run: nothing has been clamped yet; clamp "
            f"{', '.join(map(repr, simulation.inputs))} first"
        )
    make_ticks(simulation, ticks, learning)


def make_ticks(simulation: Simulation, ticks: int, learning: bool) -> None:
    """Make `ticks` ticks; monitors take a row for each, and one for what came before them."""
    if simulation.recorder.is_on:
        _make_recorded(simulation, ticks, learning)
    else:
        _make_unrecorded(simulation, ticks, learning)


def _make_unrecorded(simulation: Simulation, ticks: int, learning: bool) -> None:
    guard, done = simulation.guard, 0
    while done < ticks:
        begun = time.perf_counter()
        status, made = engine.advance(
            *simulation.lowered.arguments, ticks - done, simulation.work_per_slice, learning
        )
        done += made
        if guard.retries(status):
            guard.attempt_with_copy(engine.advance, 1, 1, learning)
            done += 1
        elif done < ticks:
            simulation.adapt(time.perf_counter() - begun)


def _make_recorded(simulation: Simulation, ticks: int, learning: bool) -> None:
    guard, done = simulation.guard, 0
    recorder, arguments = simulation.recorder, simulation.lowered.arguments
    while done < ticks:
        work, begun = simulation.work_per_slice, time.perf_counter()
        with recorder.lock:
            status, made = engine.run(*arguments, ticks - done, work, learning, *recorder.tape())
            if status == layout.FULL:
                recorder.drain()
        done += made
        if guard.retries(status):
            # What is on the tape has happened; this may not happen.
            guard.attempt_with_copy(engine.advance, 1, 1, learning)
            done += 1
            with recorder.lock:
                recorder.drain()
                engine.record(*arguments, *recorder.tape())
        elif status == layout.DONE and done < ticks:
            simulation.adapt(time.perf_counter() - begun)
