"""Gates of the error nodes, and rest: when synapses learn, and when a node has done its part."""

from __future__ import annotations

from numba import njit

from neurosim.kernels.calls import call_gate
from neurosim.kernels.layout import (
    LIVE,
    ONSET,
    OPEN,
    REST_NEVER,
    REST_SPREADS,
    RESTED,
    ROWS,
    TEACHER,
    TICK,
)

__all__ = ["close_gates", "come_to_rest", "open_gates"]


@njit(cache=True)
def open_gates(plan, state):
    """Drive = g epsilon with the model's gate g, and who comes to rest by it."""
    setting = plan.setting[0]
    rest = setting.rest
    rows = state.clock[ROWS]
    timer = state.clock[TICK] - state.clock[ONSET] if state.clock[TEACHER] else -1
    signal = 1 if timer >= 0 and timer == setting.signal_at else 0
    for q in range(plan.populations.size):
        population = plan.populations[q]
        if population.incoming == 0:
            if rest == REST_SPREADS:
                spread(plan, state, q)
            continue
        for r in range(rows):
            start = r * population.stride
            if state.row[RESTED, q, r] or (
                not state.row[LIVE, q, r] and rest == REST_NEVER and setting.event_driven
            ):
                # No error can teach, or the nodes have learned already.
                state.row[OPEN, q, r] = 0
                for i in range(start, start + population.stride):
                    state.real[population.drive + i] = 0
                continue
            count = call_gate(
                setting.gate, state.real, population.epsilon + start, population.mu + start,
                population.drive + start, state.flag, population.phi + start,
                population.open + start, population.level, timer, signal, population.stride,
            )  # fmt: skip
            state.row[OPEN, q, r] = count > 0
            if rest != REST_NEVER:
                for i in range(start, start + population.stride):
                    resting = state.flag[population.resting + i]
                    if resting:
                        state.real[population.drive + i] = 0
                    state.flag[population.resting_next + i] = (
                        resting | state.flag[population.open + i]
                    )
        if rest == REST_SPREADS:
            spread(plan, state, q)


@njit(cache=True)
def spread(plan, state, p):
    """Rest spreads: a node that every error node it predicts has left at rest rests as well.

    What those had to say has been said one tick ago, so that a node which is silent now will learn
    nothing in this presentation. At the output it begins where the teacher holds the node.
    """
    population = plan.populations[p]
    for r in range(state.clock[ROWS]):
        over = population.outgoing > 0 or (population.held and state.clock[TEACHER] != 0)
        for n in range(population.outgoing):
            q = plan.projections[plan.wiring[population.first_outgoing + n]].post
            over = over and state.row[RESTED, q, r] != 0
        if over:
            start = r * population.stride
            for i in range(start, start + population.stride):
                state.flag[population.resting_next + i] = 1


@njit(cache=True)
def close_gates(plan, state):
    """No synapse learns."""
    rows = state.clock[ROWS]
    for q in range(plan.populations.size):
        for r in range(rows):
            state.row[OPEN, q, r] = 0
    for k in range(plan.projections.size):
        state.learned_next[k] = 0


@njit(cache=True)
def come_to_rest(plan, state):
    """Commit who rests, and note where a whole population does."""
    for q in range(plan.populations.size):
        population = plan.populations[q]
        for r in range(state.clock[ROWS]):
            if state.row[RESTED, q, r]:
                continue
            start = r * population.stride
            resting = 0
            for i in range(start, start + population.size):
                state.flag[population.resting + i] = state.flag[population.resting_next + i]
                resting += state.flag[population.resting + i]
            state.row[RESTED, q, r] = resting == population.size
