"""Training over many samples, in slices of whole batches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.engine.forgetting import begin_phi_anew, forget_events
from neurosim.errors import ArgumentError, DivergenceError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.kernels.verbs import train as loops
from neurosim.simulation import samples
from neurosim.simulation.presenting import release_ends
from neurosim.simulation.samples import Progress
from neurosim.simulation.settling import check_noise, settle
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.slices import adapted
from neurosim.simulation.streaming import (
    check_sweep,
    needs_of,
    refuse_replicas,
    refuse_ticks,
    shortest,
    show_stretch,
    stretches,
)
from neurosim.simulation.ticking import make_ticks

__all__ = ["fit"]


def fit(
    simulation: Simulation,
    inputs: object,
    targets: object,
    *,
    epochs: int = 1,
    shuffle: bool = True,
    seed: int | None = None,
    ticks: int | None = None,
    protocol: Literal["settled", "stream"] = "settled",
    settle_noise: float = 0.0,
    progress: Progress | None = None,
) -> None:
    """Learn from samples, in batches of `batch_size`.

    Parameters
    ----------
    inputs, targets : array_like, shape (samples, nodes), or mapping of population to array
        The samples.
    epochs : int
        Times that all samples are presented.
    shuffle : bool
        Whether each epoch has an order of its own.
    seed : int, optional
        Seed of the orders, and of the noise, which then begin anew. If not given they go on where
        the last `fit` ended, so that two calls are as one with the epochs of both; the first begins
        with seed 0.
    ticks : int, optional
        Length of a presentation. If not given, nodes rest once they have learned, and a
        presentation ends when the network is quiet, after as many ticks as there are levels at
        the latest; or after as many ticks as the model needs.
    protocol : {"settled", "stream"}
        Whether the network is settled before each teacher appears, or nobody does so: inputs and
        teachers are clamped and released as `stream` does, each presentation as short as the
        network allows. The latter needs a model with a `sweep`; what is learned is the same.
    settle_noise : float
        Standard deviation of what is drawn around each prediction before the teacher appears, as
        in `settle`; for the protocol "settled". By what is drawn it makes no difference how the
        epochs are divided among several calls. A change detector finds nothing quiet then, and with
        it Fa-Z-IL learns nothing, unless its `zero_threshold` is a few times as large.
    progress : callable, optional
        Called with (samples done, samples in all) a few times a second.

    Raises
    ------
    DivergenceError
        If a state overflows, or leaves the bound of the simulator; it says in which epoch, and at
        which samples.
    """
    owner, model = "Simulator.fit", simulation.model
    checks.choice(owner, "protocol", protocol, ("settled", "stream"))
    x, y = samples.paired(owner, inputs, targets, simulation.lowered)
    epochs, epoch_orders = simulation.orders.draw(owner, len(x), epochs, shuffle, seed)
    report = samples.check_progress(owner, progress)
    noise = check_noise(simulation, owner, "settle_noise", settle_noise)
    if noise and protocol == "stream":
        raise ArgumentError(
            f"{owner}: settle_noise={noise:g} is drawn where the network is settled; "
            'with protocol="stream" nobody settles it'
        )
    if ticks is not None:
        ticks = checks.integer(owner, "ticks", ticks, 0, checks.MOST_TICKS)
    else:
        ticks = model.ticks(simulation.depth)
    if protocol == "stream":
        check_sweep(simulation, owner)
        refuse_ticks(owner, ticks)
        refuse_replicas(simulation, owner, _sizes(len(x), simulation.batch_size))
    release_ends(simulation)
    if seed is not None:
        simulation.begin_noise(seed)
    forget_events(simulation.lowered)
    with simulation.guard.change(partial(_abandon, simulation)):
        simulation.let_rest(model.rest != "never" and simulation.rest_after_update is not False)
        if protocol == "stream":
            _stream_all(simulation, x, y, epoch_orders, epochs, ticks, report)
            _end(simulation)
            return
        _present_all(simulation, x, y, epoch_orders, epochs, ticks, noise, report)
        _end(simulation)
        settle(simulation)


def _abandon(simulation: Simulation) -> None:
    """End in the middle: replicas may not have settled, and phi may not have been followed."""
    _end(simulation)
    forget_events(simulation.lowered)
    simulation.lowered.state.row[layout.ERRED] = 1
    begin_phi_anew(simulation.lowered)


def _end(simulation: Simulation) -> None:
    """Let the teacher go, wherever the last presentation stands, and rest as before."""
    simulation.watch(True)
    simulation.let_rest(bool(simulation.rest_after_update))
    simulation.let_go_of_outputs()


def _present_all(
    simulation: Simulation,
    inputs: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    orders: Iterator[npt.NDArray[np.int64]],
    epochs: int,
    ticks: int,
    noise: float,
    progress: Progress,
) -> None:
    """Present all samples, epoch by epoch."""
    batch = simulation.batch_size
    batches, total, done = 16, epochs * len(inputs), 0
    for epoch, order in enumerate(orders):
        first = 0
        while first < len(order):
            begun = time.perf_counter()
            chosen = order[first : first + batches * batch]
            presented = 0
            while presented < len(chosen):
                left = chosen[presented:]
                presented += _train(simulation, inputs, targets, left, ticks, noise, epoch)
            if presented == batches * batch:
                batches = adapted(batches, time.perf_counter() - begun)
            first += presented
            done += presented
            progress(done, total)


def _sizes(count: int, batch: int) -> npt.NDArray[np.int64]:
    """How many samples each batch of an epoch of `count` has."""
    return np.minimum(batch, count - np.arange(0, count, batch))


def _stream_all(
    simulation: Simulation,
    inputs: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    orders: Iterator[npt.NDArray[np.int64]],
    epochs: int,
    ticks: int,
    progress: Progress,
) -> None:
    """Show all samples in a stream, epoch by epoch, each as briefly as the network allows."""
    owner = "Simulator.fit"
    shown, _ = shortest(simulation, needs_of(simulation, owner))
    count = len(inputs)
    sizes, total = _sizes(count, simulation.batch_size), epochs * count
    durations = np.tile(np.array([shown, ticks, 0], np.int64), (len(sizes), 1))
    for epoch, order in enumerate(orders):
        for stretch in stretches(inputs, targets, order, sizes, durations):
            done, rows = epoch * count + int(stretch.firsts[0]), stretch.rows
            try:
                show_stretch(
                    simulation, stretch, True, partial(_report, progress, done, rows, total)
                )
            except DivergenceError as error:
                raise error.during(epoch, stretch.current) from None


def _report(progress: Progress, before: int, rows: int, total: int, presented: int) -> None:
    progress(before + presented * rows, total)


def _train(
    simulation: Simulation,
    inputs: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    chosen: npt.NDArray[np.int64],
    ticks: int,
    noise: float,
    epoch: int,
) -> int:
    """Present the chosen samples, as far as the tape goes; returns how many were."""
    batch, recorder = simulation.batch_size, simulation.recorder
    # Settling at the end has all phi start anew: nobody can see that it was not followed.
    simulation.watch(recorder.follows_phi)
    arguments = *simulation.lowered.arguments, inputs, targets, chosen, batch, ticks, noise
    with recorder.lock:
        recorder.drain()
        status, begun, made = loops.train(*arguments, *recorder.tape())
    if made < -1:
        # Replicas that have just come into use have not settled: what they do next is not known.
        simulation.lowered.state.row[layout.ERRED] = 1
    last = chosen[(begun - 1) // batch * batch : begun]
    try:
        if simulation.guard.retries(status, settles=made < -1) or status == layout.FULL:
            # Finish this one presentation step by step, with a copy to go back to.
            if made < 0:
                if made == -1:
                    # It has settled, and settles again: some outputs may have been taught already.
                    clock: Any = simulation.lowered.state.clock
                    clock[[layout.TICK, layout.PRESENTATIONS]] -= 1
                    clock[layout.DRAWS] -= noise > 0
                simulation.let_go_of_outputs()
                simulation.guard.attempt(engine.settle, noise, settles=True)
                _teach(simulation, targets[last])
            _go_on(simulation, ticks, max(made, 0))
    except DivergenceError as error:
        raise error.during(epoch, last) from None
    return int(begun)


def _teach(simulation: Simulation, targets: npt.NDArray[Any]) -> None:
    lowered = simulation.lowered
    # In the order of the compiled loop: where one of them overflows others are clamped already.
    for name, columns in sorted(lowered.columns(simulation.outputs).items()):
        simulation.hold(name, np.ascontiguousarray(targets[:, columns]), True)


def _go_on(simulation: Simulation, ticks: int, made: int) -> None:
    """Make the ticks that are left of a presentation, and end it as the compiled loop does."""
    make_ticks(simulation, max(0, ticks - made), learning=True)
    try:
        simulation.guard.attempt(loops.let_go, False)
    except DivergenceError:
        # What was learned cannot be kept; without it all goes on.
        loops.let_go(*simulation.lowered.arguments, True)
        raise
