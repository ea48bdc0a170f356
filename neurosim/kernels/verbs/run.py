"""Entry points of the engine: arrays in, a status out. What a simulator's verbs call."""

from __future__ import annotations

from neurosim.kernels.arrays.layout import (
    DONE,
    FEEDBACKS,
    FULL,
    LEARNING_TICKS,
    PREDICTIONS,
    REPLICA_TICKS,
    RISKY,
    ROWS,
    UPDATES,
)
from neurosim.kernels.arrays.rows import any_set
from neurosim.kernels.awake.quiet import is_quiet
from neurosim.kernels.machine.addresses import span
from neurosim.kernels.machine.decorators import entry, inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.nodes.gates import rest_comes
from neurosim.kernels.nodes.onsets import pass_time
from neurosim.kernels.nodes.synapses import keep_cut
from neurosim.kernels.verbs.clamp import (
    awaken,
    begin_outside,
    clamp_nodes,
    drop_changes,
    hold_nodes,
    inject_current,
    refresh_weights,
    teach,
)
from neurosim.kernels.verbs.opening import opened
from neurosim.kernels.verbs.pass_over import pass_over
from neurosim.kernels.verbs.record import (
    has_room,
    is_on_record,
    most_spikes,
    record_snapshot,
    ticks_until_due,
)
from neurosim.kernels.verbs.settle import finish, relax
from neurosim.kernels.verbs.tick import overflow_possible, tick

__all__ = [
    "advance", "clamp", "inject", "record", "refresh", "release", "rest_again",
    "rouse_all", "run", "settle", "tick_recorded", "tick_unrecorded", "work_of", "write",
]  # fmt: skip


# In multiply-adds, of one replica.
WORK_OF_A_TICK = 256


@inner
def may_skip(plan, state, learning):
    """Whether ticks may pass without any work."""
    event_driven = plan.setting[0].event_driven
    if not event_driven or not is_quiet(plan, state):
        return False
    return not (learning and rest_comes(plan, state))


@inner
def count_ticks(state, ticks, learning):
    """Note that some ticks were made."""
    made = ticks * state.clock[ROWS]
    state.count[REPLICA_TICKS] += made
    if learning:
        state.count[LEARNING_TICKS] += made


@inner
def work_of(state):
    """What has been done so far, in units of about a multiply-add: a tick costs some by itself."""
    operations = state.count[PREDICTIONS] + state.count[FEEDBACKS] + state.count[UPDATES]
    return operations + WORK_OF_A_TICK * state.count[REPLICA_TICKS]


@entry
def run(table, parameter, ticks, most, learning, segments, rows, notes, spikes):
    """Make at most `ticks` ticks, and record each snapshot that is reached.

    And first the present one, if it is not on record. Returns (status, ticks made), fewer than
    asked for when the tape is FULL or `most` work was done.
    """
    plan, state = opened(table, parameter)
    last = work_of(state) + most
    return tick_recorded(plan, state, ticks, last, learning, segments, rows, notes, spikes)


@inner
def tick_recorded(plan, state, ticks, last, learning, segments, rows, notes, spikes):
    """Make ticks, until the work done is `last`, and record each snapshot; see `run`."""
    needed = most_spikes(plan, state.clock[ROWS], segments)
    if not is_on_record(state, notes):
        if not has_room(notes, spikes, needed):
            return FULL, 0
        record_snapshot(plan, state, segments, rows, notes, spikes)
    made = 0
    while made < ticks:
        if work_of(state) >= last:
            return DONE, made
        if not has_room(notes, spikes, needed):
            return FULL, made
        passed = 1
        if may_skip(plan, state, learning):
            passed = min(ticks - made, ticks_until_due(state, segments))
            pass_time(plan, state, passed)
        else:
            status = tick(plan, state, learning)
            if status != DONE:
                return status, made
        made += passed
        count_ticks(state, passed, learning)
        record_snapshot(plan, state, segments, rows, notes, spikes)
    return DONE, ticks


@entry
def advance(table, parameter, ticks, most, learning):
    """Make `ticks` ticks of which nothing is recorded.

    Returns (status, ticks made), fewer than asked for when `most` work was done.
    """
    plan, state = opened(table, parameter)
    return tick_unrecorded(plan, state, ticks, work_of(state) + most, learning)


