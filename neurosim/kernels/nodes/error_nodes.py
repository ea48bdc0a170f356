"""Error nodes: the prediction that reaches them, their error, and their change detector phi."""

from __future__ import annotations

import numpy as np

from neurosim.kernels.arrays.layout import (
    BOUND_EPSILON,
    DIVERGED,
    DONE,
    ERRED,
    EVALUATE,
    FAULT,
    LIVE,
    LONG_AGO,
    MOVED_NEXT,
    REFUSED,
    RESTED,
    ROWS,
    SAME_SNAPSHOT,
    SPIKING,
    STALE,
    TICK,
    TOUCHED,
    ZERO_THRESHOLD,
)
from neurosim.kernels.arrays.rows import (
    any_set,
    block,
    clear,
    end_of_run,
    fill,
    flags_of,
    mark,
    note_bound,
    start_of_run,
    unite,
    words_of,
)
from neurosim.kernels.awake.sleep import WAKING, pres_sleep
from neurosim.kernels.machine.calls import call_rule
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.one_pass import predict_next
from neurosim.kernels.nodes.sweep import followed, recompute_followers

__all__ = [
    "HEARS", "PREDICTED", "become_quiet", "forget", "outcome", "refresh_error_nodes", "take_in",
]  # fmt: skip

# Values of the flag TOUCHED, which add up.
LOOKS, PREDICTED, HEARS = np.uint64(1), np.uint64(2), np.uint64(4)


@inner
def take_in(plan, state, q, first, last, how):
    """Update mu, epsilon and phi in the replicas from first to last, all touched the same way.

    Where nothing is predicted anew, mu_next is of an earlier tick, and not read.

    Delta form: epsilon += delta_x - (mu_next - mu). Direct form: epsilon = x - mu. A resting node
    keeps both. Behind a sweep epsilon = x - mu in either form. Returns the largest |epsilon|.
    """
    population = plan.populations[q]
    setting = plan.setting[0]
    predicted = np.uint64(how) & PREDICTED != 0
    moved = np.uint64(how) & HEARS != 0
    a = first * population.stride
    z = last * population.stride
    real, flag = state.real, state.flag
    mu = block(real, population.mu, a, z)
    mu_next = block(real, population.mu_next, a, z)
    epsilon = block(real, population.epsilon, a, z)
    delta_x = block(real, population.delta_x, a, z)
    resting = block(flag, population.resting, a, z)
    again = state.clock[SAME_SNAPSHOT] and state.evaluated[q, first] == state.clock[TICK]
    if setting.detector and not again:
        # What is driven is said anew before the next synapse learns.
        pointwise.copy(epsilon, block(real, population.drive, a, z))
    if setting.watch:
        seen = block(flag, population.seen, a, z)
        pointwise.observe(
            plan.parameter[ZERO_THRESHOLD], epsilon, delta_x, mu, mu_next, resting, moved,
            predicted, again, seen,
        )  # fmt: skip
    if setting.error_rule:
        erred, top = apply_error_rule(plan, state, q, a, z, moved, predicted, again)
    elif setting.delta_form:
        erred, top = pointwise.integrate(delta_x, mu_next, resting, moved, predicted, mu, epsilon)
    else:
        x = block(real, population.x, a, z)
        erred, top = pointwise.recompute(x, mu_next, resting, predicted, mu, epsilon)
    if followed(plan, state, q) and not setting.error_rule:
        top = recompute_followers(plan, state, q, first, last)
    if setting.watch:
        detect(plan, state, q, first, last, again)
    state.asleep[q] = WAKING
    mark(state, LIVE, q, first, last, top != 0)
    if erred:
        mark(state, ERRED, q, first, last, 1)
    return top


@inner
def fall_silent(plan, state, q, first, last):
    """Phi ends in the replicas from first to last, where nothing that is read there has changed.

    The same as `take_in`: an epsilon that stays what it was is quiet now if it was quiet before,
    and does not fire. If the world changes something in this snapshot yet, what is seen then of the
    way here is the same, too: this is no evaluation that another would have to add to.
    """
    population = plan.populations[q]
    phi = population.phi
    fill(state.flag, phi + first * population.stride, phi + last * population.stride, 0)
    state.asleep[q] = WAKING
    mark(state, SPIKING, q, first, last, 0)


