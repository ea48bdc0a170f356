"""Recording of snapshots, inside the compiled loop."""

from __future__ import annotations

from neurosim.kernels.arrays.layout import ROWS, SPIKING, TICK
from neurosim.kernels.machine.addresses import row_span, span
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes.pointwise import copy

__all__ = ["FLAG", "REAL", "SEGMENT_FIELDS", "THETA", "has_room", "record_snapshot"]

# Arrays that a segment may be read from.
REAL, FLAG, THETA = 0, 1, 2
# A segment is a block to copy: array, offset, stride, rows (-1: one per replica), columns, and
# where it goes in a row of the tape.
SEGMENT_FIELDS = 6


@inner
def has_room(plan, state, wanted, spikes):
    """Whether all nodes could spike once more; row 0 of `spikes` holds the number taken."""
    needed = 0
    for p in range(wanted.size):
        if wanted[p]:
            needed += plan.populations[p].size * state.clock[ROWS]
    return spikes[0, 0] + 1 + needed <= spikes.shape[0]


@inner
def copy_block(source, at, stride, rows, columns, target, column):
    """Copy the columns of some rows to one row of the tape."""
    for r in range(rows):
        first = at + r * stride
        place = column + r * columns
        copy(span(source, first, first + columns), span(target, place, place + columns))


@inner
def record_snapshot(plan, state, n, segments, tape, wanted, spikes):
    """Take row n of the tape, and the spikes of the wanted populations.

    Spikes are (tick, population, node, replica), in this order of precedence within a snapshot.
    """
    line = row_span(tape, n, 0, tape.shape[1])
    for s in range(segments.shape[0]):
        array, at, stride, rows, columns, column = segments[s]
        if rows < 0:
            rows = state.clock[ROWS]
        if array == REAL:
            copy_block(state.real, at, stride, rows, columns, line, column)
        elif array == FLAG:
            copy_block(state.flag, at, stride, rows, columns, line, column)
        else:
            copy_block(state.theta, at, stride, rows, columns, line, column)
    taken = spikes[0, 0]
    for p in range(wanted.size):
        if not wanted[p]:
            continue
        population = plan.populations[p]
        for i in range(population.size):
            for r in range(state.clock[ROWS]):
                if state.row[SPIKING, p, r] == 0:
                    continue
                if state.flag[population.phi + r * population.stride + i]:
                    taken += 1
                    spikes[taken, 0] = state.clock[TICK]
                    spikes[taken, 1] = p
                    spikes[taken, 2] = i
                    spikes[taken, 3] = r
    spikes[0, 0] = taken
