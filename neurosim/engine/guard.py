"""Calls of kernels that may find that a state overflows: nothing is half-changed by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from neurosim.engine.faults import Fault, overflowing_node, overflowing_weight
from neurosim.engine.lowering import Lowered
from neurosim.errors import DivergenceError
from neurosim.kernels.arrays import layout

__all__ = ["Guard"]


class Guard:
    """Calls kernels over the arrays of a network, and turns an overflow into an error.

    A kernel that cannot exclude an overflow from the sizes of its numbers leaves the network as it
    was, and says so. It is then called again with copies of all that it may change, to go back to.

    Parameters
    ----------
    lowered : Lowered
        The network.
    timed : bool
        Whether the time of an overflow means something to whoever reads the error.
    """

    def __init__(self, lowered: Lowered, *, timed: bool = True) -> None:
        self.lowered, self._timed = lowered, timed

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """All that a kernel may change, and more."""
        return *self.lowered.plan, *self.lowered.state

    def _changing(self, settles: bool) -> tuple[npt.NDArray[Any], ...]:
        """The same; where a kernel only settles, neither weights nor what is wired to what."""
        if not settles:
            return self.arrays
        plan, state = self.lowered.plan, self.lowered.state
        return plan.populations, *(array for array in state if array is not state.theta)

    def copies(self, *, settles: bool = False) -> list[npt.NDArray[Any]]:
        """Copies of all that a kernel may change, to go back to."""
        return [array.copy() for array in self._changing(settles)]

    def restore(self, copies: list[npt.NDArray[Any]], *, settles: bool = False) -> None:
        """Go back."""
        for array, kept in zip(self._changing(settles), copies, strict=True):
            array[...] = kept

    def attempt(self, kernel: Callable[..., Any], *arguments: Any, settles: bool = False) -> Any:
        """Call a kernel; its result is a status, or begins with one.

        Of one that only settles it is known that weights stay as they are.
        """
        if self.lowered.plan.setting[0]["error_rule"]:
            # Nothing is known beforehand of what such a rule gives.
            return self.attempt_with_copy(kernel, *arguments, settles=settles)
        result = kernel(*self.lowered.arguments, *arguments)
        status = result[0] if isinstance(result, tuple) else result
        if status == layout.DONE:
            return result
        if status == layout.RISKY:
            return self.attempt_with_copy(kernel, *arguments, settles=settles)
        raise self.divergence(settles=settles)

    def attempt_with_copy(
        self, kernel: Callable[..., Any], *arguments: Any, settles: bool = False
    ) -> Any:
        """Call a kernel with copies of all that it may change, to go back to."""
        setting = self.lowered.plan.setting[0]
        backup = self.copies(settles=settles)
        setting["guarded"] = 1
        try:
            result = kernel(*self.lowered.arguments, *arguments)
        finally:
            setting["guarded"] = 0
        status = result[0] if isinstance(result, tuple) else result
        fault = overflowing_node(self.lowered)
        if fault is None and not settles:
            fault = overflowing_weight(self.lowered)
        refused = self.lowered.state.clock[layout.REFUSED]
        if status == layout.DONE and fault is None and not refused:
            return result
        error = self.divergence(fault, settles=settles)
        self.restore(backup, settles=settles)
        raise error

    def divergence(self, fault: Fault | None = None, *, settles: bool = False) -> DivergenceError:
        """Return the error that names the first number that is not finite."""
        clock = self.lowered.state.clock
        name = self.lowered.names[int(clock[layout.FAULT])]
        proposed = ("x_next", "f_next", "slope_next", "mu_next", "epsilon")
        fault = fault or overflowing_node(self.lowered, proposed, [name]) or (name, 0, 0)
        timed = self._timed and not settles
        tick = int(clock[layout.TICK] - clock[layout.ONSET]) if timed else None
        return DivergenceError(*fault, tick)
