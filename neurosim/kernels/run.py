"""Entry points of the engine: arrays in, a status out. What a simulator's verbs call."""

from __future__ import annotations

from numba import njit

from neurosim.kernels.clamp import (
    clamp_values,
    refresh_weights,
    release_values,
    teach,
)
from neurosim.kernels.layout import (
    DONE,
    TICK,
    Plan,
    State,
)
from neurosim.kernels.record import has_room, record_snapshot
from neurosim.kernels.settle import finish, relax_at_once, relax_by_ticks
from neurosim.kernels.tick import is_quiet, tick

__all__ = ["clamp", "record", "refresh", "release", "rest_again", "run", "settle"]


@njit(cache=True)
def run(
    populations, projections, wiring, order, alpha, parameter, setting,
    real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
    clock, count, ticks, learning, segments, tape, wanted, spikes,
):  # fmt: skip
    """Make at most `ticks` ticks; record each snapshot that is reached.

    Returns (status, ticks made), fewer than asked for when the list of spikes is full.
    """
    plan = Plan(populations, projections, wiring, order, alpha, parameter, setting)
    state = State(
        real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
        clock, count,
    )  # fmt: skip
    recording = tape.shape[1] > 0 or wanted.size > 0
    for made in range(ticks):
        quiet = setting[0].event_driven and is_quiet(plan, state)
        if quiet and not recording:
            clock[TICK] += ticks - made
            return DONE, ticks
        if recording and not has_room(plan, state, wanted, spikes):
            return DONE, made
        if quiet:
            clock[TICK] += 1
        else:
            status = tick(plan, state, learning)
            if status != DONE:
                return status, made
        if recording:
            record_snapshot(plan, state, made, segments, tape, wanted, spikes)
    return DONE, ticks


@njit(cache=True)
def record(
    populations, projections, wiring, order, alpha, parameter, setting,
    real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
    clock, count, segments, tape, wanted, spikes,
):  # fmt: skip
    """Record the present snapshot in row 0 of the tape."""
    plan = Plan(populations, projections, wiring, order, alpha, parameter, setting)
    state = State(
        real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
        clock, count,
    )  # fmt: skip
    record_snapshot(plan, state, 0, segments, tape, wanted, spikes)


@njit(cache=True)
def settle(
    populations, projections, wiring, order, alpha, parameter, setting,
    real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
    clock, count,
):  # fmt: skip
    """Predict until quiet: by one sweep, or tick by tick when clock-driven."""
    plan = Plan(populations, projections, wiring, order, alpha, parameter, setting)
    state = State(
        real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
        clock, count,
    )  # fmt: skip
    if setting[0].event_driven:
        return relax_at_once(plan, state)
    return relax_by_ticks(plan, state)


@njit(cache=True)
def rest_again(
    populations, projections, wiring, order, alpha, parameter, setting,
    real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
    clock, count,
):  # fmt: skip
    """Call the present snapshot settled, as it is: t = 0, and what went before was quiet."""
    plan = Plan(populations, projections, wiring, order, alpha, parameter, setting)
    state = State(
        real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
        clock, count,
    )  # fmt: skip
    finish(plan, state)


@njit(cache=True)
def clamp(
    populations, projections, wiring, order, alpha, parameter, setting,
    real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
    clock, count, p, values, teaches,
):  # fmt: skip
    """Clamp population p to values of shape (replicas in use, size)."""
    plan = Plan(populations, projections, wiring, order, alpha, parameter, setting)
    state = State(
        real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
        clock, count,
    )  # fmt: skip
    if teaches:
        teach(state, 1)
    return clamp_values(plan, state, p, values)


@njit(cache=True)
def release(
    populations, projections, wiring, order, alpha, parameter, setting,
    real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
    clock, count, p, taught,
):  # fmt: skip
    """Let population p move; `taught` says whether a teacher is still present."""
    plan = Plan(populations, projections, wiring, order, alpha, parameter, setting)
    state = State(
        real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
        clock, count,
    )  # fmt: skip
    release_values(plan, state, p)
    if not taught:
        teach(state, 0)


@njit(cache=True)
def refresh(
    populations, projections, wiring, order, alpha, parameter, setting,
    real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
    clock, count, k,
):  # fmt: skip
    """Take notice that the weights of projection k were changed from outside."""
    plan = Plan(populations, projections, wiring, order, alpha, parameter, setting)
    state = State(
        real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
        clock, count,
    )  # fmt: skip
    return refresh_weights(plan, state, k)
