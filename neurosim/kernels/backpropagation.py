"""Backpropagation in the engine's order of summation: the reference that needs no ticks."""

from __future__ import annotations

from numba import njit

from neurosim.kernels.calls import call_activation
from neurosim.kernels.layout import LIVE, OPEN, ROWS, Plan, State
from neurosim.kernels.rows import largest
from neurosim.kernels.synapses import feed_back, learn_synapses, predict
from neurosim.kernels.train import show

__all__ = ["backpropagate"]


@njit(cache=True)
def forward(plan, state):
    """Y = sum of w f(y), population by population."""
    rows = state.clock[ROWS]
    for n in range(plan.order.size):
        q = plan.order[n]
        population = plan.populations[q]
        if population.incoming == 0:
            continue
        predict(plan, state, q, 0, rows)
        count = rows * population.stride
        for i in range(count):
            state.real[population.x + i] = state.real[population.mu_next + i]
        if population.linear == 0:
            call_activation(
                population.activation, state.real, population.x, population.f, population.slope,
                count,
            )  # fmt: skip


@njit(cache=True)
def backward(plan, state, targets, chosen, first):
    """delta^0 = s_out - y^0; delta = f'(y) sum of delta w. Song 2020, Section 2.1."""
    rows = state.clock[ROWS]
    for n in range(plan.order.size - 1, -1, -1):
        p = plan.order[n]
        population = plan.populations[p]
        if population.incoming == 0:
            continue
        for r in range(rows):
            state.row[LIVE, p, r] = 1
            state.row[OPEN, p, r] = 1
        if population.outgoing == 0:
            for r in range(rows):
                start = r * population.stride
                sample = chosen[first + r]
                for i in range(population.size):
                    state.real[population.epsilon + start + i] = (
                        targets[sample, population.column + i]
                        - state.real[population.x + start + i]
                    )
        else:
            feed_back(plan, state, p, 0, rows)
            for i in range(rows * population.stride):
                state.real[population.epsilon + i] = (
                    state.real[population.slope + i] * state.real[population.feedback + i]
                )
        for i in range(rows * population.stride):
            state.real[population.drive + i] = state.real[population.epsilon + i]


@njit(cache=True)
def backpropagate(
    populations, projections, wiring, order, alpha, parameter, setting,
    real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
    clock, count, inputs, targets, chosen, batch,
):  # fmt: skip
    """Make one update per batch of chosen samples; returns -1, or a population that overflowed."""
    plan = Plan(populations, projections, wiring, order, alpha, parameter, setting)
    state = State(
        real, flag, quiet_since, theta, row, evaluated, learned, learned_next, bound, theta_bound,
        clock, count,
    )  # fmt: skip
    for first in range(0, chosen.size, batch):
        clock[ROWS] = min(batch, chosen.size - first)
        show(plan, state, inputs, chosen, first)
        forward(plan, state)
        backward(plan, state, targets, chosen, first)
        for p in range(populations.size):
            top = largest(real, populations[p].epsilon, clock[ROWS] * populations[p].stride)
            if top - top != 0:
                return p
        learn_synapses(plan, state)
    return -1
