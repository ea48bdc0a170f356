"""Backpropagation in the engine's order of summation: the reference that needs no ticks."""

from __future__ import annotations

from numba import njit

from neurosim.kernels import pointwise
from neurosim.kernels.calls import call_activation
from neurosim.kernels.layout import LIVE, OPEN, ROWS, Plan, State
from neurosim.kernels.rows import fill
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
        real = state.real
        pointwise.copy(
            real[population.mu_next : population.mu_next + count],
            real[population.x : population.x + count],
        )
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
        fill(state.row[LIVE, p], 0, rows, 1)
        fill(state.row[OPEN, p], 0, rows, 1)
        real = state.real
        count = rows * population.stride
        epsilon = real[population.epsilon : population.epsilon + count]
        if population.outgoing == 0:
            for r in range(rows):
                a = r * population.stride
                target = targets[chosen[first + r]]
                pointwise.differ(
                    target[population.column : population.column + population.size],
                    real[population.x + a : population.x + a + population.size],
                    epsilon[a : a + population.size],
                )
        else:
            feed_back(plan, state, p, 0, rows)
            pointwise.scale(
                real[population.slope : population.slope + count],
                real[population.feedback : population.feedback + count],
                epsilon,
            )
        pointwise.copy(epsilon, real[population.drive : population.drive + count])


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
            epsilon = populations[p].epsilon
            top = pointwise.largest(real[epsilon : epsilon + clock[ROWS] * populations[p].stride])
            if top - top != 0:
                return p
        learn_synapses(plan, state)
    return -1
