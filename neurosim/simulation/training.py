"""Training over many samples, in slices of whole batches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.engine.forgetting import begin_phi_anew, forget_events
from neurosim.errors import DivergenceError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.kernels.verbs import train as loops
from neurosim.simulation import samples
from neurosim.simulation.presenting import release_ends
from neurosim.simulation.samples import Progress
from neurosim.simulation.settling import settle
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.slices import adapted
from neurosim.simulation.ticking import make_ticks

__all__ = ["fit"]


def fit(
    simulation: Simulation,
    inputs: object,
    targets: object,
    *,
    epochs: int = 1,
    shuffle: bool = True,
    seed: int = 0,
    ticks: int | None = None,
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
        Whether each epoch has an order of its own, drawn from `seed`.
    seed : int
        Seed of the orders.
    ticks : int, optional
        Length of a presentation. If not given, nodes rest once they have learned, and a
        presentation ends when the network is quiet, after as many ticks as there are levels at
        the latest; or after as many ticks as the model needs.
    progress : callable, optional
        Called with (samples done, samples in all) a few times a second.

    Raises
    ------
    DivergenceError
        If a state overflows.
    """
    owner, model = "Simulator.fit", simulation.model
    x, y = samples.paired(owner, inputs, targets, simulation.lowered)
    epochs, epoch_orders = samples.orders(owner, len(x), epochs, shuffle, seed)
    report = samples.check_progress(owner, progress)
    if ticks is not None:
        ticks = checks.integer(owner, "ticks", ticks, 0, checks.MOST_TICKS)
    else:
        ticks = model.ticks(simulation.depth)
    release_ends(simulation)
    forget_events(simulation.lowered)
    simulation.let_rest(model.rest != "never" and simulation.rest_after_update is not False)
    # Settling at the end has all phi start anew, so nobody can see that it was not followed.
    simulation.watch(bool(simulation.recorder.monitors))
    try:
        try:
            _present_all(simulation, x, y, epoch_orders, epochs, ticks, report)
        finally:
            simulation.watch(True)
            simulation.let_rest(bool(simulation.rest_after_update))
            for name in simulation.inputs:
                size = simulation.wiring.populations[name].size
                simulation.clamped[name] = set(range(size))
                simulation.shown.add(name)
            simulation.let_go_of_outputs()
        settle(simulation)
    except DivergenceError:
        begin_phi_anew(simulation.lowered)
        raise


def _present_all(
    simulation: Simulation,
    inputs: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    orders: Iterator[npt.NDArray[np.int64]],
    epochs: int,
    ticks: int,
    progress: Progress,
) -> None:
    """Present all samples, epoch by epoch."""
    batch = simulation.batch_size
    batches, total, done = 16, epochs * len(inputs), 0
    for order in orders:
        first = 0
        while first < len(order):
            begun = time.perf_counter()
            chosen = order[first : first + (1 if simulation.recorder.monitors else batches) * batch]
            if simulation.recorder.monitors:
                _present(simulation, inputs[chosen], targets[chosen], ticks)
                presented = len(chosen)
            else:
                presented = _train(simulation, inputs, targets, chosen, ticks)
                if presented == batches * batch:
                    batches = adapted(batches, time.perf_counter() - begun)
            first += presented
            done += presented
            progress(done, total)


def _train(
    simulation: Simulation,
    inputs: npt.NDArray[Any],
    targets: npt.NDArray[Any],
    chosen: npt.NDArray[np.int64],
    ticks: int,
) -> int:
    """Present the chosen samples in the compiled loop; returns how many were."""
    batch = simulation.batch_size
    status, begun, made, replica_ticks = loops.train(
        *simulation.lowered.arguments, inputs, targets, chosen, batch, ticks
    )
    simulation.count(int(replica_ticks), True)
    if made < -1:
        # Replicas that have just come into use have not settled: what they do next is not known.
        simulation.lowered.state.row[layout.ERRED] = 1
    if status == layout.DIVERGED:
        raise simulation.guard.divergence(settles=made < -1)
    if status == layout.RISKY:
        # Finish this one presentation step by step, with a copy to go back to.
        last = chosen[(begun - 1) // batch * batch : begun]
        if made < 0:
            # Some outputs may have been taught already.
            simulation.let_go_of_outputs()
            simulation.guard.attempt(engine.settle, settles=True)
            _teach(simulation, targets[last])
        _go_on(simulation, ticks, max(made, 0))
    return int(begun)


def _present(
    simulation: Simulation, inputs: npt.NDArray[Any], targets: npt.NDArray[Any], ticks: int
) -> None:
    """Present one batch with the verbs of the simulation, which record."""
    simulation.use_replicas(len(inputs))
    lowered = simulation.lowered
    for name, columns in lowered.columns(simulation.inputs).items():
        simulation.hold(name, np.ascontiguousarray(inputs[:, columns]), False)
    settle(simulation)
    _teach(simulation, targets)
    _go_on(simulation, ticks, 0)


def _teach(simulation: Simulation, targets: npt.NDArray[Any]) -> None:
    lowered = simulation.lowered
    for name, columns in lowered.columns(simulation.outputs).items():
        simulation.hold(name, np.ascontiguousarray(targets[:, columns]), True)


def _go_on(simulation: Simulation, ticks: int, made: int) -> None:
    """Make the ticks that are left of a presentation, and let the teacher go."""
    make_ticks(simulation, max(0, ticks - made), learning=True)
    simulation.let_go_of_outputs()
