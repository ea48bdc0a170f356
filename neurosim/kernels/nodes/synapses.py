"""The synapses of a network: what they carry forward and back, and how they learn."""

from __future__ import annotations

import numpy as np

from neurosim.kernels.arrays.layout import (
    BOUND_EPSILON,
    BOUND_F,
    FEEDBACKS,
    LIVE,
    OPEN,
    PREDICTIONS,
    ROWS,
    RULE_SHARE,
    UPDATES,
)
from neurosim.kernels.arrays.rows import (
    any_set,
    block,
    clear,
    fill,
    flags_of,
    start_of_run,
    words_of,
)
from neurosim.kernels.awake.agenda import rouse, write_agenda
from neurosim.kernels.machine.addresses import integers_at
from neurosim.kernels.machine.calls import call_sum
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.activity import send
from neurosim.kernels.nodes.sweep import all_follow, follows_at_all
from neurosim.kernels.sums.transposes import doubt, takes_transpose

__all__ = [
    "commit_changes", "feed_back", "learn_synapses", "measure", "predict", "reach",
    "withdraw_changes",
]  # fmt: skip


@inner
def predict(plan, state, q, first, last, mu):
    """Mu = sum over all that predict population q of theta f(x). Song 2020, Eq. (1).

    One chain, through the incoming projections in the order of their names. `mu` is the block of q
    that it is written to.
    """
    post = plan.populations[q]
    rows = last - first
    for n in range(post.incoming):
        k = plan.wiring[post.first_incoming + n]
        projection = plan.projections[k]
        pre = plan.populations[projection.pre]
        send(plan, state, projection.pre, first, last)
        f_at = pre.f + first * pre.stride
        mu_at = mu + first * post.stride
        call_sum(
            projection.prediction, state.real, f_at, pre.stride, state.theta,
            projection.theta, projection.stride, mu_at, post.stride,
            rows, pre.size, post.size, 1 if n == 0 else 0, plan.alpha[k],
        )  # fmt: skip
        state.count[PREDICTIONS] += rows * projection.synapses


@inner
def feed_back(plan, state, p, first, last):
    """Feedback = sum over the error nodes that population p predicts of epsilon theta, Eq. (4).

    One chain, through the outgoing projections in the order of their names. Where every epsilon is
    zero the chain would add nothing but zeros, and is skipped when event-driven; and with a
    transpose of theta the sum is that of a prediction. Those that follow the sweep are not heard.
    """
    pre = plan.populations[p]
    rows = last - first
    feedback_at = pre.feedback + first * pre.stride
    fresh = True
    for n in range(pre.outgoing):
        k = plan.wiring[pre.first_outgoing + n]
        projection = plan.projections[k]
        post = plan.populations[projection.post]
        live = any_set(words_of(state, LIVE, projection.post))
        if (not live and plan.setting[0].event_driven) or all_follow(plan, state, projection.post):
            continue
        heard = post.sent if follows_at_all(plan, state, projection.post) else post.epsilon
        epsilon_at = heard + first * post.stride
        if takes_transpose(plan, state, k):
            call_sum(
                projection.prediction, state.real, epsilon_at, post.stride, state.theta,
                plan.weights[projection.back_weights].transpose, pre.stride, feedback_at,
                pre.stride, rows, post.size, pre.size, 1 if fresh else 0, plan.alpha[0],
            )  # fmt: skip
        else:
            call_sum(
                projection.feedback, state.real, epsilon_at, post.stride, state.theta,
                projection.back, projection.stride, feedback_at, pre.stride,
                rows, pre.size, post.size, 1 if fresh else 0, plan.alpha[0],
            )  # fmt: skip
        fresh = False
        state.count[FEEDBACKS] += rows * projection.synapses
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
    """Upper bound of what the next update can add to a weight of projection k, before alpha."""
    projection = plan.projections[k]
    return (
        float(projection.uses * state.clock[ROWS])
        * state.bound[projection.post, BOUND_EPSILON]
        * state.bound[projection.pre, BOUND_F]
    )


@inner
def measure(plan, state, weights):
    """Take the upper bound of |theta| from the weights of a block, which it may be far above."""
    record = plan.weights[weights]
    state.theta_bound[weights] = pointwise.largest(block(state.theta, record.theta, 0, record.size))


@inner
def reach_so_far(plan, state, k, weights, changing, learns):
    """The same as `reach`, from the upper bound as it is."""
    theta = state.theta_bound[weights]
    change = state.gradient_bound[weights]
    if plan.setting[0].synapse_rule:
        return theta + change
    if learns:
        change += growth(plan, state, k)
    if changing < 0 or change == 0.0:
        return theta
    return theta + abs(float(step_size(plan, state, plan.weights[weights].owner))) * change


@inner
def reach(plan, state, k, weights, changing, learns, most):
    """Upper bound of |theta| in a block once all that is pending, or learned now, is added.

    The block `weights` is that of the forward or of the feedback weights of projection k;
    `changing` is where their changes go, or -1. The bound grows with every update that is made, and
    is taken anew where it is above `most`.
    """
    top = reach_so_far(plan, state, k, weights, changing, learns)
    if not top <= most:
        measure(plan, state, weights)
        top = reach_so_far(plan, state, k, weights, changing, learns)
    return top


@inner
def look_ahead(plan, state, p):
    """Address of the table of the samples that come next, if population p shows their beginning."""
    population = plan.populations[p]
    if state.ahead[0] == 0 or population.column != 0 or population.incoming:
        return 0
    return np.int64(state.ahead.ctypes.data)


