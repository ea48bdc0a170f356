"""Calls of kernels that may find that a state overflows: nothing is half-changed by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.errors import DivergenceError
from neurosim.kernels import layout
from neurosim.lowering import Lowered

__all__ = ["Guard"]

# Population, node and replica.
Fault = tuple[str, int, int]


class Guard:
    """Calls kernels over the arrays of a network, and turns an overflow into an error.

    A kernel that cannot exclude an overflow from the sizes of its numbers does nothing and says so.
    It is then called again with a copy of everything to go back to.
    """

    def __init__(self, lowered: Lowered) -> None:
        self._lowered = lowered
        self.arrays = (*lowered.plan, *lowered.state)

    def attempt(self, kernel: Callable[..., Any], *arguments: Any) -> Any:
        """Call a kernel; its result is a status, or begins with one."""
        result = kernel(*self._lowered.arguments, *arguments)
        status = result[0] if isinstance(result, tuple) else result
        if status == layout.DONE:
            return result
        if status == layout.RISKY:
            return self.attempt_with_copy(kernel, *arguments)
        raise self.divergence()

    def attempt_with_copy(self, kernel: Callable[..., Any], *arguments: Any) -> Any:
        """Call a kernel with a copy of everything to go back to."""
        setting = self._lowered.plan.setting[0]
        backup = [array.copy() for array in self.arrays]
        setting["guarded"] = 1
        try:
            result = kernel(*self._lowered.arguments, *arguments)
        finally:
            setting["guarded"] = 0
        status = result[0] if isinstance(result, tuple) else result
        fault = self._fault(("x", "f", "mu", "epsilon")) or self._fault_of_weights()
        if status == layout.DONE and fault is None:
            return result
        error = self.divergence(fault)
        for array, kept in zip(self.arrays, backup, strict=True):
            array[...] = kept
        raise error

    def divergence(self, fault: Fault | None = None) -> DivergenceError:
        """Return the error that names the first number that is not finite."""
        clock = self._lowered.state.clock
        name = self._lowered.names[int(clock[layout.FAULT])]
        proposed = ("x_next", "f_next", "slope_next", "mu_next", "epsilon")
        fault = fault or self._fault(proposed, [name]) or (name, 0, 0)
        return DivergenceError(*fault, int(clock[layout.TICK] - clock[layout.ONSET]))

    def _fault(self, fields: tuple[str, ...], names: list[str] | None = None) -> Fault | None:
        for name in names or self._lowered.names:
            for field in fields:
                bad = np.argwhere(~np.isfinite(self._lowered.view(field, name)))
                if len(bad):
                    return name, int(bad[0][1]), int(bad[0][0])
        return None

    def _fault_of_weights(self) -> Fault | None:
        for k, name in enumerate(self._lowered.projection_names):
            bad = np.argwhere(~np.isfinite(self._lowered.theta_block(k)))
            if len(bad):
                return self._lowered.network.projections[name].post, int(bad[0][1]), 0
        return None
