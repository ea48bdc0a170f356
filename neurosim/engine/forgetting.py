"""What a running network forgets: events and spikes."""

from __future__ import annotations

import numpy as np

from neurosim.engine.lowering import Lowered
from neurosim.kernels.arrays import layout

__all__ = ["begin_phi_anew", "end_spikes", "forget_events"]


def forget_events(lowered: Lowered) -> None:
    """Have everything evaluated anew, as the replicas in use change."""
    row = lowered.state.row
    for p, record in enumerate(lowered.populations):
        row[layout.STALE, p] = bool(record["incoming"])


def end_spikes(lowered: Lowered) -> None:
    """Have no change detector fire, and none evaluated in this snapshot."""
    state = lowered.state
    state.clock[layout.VERSION] += 1
    state.row[layout.SPIKING] = 0
    state.evaluated[:] = layout.LONG_AGO
    for p in range(len(lowered.names)):
        lowered.nodes.block(state, "phi", p)[...] = 0


def begin_phi_anew(lowered: Lowered) -> None:
    """Have no change detector fire, and all that went before count as quiet."""
    state = lowered.state
    now, threshold = state.clock[layout.TICK], lowered.plan.parameter[layout.ZERO_THRESHOLD]
    end_spikes(lowered)
    for p in range(len(lowered.names)):
        lowered.nodes.block(state, "seen", p)[...] = 0
        epsilon = lowered.nodes.block(state, "epsilon", p)
        start = int(lowered.populations[p]["quiet_since"])
        since = state.quiet_since[start : start + epsilon.size].reshape(epsilon.shape)
        since[...] = np.where(np.abs(epsilon) <= threshold, layout.LONG_AGO, now)
        state.dated[p] = now
