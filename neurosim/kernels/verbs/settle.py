"""Prediction before learning: without feedback, every value node becomes what predicts it.

Or, with `noise`, what is drawn around that: x = mu + noise z, z normal, from the inputs on, so that
each level is drawn around what the noisy one above predicts (Song 2020, Section 5, ablation of C1).
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    BOUND,
    BOUND_BEFORE,
    BOUND_F,
    BOUND_SETTLED,
    DIVERGED,
    DONE,
    DRAWS,
    ERRED,
    EVALUATE,
    LIMIT,
    LONG_AGO,
    MOVED,
    MOVED_NEXT,
    ONSET,
    PRESENTATIONS,
    REACH_UNKNOWN,
    RESTED,
    RISKY,
    ROWS,
    STALE,
    TICK,
    UNSENT,
)
from neurosim.kernels.arrays.rows import (
    any_set,
    block,
    clear,
    end_of_run,
    fill,
    flags_of,
    mark,
    start_of_run,
    unite,
    words_of,
)
from neurosim.kernels.awake.agenda import wake_all
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.error_nodes import become_quiet, forget, outcome
from neurosim.kernels.nodes.noise import LARGEST_NORMAL, draw_noise
from neurosim.kernels.nodes.onsets import begins_presentation, end_sweeps
from neurosim.kernels.nodes.rest import end_rest
from neurosim.kernels.nodes.synapses import measure, predict
from neurosim.kernels.nodes.value_nodes import (
    activate_next,
    bound_of_f,
    commit_activity,
    stay_within,
)

__all__ = ["finish", "may_overflow", "relax"]


@inner
def prepare(plan, state):
    """Mark what was not evaluated for rest as to be evaluated now."""
    wake_all(state)
    # Of all replicas, in use or not: those that come back into use are not at rest.
    capacity = state.evaluated.shape[1]
    for p in range(plan.populations.size):
        population = plan.populations[p]
        rested = flags_of(state, RESTED, p)
        for r in range(capacity if population.incoming else 0):
            start = r * population.stride
            resting = block(state.flag, population.resting, start, start + population.stride)
            if rested[r] or any_set(resting):
                # What came while a node was at rest has passed it by.
                state.row[STALE, p, r] = 1
        clear(words_of(state, MOVED_NEXT, p))


@inner
def is_noisy(plan, p, noise):
    """Whether x of population p is drawn around its prediction."""
    return noise > 0.0 and plan.populations[p].noise_key != 0


@inner
def follow_predictions(plan, state, p, noise, for_good):
    """x_next = mu, and noise, where a node is free; MOVED_NEXT in all replicas if any node moves.

    `for_good` says that x_next is where the nodes are going to stay, which must be within the
    bound.
    """
    population = plan.populations[p]
    rows = state.clock[ROWS]
    count = rows * population.stride
    x = block(state.real, population.x, 0, count)
    mu = block(state.real, population.mu, 0, count)
    clamped = block(state.flag, population.clamped, 0, count)
    x_next = block(state.real, population.x_next, 0, count)
    if is_noisy(plan, p, noise):
        draw_noise(plan, state, p, noise)
        moves, top = pointwise.follow_around(x, mu, clamped, x_next)
    else:
        moves, top = pointwise.follow(x, mu, clamped, x_next)
    mark(state, MOVED_NEXT, p, 0, rows, moves)
    status = activate_next(plan, state, p, 0, rows, top) if moves else DONE
    if status == DONE and for_good:
        status = stay_within(plan, state, p, 0, rows, top)
    return status


@inner
def exchange_activity(plan, state, p):
    """Exchange x and f of population p, if it moves, with x_next and f_next."""
    if not any_set(words_of(state, MOVED_NEXT, p)):
        return
    population = plan.populations[p]
    rows = state.clock[ROWS]
    count = rows * population.stride
    real = state.real
    pointwise.exchange(
        block(real, population.x, 0, count), block(real, population.x_next, 0, count)
    )
    if population.linear == 0 and population.reach != REACH_UNKNOWN:
        mark(state, UNSENT, p, 0, rows, 1)
    elif population.linear == 0:
        pointwise.exchange(
            block(real, population.f, 0, count), block(real, population.f_next, 0, count)
        )
        pointwise.exchange(
            block(real, population.slope, 0, count), block(real, population.slope_next, 0, count)
        )


@inner
def exchange_predictions(plan, state, q):
    """Exchange mu of population q with mu_next, in the replicas marked EVALUATE."""
    post = plan.populations[q]
    rows = state.clock[ROWS]
    evaluate = flags_of(state, EVALUATE, q)
    first = start_of_run(evaluate, 0, rows)
    while first < rows:
        last = end_of_run(evaluate, first, rows)
        a = first * post.stride
        z = last * post.stride
        pointwise.exchange(block(state.real, post.mu, a, z), block(state.real, post.mu_next, a, z))
        first = start_of_run(evaluate, last, rows)


@inner
def evaluate_predictions(plan, state, q):
    """Mu of population q in the replicas marked EVALUATE; what it was is then in mu_next."""
    post = plan.populations[q]
    rows = state.clock[ROWS]
    evaluate = flags_of(state, EVALUATE, q)
    first = start_of_run(evaluate, 0, rows)
    while first < rows:
        last = end_of_run(evaluate, first, rows)
        predict(plan, state, q, first, last, post.mu_next)
        mark(state, STALE, q, first, last, 0)
        first = start_of_run(evaluate, last, rows)
    exchange_predictions(plan, state, q)


@inner
def end_injection(plan, state, p):
    """Nothing is injected into population p."""
    population = plan.populations[p]
    count = state.evaluated.shape[1] * population.stride
    fill(state.injected_until, population.quiet_since, population.quiet_since + count, LONG_AGO)
    population.injected_until = LONG_AGO


@inner
def finish(plan, state, noise):
    """The settled snapshot, which becomes t = 0. What is injected ends here."""
    wake_all(state)
    if noise > 0.0:
        state.clock[DRAWS] += 1
    if begins_presentation(plan, state):
        state.clock[PRESENTATIONS] += 1
    # A tick of its own: nothing of the snapshot before it is the network's as it is now.
    state.clock[TICK] += 1
    state.clock[ONSET] = state.clock[TICK]
    end_sweeps(plan, state)
    for q in range(plan.populations.size):
        if plan.populations[q].injected_until > LONG_AGO:
            end_injection(plan, state, q)
        if plan.setting[0].value_rule:
            count = state.clock[ROWS] * plan.populations[q].stride
            forget(state.real, plan.populations[q].value_memory, count)
        if plan.populations[q].incoming:
            become_quiet(plan, state, q)
        else:
            clear(words_of(state, ERRED, q))
        clear(words_of(state, MOVED, q))
        clear(words_of(state, MOVED_NEXT, q))


@inner
def take_back_predictions(plan, state, q):
    """Undo `evaluate_predictions`."""
    exchange_predictions(plan, state, q)
    unite(words_of(state, STALE, q), words_of(state, EVALUATE, q))


@inner
def go_back(plan, state, done):
    """Undo the sweep, which has come through the first `done` populations of the order."""
    for n in range(done):
        q = plan.order[n]
        if plan.populations[q].incoming:
            exchange_activity(plan, state, q)
            take_back_predictions(plan, state, q)
            state.bound[q, BOUND_F] = state.bound[q, BOUND_BEFORE]
    for q in range(plan.populations.size):
        clear(words_of(state, MOVED_NEXT, q))


@inner
def bound_of_mu(plan, state, q, bound):
    """Upper bound of |mu| of population q from those of |f|, in a column of `state.bound`."""
    post = plan.populations[q]
    total = 0.0
    for n in range(post.incoming):
        projection = plan.projections[plan.wiring[post.first_incoming + n]]
        p = projection.pre
        total += (
            plan.populations[p].size * state.theta_bound[projection.weights] * state.bound[p, bound]
        )
    return total


@inner
def bound_of_settled(plan, state, q, noise):
    """Upper bound of |mu|, and of noise around it, of population q in the settled snapshot.

    From those of |theta|, which are taken anew where they tell too little.
    """
    around = LARGEST_NORMAL * noise if is_noisy(plan, q, noise) else 0.0
    top = bound_of_mu(plan, state, q, BOUND_SETTLED) + around
    if not top <= float(plan.parameter[BOUND]):
        post = plan.populations[q]
        for n in range(post.incoming):
            k = plan.wiring[post.first_incoming + n]
            measure(plan, state, plan.projections[k].weights)
        top = bound_of_mu(plan, state, q, BOUND_SETTLED) + around
    return top


@inner
def prediction_may_overflow(plan, state, q):
    """Whether the bounds leave open that a prediction of population q overflows."""
    return not bound_of_mu(plan, state, q, BOUND_F) < float(plan.parameter[LIMIT])


@inner
def may_overflow(plan, state, noise):
    """Whether the bounds leave open that some state overflows on the way to the settled one.

    Or that x is beyond its bound where it settles. Of all populations, before anything changes:
    what a population sends now is within the bound of what it will send, too.
    """
    limit = float(plan.parameter[LIMIT])
    rows = state.clock[ROWS]
    for n in range(plan.order.size):
        q = plan.order[n]
        post = plan.populations[q]
        bound = state.bound[q, BOUND_F]
        if post.incoming:
            # Clamped nodes stay where they are.
            now = pointwise.largest(block(state.real, post.x, 0, rows * post.stride))
            settled = bound_of_settled(plan, state, q, noise)
            top = max(now, settled)
            bound = max(bound, bound_of_f(plan, q, top))
            if not (top < limit and bound < limit and settled <= float(plan.parameter[BOUND])):
                return True
        state.bound[q, BOUND_SETTLED] = bound
    return False


@inner
def relax_at_once(plan, state, noise):
    """Settle in one sweep over the populations, each after those that predict it.

    Gives the bits of `relax_by_ticks`, whose fixed point it computes directly. A sweep that
    cannot be finished is undone.
    """
    prepare(plan, state)
    for n in range(plan.order.size):
        q = plan.order[n]
        post = plan.populations[q]
        if post.incoming == 0:
            continue
        evaluate = words_of(state, EVALUATE, q)
        pointwise.copy(words_of(state, STALE, q), evaluate)
        for m in range(post.incoming):
            k = plan.wiring[post.first_incoming + m]
            unite(evaluate, words_of(state, MOVED_NEXT, plan.projections[k].pre))
        if not plan.setting[0].guarded and prediction_may_overflow(plan, state, q):
            go_back(plan, state, n)
            return RISKY
        evaluate_predictions(plan, state, q)
        state.bound[q, BOUND_BEFORE] = state.bound[q, BOUND_F]
        status = follow_predictions(plan, state, q, noise, True)
        if status != DONE:
            take_back_predictions(plan, state, q)
            go_back(plan, state, n)
            return status
        exchange_activity(plan, state, q)
    end_rest(plan, state)
    finish(plan, state, noise)
    return outcome(state)


@inner
def follow_by_ticks(plan, state, noise):
    """Let all value nodes follow their predictions at the same time, until none moves."""
    prepare(plan, state)
    rows = state.clock[ROWS]
    moving = True
    while moving:
        for q in range(plan.populations.size):
            if plan.populations[q].incoming:
                mark(state, EVALUATE, q, 0, rows, 1)
                evaluate_predictions(plan, state, q)
        moving = False
        for q in range(plan.populations.size):
            if plan.populations[q].incoming:
                status = follow_predictions(plan, state, q, noise, False)
                if status != DONE:
                    return status
                moving = moving or any_set(words_of(state, MOVED_NEXT, q))
        for q in range(plan.populations.size):
            if plan.populations[q].incoming:
                commit_activity(plan, state, q)
    return DONE


@inner
def settled_within(plan, state):
    """Whether no node that is not clamped has settled beyond the bound."""
    rows = state.clock[ROWS]
    for q in range(plan.populations.size):
        population = plan.populations[q]
        if population.incoming:
            count = rows * population.stride
            x = block(state.real, population.x, 0, count)
            free = pointwise.largest_where_not(block(state.flag, population.clamped, 0, count), x)
            if not free <= float(plan.parameter[BOUND]):
                return False
    return True


@inner
def relax_by_ticks(plan, state, noise):
    """Settle tick by tick.

    Where that overflows, which only a network can that has a copy to go back to, it may be for what
    was there before, on its way out: the direct way does not go through that.
    """
    if not plan.setting[0].guarded and may_overflow(plan, state, noise):
        return RISKY
    if follow_by_ticks(plan, state, noise) != DONE:
        for q in range(plan.populations.size):
            if plan.populations[q].incoming:
                mark(state, STALE, q, 0, state.clock[ROWS], 1)
        return relax_at_once(plan, state, noise)
    if plan.setting[0].guarded and not settled_within(plan, state):
        return DIVERGED
    end_rest(plan, state)
    finish(plan, state, noise)
    return outcome(state)


@inner
def relax(plan, state, noise):
    """Settle: by one sweep, or tick by tick when clock-driven."""
    if plan.setting[0].event_driven:
        return relax_at_once(plan, state, noise)
    return relax_by_ticks(plan, state, noise)
