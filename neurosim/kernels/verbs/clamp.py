"""The world's hand on the network: clamping values, letting go, changing a weight."""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    DONE,
    ERRED,
    MOVED_NEXT,
    ONSET,
    RISKY,
    ROWS,
    SAME_SNAPSHOT,
    STALE,
    TEACHER,
    TICK,
    VERSION,
)
from neurosim.kernels.arrays.rows import all_set, any_set, block, clear, fill, mark, words_of
from neurosim.kernels.awake.agenda import wake_all
from neurosim.kernels.machine.addresses import span
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.error_nodes import outcome
from neurosim.kernels.nodes.gates import close_gates
from neurosim.kernels.nodes.onsets import begin_to_follow, have_onset
from neurosim.kernels.nodes.synapses import commit_changes
from neurosim.kernels.nodes.value_nodes import activate_next
from neurosim.kernels.verbs.tick import advance, overflow_possible

__all__ = [
    "awaken", "begin_outside", "clamp_nodes", "clamp_offered", "consolidate", "drop_changes",
    "hold", "hold_nodes", "inject_current", "offer", "refresh_weights", "release_values", "teach",
]  # fmt: skip


@inner
def hold(plan, state, p, held):
    """Clamp all nodes of population p in all replicas, or free them."""
    population = plan.populations[p]
    population.shown |= held
    if population.held == held:
        return
    population.held = held
    if not held:
        begin_to_follow(plan, state, p, 0, population.size)
    for r in range(state.evaluated.shape[1]):
        clamped = population.clamped + r * population.stride
        fill(state.flag, clamped, clamped + population.size, held)


@inner
def hold_nodes(plan, state, p, nodes, held):
    """Clamp some nodes of population p in all replicas, or free them."""
    population = plan.populations[p]
    population.shown |= held
    if not held:
        for n in range(nodes.size):
            begin_to_follow(plan, state, p, nodes[n], nodes[n] + 1)
    for r in range(state.evaluated.shape[1]):
        for n in range(nodes.size):
            state.flag[population.clamped + r * population.stride + nodes[n]] = held
    first = block(state.flag, population.clamped, 0, population.size)
    population.held = all_set(first)


@inner
def begin_outside(plan, state):
    """What comes now is not the network's own doing: no gate is open, and nothing moves yet."""
    wake_all(state)
    close_gates(plan, state)
    for q in range(plan.populations.size):
        clear(words_of(state, MOVED_NEXT, q))


@inner
def offer(plan, state, p, r, values):
    """x_next of one replica = values from outside; returns their largest magnitude."""
    population = plan.populations[p]
    start = population.x_next + r * population.stride
    return pointwise.accept(values, span(state.real, start, start + population.size))


@inner
def may_move_to_offered(plan, state, p, top):
    """Let population p be about to be where all replicas were offered to be.

    `top` is the largest magnitude that was offered. Returns DONE, or why it cannot be there.
    """
    begin_outside(plan, state)
    population = plan.populations[p]
    rows = state.clock[ROWS]
    count = rows * population.stride
    change = pointwise.differ(
        block(state.real, population.x_next, 0, count),
        block(state.real, population.x, 0, count),
        block(state.real, population.delta_x, 0, count),
    )
    if change != 0:
        mark(state, MOVED_NEXT, p, 0, rows, 1)
    status = activate_next(plan, state, p, 0, rows, top)
    if status != DONE:
        return status
    if not plan.setting[0].guarded and overflow_possible(plan, state):
        return RISKY
    return DONE


@inner
def change_snapshot(plan, state):
    """Make the change that the world has proposed; errors are refreshed at once."""
    state.clock[SAME_SNAPSHOT] = 1
    state.clock[VERSION] += 1
    advance(plan, state)
    return outcome(state)


@inner
def clamp_offered(plan, state, p, top):
    """Clamp population p, which something predicts, to what was offered."""
    status = may_move_to_offered(plan, state, p, top)
    if status == DONE:
        status = change_snapshot(plan, state)
    if status == DONE:
        hold(plan, state, p, 1)
    return status


