"""Onsets: who has one, whom it reaches, who follows its prediction for it, and who wakes.

    onset        an input node has one when the world shows it something; any other value node has
                 one a tick after a node that predicts it had one
    it follows   x = mu, in each tick that ends within t_d ticks of an onset

What is said of a snapshot is found when it is complete (`spread_onsets`): who has an onset in it,
whom those predict, who therefore follows in the tick to come, and who wakes from rest. Replicas are
shown things at the same time, so that a node has one time for all of them. What nodes do about it
is in `sweep`.
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    ALL_FOLLOW,
    ARRIVES,
    FOLLOWED,
    FOLLOWS,
    LET_GO,
    LONG_AGO,
    PRESENTATIONS,
    RESTED,
    SAME_SNAPSHOT,
    STALE,
    SWEEP_ENDS,
    TICK,
    TURNED,
    WHOLE,
)
from neurosim.kernels.arrays.rows import any_set, block, clear, fill, mark, words_of
from neurosim.kernels.awake.agenda import rouse, write_agenda
from neurosim.kernels.awake.quiet import under_way
from neurosim.kernels.machine.addresses import span
from neurosim.kernels.machine.decorators import apart, inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.sums.sparse import PAIRS, bounds_of, step_of

__all__ = [
    "arrive_everywhere", "begin_to_follow", "begins_presentation", "end_sweeps", "have_onset",
    "pass_time", "reached_whole", "spread_onsets", "swept_nodes",
]  # fmt: skip

# Bit of a node while its bits are written anew: it followed, or was about to.
DID_FOLLOW = 8


@inner
def swept_nodes(plan, state, p):
    """What is said of the nodes of population p."""
    place = plan.populations[p].place
    return span(state.swept, place, place + plan.populations[p].size)


@inner
def note_onset(plan, state, p):
    """Some node of population p has an onset in this snapshot."""
    now = state.clock[TICK]
    state.reached[p] = now
    # As long as this node follows, one snapshot in which it did, and one in which all is over.
    state.clock[SWEEP_ENDS] = max(state.clock[SWEEP_ENDS], now + plan.setting[0].t_d + 1)


@inner
def begins_presentation(plan, state):
    """Whether no input has had an onset in this snapshot yet: what begins now is one more."""
    for p in range(plan.populations.size):
        if plan.populations[p].incoming == 0 and state.reached[p] == state.clock[TICK]:
            return False
    return True


@inner
def have_onset(plan, state, p, first, last):
    """Nodes of population p, an input, are shown something: they have an onset, and wake."""
    population = plan.populations[p]
    if begins_presentation(plan, state):
        state.clock[PRESENTATIONS] += 1
    fill(state.onset, population.place + first, population.place + last, state.clock[TICK])
    capacity = state.evaluated.shape[1]
    # Nodes that nothing predicts rest all together, if at all.
    if any_set(words_of(state, RESTED, p)):
        clear(block(state.flag, population.resting, 0, capacity * population.stride))
        clear(block(state.flag, population.resting_next, 0, capacity * population.stride))
        mark(state, RESTED, p, 0, capacity, 0)
    state.sweeping[p] = WHOLE if last - first == population.size else 0
    note_onset(plan, state, p)


@inner
def reached_whole(plan, state, p):
    """Whether all nodes of population p, an input, have an onset in this snapshot."""
    return state.reached[p] == state.clock[TICK] and state.sweeping[p] & WHOLE != 0


@inner
def arrive_everywhere(plan, state, q, now):
    """An onset arrives at every node of population q in this snapshot or, `now`, they have it."""
    bits = FOLLOWED | (FOLLOWS if plan.setting[0].t_d > 1 else 0) if now else ARRIVES | FOLLOWS
    fill(swept_nodes(plan, state, q), 0, plan.populations[q].size, bits)
    state.sweeping[q] = bits | (ALL_FOLLOW if bits & FOLLOWS else 0)
    if now:
        place = plan.populations[q].place
        fill(state.onset, place, place + plan.populations[q].size, state.clock[TICK])
        note_onset(plan, state, q)


@inner
def is_cut(plan, projection, place):
    """Whether the weight in a place of theta is that of a cut synapse of a projection."""
    first = projection.first_cut
    last = first + projection.cuts
    while first < last:
        middle = (first + last) >> 1
        if plan.cut[middle] < place:
            first = middle + 1
        else:
            last = middle
    return first < projection.first_cut + projection.cuts and plan.cut[first] == place


@inner
def carry_over(plan, projection, at, first, length, arrives):
    """An onset arrives at `length` nodes from `first` on, over weights from `at` on, if not cut."""
    for j in range(length):
        if projection.cuts == 0 or not is_cut(plan, projection, at + j):
            arrives[first + j] |= ARRIVES


@apart
def carry_onset(plan, state, k, arrives):
    """Mark the nodes at which an onset arrives over projection k in this snapshot."""
    projection = plan.projections[k]
    pre = plan.populations[projection.pre]
    if projection.sparse == 0 and projection.cuts == 0:
        # Some node has one, and it reaches all.
        for j in range(arrives.size):
            arrives[j] |= ARRIVES
        return
    for i in range(pre.size):
        if state.onset[pre.place + i] != state.clock[TICK]:
            continue
        if projection.sparse == 0:
            at = projection.theta + i * projection.stride
            carry_over(plan, projection, at, 0, arrives.size, arrives)
            continue
        table = projection.stride
        entries = bounds_of(table)
        step = step_of(table)
        for n in range(entries[i], entries[i + 1]):
            at = pre.size + 1 + step * n
            length = 1 if step == PAIRS else entries[at + 2]
            carry_over(
                plan, projection, projection.theta + entries[at + 1], entries[at], length, arrives
            )


@inner
def arrive(plan, state):
    """Those at which an onset arrived a tick ago have one now."""
    now = state.clock[TICK]
    for q in range(plan.populations.size):
        if state.sweeping[q] & ARRIVES == 0:
            continue
        swept = swept_nodes(plan, state, q)
        place = plan.populations[q].place
        for i in range(swept.size):
            if swept[i] & ARRIVES:
                state.onset[place + i] = now
        note_onset(plan, state, q)


@inner
def some_arrive(plan, state, q):
    """Whether some node that predicts population q has an onset in this snapshot."""
    post = plan.populations[q]
    for n in range(post.incoming):
        k = plan.wiring[post.first_incoming + n]
        if state.reached[plan.projections[k].pre] == state.clock[TICK]:
            return True
    return False


@inner
def say_who_follows(plan, state, q):
    """Bits of the nodes of population q, and of the population, for this snapshot."""
    now = state.clock[TICK]
    t_d = plan.setting[0].t_d
    arriving = some_arrive(plan, state, q)
    if not arriving and state.sweeping[q] == 0 and now - state.reached[q] >= t_d - 1:
        return
    same = state.clock[SAME_SNAPSHOT]
    swept = swept_nodes(plan, state, q)
    before = state.sweeping[q]
    for i in range(swept.size):
        # What the tick that led here did stays known while the world changes this snapshot.
        old = swept[i]
        followed = old & FOLLOWED if same else (FOLLOWED if old & FOLLOWS else 0)
        swept[i] = followed | (DID_FOLLOW if old & FOLLOWS else 0)
    if arriving:
        post = plan.populations[q]
        for n in range(post.incoming):
            k = plan.wiring[post.first_incoming + n]
            if state.reached[plan.projections[k].pre] == now:
                carry_onset(plan, state, k, swept)
    place = plan.populations[q].place
    seen = 0
    count = 0
    for i in range(swept.size):
        bits = swept[i]
        if bits & ARRIVES or now - state.onset[place + i] < t_d - 1:
            bits |= FOLLOWS
            count += 1
        if (bits & FOLLOWS != 0) != (bits & DID_FOLLOW != 0):
            seen |= TURNED
        bits &= ARRIVES | FOLLOWS | FOLLOWED
        swept[i] = bits
        seen |= bits
    if count == swept.size:
        seen |= ALL_FOLLOW
    if same:
        seen |= before & (TURNED | LET_GO)
    state.sweeping[q] = seen


@inner
def wake_from_rest(plan, state, q):
    """Nodes of population q at which an onset arrives rest no more; whether any of them did.

    What came while they were at rest has passed them by: mu is summed anew.
    """
    population = plan.populations[q]
    capacity = state.evaluated.shape[1]
    count = capacity * population.stride
    if not any_set(block(state.flag, population.resting, 0, count)):
        return False
    swept = swept_nodes(plan, state, q)
    woken = False
    for r in range(capacity):
        a = r * population.stride
        z = a + swept.size
        woken = pointwise.clear_where(
            ARRIVES,
            swept,
            block(state.flag, population.resting, a, z),
            block(state.flag, population.resting_next, a, z),
        ) or woken  # fmt: skip
        # What lies between two rows rests with all nodes of one, see `rest.spread`.
        clear(block(state.flag, population.resting, z, a + population.stride))
        clear(block(state.flag, population.resting_next, z, a + population.stride))
    if woken:
        mark(state, RESTED, q, 0, capacity, 0)
        mark(state, STALE, q, 0, capacity, 1)
        rouse(plan, state, q)
    return woken


@inner
def spread_onsets(plan, state):
    """Say of the snapshot that has just been reached, or changed, where its onsets lead."""
    if not under_way(plan, state):
        return
    if not state.clock[SAME_SNAPSHOT]:
        arrive(plan, state)
    woken = False
    for q in range(plan.populations.size):
        if plan.populations[q].incoming:
            say_who_follows(plan, state, q)
            if state.sweeping[q] & ARRIVES:
                woken = wake_from_rest(plan, state, q) or woken
    if woken:
        write_agenda(state)


@inner
def pass_time(plan, state, ticks):
    """Let ticks pass in which nothing happens; who still follows is said of where they lead."""
    goes_on = under_way(plan, state)
    state.clock[TICK] += ticks
    if not goes_on:
        return
    since = state.clock[TICK] - plan.setting[0].t_d
    for q in range(plan.populations.size):
        if state.sweeping[q] == 0 or plan.populations[q].incoming == 0:
            continue
        swept = swept_nodes(plan, state, q)
        place = plan.populations[q].place
        seen = 0
        count = 0
        for i in range(swept.size):
            onset = state.onset[place + i]
            bits = (FOLLOWS if onset > since + 1 else 0) | (FOLLOWED if onset > since else 0)
            count += bits & FOLLOWS
            seen |= bits | (TURNED if onset == since + 1 else 0)
            swept[i] = bits
        state.sweeping[q] = seen | (ALL_FOLLOW if count == FOLLOWS * swept.size else 0)


@inner
def begin_to_follow(plan, state, p, first, last):
    """The world lets nodes of population p go: those that it held have not followed until now."""
    population = plan.populations[p]
    if not under_way(plan, state) or state.sweeping[p] & (FOLLOWS | FOLLOWED) == 0:
        return
    swept = swept_nodes(plan, state, p)
    for i in range(first, last):
        if state.flag[population.clamped + i]:
            swept[i] &= ARRIVES | FOLLOWS
            state.sweeping[p] |= LET_GO


@inner
def end_sweeps(plan, state):
    """No onset travels, and nobody follows: the network has settled."""
    if plan.setting[0].sweep and state.clock[SWEEP_ENDS] > LONG_AGO:
        fill(state.onset, 0, state.onset.size, LONG_AGO)
        fill(state.reached, 0, state.reached.size, LONG_AGO)
        clear(state.swept)
        clear(state.sweeping)
        state.clock[SWEEP_ENDS] = LONG_AGO
