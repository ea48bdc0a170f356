"""The feedforward sweep: what nodes do that an onset has reached, see `onsets`.

value node   within t_d ticks of an onset: x = mu, and feedback is not heard
error node   after that epsilon = x - mu; while its value node follows it is not heard, either
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    ALL_FOLLOW,
    ARRIVES,
    FOLLOWED,
    FOLLOWS,
    LET_GO,
    ROWS,
    TURNED,
)
from neurosim.kernels.arrays.rows import block, clear
from neurosim.kernels.awake.agenda import rouse
from neurosim.kernels.awake.quiet import under_way
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.onsets import swept_nodes

__all__ = [
    "all_follow", "follow_sweep", "followed", "follows_at_all", "recompute_followers",
    "rouse_turned", "say_what_is_heard", "sweep_stirs",
]  # fmt: skip


@inner
def follows_at_all(plan, state, p):
    """Whether some node of population p follows its prediction in the tick to come."""
    return plan.setting[0].sweep != 0 and state.sweeping[p] & FOLLOWS != 0


@inner
def all_follow(plan, state, p):
    """Whether every node of population p follows its prediction in the tick to come."""
    return plan.setting[0].sweep != 0 and state.sweeping[p] & ALL_FOLLOW != 0


@inner
def followed(plan, state, q):
    """Whether some node of population q followed its prediction on the way to this snapshot."""
    return plan.setting[0].sweep != 0 and state.sweeping[q] & FOLLOWED != 0


@inner
def rouse_turned(plan, state):
    """Wake those that begin or cease to follow, and with them who hears, or may now hear, them."""
    if not under_way(plan, state):
        return
    for q in range(plan.populations.size):
        if state.sweeping[q] & (ARRIVES | TURNED):
            rouse(plan, state, q)


@inner
def sweep_stirs(plan, state, p):
    """Whether the sweep changes what value nodes of population p do, in this tick, or hear."""
    if not under_way(plan, state):
        return False
    if state.sweeping[p] & (ARRIVES | TURNED):
        return True
    population = plan.populations[p]
    for n in range(population.outgoing):
        q = plan.projections[plan.wiring[population.first_outgoing + n]].post
        if state.sweeping[q] & TURNED:
            return True
    return False


@inner
def say_what_is_heard(plan, state):
    """`sent` = epsilon, or 0 where the value node follows, in populations in which only some do."""
    if not under_way(plan, state):
        return
    for q in range(plan.populations.size):
        if state.sweeping[q] & FOLLOWS == 0 or state.sweeping[q] & ALL_FOLLOW:
            continue
        population = plan.populations[q]
        swept = swept_nodes(plan, state, q)
        for r in range(state.clock[ROWS]):
            a = r * population.stride
            pointwise.zeroed_where(
                FOLLOWS,
                swept,
                block(state.real, population.epsilon, a, a + swept.size),
                block(state.real, population.sent, a, a + swept.size),
            )


@inner
def follow_sweep(plan, state, p, first, last):
    """x_next = mu where a node of population p follows, in the replicas from first to last.

    Returns whether any moves, and the largest magnitude of x_next. Where an onset arrives it is
    said that they do, so that epsilon is taken anew.
    """
    population = plan.populations[p]
    real, flag = state.real, state.flag
    swept = swept_nodes(plan, state, p)
    a = first * population.stride
    z = last * population.stride
    if state.sweeping[p] & ALL_FOLLOW:
        # Nobody has made another proposal.
        x = block(real, population.x, a, z)
        pointwise.copy(x, block(real, population.x_next, a, z))
        clear(block(real, population.delta_x, a, z))
    for r in range(first, last):
        a = r * population.stride
        z = a + swept.size
        pointwise.follow_where(
            FOLLOWS,
            swept,
            block(real, population.x, a, z),
            block(real, population.mu, a, z),
            block(flag, population.clamped, a, z),
            block(flag, population.resting_next, a, z),
            block(real, population.delta_x, a, z),
            block(real, population.x_next, a, z),
        )
    a = first * population.stride
    z = last * population.stride
    step = pointwise.largest(block(real, population.delta_x, a, z))
    moves = state.sweeping[p] & (ARRIVES | LET_GO) != 0 or step != 0
    return moves, pointwise.largest(block(real, population.x_next, a, z))


@inner
def recompute_followers(plan, state, q, first, last):
    """Epsilon = x - mu where a node of population q followed; the largest |epsilon| of all."""
    population = plan.populations[q]
    real, flag = state.real, state.flag
    swept = swept_nodes(plan, state, q)
    for r in range(first, last):
        a = r * population.stride
        z = a + swept.size
        pointwise.recompute_where(
            FOLLOWED,
            swept,
            block(real, population.x, a, z),
            block(real, population.mu, a, z),
            block(flag, population.clamped, a, z),
            block(flag, population.resting, a, z),
            block(real, population.epsilon, a, z),
        )
    a = first * population.stride
    z = last * population.stride
    return pointwise.largest(block(real, population.epsilon, a, z))