@inner
def show_onset(plan, state, p, nodes):
    """Nodes of population p, an input, have an onset; each of them is named once."""
    if nodes.size == plan.populations[p].size:
        have_onset(plan, state, p, 0, nodes.size)
        return
    for n in range(nodes.size):
        have_onset(plan, state, p, nodes[n], nodes[n] + 1)


@inner
def clamp_nodes(plan, state, p, nodes, values):
    """Clamp some nodes of population p to values of shape (replicas in use, nodes).

    Where onsets travel, those of an input have one, also if the values are what they were.
    """
    population = plan.populations[p]
    count = state.clock[ROWS] * population.stride
    x_next = block(state.real, population.x_next, 0, count)
    pointwise.copy(block(state.real, population.x, 0, count), x_next)
    for r in range(values.shape[0]):
        for n in range(nodes.size):
            x_next[r * population.stride + nodes[n]] = values[r, n] + values.dtype.type(0)
    status = may_move_to_offered(plan, state, p, pointwise.largest(x_next))
    if status == DONE:
        if plan.setting[0].sweep and population.incoming == 0:
            show_onset(plan, state, p, nodes)
        status = change_snapshot(plan, state)
    if status == DONE:
        hold_nodes(plan, state, p, nodes, 1)
    return status


@inner
def awaken(plan, state, p):
    """Have population p look around at the next tick."""
    wake_all(state)
    mark(state, ERRED, p, 0, state.clock[ROWS], 1)


@inner
def release_values(plan, state, p):
    """Let population p move again; its errors wake it."""
    hold(plan, state, p, 0)
    awaken(plan, state, p)


@inner
def inject_current(plan, state, p, nodes, current, until):
    """Add a current of shape (replicas in use, nodes) to what moves some nodes, until a tick."""
    population = plan.populations[p]
    for r in range(current.shape[0]):
        for n in range(nodes.size):
            i = r * population.stride + nodes[n]
            state.real[population.current + i] = current[r, n]
            state.injected_until[population.quiet_since + i] = until
    population.injected_until = max(population.injected_until, until)
    awaken(plan, state, p)


@inner
def teach(state, present):
    """The teacher appears: t = 0. Or disappears."""
    state.clock[TEACHER] = present
    if present:
        state.clock[ONSET] = state.clock[TICK]
        state.clock[VERSION] += 1


@inner
def consolidate(plan, state):
    """Weights that are used more than once take what they have learned, before the next settling.

    What reads them is evaluated then.
    """
    if not any_set(state.pending):
        return DONE
    wake_all(state)
    close_gates(plan, state)
    if not plan.setting[0].guarded and overflow_possible(plan, state):
        return RISKY
    commit_changes(plan, state, True)
    for k in range(plan.projections.size):
        if state.learned_next[k]:
            mark(state, STALE, plan.projections[k].post, 0, state.row.shape[2], 1)
    return DONE


@inner
def drop_changes(plan, state):
    """Weights that are used more than once forget what they have learned since they changed."""
    for b in range(plan.weights.size):
        weights = plan.weights[b]
        if weights.gradient >= 0:
            fill(state.theta, weights.gradient, weights.gradient + weights.size, 0)
    clear(state.pending)
    fill(state.gradient_bound, 0, state.gradient_bound.size, 0.0)


@inner
def refresh_weights(plan, state, weights):
    """Refresh what depends on a block of weights, which was changed from outside.

    If none is told (-1), weights that are used more than once take what they have learned.
    """
    begin_outside(plan, state)
    if not plan.setting[0].guarded and overflow_possible(plan, state):
        return RISKY
    if weights < 0:
        commit_changes(plan, state, True)
    for k in range(plan.projections.size):
        projection = plan.projections[k]
        if projection.weights == weights or projection.back_weights == weights:
            state.learned_next[k] = 1
    return change_snapshot(plan, state)