@inner
def change_weights(plan, state, k, weights, change, first, last):
    """Add alpha sum over replicas of g epsilon f(x) to the weights that begin at `change`."""
    projection = plan.projections[k]
    pre = plan.populations[projection.pre]
    post = plan.populations[projection.post]
    f_at = pre.f + first * pre.stride
    drive_at = post.drive + first * post.stride
    record = plan.weights[weights]
    alpha = step_size(plan, state, record.owner)
    told = look_ahead(plan, state, projection.pre)
    if plan.setting[0].synapse_rule:
        change = record.theta
        told = record.rule_table
        # The rule is told alpha as it is; what it returns, or what it is given, is averaged.
        alpha = plan.alpha[record.owner]
        integers_at(told)[RULE_SHARE] = state.clock[ROWS] if plan.setting[0].mean else 1
    elif projection.deferred:
        alpha = plan.alpha.dtype.type(1)
        state.gradient_bound[weights] += growth(plan, state, k)
    else:
        state.theta_bound[weights] += abs(float(alpha)) * growth(plan, state, k)
        doubt(state, weights)
    call_sum(
        projection.plasticity, state.real, f_at, pre.stride, state.theta,
        change, projection.stride, drive_at, post.stride,
        last - first, pre.size, post.size, told, alpha,
    )  # fmt: skip
    state.count[UPDATES] += (last - first) * projection.synapses
    if plan.setting[0].synapse_rule:
        changes = block(state.theta, record.gradient, 0, record.size)
        state.gradient_bound[weights] = pointwise.largest(changes)
    # Clock-driven, it is also asked where no gate is open.
    if projection.deferred and any_set(words_of(state, OPEN, projection.post)):
        state.pending[weights] = 1


@inner
def learn_synapses(plan, state):
    """Theta += alpha sum over replicas of g epsilon f(x), Eq. (9), where a gate is open.

    The gates have set `learned_next` where any may be; what learns at once keeps it.
    Where a weight is used more than once, and where a rule of the user says what changes, changes
    are only proposed, and made by `commit_changes`.
    """
    count = plan.projections.size
    k = start_of_run(state.learned_next, 0, count)
    while k < count:
        state.learned_next[k] = learn_projection(plan, state, k)
        k = start_of_run(state.learned_next, k + 1, count)


@inner
def learn_projection(plan, state, k):
    """Let the synapses of projection k learn; whether they now differ."""
    projection = plan.projections[k]
    if projection.change < 0:
        return False
    first = 0
    last = state.clock[ROWS]
    if plan.setting[0].event_driven:
        is_open = flags_of(state, OPEN, projection.post)
        first = start_of_run(is_open, 0, last)
        while last > first and not is_open[last - 1]:
            last -= 1
    if first >= last:
        return False
    send(plan, state, projection.pre, first, last)
    change_weights(plan, state, k, projection.weights, projection.change, first, last)
    if projection.back_change >= 0:
        change_weights(plan, state, k, projection.back_weights, projection.back_change, first, last)
    keep_cut(plan, state, k)
    return not projection.deferred


@inner
def keep_cut(plan, state, k):
    """Weights of cut synapses stay zero."""
    projection = plan.projections[k]
    for n in range(projection.first_cut, projection.first_cut + projection.cuts):
        state.theta[plan.cut[n]] = 0


@inner
def keep_memories(plan, state, k):
    """What cut synapses remember stays as it is: it is what they remember next, too.

    Of a synapse rule, with which no two projections have weights in common.
    """
    projection = plan.projections[k]
    for n in range(projection.first_cut, projection.first_cut + projection.cuts):
        weights = plan.weights[projection.weights]
        if not 0 <= plan.cut[n] - weights.theta < weights.size:
            weights = plan.weights[projection.back_weights]
        at = plan.cut[n] - weights.theta
        if weights.memory >= 0:
            state.theta[weights.memory_next + at] = state.theta[weights.memory + at]


@inner
def withdraw_changes(plan, state):
    """Take back what a rule of the user proposed."""
    if plan.setting[0].synapse_rule:
        clear(state.pending)
        fill(state.gradient_bound, 0, state.gradient_bound.size, 0.0)


@inner
def commit_changes(plan, state, last_use):
    """Theta += what was proposed or, in the course of several uses of a weight, added up.

    What waits for the last use of a weight is made when `last_use` says so. Who reads a weight that
    changed is told by `learned_next`.
    """
    if not any_set(state.pending):
        return
    if plan.setting[0].synapse_rule:
        for k in range(plan.projections.size):
            keep_memories(plan, state, k)
    for b in range(plan.weights.size):
        weights = plan.weights[b]
        if weights.waits and not last_use:
            continue
        if state.pending[b]:
            alpha = step_size(plan, state, weights.owner)
            if plan.setting[0].synapse_rule:
                alpha = plan.alpha.dtype.type(1)
            state.theta_bound[b] += abs(float(alpha)) * state.gradient_bound[b]
            doubt(state, b)
            state.gradient_bound[b] = 0.0
            changes = block(state.theta, weights.gradient, 0, weights.size)
            pointwise.descend(alpha, changes, block(state.theta, weights.theta, 0, weights.size))
            clear(changes)
            if weights.memory >= 0:
                pointwise.copy(
                    block(state.theta, weights.memory_next, 0, weights.size),
                    block(state.theta, weights.memory, 0, weights.size),
                )
    for k in range(plan.projections.size):
        projection = plan.projections[k]
        changed = state.pending[projection.weights] or state.pending[projection.back_weights]
        if changed and (last_use or not plan.weights[projection.weights].waits):
            state.learned_next[k] = 1
            rouse(plan, state, projection.post)
            keep_cut(plan, state, k)
    write_agenda(state)
    for b in range(plan.weights.size):
        if last_use or not plan.weights[b].waits:
            state.pending[b] = 0
