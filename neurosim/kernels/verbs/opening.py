"""What every entry point begins with: the plan and the state of the network that it is handed."""

from __future__ import annotations

from neurosim.kernels.arrays.table import plan_and_state
from neurosim.kernels.machine.decorators import inner
from neurosim.kernels.sums.transposes import doubt_all

__all__ = ["opened"]


@inner
def opened(table, parameter):
    """Return the plan and the state of a table; `parameter` tells the type of real numbers.

    Weights may have changed since the last call of an entry point.
    """
    plan, state = plan_and_state(table, parameter)
    doubt_all(state)
    return plan, state
