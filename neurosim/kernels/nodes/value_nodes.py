"""Value nodes: what they would do next. Nothing is changed yet but the blocks called *_next."""

from __future__ import annotations

import numpy as np

from neurosim.kernels.arrays.layout import (
    AWAKE,
    BOUND,
    BOUND_F,
    DIVERGED,
    DONE,
    ERRED,
    FAULT,
    FORETOLD,
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
    TICK,
    UNSENT,
)
from neurosim.kernels.arrays.rows import (
    ONES,
    any_set,
    block,
    clear,
    end_of_run,
    flags_of,
    mark,
    start_of_run,
    unite,
    words_of,
)
from neurosim.kernels.awake.sleep import WAKING, posts_sleep
from neurosim.kernels.machine.calls import call_activation, call_rule
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.activity import send, step
from neurosim.kernels.nodes.one_pass import propose_in_one_pass, takes_one_pass
from neurosim.kernels.nodes.sweep import (
    all_follow,
    follow_sweep,
    follows_at_all,
    say_what_is_heard,
    sweep_stirs,
)
from neurosim.kernels.nodes.synapses import feed_back

__all__ = ["activate_next", "bound_of_f", "commit_activity", "propose_inference", "stay_within"]


@inner
def wake(plan, state, p):
    """Mark the replicas in which something that a value node of population p reads has changed."""
    population = plan.populations[p]
    rows = state.clock[ROWS]
    if not plan.setting[0].event_driven:
        mark(state, AWAKE, p, 0, rows, 1)
        return True
    if population.held:
        return False
    if population.injected_until >= state.clock[TICK]:
        mark(state, AWAKE, p, 0, rows, 1)
        return True
    if sweep_stirs(plan, state, p):
        mark(state, AWAKE, p, 0, rows, 1)
        return True
    awake = words_of(state, AWAKE, p)
    pointwise.copy(words_of(state, MOVED, p), awake)
    unite(awake, words_of(state, ERRED, p))
    for n in range(population.outgoing):
        k = plan.wiring[population.first_outgoing + n]
        q = plan.projections[k].post
        unite(awake, words_of(state, ERRED, q))
        if state.learned[k]:
            unite(awake, words_of(state, LIVE, q))
    rested = words_of(state, RESTED, p)
    rests_next = words_of(state, RESTS_NEXT, p)
    for w in range(awake.size):
        # ALL is odd, SOME is not.
        awake[w] &= ~(rested[w] | rests_next[w]) & ONES
    return any_set(awake)


@inner
def heed_errors(plan, state, p, first, last):
    """delta_x and x_next from the errors around the nodes, in the replicas from first to last.

    And from what is injected. Returns whether any node moves, and the largest magnitude of x_next.
    """
    population = plan.populations[p]
    in_one_pass = takes_one_pass(plan, state, p, first, last)
    if not in_one_pass:
        feed_back(plan, state, p, first, last)
        send(plan, state, p, first, last)
    a = first * population.stride
    z = last * population.stride
    real, flag = state.real, state.flag
    delta_x = block(real, population.delta_x, a, z)
    top = 0.0
    ruled = plan.setting[0].value_rule != 0
    if in_one_pass:
        moves, top = propose_in_one_pass(plan, state, p, first, last)
    elif ruled and population.held:
        moves = False
    elif ruled:
        moves = call_rule(
            plan.setting[0].value_rule, real, flag, state.quiet_since, plan.parameter,
            plan.populations, p, a, z - a, 0, 0,
        ) != 0  # fmt: skip
    else:
        moves, top = step(plan, state, p, a, z)
    injected = population.injected_until > state.clock[TICK]
    if injected:
        moves = pointwise.inject(
            plan.parameter[GAMMA],
            state.clock[TICK],
            block(state.injected_until, population.quiet_since, a, z),
            block(real, population.current, a, z),
            block(flag, population.clamped, a, z),
            block(flag, population.resting_next, a, z),
            delta_x,
        )
    if injected or ruled:
        x_next = block(real, population.x_next, a, z)
        top = pointwise.move(block(real, population.x, a, z), delta_x, x_next)
    return moves, top


@inner
def propose_change(plan, state, p, first, last):
    """delta_x and x_next in the replicas from first to last; MOVED_NEXT if any node moves."""
    moves = False
    top = 0.0
    if not all_follow(plan, state, p):
        moves, top = heed_errors(plan, state, p, first, last)
    if follows_at_all(plan, state, p):
        moves, top = follow_sweep(plan, state, p, first, last)
    if not moves:
        return DONE
    state.asleep[p] = WAKING
    mark(state, MOVED_NEXT, p, first, last, 1)
    status = activate_next(plan, state, p, first, last, top)
    return status if status != DONE else stay_within(plan, state, p, first, last, top)


@inner
def stay_within(plan, state, p, first, last, top):
    """DIVERGED if x_next of a node that is not clamped is beyond the bound, otherwise DONE.

    `top` is the largest magnitude of x_next, clamped nodes included: those are where the world
    wants them to be.
    """
    bound = float(plan.parameter[BOUND])
    if top <= bound:
        return DONE
    population = plan.populations[p]
    a = first * population.stride
    z = last * population.stride
    free = pointwise.largest_where_not(
        block(state.flag, population.clamped, a, z), block(state.real, population.x_next, a, z)
    )
    if free <= bound:
        return DONE
    state.clock[FAULT] = p
    return DIVERGED


@inner
def bound_of_f(plan, p, top):
    """Upper bound of what population p sends where no |x| is above `top`; inf if none is known."""
    population = plan.populations[p]
    if population.linear:
        return top
    if population.reach == REACH_UNKNOWN:
        return np.inf
    return 1.0 if population.reach == REACH_ONE else top + 1.0


@inner
def activate_next(plan, state, p, first, last, top):
    """Say whether x_next, f(x_next) and f'(x_next) are finite, having evaluated what that needs.

    `top` is the largest magnitude of x_next.
    """
    population = plan.populations[p]
    a = first * population.stride
    z = last * population.stride
    bound = bound_of_f(plan, p, top)
    if population.linear == 0 and population.reach == REACH_UNKNOWN:
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
        if not plan.setting[0].guarded:
            return RISKY
    state.bound[p, BOUND_F] = max(state.bound[p, BOUND_F], bound)
    return DONE


@inner
def commit_activity(plan, state, p):
    """X = x_next and f of it, in the replicas that move."""
    population = plan.populations[p]
    rows = state.clock[ROWS]
    moved = flags_of(state, MOVED_NEXT, p)
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
            mark(state, UNSENT, p, first, last, 1)
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


@inner
def propose_inference(plan, state):
    """Let every value node say where it goes."""
    rows = state.clock[ROWS]
    if plan.setting[0].one_pass:
        for q in range(plan.populations.size):
            clear(words_of(state, FORETOLD, q))
    say_what_is_heard(plan, state)
    for n in range(state.agenda[0]):
        p = state.agenda[1 + n]
        if state.asleep[p] and posts_sleep(plan, state, p):
            continue
        clear(words_of(state, MOVED_NEXT, p))
        if not wake(plan, state, p):
            continue
        awake = flags_of(state, AWAKE, p)
        first = start_of_run(awake, 0, rows)
        while first < rows:
            last = end_of_run(awake, first, rows)
            status = propose_change(plan, state, p, first, last)
            if status != DONE:
                return status
            first = start_of_run(awake, last, rows)
    return DONE
