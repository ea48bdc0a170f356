"""f(x) and f'(x), evaluated when something first reads them.

What moves may rest before anybody asks what it now sends: f is then never evaluated. Where nothing
is known of the size of f (`population.reach`), it is evaluated with the proposal instead, so that a
step that would not be finite can be refused.
"""

from __future__ import annotations

from neurosim.kernels.inner import inner
from neurosim.kernels.layout import UNSENT
from neurosim.kernels.machine.calls import call_activation
from neurosim.kernels.rows import any_set, end_of_run, flags_of, mark, start_of_run, words_of

__all__ = ["send"]


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
