"""A sweep that nobody watches, and that meets nobody on its way, in one pass over the populations.

Where an onset passes through layers in which all is quiet, or all at rest, nothing happens in a
tick but in the population that it reaches: mu is summed as it arrives, x = mu a tick later. Neither
reads anything but what the population before it has become. So the populations are taken one after
the other, each at its own two ticks, by the very functions that a tick calls; which leaves the bits
and the dates that tick by tick they would have, without the ticks. Event-driven only.
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    BOUND_EPSILON,
    ERRED,
    LET_GO,
    LIVE,
    MOVED,
    MOVED_NEXT,
    RESTED,
    ROWS,
    SAME_SNAPSHOT,
    SPIKING,
    STALE,
    TEACHER,
    TICK,
)
from neurosim.kernels.arrays.rows import (
    all_set,
    any_set,
    block,
    clear,
    flags_of,
    mark,
    note_bound,
    words_of,
)
from neurosim.kernels.awake.agenda import wake_all
from neurosim.kernels.machine.addresses import span
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes.error_nodes import HEARS, PREDICTED, take_in
from neurosim.kernels.nodes.gates import all_stay_shut
from neurosim.kernels.nodes.onsets import arrive_everywhere, pass_time, reached_whole
from neurosim.kernels.nodes.sweep import follow_sweep
from neurosim.kernels.nodes.synapses import predict
from neurosim.kernels.nodes.value_nodes import activate_next, commit_activity
from neurosim.kernels.verbs.settle import may_overflow

__all__ = ["pass_over"]


@inner
def arrival(plan, state, q):
    """In how many ticks an onset of this snapshot has come to population q; -1 if that is unclear.

    It is clear in layers: where all that predict q are reached as a whole, and at the same time.
    """
    post = plan.populations[q]
    after = -1
    for n in range(post.incoming):
        projection = plan.projections[plan.wiring[post.first_incoming + n]]
        pre = plan.populations[projection.pre]
        if pre.incoming == 0 and pre.column < 0:
            # Nodes that are constant have no onsets.
            continue
        before = state.arrival[projection.pre]
        clear_cut = projection.sparse == 0 and projection.cuts == 0 and before >= 0
        if not clear_cut or (after >= 0 and before + 1 != after):
            return -1
        after = before + 1
    return after


@inner
def is_untouched(plan, state, q):
    """Whether the world holds no node of population q and injects nothing, and no phi fires."""
    population = plan.populations[q]
    if population.injected_until >= state.clock[TICK] or state.sweeping[q] & LET_GO:
        return False
    if any_set(words_of(state, SPIKING, q)):
        return False
    return not any_set(block(state.flag, population.clamped, 0, population.size))


@inner
def is_alone(plan, state, ticks):
    """Whether a sweep that begins in this snapshot meets nobody, and is over after some ticks.

    Behind the populations that it has already reached all are at rest, or no error is left in any.
    """
    rows = state.clock[ROWS]
    rested = 0
    quiet = 0
    deeper = 0
    for n in range(plan.order.size):
        q = plan.order[n]
        population = plan.populations[q]
        if population.incoming == 0:
            shown = reached_whole(plan, state, q) and population.injected_until < state.clock[TICK]
            state.arrival[q] = 0 if shown else -1
            continue
        state.arrival[q] = arrival(plan, state, q)
        if not 0 < state.arrival[q] < ticks or not is_untouched(plan, state, q):
            return False
        if state.arrival[q] > 1:
            deeper += 1
            rested += all_set(span(flags_of(state, RESTED, q), 0, rows))
            quiet += not any_set(words_of(state, LIVE, q)) and not any_set(
                block(state.flag, population.resting, 0, rows * population.stride)
            )
    return rested == deeper or quiet == deeper


@inner
def may_pass_over(plan, state, ticks, learning):
    """Whether the next ticks, or the first of them, may be made in one pass.

    That is where all nodes of all inputs that lead anywhere have just been shown something; where
    there is no teacher, nothing is held, let go or injected, and no phi fires, nor can, since it
    asks for feedback; where no gate opens; and where nothing can leave its bound.
    """
    setting = plan.setting[0]
    if setting.sweep == 0 or setting.event_driven == 0 or setting.guarded or state.clock[TEACHER]:
        return False
    if not setting.feedback_gate:
        # Any phi may fire where mu moves, as an onset arrives.
        return False
    if state.clock[SAME_SNAPSHOT] == 0 or not is_alone(plan, state, ticks):
        return False
    return (not learning or all_stay_shut(plan, state)) and not may_overflow(plan, state, 0.0)


@inner
def take_up(plan, state, q, begun):
    """Population q as an onset arrives, and a tick later, as it follows its prediction."""
    population = plan.populations[q]
    rows = state.clock[ROWS]
    state.clock[TICK] = begun + state.arrival[q] - 1
    if state.arrival[q] > 1:
        capacity = state.evaluated.shape[1]
        clear(block(state.flag, population.resting, 0, capacity * population.stride))
        clear(block(state.flag, population.resting_next, 0, capacity * population.stride))
        mark(state, RESTED, q, 0, capacity, 0)
        predict(plan, state, q, 0, rows, population.mu_next)
        mark(state, STALE, q, 0, rows, 0)
        mark(state, STALE, q, rows, capacity, 1)
        take_in(plan, state, q, 0, rows, PREDICTED)
    arrive_everywhere(plan, state, q, False)
    _, top = follow_sweep(plan, state, q, 0, rows)
    # It is within all bounds, as `may_overflow` has found.
    activate_next(plan, state, q, 0, rows, top)
    mark(state, MOVED_NEXT, q, 0, rows, 1)
    commit_activity(plan, state, q)
    state.clock[TICK] += 1
    arrive_everywhere(plan, state, q, True)
    bound = take_in(plan, state, q, 0, rows, HEARS)
    note_bound(state, q, BOUND_EPSILON, rows, bound)


@inner
def pass_over(plan, state, ticks, learning):
    """Make ticks in one pass if it may be done; returns how many, 0 if it may not."""
    if not may_pass_over(plan, state, ticks, learning):
        return 0
    begun = state.clock[TICK]
    state.clock[SAME_SNAPSHOT] = 0
    longest = 0
    for n in range(plan.order.size):
        q = plan.order[n]
        if plan.populations[q].incoming:
            take_up(plan, state, q, begun)
            longest = max(longest, state.arrival[q])
    for q in range(plan.populations.size):
        for flag in (MOVED, MOVED_NEXT, ERRED):
            clear(words_of(state, flag, q))
    clear(state.learned)
    clear(state.learned_next)
    wake_all(state)
    state.clock[TICK] = begun
    pass_time(plan, state, longest + 1)
    return longest + 1
