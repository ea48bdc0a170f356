"""Populations that sleep: in which nothing happens and of which nothing is read anew.

That a population is asleep says that its flags MOVED, MOVED_NEXT, ERRED, SPIKING, OPEN and
RESTS_NEXT are all zero, and that no error of it is waiting for a gate. A tick then passes it by
without looking at its replicas, which leaves every bit as it would have been. Whoever sets such a
flag wakes it; whatever the world does wakes all. Clock-driven, none ever sleeps.
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
from neurosim.kernels.arrays.rows import all_set, flags_of, words_of
from neurosim.kernels.machine.addresses import span
from neurosim.kernels.machine.decorators import inner

__all__ = ["AT_REST", "IDLE", "WAKING", "fall_asleep", "posts_sleep", "pres_sleep"]

# Values of state.asleep.
WAKING, IDLE, AT_REST = 0, 1, 2


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
