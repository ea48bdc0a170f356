"""Calls of kernels that may find that a state overflows: nothing is half-changed by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from neurosim.engine.causes import cause_in_node, cause_in_weight
from neurosim.engine.faults import Fault, faulty_weight, node_out_of_bound, overflowing_node
from neurosim.engine.lowering import Lowered
from neurosim.errors import DivergenceError
from neurosim.kernels.arrays import layout

__all__ = ["Change", "Guard"]


class Change:
    """A change in several steps that happens as a whole or not at all; see `Guard.change`."""

    def __init__(self, guard: Guard, undo: Callable[[], object]) -> None:
        self._guard, self._undo = guard, undo

    def __enter__(self) -> None:
        self._guard.unfinished.append(self._undo)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        unfinished = self._guard.unfinished
        if kind is not None:
            # What was begun within it may have been interrupted where it ended.
            while unfinished[-1] is not self._undo:
                unfinished[-1]()
                unfinished.pop()
            self._undo()
        del unfinished[unfinished.index(self._undo) :]


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
        #: What takes back what was begun and is not finished, in the order in which it was begun.
        self.unfinished: list[Callable[[], object]] = []

    def __getstate__(self) -> dict[str, Any]:
        # A copy has nothing under way.
        return {**self.__dict__, "unfinished": []}

    def change(self, undo: Callable[[], object]) -> Change:
        """Begin a change in several steps: as a context, it is taken back if it is not finished.

        Parameters
        ----------
        undo : callable
            Takes it back from wherever it stands; may be called again if that was interrupted.
        """
        return Change(self, undo)

    def recover(self) -> None:
        """Take back what is not finished; nobody could do so before, as he was interrupted, too."""
        while self.unfinished:
            self.unfinished[-1]()
            self.unfinished.pop()

    @property
    def arrays(self) -> tuple[npt.NDArray[Any], ...]:
        """All that a kernel may change, and more."""
        return *self._plan, *self.lowered.state

    @property
    def _plan(self) -> tuple[npt.NDArray[Any], ...]:
        """That of the plan; which synapses are cut is known, and may have got another array."""
        plan = self.lowered.plan
        return tuple(array for array in plan if array is not plan.cut)

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
        if self.retries(_status(result)):
            return self.attempt_with_copy(kernel, *arguments, settles=settles)
        return result

    def retries(self, status: int, *, settles: bool = False) -> bool:
        """Whether a kernel has left out a step, which is made again with a copy to go back to.

        Also where it is known already that this will not do: the copy is needed to say why.

        Raises
        ------
        DivergenceError
            If the step was made, but for an error that a user's rule gave and that was refused.
        """
        if status == layout.DIVERGED and self.lowered.plan.setting[0]["error_rule"]:
            raise self._error(None, self._tick(settles))
        return status in (layout.RISKY, layout.DIVERGED)

    def attempt_with_copy(
        self, kernel: Callable[..., Any], *arguments: Any, settles: bool = False
    ) -> Any:
        """Call a kernel with copies of all that it may change, to go back to."""
        setting = self.lowered.plan.setting[0]
        backup = self.copies(settles=settles)
        before = int(setting["guarded"]), int(setting["event_driven"])
        tick = self._tick(settles)

        def undo() -> None:
            self.restore(backup, settles=settles)
            setting["guarded"], setting["event_driven"] = before

        with self.change(undo):
            setting["guarded"] = 1
            result = kernel(*self.lowered.arguments, *arguments)
            setting["guarded"] = before[0]
            if self._failed(result) or self._fault(settles) is not None:
                self.restore(backup, settles=settles)
                # Each way of driving comes upon what overflows in an order of its own, and has left
                # other proposals behind: one of them names it, the sweep where the network settles,
                # and otherwise the one that looks at everything.
                self._blank_proposals()
                setting["guarded"], setting["event_driven"] = 1, settles
                kernel(*self.lowered.arguments, *arguments)
                # It stands where it stood before.
                raise self._error(self._fault(settles), tick)
        return result

    def _failed(self, result: Any) -> bool:
        """Whether the result of a kernel says that it has not done what it was to do."""
        return _status(result) != layout.DONE or bool(self.lowered.state.clock[layout.REFUSED])

    def _fault(self, settles: bool) -> Fault | None:
        """Find the first fault: weights first, of which the predictions are made."""
        fault = None if settles else faulty_weight(self.lowered)
        return fault or overflowing_node(self.lowered)

    def _blank_proposals(self) -> None:
        """Have nothing be proposed that the next step does not propose."""
        for name in self.lowered.names:
            for field in ("x_next", "f_next", "slope_next", "mu_next", "delta_x"):
                self.lowered.view(field, name)[...] = 0

    def _tick(self, settles: bool) -> int | None:
        clock = self.lowered.state.clock
        timed = self._timed and not settles
        return int(clock[layout.TICK] - clock[layout.ONSET]) if timed else None

    def _error(self, fault: Fault | None, tick: int | None) -> DivergenceError:
        """Return the error of a fault, or of what is proposed in the population that was noted."""
        name = self.lowered.names[int(self.lowered.state.clock[layout.FAULT])]
        proposed = ("x_next", "f_next", "slope_next", "mu_next", "epsilon", "delta_x")
        found = (
            fault
            or overflowing_node(self.lowered, proposed, [name])
            or node_out_of_bound(self.lowered, name)
            or Fault(name, 0, 0)
        )
        cause = None
        if found.replica is None:
            cause = cause_in_weight(self.lowered)
        elif found.bound is None:
            cause = cause_in_node(self.lowered, found.population, found.node, found.replica)
        return DivergenceError(
            found.population, found.node, found.replica, tick, found.bound, cause=cause
        )


def _status(result: Any) -> int:
    """How a kernel ended: its result is a status, or begins with one."""
    return int(result[0] if isinstance(result, tuple) else result)
