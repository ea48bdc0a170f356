"""Whole batches in the compiled loop: presentations to learn from, and predictions."""

from __future__ import annotations

from neurosim.kernels.arrays.layout import BOUND_F, DONE, FULL, ROWS, STALE, TICK, UNSENT
from neurosim.kernels.arrays.rows import block, clear, mark, note_bound, words_of
from neurosim.kernels.awake.quiet import is_quiet
from neurosim.kernels.machine.addresses import row_span, span
from neurosim.kernels.machine.calls import call_activation
from neurosim.kernels.machine.decorators import entry, inner
from neurosim.kernels.nodes import pointwise
from neurosim.kernels.verbs.clamp import (
    clamp_offered,
    consolidate,
    drop_changes,
    hold,
    offer,
    release_values,
    teach,
)
from neurosim.kernels.verbs.opening import opened
from neurosim.kernels.verbs.record import (
    HEAD_COUNT,
    has_room,
    has_room_for,
    most_spikes,
    record_snapshot,
    ticks_until_due,
)
from neurosim.kernels.verbs.run import count_ticks
from neurosim.kernels.verbs.settle import relax
from neurosim.kernels.verbs.tick import tick

__all__ = ["announce", "infer", "let_go", "show", "show_in", "train"]


@inner
def show(plan, state, samples, chosen, first):
    """Clamp every input population to the chosen samples, one per replica.

    The same as clamping and then settling, but that mu is evaluated once, when settling.
    """
    for p in range(plan.populations.size):
        population = plan.populations[p]
        if population.column >= 0 and population.incoming == 0:
            show_in(plan, state, p, samples, chosen, first)


@inner
def show_in(plan, state, p, samples, chosen, first):
    """Clamp population p, an input, to its columns of the chosen samples; mu is not evaluated."""
    population = plan.populations[p]
    rows = state.clock[ROWS]
    bound = 0.0
    for r in range(rows):
        x = population.x + r * population.stride
        sample = row_span(
            samples, chosen[first + r], population.column, population.column + population.size
        )
        top = pointwise.accept(sample, span(state.real, x, x + population.size))
        bound = max(bound, top)
    count = rows * population.stride
    clear(words_of(state, UNSENT, p))
    if population.linear == 0:
        call_activation(
            population.activation, state.real, population.x, population.f, population.slope, count
        )
        bound = pointwise.largest(block(state.real, population.f, 0, count))
    note_bound(state, p, BOUND_F, rows, bound)
    hold(plan, state, p, 1)
    for n in range(population.outgoing):
        q = plan.projections[plan.wiring[population.first_outgoing + n]].post
        mark(state, STALE, q, 0, rows, 1)


@inner
def announce(state, samples, chosen, first, batch):
    """Say which samples come next, so that they can be on their way from memory."""
    count = max(0, min(batch, chosen.size - first))
    width = samples.shape[1] * samples.itemsize
    for r in range(count):
        state.ahead[1 + r] = samples.ctypes.data + chosen[first + r] * width
    state.ahead[0] = count


@inner
def end_presentation(plan, state):
    """Let the outputs go, and the teacher; weights that waited for that take what they learned."""
    for p in range(plan.populations.size):
        population = plan.populations[p]
        if population.column >= 0 and population.incoming > 0:
            release_values(plan, state, p)
    teach(state, 0)
    return consolidate(plan, state)


@entry
def let_go(table, parameter, drop):
    """End a presentation as `train` does; if told, `drop` what waits to be learned."""
    plan, state = opened(table, parameter)
    if drop:
        drop_changes(plan, state)
    return end_presentation(plan, state)


@entry
def train(
    table, parameter, inputs, targets, chosen, batch, ticks, noise,
    segments, tape_rows, notes, spikes,
):  # fmt: skip
    """Present the chosen samples batch by batch: show, settle, teach, tick, let go.

    A presentation ends after `ticks`, or before that when the network is quiet. Its snapshots are
    recorded from the teacher's onset on, also those that are the same because the network is quiet.
    Returns (status, samples whose presentation was begun, ticks made in the last one); it is the
    last one that a status other than DONE is about, and it is left in the middle. Before one that
    would not fit on the tape it ends early.
    """
    plan, state = opened(table, parameter)
    made = 0
    recording = ticks > 0 and segments.shape[0] > 0
    for first in range(0, chosen.size, batch):
        rows = min(batch, chosen.size - first)
        needed = most_spikes(plan, rows, segments)
        # Room for all nodes to fire twice: those that fire more often are rare.
        fits = has_room_for(notes, spikes, ticks + 1, 2 * needed)
        if recording and notes[0, HEAD_COUNT] > 0 and not fits:
            return DONE, first, made
        state.clock[ROWS] = rows
        made = -2
        show(plan, state, inputs, chosen, first)
        announce(state, inputs, chosen, first + batch, batch)
        status = relax(plan, state, noise)
        if status != DONE:
            return status, first + rows, made
        made = -1
        teach(state, 1)
        for p in range(plan.populations.size):
            population = plan.populations[p]
            if population.column >= 0 and population.incoming > 0:
                top = 0.0
                last = population.column + population.size
                for r in range(rows):
                    target = row_span(targets, chosen[first + r], population.column, last)
                    top = max(top, offer(plan, state, p, r, target))
                status = clamp_offered(plan, state, p, top)
                if status != DONE:
                    return status, first + rows, made
        made = 0
        if recording:
            if not has_room(notes, spikes, needed):
                return FULL, first + rows, made
            record_snapshot(plan, state, segments, tape_rows, notes, spikes)
        while made < ticks:
            if plan.setting[0].event_driven and is_quiet(plan, state):
                break
            if recording and not has_room(notes, spikes, needed):
                return FULL, first + rows, made
            status = tick(plan, state, True)
            if status != DONE:
                return status, first + rows, made
            made += 1
            count_ticks(state, 1, True)
            if recording:
                record_snapshot(plan, state, segments, tape_rows, notes, spikes)
        while recording and made < ticks:
            if not has_room(notes, spikes, needed):
                return FULL, first + rows, made
            passed = min(ticks - made, ticks_until_due(state, segments))
            state.clock[TICK] += passed
            made += passed
            record_snapshot(plan, state, segments, tape_rows, notes, spikes)
        # What would have been ticks without any work has passed.
        state.clock[TICK] += ticks - made
        status = end_presentation(plan, state)
        if status != DONE:
            return status, first + rows, ticks
    return DONE, chosen.size, made


@entry
def infer(table, parameter, inputs, chosen, batch, predictions):
    """Show samples, settle, and copy the outputs, column by column."""
    plan, state = opened(table, parameter)
    for first in range(0, chosen.size, batch):
        rows = min(batch, chosen.size - first)
        state.clock[ROWS] = rows
        show(plan, state, inputs, chosen, first)
        status = relax(plan, state, 0.0)
        if status != DONE:
            return status
        for p in range(plan.populations.size):
            population = plan.populations[p]
            if population.column >= 0 and population.incoming > 0:
                for r in range(rows):
                    x = population.x + r * population.stride
                    last = population.column + population.size
                    pointwise.copy(
                        span(state.real, x, x + population.size),
                        row_span(predictions, first + r, population.column, last),
                    )
    return DONE
