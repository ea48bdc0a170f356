"""Settling: predicting until quiet, without learning, in one of two ways."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.engine.guard import Guard
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError, ConvergenceError, ProtocolError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.simulation.simulation import Simulation

__all__ = ["check_noise", "settle"]


def settle(
    simulation: Simulation,
    method: Literal["feedforward", "inference"] = "feedforward",
    *,
    gamma: float = 0.1,
    tolerance: float = 0.0,
    max_ticks: int = 10_000,
    noise: float = 0.0,
    seed: int | None = None,
) -> None:
    """Predict until quiet, without learning; the settled snapshot is t = 0.

    Parameters
    ----------
    method : {"feedforward", "inference"}
        Each value node becomes its own prediction, which is exact; or Song 2020, Eq. (7) is
        iterated, feedback included.
    gamma, tolerance, max_ticks
        For "inference": the integration step, the largest change of any x that counts as quiet
        (0: no change at all), and the ticks after which to give up. Errors are left, of some
        tolerances over gamma: a change detector needs a `zero_threshold` of a few times that.
    noise : float
        For "feedforward": standard deviation of what is drawn around each prediction, from the
        inputs on, so that every level is drawn around what the noisy one above predicts. Clamped
        nodes stay where they are, and relays and readouts hand on what they are told. Errors are
        left, in which condition C1 of exact backpropagation is violated: Song 2020, Section 5.
    seed : int, optional
        Seed of the noise, which then begins anew. If not given, what is drawn goes on where the
        last noise ended; the first begins with seed 0. What a node draws depends on the seed, on
        how many noisy settlings there were since, and on its replica, population and index, and on
        nothing else.

    Raises
    ------
    ArgumentError
        If noise or its seed are given where none is drawn.
    ConvergenceError
        If "inference" is not quiet after `max_ticks`.
    DivergenceError
        If a state overflows. Nothing has changed then.
    """
    owner = "Simulator.settle"
    checks.choice(owner, "method", method, ("feedforward", "inference"))
    gamma = checks.real(owner, "gamma", gamma, positive=True)
    checks.fits(owner, "gamma", gamma, simulation.dtype)
    tolerance = checks.real(owner, "tolerance", tolerance, minimum=0.0)
    max_ticks = checks.integer(owner, "max_ticks", max_ticks, 1)
    noise = check_noise(simulation, owner, "noise", noise)
    if noise and method == "inference":
        raise ArgumentError(
            f"{owner}: noise is drawn around predictions, by method 'feedforward', not 'inference'"
        )
    if seed is not None:
        seed = checks.integer(owner, "seed", seed, 0)
        if not noise:
            raise ArgumentError(
                f"{owner}: seed={seed} is that of the noise, of which there is none"
            )
    missing = [name for name in simulation.inputs if not simulation.was_shown(name)]
    if missing:
        raise ProtocolError(
            f"{owner}: there is no input to predict from; clamp "
            f"{', '.join(map(repr, missing))} first"
        )
    if method == "feedforward":
        undo = partial(simulation.set_noise, simulation.noise_position)
        with simulation.guard.change(undo):
            if seed is not None:
                simulation.begin_noise(seed)
            simulation.guard.attempt(engine.settle, noise, settles=True)
    else:
        _settle_by_inference(simulation.lowered, simulation.guard, gamma, tolerance, max_ticks)
    simulation.inferred = method == "inference"


def check_noise(simulation: Simulation, owner: str, argument: str, noise: object) -> float:
    """Return the standard deviation of noise as a number."""
    checked = checks.real(owner, argument, noise, minimum=0.0)
    checks.fits(owner, argument, max(checked, 1.0), simulation.dtype)
    return checked


def _settle_by_inference(
    lowered: Lowered, guard: Guard, gamma: float, tolerance: float, max_ticks: int
) -> None:
    """Iterate until no x changes by more than `tolerance`: every object at every tick, direct form.

    Raises
    ------
    ConvergenceError
        If that has not happened after `max_ticks`. Nothing is changed then.
    """
    plan, state = lowered.plan, lowered.state
    setting, parameter, count = plan.setting.copy(), plan.parameter.copy(), state.count.copy()
    with guard.change(partial(guard.restore, guard.copies())):
        plan.setting[0]["delta_form"] = plan.setting[0]["event_driven"] = 0
        plan.setting[0]["rest"] = layout.REST_NEVER
        plan.parameter[layout.GAMMA] = gamma
        for name in lowered.names:
            lowered.view("resting", name)[:] = 0
            lowered.view("resting_next", name)[:] = 0
        state.row[[layout.RESTED, layout.STALE, layout.RESTS_NEXT]] = 0
        for _ in range(max_ticks):
            before = state.real.copy()
            guard.attempt(engine.advance, 1, 1, False)
            change = _largest_move(lowered, before)
            if change <= tolerance:
                break
        else:
            raise ConvergenceError(
                f"Simulator.settle: not quiet after {max_ticks} ticks of inference with gamma ="
                f" {gamma}: some x still changes by {change:.3g} in a tick; a larger tolerance,"
                " more max_ticks or another gamma may help"
            )
        plan.setting[:], plan.parameter[:] = setting, parameter
        # These ticks are nobody's; the operations were made.
        state.count[layout.REPLICA_TICKS :] = count[layout.REPLICA_TICKS :]
        engine.rest_again(*lowered.arguments)


def _largest_move(lowered: Lowered, before: npt.NDArray[Any]) -> float:
    rows = int(lowered.state.clock[layout.ROWS])
    now = lowered.state.real
    largest = 0.0
    for record in lowered.populations:
        block = slice(int(record["x"]), int(record["x"]) + rows * int(record["stride"]))
        largest = max(largest, float(np.max(np.abs(now[block] - before[block]))))
    return largest