@inner
def apply_error_rule(plan, state, q, a, z, moved, predicted, again):
    """Epsilon by a rule of the user; returns whether any changes, and the largest magnitude.

    Such a rule reads mu_next, which is as mu where it is no news.
    """
    population = plan.populations[q]
    mu = block(state.real, population.mu, a, z)
    mu_next = block(state.real, population.mu_next, a, z)
    if predicted:
        pointwise.keep_where(block(state.flag, population.resting, a, z), mu, mu_next)
    else:
        pointwise.copy(mu, mu_next)
    result = call_rule(
        plan.setting[0].error_rule, state.real, state.flag, state.quiet_since, plan.parameter,
        plan.populations, q, a, z - a, (1 if moved else 0) | (2 if again else 0),
        state.clock[TICK],
    )  # fmt: skip
    if result & 2:
        state.clock[REFUSED] = 1
        state.clock[FAULT] = q
    epsilon = block(state.real, population.epsilon, a, z)
    return result & 1 != 0, pointwise.largest(epsilon)


@inner
def outcome(state):
    """DONE, or DIVERGED if a rule of the user gave an error that is not finite, and was refused."""
    if state.clock[REFUSED]:
        state.clock[REFUSED] = 0
        return DIVERGED
    return DONE


@inner
def detect(plan, state, q, first, last, again):
    """Phi in the replicas from first to last, and their flag SPIKING if some node fires."""
    population = plan.populations[q]
    setting = plan.setting[0]
    now = state.clock[TICK]
    threshold = plan.parameter[ZERO_THRESHOLD]
    a = first * population.stride
    z = last * population.stride
    seen = block(state.flag, population.seen, a, z)
    epsilon = block(state.real, population.epsilon, a, z)
    since = block(state.quiet_since, population.quiet_since, a, z)
    phi = block(state.flag, population.phi, a, z)
    if setting.detector:
        pointwise.date(threshold, now, seen, epsilon, since)
        state.dated[q] = now
        spiking = call_rule(
            setting.detector, state.real, state.flag, state.quiet_since, plan.parameter,
            plan.populations, q, a, z - a, 2 if again else 0, now,
        ) != 0  # fmt: skip
    else:
        spiking, calming = pointwise.detect(threshold, setting.feedback_gate, seen, epsilon, phi)
        if spiking and now - state.dated[q] < setting.t_d:
            spiking = pointwise.wait(now, setting.t_d, since, phi)
        if calming:
            pointwise.date(threshold, now, seen, epsilon, since)
            state.dated[q] = now
    mark(state, SPIKING, q, first, last, spiking)
    fill(state.evaluated[q], first, last, now)


@inner
def look_around(plan, state, q):
    """Mark the replicas in which something that the error nodes of population q read has changed.

    Returns whether there are any.
    """
    post = plan.populations[q]
    rows = state.clock[ROWS]
    evaluate = words_of(state, EVALUATE, q)
    learned = False
    clear(evaluate)
    for n in range(post.incoming):
        k = plan.wiring[post.first_incoming + n]
        learned = learned or state.learned_next[k] != 0
        unite(evaluate, words_of(state, MOVED_NEXT, plan.projections[k].pre))
    if learned:
        mark(state, EVALUATE, q, 0, rows, 1)
        # Replicas that are not in use share the weights, and see the change later.
        mark(state, STALE, q, rows, state.row.shape[2], 1)
    stale = words_of(state, STALE, q)
    rested = words_of(state, RESTED, q)
    for w in range(evaluate.size):
        stale[w] |= evaluate[w]
        evaluate[w] = stale[w] & ~rested[w]
    if not plan.setting[0].event_driven:
        mark(state, EVALUATE, q, 0, rows, 1)
    touched = words_of(state, TOUCHED, q)
    moved = words_of(state, MOVED_NEXT, q)
    for w in range(touched.size):
        touched[w] = evaluate[w] * PREDICTED + moved[w] * HEARS
    if plan.setting[0].watch and not state.clock[SAME_SNAPSHOT]:
        spiking = words_of(state, SPIKING, q)
        for w in range(touched.size):
            touched[w] |= spiking[w] * LOOKS
    return any_set(touched)


