"""The agenda: whom a tick looks at, so that it need not look at all who sleep.

On it are the populations that are awake and those that may be woken in the course of the tick. A
value node moves because of what it predicts, and its error node because of what predicts it, so
that these are found along the wires: who predicts one that is awake, and all that either of them
predicts. A population that is roused comes on the agenda, and brings all of these with it.
"""

from __future__ import annotations

from neurosim.kernels.arrays.rows import any_set, clear, fill, start_of_run
from neurosim.kernels.awake.sleep import WAKING
from neurosim.kernels.machine.decorators import inner

__all__ = ["look_out", "rouse", "wake_all", "write_agenda"]

# Values of state.near, which add up: a population is on the agenda; and all that it predicts is.
NEAR, POSTS_NEAR = 1, 2


@inner
def wake_all(state):
    """No population sleeps, and all are on the agenda."""
    fill(state.asleep, 0, state.asleep.size, WAKING)
    fill(state.near, 0, state.near.size, NEAR | POSTS_NEAR)
    write_agenda(state)


@inner
def reach_posts(plan, state, p):
    """Put population p and all that it predicts on the agenda."""
    if state.near[p] & POSTS_NEAR:
        return
    population = plan.populations[p]
    state.near[p] = NEAR | POSTS_NEAR
    for n in range(population.outgoing):
        q = plan.projections[plan.wiring[population.first_outgoing + n]].post
        state.near[q] |= NEAR


@inner
def rouse(plan, state, q):
    """Wake population q; all that may be woken for that reason come on the agenda."""
    population = plan.populations[q]
    state.asleep[q] = WAKING
    reach_posts(plan, state, q)
    for n in range(population.incoming):
        p = plan.projections[plan.wiring[population.first_incoming + n]].pre
        reach_posts(plan, state, p)


@inner
def look_out(plan, state):
    """Before the gates: who is awake, and who is near enough to be woken in this tick."""
    if not any_set(state.asleep):
        fill(state.near, 0, state.near.size, NEAR | POSTS_NEAR)
        return
    clear(state.near)
    # Who is awake was on the agenda of the last tick.
    for n in range(state.agenda[0]):
        p = state.agenda[1 + n]
        if not state.asleep[p]:
            rouse(plan, state, p)
    k = start_of_run(state.learned, 0, state.learned.size)
    while k < state.learned.size:
        rouse(plan, state, plan.projections[k].post)
        k = start_of_run(state.learned, k + 1, state.learned.size)


@inner
def write_agenda(state):
    """List whom the rest of a tick looks at."""
    count = 0
    p = start_of_run(state.near, 0, state.near.size)
    while p < state.near.size:
        count += 1
        state.agenda[count] = p
        p = start_of_run(state.near, p + 1, state.near.size)
    state.agenda[0] = count
