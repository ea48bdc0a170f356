"""Recording of snapshots, inside the compiled loop.

What is recorded goes to a tape, from which Python takes it when it comes to it. The tape is four
arrays: what to copy (`segments`), the numbers copied, a row per snapshot (`rows`), a note of each
snapshot (`notes`), and the spikes (`spikes`). Row 0 of the notes is about the tape itself, so that
what is on it is known whenever Python gets to see it; snapshot n is in row n of the notes and in
row n - 1 of the numbers.
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import ONSET, PRESENTATIONS, ROWS, SPIKING, TICK, VERSION
from neurosim.kernels.arrays.rows import any_set, words_of
from neurosim.kernels.machine.addresses import row_span, span
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes.pointwise import copy

__all__ = [
    "FLAG",
    "HEAD_COUNT",
    "NOTE_FIELDS",
    "NOTE_PRESENTATION",
    "NOTE_REPLICAS",
    "NOTE_SPIKES",
    "NOTE_T",
    "NOTE_TICK",
    "NOTE_VERSION",
    "REAL",
    "SEGMENT_FIELDS",
    "SPIKES",
    "THETA",
    "has_room",
    "has_room_for",
    "is_on_record",
    "most_spikes",
    "record_snapshot",
    "ticks_until_due",
]  # fmt: skip

# What a segment is read from: one of the arrays, or the change detectors of a population, whose
# spikes are listed.
REAL, FLAG, THETA, SPIKES = 0, 1, 2, 3
# A segment is a block to copy: array, offset (or the population whose spikes are listed), stride,
# rows (-1: one per replica), columns, where it goes in a row of the tape, and of which t it is
# copied: of multiples of the last.
SEGMENT_FIELDS = 7
# A note: tick and version of the snapshot, its t, how many times the network had settled, replicas
# in use, and how many spikes are listed up to its own.
NOTE_TICK, NOTE_VERSION, NOTE_T, NOTE_PRESENTATION, NOTE_REPLICAS, NOTE_SPIKES = 0, 1, 2, 3, 4, 5
NOTE_FIELDS = 6
# More ticks than can be asked for.
FOR_EVER = 2**62
# Row 0 of the notes: tick and version of the snapshot that was looked at last, and how many
# snapshots are on the tape. No spike is listed before the first of them.
HEAD_COUNT = 2


@inner
def most_spikes(plan, replicas, segments):
    """How many spikes a snapshot of so many replicas can have."""
    needed = 0
    for s in range(segments.shape[0]):
        if segments[s, 0] == SPIKES:
            needed += plan.populations[segments[s, 1]].size * replicas
    return needed


@inner
def has_room_for(notes, spikes, snapshots, needed):
    """Whether some more snapshots fit on the tape, and as many spikes."""
    count = notes[0, HEAD_COUNT]
    fits = notes[count, NOTE_SPIKES] + needed <= spikes.shape[0]
    return fits and count + 1 + snapshots <= notes.shape[0]


@inner
def has_room(notes, spikes, needed):
    """Whether one more snapshot fits on the tape, with all the spikes that it can have."""
    return has_room_for(notes, spikes, 1, needed)


@inner
def is_on_record(state, notes):
    """Whether the present snapshot has been recorded as it is."""
    same = notes[0, NOTE_VERSION] == state.clock[VERSION]
    return same and notes[0, NOTE_TICK] == state.clock[TICK]


@inner
def ticks_until_due(state, segments):
    """How many ticks it takes a quiet network to where something of it is to be recorded.

    Spikes are not: it has none. At least one, and more than can be asked for where nothing is due.
    """
    t = state.clock[TICK] - state.clock[ONSET]
    ticks = FOR_EVER
    for s in range(segments.shape[0]):
        if segments[s, 0] != SPIKES:
            every = segments[s, 6]
            ticks = min(ticks, every - t % every)
    return ticks


@inner
def copy_block(source, at, stride, rows, columns, target, column):
    """Copy the columns of some rows to one row of the tape."""
    for r in range(rows):
        first = at + r * stride
        place = column + r * columns
        copy(span(source, first, first + columns), span(target, place, place + columns))


@inner
def list_spikes(plan, state, p, spikes, taken):
    """List who fires in population p, by node, then by replica; returns how many are listed now.

    Of each the place of its phi among all flags is listed.
    """
    if not any_set(words_of(state, SPIKING, p)):
        return taken
    population = plan.populations[p]
    end = population.phi + state.clock[ROWS] * population.stride
    for i in range(population.size):
        for place in range(population.phi + i, end, population.stride):
            if state.flag[place]:
                spikes[taken] = place
                taken += 1
    return taken


@inner
def record_snapshot(plan, state, segments, rows, notes, spikes):
    """Take the present snapshot, in the place of an earlier one of the same tick.

    One in which no segment is due is not put on the tape.
    """
    clock = state.clock
    now = clock[TICK]
    t = now - clock[ONSET]
    last = notes[0, HEAD_COUNT]
    if last > 0 and notes[last, NOTE_TICK] == now:
        last -= 1
    taken = notes[last, NOTE_SPIKES]
    line = row_span(rows, last, 0, rows.shape[1])
    due = False
    for s in range(segments.shape[0]):
        every = segments[s, 6]
        if every != 1 and t % every != 0:
            continue
        due = True
        array = segments[s, 0]
        at = segments[s, 1]
        stride = segments[s, 2]
        count = segments[s, 3]
        columns = segments[s, 4]
        column = segments[s, 5]
        if count < 0:
            count = clock[ROWS]
        if array == REAL:
            copy_block(state.real, at, stride, count, columns, line, column)
        elif array == FLAG:
            copy_block(state.flag, at, stride, count, columns, line, column)
        elif array == THETA:
            copy_block(state.theta, at, stride, count, columns, line, column)
        else:
            taken = list_spikes(plan, state, at, spikes, taken)
    if due:
        last += 1
        notes[last, NOTE_TICK] = now
        notes[last, NOTE_VERSION] = clock[VERSION]
        notes[last, NOTE_T] = t
        notes[last, NOTE_PRESENTATION] = clock[PRESENTATIONS]
        notes[last, NOTE_REPLICAS] = clock[ROWS]
        notes[last, NOTE_SPIKES] = taken
        notes[0, HEAD_COUNT] = last
    notes[0, NOTE_TICK] = now
    notes[0, NOTE_VERSION] = clock[VERSION]
