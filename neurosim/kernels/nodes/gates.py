"""Gates of the error nodes: when synapses learn, and which nodes have then done their part."""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    ALL,
    LIVE,
    ONSET,
    OPEN,
    REST_NEVER,
    REST_SPREADS,
    RESTED,
    RESTS_NEXT,
    ROWS,
    SOME,
    TEACHER,
    TICK,
)
from neurosim.kernels.arrays.rows import (
    ONES,
    all_set,
    any_added,
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
from neurosim.kernels.awake.sleep import AT_REST, posts_sleep
from neurosim.kernels.machine.addresses import span
from neurosim.kernels.machine.calls import call_rule
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.rest import mark_where_rest_comes, spread, stay

__all__ = ["all_stay_shut", "close_gates", "may_open", "open_gates", "rest_comes"]


@inner
def ask(plan, state, q, timer, signal, first, count):
    """Whether any gate opens of `count` nodes of population q, from element `first` on."""
    return call_rule(
        plan.setting[0].gate, state.real, state.flag, state.quiet_since, plan.parameter,
        plan.populations, q, first, count, signal, timer,
    ) != 0  # fmt: skip


@inner
def mark_undecided(plan, state, q):
    """Set OPEN where a gate may open: neither at rest, nor without any error that could teach."""
    setting = plan.setting[0]
    is_open = words_of(state, OPEN, q)
    rested = words_of(state, RESTED, q)
    live = words_of(state, LIVE, q)
    errors_only = setting.rest == REST_NEVER and setting.event_driven
    for w in range(is_open.size):
        is_open[w] = (live[w] if errors_only else ONES) & ~rested[w]
    drop_unused(is_open, state.clock[ROWS])
    return any_set(is_open)


@inner
def decide(plan, state, q, timer, signal, first, last):
    """Gate the replicas from first to last; who opens its gate comes to rest, where that is set."""
    population = plan.populations[q]
    a = first * population.stride
    z = last * population.stride
    # A gate that reads nothing of a node's state has one answer for all.
    opens = ask(plan, state, q, timer, signal, a, z - a if plan.setting[0].reads_state else 1)
    if opens and not plan.setting[0].reads_state:
        ask(plan, state, q, timer, signal, a, z - a)
    flag = state.flag
    resting = block(flag, population.resting, a, z)
    opened = block(flag, population.open, a, z)
    if opens and plan.setting[0].rest != REST_NEVER and any_set(resting):
        # A node at rest has learned in this presentation: its gate opens to nothing.
        pointwise.zero_where(resting, block(state.real, population.drive, a, z))
        opens = any_added(opened, resting)
    mark(state, OPEN, q, first, last, opens)
    if opens and state.asleep[q]:
        rouse(plan, state, q)
    if plan.setting[0].rest == REST_NEVER:
        return opens
    if not opens:
        stay(plan, state, q, a, z)
        return False
    resting_next = block(flag, population.resting_next, a, z)
    pointwise.either(resting, opened, resting_next)
    if all_set(resting_next):
        mark(state, RESTS_NEXT, q, first, last, ALL)
        return True
    for r in range(first, last):
        start = (r - first) * population.stride
        at_rest = all_set(span(resting_next, start, start + population.size))
        state.row[RESTS_NEXT, q, r] = ALL if at_rest else SOME
    return True


@inner
def nothing_opens(plan, state, q, timer, signal):
    """Whether no gate opens in population q, which is idle, and no rest spreads to it."""
    setting = plan.setting[0]
    if setting.rest == REST_SPREADS and not posts_sleep(plan, state, q):
        return False
    if not setting.waits or plan.populations[q].incoming == 0:
        return True
    if not setting.reads_time and setting.rest == REST_NEVER:
        return True
    return not setting.reads_state and not ask(plan, state, q, timer, signal, 0, 1)


@inner
def may_open(plan, state, q):
    """Whether a gate of population q may open, now or later, though nothing else happens.

    A gate that does not read time always answers the same then, and so does one that does while
    there is no teacher. Of other gates that wait, all that is known is that they may.
    """
    setting = plan.setting[0]
    if not setting.waits or plan.populations[q].incoming == 0:
        return False
    if setting.reads_time and state.clock[TEACHER]:
        return True
    if setting.reads_state:
        return some_opens(plan, state, q)
    return ask(plan, state, q, -1, 0, 0, 1)


@inner
def some_opens(plan, state, q):
    """Whether a gate that does not read time opens of a node of population q not at rest.

    Those are asked that every tick asks, which overwrites what they answer here.
    """
    population = plan.populations[q]
    rested = flags_of(state, RESTED, q)
    for r in range(state.clock[ROWS]):
        first = r * population.stride
        last = first + population.size
        if rested[r] or not ask(plan, state, q, -1, 0, first, population.size):
            continue
        opened = block(state.flag, population.open, first, last)
        resting = block(state.flag, population.resting, first, last)
        if any_added(opened, resting):
            return True
    return False


@inner
def all_stay_shut(plan, state):
    """Whether no gate opens while there is neither a teacher nor a spike, whatever else happens."""
    if plan.setting[0].reads_errors:
        return False
    for q in range(plan.populations.size):
        population = plan.populations[q]
        count = state.clock[ROWS] * population.stride
        if population.incoming and ask(plan, state, q, -1, 0, 0, count):
            return False
    return True


@inner
def rest_comes(plan, state):
    """Whether a node may yet come to rest, though nothing else happens.

    Where rest spreads from node to node, and at a gate that opens, error or not. Marks AWAKE.
    """
    if plan.setting[0].rest == REST_NEVER:
        return False
    for p in range(plan.populations.size):
        spreads = plan.setting[0].rest == REST_SPREADS
        if spreads and mark_where_rest_comes(plan, state, p):
            return True
        rested = span(flags_of(state, RESTED, p), 0, state.clock[ROWS])
        if not all_set(rested) and may_open(plan, state, p):
            return True
    return False


@inner
def open_gates(plan, state):
    """Drive = g epsilon with the model's gate g, and who comes to rest by it."""
    setting = plan.setting[0]
    timer = state.clock[TICK] - state.clock[ONSET] if state.clock[TEACHER] else -1
    signal = 1 if timer >= 0 and timer == setting.signal_at else 0
    clear(state.learned_next)
    for q in range(plan.populations.size):
        # A gate that does not wait opens, and rest spreads, only where something happens.
        if state.asleep[q] == AT_REST or not (setting.waits or state.near[q]):
            continue
        if state.asleep[q] and nothing_opens(plan, state, q, timer, signal):
            continue
        population = plan.populations[q]
        clear(words_of(state, RESTS_NEXT, q))
        if population.incoming and (mark_undecided(plan, state, q) or not setting.event_driven):
            open_population(plan, state, q, timer, signal)
        if setting.rest == REST_SPREADS:
            spread(plan, state, q)


@inner
def open_population(plan, state, q, timer, signal):
    """Gate all replicas of population q that are marked OPEN, and leave only the open ones so."""
    population = plan.populations[q]
    rows = state.clock[ROWS]
    is_open = flags_of(state, OPEN, q)
    some = False
    first = start_of_run(is_open, 0, rows)
    while first < rows:
        last = end_of_run(is_open, first, rows)
        some = decide(plan, state, q, timer, signal, first, last) or some
        first = start_of_run(is_open, last, rows)
    if some or not plan.setting[0].event_driven:
        for n in range(population.incoming):
            state.learned_next[plan.wiring[population.first_incoming + n]] = 1
        # All replicas between the first and the last open one learn together.
        first = end_of_run(is_open, 0, rows) if is_open[0] else 0
        while first < rows:
            last = end_of_run(is_open, first, rows)
            drive = population.drive + first * population.stride
            fill(state.real, drive, drive + (last - first) * population.stride, 0)
            first = end_of_run(is_open, last, rows) if last < rows else rows


@inner
def close_gates(plan, state):
    """No synapse learns."""
    for q in range(plan.populations.size):
        if state.asleep[q]:
            continue
        clear(words_of(state, OPEN, q))
        clear(words_of(state, RESTS_NEXT, q))
        if plan.setting[0].rest != REST_NEVER:
            stay(plan, state, q, 0, state.clock[ROWS] * plan.populations[q].stride)
    clear(state.learned_next)