@inner
def tick_unrecorded(plan, state, ticks, last, learning):
    """Make ticks, until the work done is `last`, of which nothing is recorded; see `advance`."""
    made = pass_over(plan, state, ticks, learning)
    count_ticks(state, made, learning)
    while made < ticks:
        if work_of(state) >= last:
            return DONE, made
        if may_skip(plan, state, learning):
            pass_time(plan, state, ticks - made)
            count_ticks(state, ticks - made, learning)
            return DONE, ticks
        status = tick(plan, state, learning)
        if status != DONE:
            return status, made
        made += 1
        count_ticks(state, 1, learning)
    return DONE, ticks


@entry
def record(table, parameter, segments, rows, notes, spikes):
    """Record the present snapshot on a tape that has room."""
    plan, state = opened(table, parameter)
    record_snapshot(plan, state, segments, rows, notes, spikes)


@entry
def settle(table, parameter, noise):
    """Predict until quiet, each x drawn around its prediction if there is noise."""
    plan, state = opened(table, parameter)
    return relax(plan, state, noise)


@entry
def rest_again(table, parameter):
    """Call the present snapshot settled, as it is: t = 0, and what went before was quiet."""
    plan, state = opened(table, parameter)
    finish(plan, state, 0.0)


@entry
def clamp(table, parameter, p, nodes, values, teaches):
    """Clamp some nodes of population p to values of shape (replicas in use, nodes)."""
    plan, state = opened(table, parameter)
    status = clamp_nodes(plan, state, p, nodes, values)
    if teaches and status == DONE:
        teach(state, 1)
    return status


@entry
def release(table, parameter, p, nodes, taught, drop):
    """Let some nodes of population p move; `taught` says whether a teacher is still present.

    When the last has gone, weights that are used more than once take what they have learned, or
    `drop` it.
    """
    plan, state = opened(table, parameter)
    if drop:
        drop_changes(plan, state)
    commits = not taught and any_set(state.pending)
    if commits:
        begin_outside(plan, state)
        if not plan.setting[0].guarded and overflow_possible(plan, state):
            return RISKY
    hold_nodes(plan, state, p, nodes, 0)
    awaken(plan, state, p)
    if not taught:
        teach(state, 0)
    return refresh_weights(plan, state, -1) if commits else DONE


@entry
def inject(table, parameter, p, nodes, current, until):
    """Inject a current into some nodes of population p, until a tick."""
    plan, state = opened(table, parameter)
    inject_current(plan, state, p, nodes, current, until)


@entry
def rouse_all(table, parameter):
    """Have every population look around at the next tick: how far it goes has changed."""
    plan, state = opened(table, parameter)
    for p in range(plan.populations.size):
        awaken(plan, state, p)


@entry
def write(table, parameter, weights, places, values):
    """Put weights of a block into their places in theta, and refresh what depends on them.

    If it is not done, the weights are what they were. It may be done again: `values` are theirs
    afterwards, 0 where a synapse is cut.
    """
    plan, state = opened(table, parameter)
    before = state.theta_bound[weights]
    swap(state.theta, places, values)
    for k in range(plan.projections.size):
        keep_cut(plan, state, k)
    own = plan.weights[weights]
    block = span(state.theta, own.theta, own.theta + own.size)
    state.theta_bound[weights] = pointwise.largest(block)
    status = refresh_weights(plan, state, weights)
    if status != DONE:
        swap(state.theta, places, values)
        state.theta_bound[weights] = before
        return status
    for n in range(places.size):
        values[n] = state.theta[places[n]]
    return DONE


@inner
def swap(theta, places, values):
    """Exchange elements of theta with others."""
    for n in range(places.size):
        kept = theta[places[n]]
        theta[places[n]] = values[n]
        values[n] = kept


@entry
def refresh(table, parameter, weights):
    """Take notice that a block of weights was changed from outside, or, -1, commit what waits."""
    plan, state = opened(table, parameter)
    return refresh_weights(plan, state, weights)
