"""Presentations of a stream in the compiled loop: the world shows, teaches, lets go and waits.

Nothing is done but what clamping, releasing and running do; what is known of a presentation is only
how long the world takes for each part of it.
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import DONE, RISKY, ROWS
from neurosim.kernels.arrays.rows import any_set
from neurosim.kernels.machine.addresses import row_span
from neurosim.kernels.machine.decorators import entry, inner
from neurosim.kernels.nodes.onsets import have_onset
from neurosim.kernels.verbs.clamp import (
    begin_outside,
    change_snapshot,
    clamp_offered,
    offer,
    refresh_weights,
    release_values,
    teach,
)
from neurosim.kernels.verbs.opening import opened
from neurosim.kernels.verbs.run import tick_recorded, tick_unrecorded, work_of
from neurosim.kernels.verbs.tick import overflow_possible
from neurosim.kernels.verbs.train import announce, show_in

__all__ = ["MADE", "PHASE", "PRESENTATION", "RELEASE", "SHOW", "TEACH", "stream"]

# What a presentation is made of, one after the other: what the world does, and how long it waits.
SHOW, SHOWN, TEACH, TAUGHT, RELEASE, PAUSE, OVER = 0, 1, 2, 3, 4, 5, 6
# Where a stream stands: in which presentation and phase, and how many ticks of it were made.
PRESENTATION, PHASE, MADE = 0, 1, 2


@inner
def show_anew(plan, state, samples, chosen, first):
    """Clamp every input to its samples, one per replica: an onset. Errors are refreshed at once."""
    for p in range(plan.populations.size):
        population = plan.populations[p]
        if population.column < 0 or population.incoming > 0:
            continue
        begin_outside(plan, state)
        show_in(plan, state, p, samples, chosen, first)
        if not plan.setting[0].guarded and overflow_possible(plan, state):
            return RISKY
        have_onset(plan, state, p, 0, population.size)
        status = change_snapshot(plan, state)
        if status != DONE:
            return status
    return DONE


@inner
def teach_targets(plan, state, targets, chosen, first):
    """Clamp every output to its targets, one per replica: the teacher appears."""
    teach(state, 1)
    for p in range(plan.populations.size):
        population = plan.populations[p]
        if population.column < 0 or population.incoming == 0:
            continue
        top = 0.0
        last = population.column + population.size
        for r in range(state.clock[ROWS]):
            target = row_span(targets, chosen[first + r], population.column, last)
            top = max(top, offer(plan, state, p, r, target))
        status = clamp_offered(plan, state, p, top)
        if status != DONE:
            return status
    return DONE


@inner
def release_outputs(plan, state):
    """Let every output go; weights that waited for it take what they have learned."""
    commits = any_set(state.pending)
    if commits:
        begin_outside(plan, state)
        if not plan.setting[0].guarded and overflow_possible(plan, state):
            return RISKY
    for p in range(plan.populations.size):
        population = plan.populations[p]
        if population.column >= 0 and population.incoming > 0:
            release_values(plan, state, p)
    teach(state, 0)
    return refresh_weights(plan, state, -1) if commits else DONE


@inner
def ticks_of(ticks, n, phase):
    """How long the world waits in a phase of presentation n; 0 where it does something."""
    return ticks[n, phase >> 1] if phase & 1 else 0


@entry
def stream(
    table, parameter, inputs, targets, chosen, firsts, ticks, position, most, learning, segments,
    tape_rows, notes, spikes,
):  # fmt: skip
    """Go on with a stream from where it stands, until it ends or `most` work was done.

    Presentation n shows the samples from ``chosen[firsts[n]]`` on, one per replica in use, for
    ``ticks[n, 0]`` ticks, teaches for ``ticks[n, 1]``, not at all if that is 0, and pauses for
    ``ticks[n, 2]``. `position` says where it stands, and is kept up to date. Returns a status; one
    that is not DONE is about what is to be done next, and was not.
    """
    plan, state = opened(table, parameter)
    last = work_of(state) + most
    rows = state.clock[ROWS]
    while position[PRESENTATION] < ticks.shape[0]:
        n = position[PRESENTATION]
        phase = position[PHASE]
        status = DONE
        wait = ticks_of(ticks, n, phase) - position[MADE]
        if phase == SHOW:
            status = show_anew(plan, state, inputs, chosen, firsts[n])
            if n + 1 < ticks.shape[0]:
                announce(state, inputs, chosen, firsts[n + 1], rows)
        elif phase == TEACH and ticks[n, 1] > 0:
            status = teach_targets(plan, state, targets, chosen, firsts[n])
        elif phase == RELEASE and ticks[n, 1] > 0:
            status = release_outputs(plan, state)
        elif wait > 0:
            if segments.shape[0] > 0:
                status, made = tick_recorded(
                    plan, state, wait, last, learning, segments, tape_rows, notes, spikes
                )
            else:
                status, made = tick_unrecorded(plan, state, wait, last, learning)
            position[MADE] += made
            if status == DONE and made < wait:
                return DONE
        if status != DONE:
            return status
        position[MADE] = 0
        position[PHASE] = phase + 1
        if phase + 1 == OVER:
            position[PRESENTATION] = n + 1
            position[PHASE] = SHOW
    return DONE
