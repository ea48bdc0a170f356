"""One tick: everything looks at the snapshot at t, then everything moves to t + 1.

    gates        g from each error node's own state
    value nodes  x_next = x + gamma (f'(x) sum of epsilon theta - epsilon)
    synapses     theta += alpha sum of g epsilon f(x)
    commit       x = x_next, f(x); t = t + 1
    error nodes  mu, epsilon and phi of the new snapshot

Read before written, in this order: a step looks at x, f, epsilon and theta of the old snapshot
until all proposals are made; theta is written once f and epsilon have been read for the last time;
mu is evaluated when all of x, f and theta are new.
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    BOUND,
    BOUND_EPSILON,
    BOUND_F,
    DONE,
    FAULT,
    LIMIT,
    MOVED,
    MOVED_NEXT,
    OPEN,
    REST_NEVER,
    RISKY,
    ROWS,
    SAME_SNAPSHOT,
    TICK,
    UNLEARNED,
)
from neurosim.kernels.arrays.rows import (
    any_set,
    block,
    clear,
    unite,
    words_of,
)
from neurosim.kernels.awake.agenda import look_out, wake_all, write_agenda
from neurosim.kernels.awake.sleep import fall_asleep, pres_sleep
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.error_nodes import outcome, refresh_error_nodes
from neurosim.kernels.nodes.gates import close_gates, open_gates
from neurosim.kernels.nodes.onsets import spread_onsets
from neurosim.kernels.nodes.rest import come_to_rest
from neurosim.kernels.nodes.sweep import rouse_turned
from neurosim.kernels.nodes.synapses import commit_changes, learn_synapses, reach, withdraw_changes
from neurosim.kernels.nodes.value_nodes import commit_activity, propose_inference

__all__ = ["advance", "overflow_possible", "tick"]


@inner
def overflow_possible(plan, state):
    """Whether mu or theta could overflow, or theta leave its bound, in the step about to be made.

    From upper bounds of |f|, |epsilon| and |theta|, so that nothing has to be looked at twice. The
    answer may be yes long before an overflow; the step is then made with a copy to go back to.
    """
    limit = float(plan.parameter[LIMIT])
    most = min(limit, float(plan.parameter[BOUND]))
    for a in range(state.agenda[0]):
        q = state.agenda[1 + a]
        if state.asleep[q] and pres_sleep(plan, state, q):
            continue
        post = plan.populations[q]
        learns = any_set(words_of(state, OPEN, q))
        total = state.bound[q, BOUND_EPSILON]
        for n in range(post.incoming):
            k = plan.wiring[post.first_incoming + n]
            projection = plan.projections[k]
            p = projection.pre
            theta = reach(plan, state, k, projection.weights, projection.change, learns, most)
            total += plan.populations[p].size * theta * state.bound[p, BOUND_F]
            if projection.back_weights != projection.weights:
                theta = max(theta, reach(
                    plan, state, k, projection.back_weights, projection.back_change, learns, most
                ))  # fmt: skip
            if not theta <= most:
                state.clock[FAULT] = q
                return True
        if not total < limit:
            state.clock[FAULT] = q
            return True
    return False


@inner
def advance(plan, state):
    """Commit what was proposed, and refresh the error nodes."""
    same_snapshot = state.clock[SAME_SNAPSHOT] != 0
    for n in range(state.agenda[0]):
        p = state.agenda[1 + n]
        if state.asleep[p]:
            continue
        moved = words_of(state, MOVED, p)
        moved_next = words_of(state, MOVED_NEXT, p)
        for w in range(moved.size):
            moved[w] = (moved[w] | moved_next[w]) if same_snapshot else moved_next[w]
        if any_set(moved_next):
            commit_activity(plan, state, p)
    spread_onsets(plan, state)
    refresh_error_nodes(plan, state)
    if not same_snapshot:
        clear(state.learned)
    unite(state.learned, state.learned_next)


@inner
def remember(plan, state):
    """What value nodes remember of the step that is now certain to be made."""
    for p in range(plan.populations.size):
        population = plan.populations[p]
        if not population.held:
            count = state.clock[ROWS] * population.stride
            pointwise.copy(
                block(state.real, population.value_memory_next, 0, count),
                block(state.real, population.value_memory, 0, count),
            )


@inner
def tick(plan, state, learning):
    """From the snapshot at t to the one at t + 1; returns DONE, or why nothing was done."""
    if plan.setting[0].event_driven:
        if learning and state.clock[UNLEARNED]:
            wake_all(state)
        look_out(plan, state)
        rouse_turned(plan, state)
    else:
        wake_all(state)
    if learning:
        open_gates(plan, state)
    else:
        close_gates(plan, state)
    write_agenda(state)
    status = propose_inference(plan, state)
    if status != DONE:
        return status
    ruled = plan.setting[0].synapse_rule != 0
    if learning and ruled:
        learn_synapses(plan, state)
    if not plan.setting[0].guarded and overflow_possible(plan, state):
        withdraw_changes(plan, state)
        return RISKY
    if learning:
        if not ruled:
            learn_synapses(plan, state)
        commit_changes(plan, state, not plan.setting[0].defers)
        if plan.setting[0].rest != REST_NEVER:
            come_to_rest(plan, state)
    if plan.setting[0].value_rule:
        remember(plan, state)
    state.clock[TICK] += 1
    state.clock[SAME_SNAPSHOT] = 0
    state.clock[UNLEARNED] = 0 if learning else 1
    advance(plan, state)
    if plan.setting[0].event_driven:
        fall_asleep(plan, state)
    return outcome(state)
