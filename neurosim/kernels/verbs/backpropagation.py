"""Backpropagation in the engine's order of summation: the reference that needs no ticks."""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    BOUND,
    BOUND_EPSILON,
    BOUND_F,
    DIVERGED,
    DONE,
    LIVE,
    OPEN,
    REACH_UNKNOWN,
    ROWS,
)
from neurosim.kernels.arrays.rows import block, fill, mark
from neurosim.kernels.machine.addresses import row_span, span
from neurosim.kernels.machine.calls import call_activation
from neurosim.kernels.machine.decorators import entry, inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.synapses import (
    commit_changes,
    feed_back,
    learn_synapses,
    measure,
    predict,
)
from neurosim.kernels.nodes.value_nodes import bound_of_f
from neurosim.kernels.verbs.opening import opened
from neurosim.kernels.verbs.train import announce, show

__all__ = ["backpropagate"]


@inner
def forward(plan, state):
    """Y = sum of w f(y), population by population."""
    rows = state.clock[ROWS]
    for n in range(plan.order.size):
        q = plan.order[n]
        population = plan.populations[q]
        if population.incoming == 0:
            continue
        predict(plan, state, q, 0, rows, population.x)
        if population.linear == 0:
            call_activation(
                population.activation, state.real, population.x, population.f, population.slope,
                rows * population.stride,
            )  # fmt: skip


@inner
def backward(plan, state, targets, chosen, first):
    """delta^0 = s_out - y^0; delta = f'(y) sum of delta w. Song 2020, Section 2.1."""
    rows = state.clock[ROWS]
    for n in range(plan.order.size - 1, -1, -1):
        p = plan.order[n]
        population = plan.populations[p]
        if population.incoming == 0:
            continue
        mark(state, LIVE, p, 0, rows, 1)
        mark(state, OPEN, p, 0, rows, 1)
        real = state.real
        count = rows * population.stride
        epsilon = block(real, population.epsilon, 0, count)
        if population.outgoing == 0:
            for r in range(rows):
                a = r * population.stride
                last = population.column + population.size
                pointwise.differ(
                    row_span(targets, chosen[first + r], population.column, last),
                    span(real, population.x + a, population.x + a + population.size),
                    span(epsilon, a, a + population.size),
                )
        else:
            feed_back(plan, state, p, 0, rows)
            pointwise.scale(
                block(real, population.slope, 0, count),
                block(real, population.feedback, 0, count),
                epsilon,
            )
        pointwise.copy(epsilon, block(real, population.drive, 0, count))


@inner
def note_bounds(plan, state):
    """Take upper bounds of |f| and |delta|; DIVERGED if a y or delta is beyond what it may be."""
    rows = state.clock[ROWS]
    real = state.real
    bound = float(plan.parameter[BOUND])
    for p in range(plan.populations.size):
        population = plan.populations[p]
        if population.incoming == 0:
            continue
        count = rows * population.stride
        top = pointwise.largest(block(real, population.epsilon, 0, count))
        if top - top != 0:
            return DIVERGED
        state.bound[p, BOUND_EPSILON] = top
        top = pointwise.largest(block(real, population.x, 0, count))
        if not top <= bound:
            return DIVERGED
        if population.linear == 0 and population.reach == REACH_UNKNOWN:
            top = pointwise.largest(block(real, population.f, 0, count))
        else:
            top = bound_of_f(plan, p, top)
        state.bound[p, BOUND_F] = top
    return DONE


@inner
def weights_within(plan, state):
    """DIVERGED if some |theta| is beyond the bound, otherwise DONE."""
    bound = float(plan.parameter[BOUND])
    for b in range(plan.weights.size):
        if not state.theta_bound[b] <= bound:
            measure(plan, state, b)
            if not state.theta_bound[b] <= bound:
                return DIVERGED
    return DONE


@entry
def backpropagate(table, parameter, inputs, targets, chosen, batch):
    """Make one update per batch of chosen samples.

    Returns DONE, or DIVERGED as soon as a number is not finite or beyond the bound.
    """
    plan, state = opened(table, parameter)
    for first in range(0, chosen.size, batch):
        rows = min(batch, chosen.size - first)
        state.clock[ROWS] = rows
        show(plan, state, inputs, chosen, first)
        announce(state, inputs, chosen, first + batch, batch)
        forward(plan, state)
        backward(plan, state, targets, chosen, first)
        status = note_bounds(plan, state)
        if status != DONE:
            return status
        fill(state.learned_next, 0, state.learned_next.size, 1)
        learn_synapses(plan, state)
        commit_changes(plan, state, True)
        status = weights_within(plan, state)
        if status != DONE:
            return status
    return DONE
