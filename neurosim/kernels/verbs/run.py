"""Entry points of the engine: arrays in, a status out. What a simulator's verbs call."""

from __future__ import annotations

from neurosim.kernels.arrays.layout import DONE, TICK
from neurosim.kernels.awake.quiet import is_quiet
from neurosim.kernels.machine.decorators import entry, inner
from neurosim.kernels.nodes.gates import rest_comes
from neurosim.kernels.verbs.clamp import (
    awaken,
    clamp_nodes,
    hold_nodes,
    inject_current,
    refresh_weights,
    teach,
)
from neurosim.kernels.verbs.opening import opened
from neurosim.kernels.verbs.record import has_room, record_snapshot
from neurosim.kernels.verbs.settle import finish, relax
from neurosim.kernels.verbs.tick import tick

__all__ = [
    "advance", "clamp", "inject", "record", "refresh", "release", "rest_again", "run", "settle",
]  # fmt: skip


@inner
def may_skip(plan, state, learning):
    """Whether ticks may pass without any work."""
    event_driven = plan.setting[0].event_driven
    if not event_driven or not is_quiet(plan, state):
        return False
    return not (learning and rest_comes(plan, state))


@entry
def run(table, parameter, ticks, learning, segments, tape, wanted, spikes):
    """Make at most `ticks` ticks, and record each snapshot that is reached.

    Returns (status, ticks made), fewer than asked for when the list of spikes is full.
    """
    plan, state = opened(table, parameter)
    for made in range(ticks):
        if not has_room(plan, state, wanted, spikes):
            return DONE, made
        if may_skip(plan, state, learning):
            state.clock[TICK] += 1
        else:
            status = tick(plan, state, learning)
            if status != DONE:
                return status, made
        record_snapshot(plan, state, made, segments, tape, wanted, spikes)
    return DONE, ticks


@entry
def advance(table, parameter, ticks, learning):
    """Make `ticks` ticks of which nothing is recorded; returns (status, ticks made)."""
    plan, state = opened(table, parameter)
    for made in range(ticks):
        if may_skip(plan, state, learning):
            state.clock[TICK] += ticks - made
            return DONE, ticks
        status = tick(plan, state, learning)
        if status != DONE:
            return status, made
    return DONE, ticks


@entry
def record(table, parameter, segments, tape, wanted, spikes):
    """Record the present snapshot in row 0 of the tape."""
    plan, state = opened(table, parameter)
    record_snapshot(plan, state, 0, segments, tape, wanted, spikes)


@entry
def settle(table, parameter):
    """Predict until quiet."""
    plan, state = opened(table, parameter)
    return relax(plan, state)


@entry
def rest_again(table, parameter):
    """Call the present snapshot settled, as it is: t = 0, and what went before was quiet."""
    plan, state = opened(table, parameter)
    finish(plan, state)


@entry
def clamp(table, parameter, p, nodes, values, teaches):
    """Clamp some nodes of population p to values of shape (replicas in use, nodes)."""
    plan, state = opened(table, parameter)
    status = clamp_nodes(plan, state, p, nodes, values)
    if teaches and status == DONE:
        teach(state, 1)
    return status


@entry
def release(table, parameter, p, nodes, taught):
    """Let some nodes of population p move; `taught` says whether a teacher is still present."""
    plan, state = opened(table, parameter)
    hold_nodes(plan, state, p, nodes, 0)
    awaken(plan, state, p)
    if not taught:
        teach(state, 0)


@entry
def inject(table, parameter, p, nodes, current, until):
    """Inject a current into some nodes of population p, until a tick."""
    plan, state = opened(table, parameter)
    inject_current(plan, state, p, nodes, current, until)


@entry
def refresh(table, parameter, weights):
    """Take notice that a block of weights was changed from outside, or, -1, commit what waits."""
    plan, state = opened(table, parameter)
    return refresh_weights(plan, state, weights)
