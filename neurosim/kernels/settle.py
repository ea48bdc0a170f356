"""Prediction before learning: without feedback, every value node becomes what predicts it."""

from __future__ import annotations

from numba import njit

from neurosim.kernels.error_nodes import become_quiet
from neurosim.kernels.layout import (
    BOUND_EPSILON,
    BOUND_F,
    DONE,
    ERRED,
    EVALUATE,
    LIMIT,
    MOVED,
    MOVED_NEXT,
    ONSET,
    RESTED,
    RISKY,
    ROWS,
    STALE,
    TICK,
)
from neurosim.kernels.rows import end_of_run, largest, start_of_run
from neurosim.kernels.synapses import predict
from neurosim.kernels.value_nodes import activate_next

__all__ = ["relax_at_once", "relax_by_ticks"]


@njit(cache=True)
def wake_up(plan, state):
    """End all rest: what was not evaluated for it will be now."""
    for p in range(plan.populations.size):
        population = plan.populations[p]
        for r in range(state.clock[ROWS]):
            start = r * population.stride
            for i in range(start, start + population.stride):
                state.flag[population.resting + i] = 0
                state.flag[population.resting_next + i] = 0
            state.row[RESTED, p, r] = 0
            state.row[MOVED_NEXT, p, r] = 0
    for k in range(plan.projections.size):
        state.learned[k] = 0
        state.learned_next[k] = 0


@njit(cache=True)
def follow(plan, state, p, r):
    """x_next = mu where the node is free; returns whether that is a move."""
    population = plan.populations[p]
    moved = False
    start = r * population.stride
    for i in range(start, start + population.stride):
        x = state.real[population.x + i]
        mu = state.real[population.mu + i]
        target = x if state.flag[population.clamped + i] != 0 else mu
        state.real[population.x_next + i] = target
        moved |= target != x
    return moved


@njit(cache=True)
def commit_moved(plan, state, p):
    """X = x_next and f of it, in the replicas that move."""
    population = plan.populations[p]
    rows = state.clock[ROWS]
    moved = state.row[MOVED_NEXT, p]
    first = start_of_run(moved, 0, rows)
    while first < rows:
        last = end_of_run(moved, first, rows)
        status = activate_next(plan, state, p, first, last)
        if status != DONE:
            return status
        start = first * population.stride
        stop = last * population.stride
        for i in range(start, stop):
            state.real[population.x + i] = state.real[population.x_next + i]
        if population.linear == 0:
            for i in range(start, stop):
                state.real[population.f + i] = state.real[population.f_next + i]
                state.real[population.slope + i] = state.real[population.slope_next + i]
        first = start_of_run(moved, last, rows)
    return DONE


@njit(cache=True)
def evaluate_predictions(plan, state, q):
    """Mu of population q in the replicas marked EVALUATE."""
    post = plan.populations[q]
    rows = state.clock[ROWS]
    evaluate = state.row[EVALUATE, q]
    first = start_of_run(evaluate, 0, rows)
    while first < rows:
        last = end_of_run(evaluate, first, rows)
        predict(plan, state, q, first, last)
        for i in range(first * post.stride, last * post.stride):
            state.real[post.mu + i] = state.real[post.mu_next + i]
        for r in range(first, last):
            state.row[STALE, q, r] = 0
        first = start_of_run(evaluate, last, rows)


@njit(cache=True)
def finish(plan, state):
    """The settled snapshot, which becomes t = 0."""
    state.clock[ONSET] = state.clock[TICK]
    for q in range(plan.populations.size):
        population = plan.populations[q]
        rows = state.clock[ROWS]
        if population.incoming:
            for r in range(rows):
                become_quiet(plan, state, q, r)
            state.bound[q, BOUND_EPSILON] = largest(
                state.real, population.epsilon, rows * population.stride
            )
        for r in range(rows):
            state.row[MOVED, q, r] = 0
            state.row[MOVED_NEXT, q, r] = 0
            if population.incoming == 0:
                state.row[ERRED, q, r] = 0


@njit(cache=True)
def postpone(plan, state, n):
    """Mark the populations from the n-th on as not yet evaluated."""
    for m in range(n, plan.order.size):
        for r in range(state.clock[ROWS]):
            state.row[STALE, plan.order[m], r] = 1


@njit(cache=True)
def prediction_may_overflow(plan, state, q):
    """Whether the bounds leave open that a prediction of population q overflows."""
    post = plan.populations[q]
    total = 0.0
    for n in range(post.incoming):
        k = plan.wiring[post.first_incoming + n]
        p = plan.projections[k].pre
        total += plan.populations[p].size * state.theta_bound[k] * state.bound[p, BOUND_F]
    return not total < float(plan.parameter[LIMIT])


@njit(cache=True)
def relax_at_once(plan, state):
    """Settle in one sweep over the populations, each after those that predict it.

    Gives the bits of `relax_by_ticks`, whose fixed point x = mu it computes directly.
    """
    wake_up(plan, state)
    rows = state.clock[ROWS]
    for n in range(plan.order.size):
        q = plan.order[n]
        post = plan.populations[q]
        if post.incoming == 0:
            continue
        for r in range(rows):
            changed = state.row[STALE, q, r]
            for m in range(post.incoming):
                k = plan.wiring[post.first_incoming + m]
                changed |= state.row[MOVED_NEXT, plan.projections[k].pre, r]
            state.row[EVALUATE, q, r] = changed
        if not plan.setting[0].guarded and prediction_may_overflow(plan, state, q):
            postpone(plan, state, n)
            return RISKY
        evaluate_predictions(plan, state, q)
        for r in range(rows):
            state.row[MOVED_NEXT, q, r] = follow(plan, state, q, r)
        status = commit_moved(plan, state, q)
        if status != DONE:
            postpone(plan, state, n)
            return status
    finish(plan, state)
    return DONE


@njit(cache=True)
def relax_by_ticks(plan, state):
    """Settle tick by tick, all value nodes at the same time, until none moves."""
    wake_up(plan, state)
    rows = state.clock[ROWS]
    moving = True
    while moving:
        for q in range(plan.populations.size):
            if not plan.setting[0].guarded and prediction_may_overflow(plan, state, q):
                return RISKY
        for q in range(plan.populations.size):
            if plan.populations[q].incoming:
                for r in range(rows):
                    state.row[EVALUATE, q, r] = 1
                evaluate_predictions(plan, state, q)
        moving = False
        for q in range(plan.populations.size):
            if plan.populations[q].incoming == 0:
                continue
            for r in range(rows):
                moved = follow(plan, state, q, r)
                state.row[MOVED_NEXT, q, r] = moved
                moving = moving or moved
        for q in range(plan.populations.size):
            if plan.populations[q].incoming:
                status = commit_moved(plan, state, q)
                if status != DONE:
                    return status
        if moving:
            state.clock[TICK] += 1
    finish(plan, state)
    return DONE
