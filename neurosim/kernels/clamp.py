"""The world's hand on the network: clamping values, letting go, changing a weight."""

from __future__ import annotations

from numba import njit

from neurosim.kernels import pointwise
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
from neurosim.kernels.rows import clear, fill
from neurosim.kernels.tick import advance, overflow_possible
from neurosim.kernels.value_nodes import activate_next

__all__ = ["clamp_values", "hold", "release_values", "teach"]


@njit(cache=True)
def hold(plan, state, p, held):
    """Clamp all nodes of population p in all replicas, or free them."""
    population = plan.populations[p]
    if population.held == held:
        return
    population.held = held
    for r in range(state.row.shape[2]):
        clamped = population.clamped + r * population.stride
        fill(state.flag, clamped, clamped + population.size, held)


@njit(cache=True)
def begin_outside(plan, state):
    """What comes now is not the network's own doing: no gate is open, and nothing moves yet."""
    close_gates(plan, state)
    for q in range(plan.populations.size):
        clear(state.row[MOVED_NEXT, q], state.clock[ROWS])


@njit(cache=True)
def clamp_values(plan, state, p, values):
    """Clamp population p to one row of values per replica; the errors are refreshed at once."""
    begin_outside(plan, state)
    population = plan.populations[p]
    rows = state.clock[ROWS]
    count = rows * population.stride
    real = state.real
    x_next = real[population.x_next : population.x_next + count]
    top = 0.0
    for r in range(rows):
        row = x_next[r * population.stride : r * population.stride + population.size]
        top = max(top, pointwise.accept(values[r], row))
    delta_x = real[population.delta_x : population.delta_x + count]
    if pointwise.differ(x_next, real[population.x : population.x + count], delta_x) != 0:
        fill(state.row[MOVED_NEXT, p], 0, rows, 1)
    status = activate_next(plan, state, p, 0, rows, top)
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
    fill(state.row[ERRED, p], 0, state.clock[ROWS], 1)


@njit(cache=True)
def teach(state, present):
    """The teacher appears: t = 0. Or disappears."""
    state.clock[TEACHER] = present
    if present:
        state.clock[ONSET] = state.clock[TICK]


@njit(cache=True)
def refresh_weights(plan, state, k):
    """Refresh what depends on the weights of projection k, which were changed from outside."""
    begin_outside(plan, state)
    state.learned_next[k] = 1
    if not plan.setting[0].guarded and overflow_possible(plan, state):
        state.learned_next[k] = 0
        return RISKY
    advance(plan, state, True)
    return DONE
