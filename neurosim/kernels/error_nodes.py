"""Error nodes: the prediction that reaches them, their error, and their change detector phi."""

from __future__ import annotations

from numba import njit

from neurosim.kernels.layout import (
    BOUND_EPSILON,
    ERRED,
    EVALUATE,
    LIVE,
    LONG_AGO,
    MOVED_NEXT,
    RESTED,
    ROWS,
    SPIKING,
    STALE,
    TICK,
    ZERO_THRESHOLD,
)
from neurosim.kernels.rows import end_of_run, largest, start_of_run
from neurosim.kernels.synapses import predict

__all__ = ["become_quiet", "refresh_error_nodes"]


@njit(cache=True)
def take_in(plan, state, q, r, predicted, moved, same_snapshot):
    """Update epsilon and phi of one replica of population q.

    Delta form: epsilon += delta_x - (mu_next - mu). Direct form: epsilon = x - mu. Song 2020,
    Eq. (2). phi = 1 if epsilon is not zero now, was zero for the last t_d ticks, and changed by
    feedback: x moved while mu did not.

    Ticks are compared, not counted, so that a quiet node costs nothing. A second evaluation in the
    same snapshot, after a clamp, adds to what the first one saw.
    """
    population = plan.populations[q]
    setting = plan.setting[0]
    now = state.clock[TICK]
    t_d = setting.t_d
    gated = setting.feedback_gate
    delta_form = setting.delta_form
    threshold = plan.parameter[ZERO_THRESHOLD]
    zero = threshold - threshold
    again = same_snapshot and state.evaluated[q, r] == now
    live = False
    erred = False
    spiking = False
    start = r * population.stride
    for i in range(start, start + population.stride):
        mu = state.real[population.mu + i]
        epsilon = state.real[population.epsilon + i]
        delta_x = state.real[population.delta_x + i] if moved else zero
        resting = state.flag[population.resting + i] != 0
        mu_next = state.real[population.mu_next + i] if predicted and not resting else mu
        delta_mu = mu_next - mu
        if delta_form:
            error = (epsilon + delta_x) - delta_mu
        else:
            error = epsilon if resting else (state.real[population.x + i] - mu_next) + zero
        was_quiet = abs(epsilon) <= threshold
        quiet = abs(error) <= threshold
        x_moved = delta_x != zero
        mu_moved = delta_mu != zero
        onset = was_quiet
        if again:
            x_moved |= state.flag[population.x_moved + i] != 0
            mu_moved |= state.flag[population.mu_moved + i] != 0
            onset |= state.flag[population.onset + i] != 0
        since = state.quiet_since[population.quiet_since + i]
        since = now if quiet and not onset else since
        fed_back = (x_moved and not mu_moved) or not gated
        phi = onset and not quiet and now - since >= t_d and fed_back
        state.quiet_since[population.quiet_since + i] = since
        state.flag[population.x_moved + i] = x_moved
        state.flag[population.mu_moved + i] = mu_moved
        state.flag[population.onset + i] = onset
        state.flag[population.phi + i] = phi
        state.real[population.mu + i] = mu_next
        state.real[population.epsilon + i] = error
        live |= error != zero
        erred |= error != epsilon
        spiking |= phi
    state.row[LIVE, q, r] = live
    state.row[SPIKING, q, r] = spiking
    state.row[ERRED, q, r] |= erred
    state.evaluated[q, r] = now


@njit(cache=True)
def refresh_error_nodes(plan, state, same_snapshot):
    """Bring mu, epsilon and phi into agreement with the x and theta that have just changed."""
    rows = state.clock[ROWS]
    event_driven = plan.setting[0].event_driven
    for q in range(plan.populations.size):
        post = plan.populations[q]
        if post.incoming == 0:
            for r in range(rows if not same_snapshot else 0):
                state.row[ERRED, q, r] = 0
            continue
        evaluate = state.row[EVALUATE, q]
        touched = False
        for r in range(rows):
            changed = 0
            for n in range(post.incoming):
                k = plan.wiring[post.first_incoming + n]
                changed |= state.learned_next[k]
                changed |= state.row[MOVED_NEXT, plan.projections[k].pre, r]
            if changed and state.row[RESTED, q, r]:
                state.row[STALE, q, r] = 1
                changed = 0
            evaluate[r] = changed if event_driven else 1
            touched = touched or evaluate[r] or state.row[MOVED_NEXT, q, r]
            touched = touched or (state.row[SPIKING, q, r] and not same_snapshot)
            if not same_snapshot:
                state.row[ERRED, q, r] = 0
        for n in range(post.incoming):
            if state.learned_next[plan.wiring[post.first_incoming + n]]:
                # Replicas that are not in use share the weights, and see the change later.
                for r in range(rows, state.row.shape[2]):
                    state.row[STALE, q, r] = 1
        if not touched:
            continue
        first = start_of_run(evaluate, 0, rows)
        while first < rows:
            last = end_of_run(evaluate, first, rows)
            predict(plan, state, q, first, last)
            first = start_of_run(evaluate, last, rows)
        for r in range(rows):
            predicted = evaluate[r] != 0
            moved = state.row[MOVED_NEXT, q, r] != 0
            if predicted or moved or (state.row[SPIKING, q, r] and not same_snapshot):
                take_in(plan, state, q, r, predicted, moved, same_snapshot)
        bound = largest(state.real, post.epsilon, rows * post.stride)
        state.bound[q, BOUND_EPSILON] = bound


@njit(cache=True)
def become_quiet(plan, state, q, r):
    """After settling: epsilon = x - mu, phi = 0, and all that went before counts as quiet."""
    population = plan.populations[q]
    threshold = plan.parameter[ZERO_THRESHOLD]
    zero = threshold - threshold
    now = state.clock[TICK]
    start = r * population.stride
    live = False
    for i in range(start, start + population.stride):
        error = (state.real[population.x + i] - state.real[population.mu + i]) + zero
        state.real[population.epsilon + i] = error
        quiet = abs(error) <= threshold
        state.quiet_since[population.quiet_since + i] = LONG_AGO if quiet else now
        state.flag[population.phi + i] = 0
        state.flag[population.onset + i] = 0
        state.flag[population.x_moved + i] = 0
        state.flag[population.mu_moved + i] = 0
        live |= error != zero
    state.row[LIVE, q, r] = live
    state.row[ERRED, q, r] = live
    state.row[SPIKING, q, r] = 0
    state.evaluated[q, r] = LONG_AGO
