"""The synapses of a network: what they carry forward and back, and how they learn."""

from __future__ import annotations

from neurosim.kernels.activity import send
from neurosim.kernels.calls import call_sum
from neurosim.kernels.inner import inner
from neurosim.kernels.layout import (
    BOUND_EPSILON,
    BOUND_F,
    FEEDBACKS,
    LIVE,
    OPEN,
    PREDICTIONS,
    ROWS,
    UPDATES,
)
from neurosim.kernels.rows import any_set, fill, flags_of, start_of_run, words_of

__all__ = ["feed_back", "learn_synapses", "predict"]


@inner
def predict(plan, state, q, first, last):
    """mu_next = sum over all that predict population q of theta f(x). Song 2020, Eq. (1).

    One chain, through the incoming projections in the order of their names.
    """
    post = plan.populations[q]
    rows = last - first
    for n in range(post.incoming):
        k = plan.wiring[post.first_incoming + n]
        projection = plan.projections[k]
        pre = plan.populations[projection.pre]
        send(plan, state, projection.pre, first, last)
        f_at = pre.f + first * pre.stride
        mu_at = post.mu_next + first * post.stride
        call_sum(
            plan.setting[0].prediction, state.real, f_at, pre.stride, state.theta,
            projection.theta, projection.stride, mu_at, post.stride,
            rows, pre.size, post.size, 1 if n == 0 else 0, plan.alpha[k],
        )  # fmt: skip
        state.count[PREDICTIONS] += rows * pre.size * post.size


@inner
def feed_back(plan, state, p, first, last):
    """Feedback = sum over the error nodes that population p predicts of epsilon theta, Eq. (4).

    One chain, through the outgoing projections in the order of their names. Where every epsilon is
    zero the chain would add nothing but zeros, and is skipped when event-driven.
    """
    pre = plan.populations[p]
    rows = last - first
    feedback_at = pre.feedback + first * pre.stride
    fresh = True
    for n in range(pre.outgoing):
        projection = plan.projections[plan.wiring[pre.first_outgoing + n]]
        post = plan.populations[projection.post]
        live = any_set(words_of(state, LIVE, projection.post))
        if not live and plan.setting[0].event_driven:
            continue
        epsilon_at = post.epsilon + first * post.stride
        call_sum(
            plan.setting[0].feedback, state.real, epsilon_at, post.stride, state.theta,
            projection.theta, projection.stride, feedback_at, pre.stride,
            rows, pre.size, post.size, 1 if fresh else 0, plan.alpha[0],
        )  # fmt: skip
        fresh = False
        state.count[FEEDBACKS] += rows * pre.size * post.size
    if fresh:
        fill(state.real, feedback_at, feedback_at + rows * pre.stride, 0)


@inner
def step_size(plan, state, k):
    """The learning rate alpha of projection k, divided by the batch if updates are averaged."""
    alpha = plan.alpha[k]
    if plan.setting[0].mean:
        return alpha / plan.alpha.dtype.type(state.clock[ROWS])
    return alpha


@inner
def growth(plan, state, k):
    """Upper bound of what the next update can add to a weight of projection k."""
    projection = plan.projections[k]
    return (
        abs(float(step_size(plan, state, k)))
        * float(state.clock[ROWS])
        * state.bound[projection.post, BOUND_EPSILON]
        * state.bound[projection.pre, BOUND_F]
    )


@inner
def learn_synapses(plan, state):
    """Theta += alpha sum over replicas of g epsilon f(x), Eq. (9), where a gate is open."""
    rows = state.clock[ROWS]
    for k in range(plan.projections.size):
        projection = plan.projections[k]
        q = projection.post
        if state.asleep[q]:
            state.learned_next[k] = 0
            continue
        first = 0
        last = rows
        if plan.setting[0].event_driven:
            is_open = flags_of(state, OPEN, q)
            first = start_of_run(is_open, 0, rows)
            while last > first and not is_open[last - 1]:
                last -= 1
        state.learned_next[k] = first < last
        if first >= last:
            continue
        pre = plan.populations[projection.pre]
        post = plan.populations[q]
        send(plan, state, projection.pre, first, last)
        f_at = pre.f + first * pre.stride
        drive_at = post.drive + first * post.stride
        alpha = step_size(plan, state, k)
        state.theta_bound[k] += growth(plan, state, k)
        call_sum(
            plan.setting[0].plasticity, state.real, f_at, pre.stride, state.theta,
            projection.theta, projection.stride, drive_at, post.stride,
            last - first, pre.size, post.size, 1, alpha,
        )  # fmt: skip
        state.count[UPDATES] += (last - first) * pre.size * post.size
