"""Value nodes: what they would do next. Nothing is changed yet but the blocks called *_next."""

from __future__ import annotations

from numba import njit

from neurosim.kernels.calls import call_activation
from neurosim.kernels.layout import (
    AWAKE,
    BOUND_F,
    DIVERGED,
    DONE,
    ERRED,
    FAULT,
    GAMMA,
    LIMIT,
    LIVE,
    MOVED,
    MOVED_NEXT,
    RESTED,
    RISKY,
    ROWS,
)
from neurosim.kernels.rows import end_of_run, largest, start_of_run
from neurosim.kernels.synapses import feed_back

__all__ = ["activate_next", "propose_inference"]


@njit(cache=True)
def wake(plan, state, p):
    """Mark the replicas in which something that a value node of population p reads has changed."""
    population = plan.populations[p]
    for r in range(state.clock[ROWS]):
        awake = state.row[MOVED, p, r] | state.row[ERRED, p, r]
        for n in range(population.outgoing):
            k = plan.wiring[population.first_outgoing + n]
            q = plan.projections[k].post
            awake |= state.row[ERRED, q, r] | (state.learned[k] & state.row[LIVE, q, r])
        if population.held or state.row[RESTED, p, r]:
            awake = 0
        state.row[AWAKE, p, r] = awake if plan.setting[0].event_driven else 1


@njit(cache=True)
def change_activity(plan, state, p, r):
    """delta_x = gamma (f'(x) feedback - epsilon), x_next = x + delta_x. Song 2020, Eq. (4).

    A clamped or resting node has delta_x = 0. Adding 0.0 turns -0.0 into 0.0, so that adding a
    change of zero never alters a bit. Returns whether anything changes.
    """
    population = plan.populations[p]
    gamma = plan.parameter[GAMMA]
    zero = gamma - gamma
    start = r * population.stride
    moved = False
    for i in range(start, start + population.stride):
        change = gamma * (
            state.real[population.slope + i] * state.real[population.feedback + i]
            - state.real[population.epsilon + i]
        )
        fixed = state.flag[population.clamped + i] | state.flag[population.resting_next + i]
        change = zero if fixed != 0 else change
        state.real[population.delta_x + i] = change
        state.real[population.x_next + i] = (state.real[population.x + i] + change) + zero
        moved |= change != zero
    return moved


@njit(cache=True)
def activate_next(plan, state, p, first, last):
    """Evaluate f(x_next) and f'(x_next), and say whether the result is finite."""
    population = plan.populations[p]
    start = first * population.stride
    count = (last - first) * population.stride
    top = largest(state.real, population.x_next + start, count)
    if population.linear == 0:
        call_activation(
            population.activation, state.real, population.x_next + start,
            population.f_next + start, population.slope_next + start, count,
        )  # fmt: skip
        steepest = largest(state.real, population.slope_next + start, count)
        top = max(top, steepest) if steepest == steepest else steepest
    bound = largest(state.real, population.f_next + start, count)
    limit = float(plan.parameter[LIMIT])
    if not (top < limit and bound < limit):
        state.clock[FAULT] = p
        finite = top - top == 0 and bound - bound == 0
        if not finite:
            return DIVERGED
        return DONE if plan.setting[0].guarded else RISKY
    state.bound[p, BOUND_F] = max(state.bound[p, BOUND_F], bound)
    return DONE


@njit(cache=True)
def propose_inference(plan, state):
    """Let every value node say where it goes."""
    rows = state.clock[ROWS]
    for p in range(plan.populations.size):
        wake(plan, state, p)
        awake = state.row[AWAKE, p]
        for r in range(rows):
            state.row[MOVED_NEXT, p, r] = 0
        first = start_of_run(awake, 0, rows)
        while first < rows:
            last = end_of_run(awake, first, rows)
            feed_back(plan, state, p, first, last)
            for r in range(first, last):
                state.row[MOVED_NEXT, p, r] = change_activity(plan, state, p, r)
            first = start_of_run(awake, last, rows)
        moved = state.row[MOVED_NEXT, p]
        first = start_of_run(moved, 0, rows)
        while first < rows:
            last = end_of_run(moved, first, rows)
            status = activate_next(plan, state, p, first, last)
            if status != DONE:
                return status
            first = start_of_run(moved, last, rows)
    return DONE
