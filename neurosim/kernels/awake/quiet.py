"""Quiet: whether a network has come to where nothing would change, so that ticks may be skipped."""

from __future__ import annotations

import numpy as np

from neurosim.kernels.arrays.layout import ERRED, LIVE, MOVED, RESTED, ROWS, SPIKING, TICK
from neurosim.kernels.arrays.rows import any_set, share_of_word, words_of
from neurosim.kernels.machine.decorators import inner

__all__ = ["is_quiet"]


@inner
def is_quiet(plan, state):
    """Whether nothing would change, however many ticks passed.

    Where a gate may open while nothing else changes, an error that waits for it is not quiet.
    """
    if any_set(state.learned):
        return False
    for n in range(state.agenda[0]):
        p = state.agenda[1 + n]
        if state.asleep[p]:
            continue
        population = plan.populations[p]
        if population.injected_until >= state.clock[TICK] and not population.held:
            return False
        moved = words_of(state, MOVED, p)
        erred = words_of(state, ERRED, p)
        spiking = words_of(state, SPIKING, p)
        live = words_of(state, LIVE, p)
        rested = words_of(state, RESTED, p)
        happens = np.uint64(0)
        for w in range(moved.size):
            busy = erred[w]
            if not population.held:
                busy |= moved[w]
            if population.incoming and plan.setting[0].waits:
                busy |= live[w]
            happens |= (spiking[w] | (busy & ~rested[w])) & share_of_word(w, 0, state.clock[ROWS])
        if happens != 0:
            return False
    return True
