"""Populations that sleep: in which nothing happens and of which nothing is read anew.

That a population is asleep says that its flags MOVED, MOVED_NEXT, ERRED, SPIKING, OPEN and
RESTS_NEXT are all zero, and that no error of it is waiting for a gate. A tick then passes it by
without looking at its replicas, which leaves every bit as it would have been. Whoever sets such a
flag wakes it; whatever the world does wakes all. Clock-driven, none ever sleeps.

Nor does a tick look at every population to find out who sleeps: it keeps to an agenda, of those
that are awake and those that may be woken in its course. A value node moves because of what it
predicts, and its error node because of what predicts it, so that these are found along the wires:
who predicts one that is awake, and all that either of them predicts.
"""

from __future__ import annotations

import numpy as np

from neurosim.kernels.arrays.layout import (
    ERRED,
    LIVE,
    MOVED,
    MOVED_NEXT,
    OPEN,
    RESTED,
    RESTS_NEXT,
    ROWS,
    SPIKING,
    TICK,
)
from neurosim.kernels.arrays.rows import (
    all_set,
    any_set,
    clear,
    fill,
    flags_of,
    start_of_run,
    words_of,
)
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.machine.intrinsics import span

__all__ = [
    "AT_REST", "IDLE", "WAKING", "fall_asleep", "look_out", "posts_sleep", "pres_sleep", "rouse",
    "wake_all", "write_agenda",
]  # fmt: skip

# Values of state.asleep.
WAKING, IDLE, AT_REST = 0, 1, 2
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


@inner
def posts_sleep(plan, state, p):
    """Whether all that population p predicts sleep, over synapses that did not learn just now."""
    population = plan.populations[p]
    for n in range(population.outgoing):
        k = plan.wiring[population.first_outgoing + n]
        if state.learned[k] or not state.asleep[plan.projections[k].post]:
            return False
    return True


@inner
def pres_sleep(plan, state, q):
    """Whether all that predict population q sleep, over synapses that do not learn now."""
    population = plan.populations[q]
    for n in range(population.incoming):
        k = plan.wiring[population.first_incoming + n]
        if state.learned_next[k] or not state.asleep[plan.projections[k].pre]:
            return False
    return True


@inner
def fall_asleep(plan, state):
    """After a tick, let those sleep in which nothing happened."""
    for n in range(state.agenda[0]):
        p = state.agenda[1 + n]
        if state.asleep[p] or plan.populations[p].injected_until >= state.clock[TICK]:
            continue
        moved = words_of(state, MOVED, p)
        moved_next = words_of(state, MOVED_NEXT, p)
        erred = words_of(state, ERRED, p)
        spiking = words_of(state, SPIKING, p)
        is_open = words_of(state, OPEN, p)
        rests_next = words_of(state, RESTS_NEXT, p)
        live = words_of(state, LIVE, p)
        rested = words_of(state, RESTED, p)
        happens = np.uint64(0)
        for w in range(moved.size):
            happens |= moved[w] | moved_next[w] | erred[w] | spiking[w]
            happens |= is_open[w] | rests_next[w] | (live[w] & ~rested[w])
        if happens == 0:
            whole = all_set(span(flags_of(state, RESTED, p), 0, state.clock[ROWS]))
            state.asleep[p] = AT_REST if whole else IDLE
