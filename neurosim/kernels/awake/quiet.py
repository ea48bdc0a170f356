"""Quiet: whether a network has come to where nothing would change, so that ticks may be skipped."""

from __future__ import annotations

import numpy as np

from neurosim.kernels.arrays.layout import (
    ARRIVES,
    ERRED,
    LIVE,
    MOVED,
    RESTED,
    ROWS,
    SPIKING,
    SWEEP_ENDS,
    TICK,
)
from neurosim.kernels.arrays.rows import any_set, share_of_word, words_of
from neurosim.kernels.machine.decorators import inner

__all__ = ["is_quiet", "under_way"]


@inner
def under_way(plan, state):
    """Whether an onset is travelling, or some node follows, or did on the way to this snapshot."""
    return plan.setting[0].sweep != 0 and state.clock[TICK] <= state.clock[SWEEP_ENDS]


@inner
def sweep_goes_unnoticed(plan, state):
    """Whether nothing would change though a sweep is under way: no onset travels, all errors are 0.

    Nobody moves then, whoever follows, or ceases to.
    """
    for q in range(plan.populations.size):
        if state.sweeping[q] & ARRIVES or any_set(words_of(state, LIVE, q)):
            return False
        if any_set(words_of(state, ERRED, q)) or any_set(words_of(state, SPIKING, q)):
            return False
        if plan.populations[q].injected_until >= state.clock[TICK]:
            return False
    return True


@inner
def is_quiet(plan, state):
    """Whether nothing would change, however many ticks passed.

    Where a gate may open while nothing else changes, an error that waits for it is not quiet.
    """
    if any_set(state.learned):
        return False
    if under_way(plan, state):
        return sweep_goes_unnoticed(plan, state)
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
