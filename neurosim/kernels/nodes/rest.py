"""Rest: a node that has done its part in a presentation is left as it is until the next one.

That begins when the network settles, or when an onset arrives, see `onsets`.

A node comes to rest when its own gate has opened, see `gates`, or where rest spreads to it from all
that it predicts. Who will is written in RESTS_NEXT and `resting_next` while a step is proposed, and
becomes RESTED and `resting` when it is committed.
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import ALL, AWAKE, RESTED, RESTS_NEXT, ROWS, TEACHER
from neurosim.kernels.arrays.rows import (
    ONES,
    any_set,
    block,
    clear,
    drop_unused,
    end_of_run,
    fill,
    flags_of,
    mark,
    start_of_run,
    words_of,
)
from neurosim.kernels.awake.agenda import rouse
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.sweep import follows_at_all

__all__ = ["come_to_rest", "end_rest", "mark_where_rest_comes", "spread", "stay"]


@inner
def stay(plan, state, q, a, z):
    """Of the nodes from a to z, those are at rest next that are at rest now."""
    population = plan.populations[q]
    pointwise.copy(
        block(state.flag, population.resting, a, z),
        block(state.flag, population.resting_next, a, z),
    )


@inner
def mark_where_rest_comes(plan, state, p):
    """Mark as AWAKE the replicas in which rest spreads to population p; whether there are any.

    A node that every error node it predicts has left at rest rests as well. What those had to say
    has been said one tick ago, so that a node which is silent now will learn nothing in this
    presentation. At the output it begins where the teacher holds the node. The nodes of a held
    input move in no case.
    """
    population = plan.populations[p]
    if population.held and (population.incoming == 0 or not state.clock[TEACHER]):
        return False
    if population.outgoing == 0 and not population.held:
        return False
    # AWAKE is free until the value nodes look around.
    over = words_of(state, AWAKE, p)
    rested = words_of(state, RESTED, p)
    for w in range(over.size):
        over[w] = ONES & ~rested[w]
    for n in range(population.outgoing):
        k = plan.wiring[population.first_outgoing + n]
        rested = words_of(state, RESTED, plan.projections[k].post)
        for w in range(over.size):
            over[w] &= rested[w]
    drop_unused(over, state.clock[ROWS])
    return any_set(over)


@inner
def spread(plan, state, p):
    """Let population p come to rest where rest reaches it."""
    population = plan.populations[p]
    rows = state.clock[ROWS]
    # While it follows an onset has woken it, and those that it predicts are going to be.
    reached = not follows_at_all(plan, state, p) and mark_where_rest_comes(plan, state, p)
    if population.incoming == 0 and not population.held:
        stay(plan, state, p, 0, rows * population.stride)
    if not reached:
        return
    if state.asleep[p]:
        rouse(plan, state, p)
    rests = flags_of(state, AWAKE, p)
    first = start_of_run(rests, 0, rows)
    while first < rows:
        last = end_of_run(rests, first, rows)
        begin = population.resting_next + first * population.stride
        fill(state.flag, begin, begin + (last - first) * population.stride, 1)
        mark(state, RESTS_NEXT, p, first, last, ALL)
        first = start_of_run(rests, last, rows)


@inner
def come_to_rest(plan, state):
    """Commit who rests, and note where a whole population does."""
    for n in range(state.agenda[0]):
        q = state.agenda[1 + n]
        population = plan.populations[q]
        rests_next = flags_of(state, RESTS_NEXT, q)
        if state.asleep[q] or not any_set(words_of(state, RESTS_NEXT, q)):
            continue
        rows = state.clock[ROWS]
        first = start_of_run(rests_next, 0, rows)
        while first < rows:
            last = end_of_run(rests_next, first, rows)
            a = first * population.stride
            z = last * population.stride
            resting = block(state.flag, population.resting, a, z)
            pointwise.copy(block(state.flag, population.resting_next, a, z), resting)
            mark(state, RESTED, q, first, last, rests_next[first] == ALL)
            first = start_of_run(rests_next, last, rows)


@inner
def end_rest(plan, state):
    """No node rests, and nothing has learned."""
    capacity = state.evaluated.shape[1]
    for p in range(plan.populations.size):
        population = plan.populations[p]
        rested = flags_of(state, RESTED, p)
        # Nodes that nothing predicts rest all together, if at all.
        if population.incoming or any_set(rested):
            whole = capacity * population.stride
            clear(block(state.flag, population.resting, 0, whole))
            clear(block(state.flag, population.resting_next, 0, whole))
        clear(rested)
    clear(state.learned)
    clear(state.learned_next)
