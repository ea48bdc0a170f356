"""Value nodes: what they would do next. Nothing is changed yet but the blocks called *_next."""

from __future__ import annotations

from numba import njit

from neurosim.kernels import pointwise
from neurosim.kernels.activity import send
from neurosim.kernels.calls import call_activation
from neurosim.kernels.intrinsics import vector_of
from neurosim.kernels.layout import (
    ALL,
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
    REACH_ONE,
    REACH_UNKNOWN,
    RESTED,
    RESTS_NEXT,
    RISKY,
    ROWS,
    UNSENT,
)
from neurosim.kernels.rows import any_set, block, clear, end_of_run, fill, start_of_run
from neurosim.kernels.synapses import feed_back

__all__ = ["activate_next", "commit_activity", "propose_inference"]


@njit(cache=True)
def wake(plan, state, p):
    """Mark the replicas in which something that a value node of population p reads has changed."""
    population = plan.populations[p]
    rows = state.clock[ROWS]
    awake = vector_of(state.row, AWAKE, p)
    if not plan.setting[0].event_driven:
        fill(awake, 0, rows, 1)
        return True
    if population.held:
        return False
    moved = vector_of(state.row, MOVED, p)
    erred = vector_of(state.row, ERRED, p)
    for r in range(rows):
        awake[r] = moved[r] | erred[r]
    for n in range(population.outgoing):
        k = plan.wiring[population.first_outgoing + n]
        learned = state.learned[k]
        erred = vector_of(state.row, ERRED, plan.projections[k].post)
        live = vector_of(state.row, LIVE, plan.projections[k].post)
        for r in range(rows):
            awake[r] |= erred[r] | (learned & live[r])
    rested = vector_of(state.row, RESTED, p)
    rests_next = vector_of(state.row, RESTS_NEXT, p)
    for r in range(rows):
        awake[r] = 0 if rested[r] or rests_next[r] == ALL else awake[r]
    return any_set(awake, rows)


@njit(cache=True)
def propose_change(plan, state, p, first, last):
    """delta_x and x_next in the replicas from first to last; MOVED_NEXT if any node moves."""
    population = plan.populations[p]
    feed_back(plan, state, p, first, last)
    send(plan, state, p, first, last)
    a = first * population.stride
    z = last * population.stride
    real, flag = state.real, state.flag
    delta_x = block(real, population.delta_x, a, z)
    moves = pointwise.change_activity(
        plan.parameter[GAMMA],
        block(real, population.slope, a, z),
        block(real, population.feedback, a, z),
        block(real, population.epsilon, a, z),
        block(flag, population.clamped, a, z),
        block(flag, population.resting_next, a, z),
        delta_x,
    )
    if not moves:
        return DONE
    fill(vector_of(state.row, MOVED_NEXT, p), first, last, 1)
    top = pointwise.move(
        block(real, population.x, a, z),
        delta_x,
        block(real, population.x_next, a, z),
    )
    return activate_next(plan, state, p, first, last, top)


@njit(cache=True)
def activate_next(plan, state, p, first, last, top):
    """Say whether x_next, f(x_next) and f'(x_next) are finite, having evaluated what that needs.

    `top` is the largest magnitude of x_next.
    """
    population = plan.populations[p]
    a = first * population.stride
    z = last * population.stride
    bound = top
    if population.linear == 0 and population.reach != REACH_UNKNOWN:
        bound = 1.0 if population.reach == REACH_ONE else top + 1.0
    elif population.linear == 0:
        call_activation(
            population.activation, state.real, population.x_next + a, population.f_next + a,
            population.slope_next + a, z - a,
        )  # fmt: skip
        bound = pointwise.largest(block(state.real, population.f_next, a, z))
        steep = pointwise.largest(block(state.real, population.slope_next, a, z))
        top = max(top, steep) if steep == steep else steep
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
def commit_activity(plan, state, p):
    """X = x_next and f of it, in the replicas that move."""
    population = plan.populations[p]
    rows = state.clock[ROWS]
    moved = vector_of(state.row, MOVED_NEXT, p)
    first = start_of_run(moved, 0, rows)
    while first < rows:
        last = end_of_run(moved, first, rows)
        a = first * population.stride
        z = last * population.stride
        real = state.real
        pointwise.copy(
            block(real, population.x_next, a, z),
            block(real, population.x, a, z),
        )
        if population.linear == 0 and population.reach != REACH_UNKNOWN:
            fill(vector_of(state.row, UNSENT, p), first, last, 1)
        elif population.linear == 0:
            pointwise.copy(
                block(real, population.f_next, a, z),
                block(real, population.f, a, z),
            )
            pointwise.copy(
                block(real, population.slope_next, a, z),
                block(real, population.slope, a, z),
            )
        first = start_of_run(moved, last, rows)


@njit(cache=True)
def propose_inference(plan, state):
    """Let every value node say where it goes."""
    rows = state.clock[ROWS]
    for p in range(plan.populations.size):
        clear(vector_of(state.row, MOVED_NEXT, p), rows)
        if not wake(plan, state, p):
            continue
        awake = vector_of(state.row, AWAKE, p)
        first = start_of_run(awake, 0, rows)
        while first < rows:
            last = end_of_run(awake, first, rows)
            status = propose_change(plan, state, p, first, last)
            if status != DONE:
                return status
            first = start_of_run(awake, last, rows)
    return DONE
