"""What a value node does by itself: its step, and f(x) and f'(x), evaluated when first read.

What moves may rest before anybody asks what it now sends: f is then never evaluated. Where nothing
is known of the size of f (`population.reach`), it is evaluated with the proposal instead, so that a
step that would not be finite can be refused.
"""

from __future__ import annotations

from neurosim.kernels.arrays.layout import GAMMA, UNSENT
from neurosim.kernels.arrays.rows import (
    any_set,
    block,
    end_of_run,
    flags_of,
    mark,
    start_of_run,
    words_of,
)
from neurosim.kernels.machine.calls import call_activation
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.nodes import pointwise

__all__ = ["send", "step"]


@inner
def step(plan, state, p, a, z):
    """delta_x and x_next of the elements a to z of the blocks of population p, from the feedback.

    Returns whether any node moves, and the largest magnitude of x_next.
    """
    population = plan.populations[p]
    real, flag = state.real, state.flag
    return pointwise.change_activity(
        plan.parameter[GAMMA],
        block(real, population.slope, a, z),
        block(real, population.feedback, a, z),
        block(real, population.epsilon, a, z),
        block(flag, population.clamped, a, z),
        block(flag, population.resting_next, a, z),
        block(real, population.x, a, z),
        block(real, population.delta_x, a, z),
        block(real, population.x_next, a, z),
    )


@inner
def send(plan, state, p, first, last):
    """Have f and f' of population p up to date in the replicas from first to last."""
    if not any_set(words_of(state, UNSENT, p)):
        return
    unsent = flags_of(state, UNSENT, p)
    population = plan.populations[p]
    begin = start_of_run(unsent, first, last)
    while begin < last:
        end = end_of_run(unsent, begin, last)
        a = begin * population.stride
        call_activation(
            population.activation, state.real, population.x + a, population.f + a,
            population.slope + a, (end - begin) * population.stride,
        )  # fmt: skip
        begin = start_of_run(unsent, end, last)
    mark(state, UNSENT, p, first, last, 0)
