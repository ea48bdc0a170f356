"""The world's hand on the network: clamping values, letting go, changing a weight."""

from __future__ import annotations

from numba import njit

from neurosim.kernels.gates import close_gates
from neurosim.kernels.layout import (
    DONE,
    ERRED,
    MOVED_NEXT,
    ONSET,
    RISKY,
    ROWS,
    TEACHER,
    TICK,
)
from neurosim.kernels.tick import advance, overflow_possible
from neurosim.kernels.value_nodes import activate_next

__all__ = ["clamp_values", "hold", "release_values", "teach"]


@njit(cache=True)
def hold(plan, state, p, held):
    """Clamp all nodes of population p, or free them."""
    population = plan.populations[p]
    population.held = held
    for r in range(state.clock[ROWS]):
        start = r * population.stride
        for i in range(start, start + population.size):
            state.flag[population.clamped + i] = held


@njit(cache=True)
def propose_values(plan, state, p, values, first_sample, column):
    """x_next = the given values, one sample per replica."""
    population = plan.populations[p]
    zero = plan.parameter[0] - plan.parameter[0]
    for r in range(state.clock[ROWS]):
        start = r * population.stride
        moved = False
        for i in range(population.size):
            x = state.real[population.x + start + i]
            x_next = values[first_sample + r, column + i] + zero
            state.real[population.x_next + start + i] = x_next
            state.real[population.delta_x + start + i] = x_next - x
            moved |= x_next != x
        state.row[MOVED_NEXT, p, r] = moved


@njit(cache=True)
def clamp_values(plan, state, p, values, first_sample, column):
    """Clamp population p; the errors that this touches are refreshed at once."""
    close_gates(plan, state)
    for q in range(plan.populations.size):
        for r in range(state.clock[ROWS]):
            state.row[MOVED_NEXT, q, r] = 0
    propose_values(plan, state, p, values, first_sample, column)
    status = activate_next(plan, state, p, 0, state.clock[ROWS])
    if status != DONE:
        return status
    if not plan.setting[0].guarded and overflow_possible(plan, state):
        return RISKY
    hold(plan, state, p, 1)
    advance(plan, state, True)
    return DONE


@njit(cache=True)
def release_values(plan, state, p):
    """Let population p move again; its errors wake it."""
    hold(plan, state, p, 0)
    for r in range(state.clock[ROWS]):
        state.row[ERRED, p, r] = 1


@njit(cache=True)
def teach(state, present):
    """The teacher appears: t = 0. Or disappears."""
    state.clock[TEACHER] = present
    if present:
        state.clock[ONSET] = state.clock[TICK]


@njit(cache=True)
def refresh_weights(plan, state, k):
    """Refresh what depends on the weights of projection k, which were changed from outside."""
    close_gates(plan, state)
    for q in range(plan.populations.size):
        for r in range(state.clock[ROWS]):
            state.row[MOVED_NEXT, q, r] = 0
    state.learned_next[k] = 1
    if not plan.setting[0].guarded and overflow_possible(plan, state):
        state.learned_next[k] = 0
        return RISKY
    advance(plan, state, True)
    return DONE