@inner
def end_of_same_age(state, q, first, last):
    """First replica from `first` on that was evaluated in this snapshot if that was not, or last.

    Or the other way round. What was seen by a first evaluation is added to by a second one.
    """
    now = state.clock[TICK]
    again = state.evaluated[q, first] == now
    end = first + 1
    while end < last and (state.evaluated[q, end] == now) == again:
        end += 1
    return end


@inner
def refresh_error_nodes(plan, state):
    """Bring mu, epsilon and phi into agreement with the x and theta that have just changed."""
    rows = state.clock[ROWS]
    setting = plan.setting[0]
    # Whether an error node changes only when something that it reads does.
    stays = setting.delta_form and not setting.error_rule and not setting.detector
    for n in range(state.agenda[0]):
        q = state.agenda[1 + n]
        if state.asleep[q] and pres_sleep(plan, state, q):
            continue
        if not state.clock[SAME_SNAPSHOT]:
            clear(words_of(state, ERRED, q))
        if plan.populations[q].incoming == 0 or not look_around(plan, state, q):
            continue
        evaluate = flags_of(state, EVALUATE, q)
        first = start_of_run(evaluate, 0, rows)
        while first < rows:
            last = end_of_run(evaluate, first, rows)
            predict_next(plan, state, q, first, last)
            mark(state, STALE, q, first, last, 0)
            first = start_of_run(evaluate, last, rows)
        touched = flags_of(state, TOUCHED, q)
        bound = 0.0
        count = 0
        first = start_of_run(touched, 0, rows)
        while first < rows:
            last = end_of_run(touched, first, rows)
            if setting.watch and state.clock[SAME_SNAPSHOT]:
                last = end_of_same_age(state, q, first, last)
            if touched[first] == LOOKS and stays:
                fall_silent(plan, state, q, first, last)
            else:
                bound = max(bound, take_in(plan, state, q, first, last, touched[first]))
                count += last - first
            first = start_of_run(touched, last, rows)
        note_bound(state, q, BOUND_EPSILON, count, bound)


@inner
def forget(real, memory, count):
    """What nodes remember is zero again."""
    fill(real, memory, memory + count, 0)


@inner
def become_quiet(plan, state, q):
    """After settling: epsilon = x - mu, phi = 0, and all that went before counts as quiet."""
    population = plan.populations[q]
    rows = state.clock[ROWS]
    count = rows * population.stride
    real, flag = state.real, state.flag
    epsilon = block(real, population.epsilon, 0, count)
    top = pointwise.differ(
        block(real, population.x, 0, count),
        block(real, population.mu, 0, count),
        epsilon,
    )
    if plan.setting[0].error_rule:
        forget(real, population.error_memory, count)
        _, top = apply_error_rule(plan, state, q, 0, count, False, False, False)
    note_bound(state, q, BOUND_EPSILON, rows, top)
    mark(state, LIVE, q, 0, rows, top != 0)
    mark(state, ERRED, q, 0, rows, top != 0)
    if not plan.setting[0].watch:
        return
    if plan.setting[0].detector:
        forget(real, population.detector_memory, count)
    fill(state.evaluated[q], 0, rows, LONG_AGO)
    # What tells that phi or dates need no look is said of all replicas, in use or not.
    whole = state.evaluated.shape[1] * population.stride
    if any_set(words_of(state, SPIKING, q)):
        clear(flags_of(state, SPIKING, q))
        fill(flag, population.phi, population.phi + whole, 0)
    if state.dated[q] > LONG_AGO:
        fill(state.quiet_since, population.quiet_since, population.quiet_since + whole, LONG_AGO)
        state.dated[q] = LONG_AGO
    if top != 0:
        now = state.clock[TICK]
        since = block(state.quiet_since, population.quiet_since, 0, count)
        pointwise.begin_dates(plan.parameter[ZERO_THRESHOLD], now, LONG_AGO, epsilon, since)
        state.dated[q] = now
