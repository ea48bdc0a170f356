"""Backpropagation in the engine's order of summation: the reference that needs no ticks."""

from __future__ import annotations

from neurosim.kernels.arrays.layout import LIVE, OPEN, ROWS
from neurosim.kernels.arrays.rows import block, fill, mark
from neurosim.kernels.machine.addresses import row_span, span
from neurosim.kernels.machine.calls import call_activation
from neurosim.kernels.machine.decorators import entry, inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.synapses import commit_changes, feed_back, learn_synapses, predict
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


@entry
def backpropagate(table, parameter, inputs, targets, chosen, batch):
    """Make one update per batch of chosen samples; returns -1, or a population that overflowed."""
    plan, state = opened(table, parameter)
    for first in range(0, chosen.size, batch):
        rows = min(batch, chosen.size - first)
        state.clock[ROWS] = rows
        show(plan, state, inputs, chosen, first)
        announce(state, inputs, chosen, first + batch, batch)
        forward(plan, state)
        backward(plan, state, targets, chosen, first)
        for p in range(plan.populations.size):
            population = plan.populations[p]
            top = pointwise.largest(
                block(state.real, population.epsilon, 0, rows * population.stride)
            )
            if top - top != 0:
                return p
        fill(state.learned_next, 0, state.learned_next.size, 1)
        learn_synapses(plan, state)
        commit_changes(plan, state, True)
    return -1
