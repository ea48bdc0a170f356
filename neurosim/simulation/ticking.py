"""Many ticks: in slices of compiled work, and one by one where an overflow is near."""

from __future__ import annotations

import time

from neurosim import checks
from neurosim.errors import ProtocolError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.slices import adapted

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
    if not simulation.shown:
        raise ProtocolError(
            "Simulator.run: nothing has been clamped yet; clamp "
            f"{', '.join(map(repr, simulation.inputs))} first"
        )
    make_ticks(simulation, ticks, learning)


def make_ticks(simulation: Simulation, ticks: int, learning: bool) -> None:
    """Make `ticks` ticks; monitors take a row for each, and one for what came before them."""
    if simulation.recorder.monitors:
        _make_recorded(simulation, ticks, learning)
    else:
        _make_unrecorded(simulation, ticks, learning)


def _make_unrecorded(simulation: Simulation, ticks: int, learning: bool) -> None:
    guard, done = simulation.guard, 0
    rows = simulation.rows
    while done < ticks:
        wanted = min(ticks - done, simulation.ticks_per_slice)
        begun = time.perf_counter()
        status, made = engine.advance(*simulation.lowered.arguments, wanted, learning)
        done += made
        simulation.count(made * rows, learning)
        if status == layout.DIVERGED:
            raise guard.divergence()
        if status == layout.RISKY:
            guard.attempt_with_copy(engine.advance, 1, learning)
            done += 1
            simulation.count(rows, learning)
        elif wanted == simulation.ticks_per_slice:
            simulation.ticks_per_slice = adapted(wanted, time.perf_counter() - begun)


def _make_recorded(simulation: Simulation, ticks: int, learning: bool) -> None:
    guard, done = simulation.guard, 0
    rows = simulation.rows
    recorder, number = simulation.recorder, simulation.presentations
    clock = simulation.lowered.state.clock
    if ticks and recorder.behind:
        engine.record(*simulation.lowered.arguments, *recorder.arrays(1))
        recorder.distribute(number, int(clock[layout.TICK]), 1)
        recorder.behind = False
    while done < ticks:
        wanted = min(ticks - done, simulation.ticks_per_slice, recorder.longest)
        tape = recorder.arrays(wanted)
        first = int(clock[layout.TICK]) + 1
        begun = time.perf_counter()
        status, made = engine.run(*simulation.lowered.arguments, wanted, learning, *tape)
        done += made
        simulation.count(made * rows, learning)
        recorder.distribute(number, first, made)
        if status == layout.DIVERGED:
            raise guard.divergence()
        if status == layout.RISKY:
            tape = recorder.arrays(1)
            guard.attempt_with_copy(engine.run, 1, learning, *tape)
            done += 1
            simulation.count(rows, learning)
            recorder.distribute(number, first + made, 1)
        elif made == simulation.ticks_per_slice:
            simulation.ticks_per_slice = adapted(wanted, time.perf_counter() - begun)
