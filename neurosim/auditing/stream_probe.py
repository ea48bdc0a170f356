"""What nobody reads in a stream, and what nobody calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from neurosim.auditing.comparing import Finding
from neurosim.auditing.copies import Copies
from neurosim.engine.guard import Guard
from neurosim.engine.lowering import Lowered
from neurosim.kernels.arrays import layout
from neurosim.simulation.simulation import Simulation

__all__ = ["StreamProbe"]

_HAND_OF_THE_WORLD = {"clamp", "release"}
_LATEST_HOUR = 1 << 40


class _Listener(Guard):
    """Calls kernels, and counts them by name."""

    def __init__(self, lowered: Lowered) -> None:
        super().__init__(lowered)
        self.heard: Counter[str] = Counter()

    def attempt(self, kernel: Callable[..., Any], *arguments: Any, settles: bool = False) -> Any:
        self.heard[kernel.__name__] += 1
        return super().attempt(kernel, *arguments, settles=settles)


class StreamProbe:
    """Copies in a stream that are lied to about level, order and time, and one that is overheard.

    They run as the original does: event-driven or not, with rest or without.
    """

    def __init__(self, copies: Copies) -> None:
        self._copies, self._generator = copies, copies.generator
        self._truth = copies.history(self._make())

    def _make(self) -> Simulation:
        original = self._copies.original
        return self._copies.make(
            event_driven=original.event_driven, rest=original.rest_after_update
        )

    def nobody_in_command(self) -> Finding:
        """Nothing is called but clamp, release and run."""
        sim = self._make()
        sim.guard = listener = _Listener(sim.lowered)
        before = _settings(sim)
        same = self._copies.learned(sim) == self._copies.learned(self._make())
        same, heard = same and _settings(sim) == before, listener.heard
        # To settle is a presentation, too, whoever does it.
        settled = sim.presentations - self._copies.course.inputs
        others = set(heard) - _HAND_OF_THE_WORLD
        ticks = int(sim.lowered.state.clock[layout.TICK])
        words = f"{heard['clamp']} clamps, {heard['release']} releases, {ticks} ticks"
        more = f" and {', '.join(sorted(others)) or 'settling'}" if others or settled else ""
        return Finding(same and not others and not settled, words + (more or ", nothing else"))

    def garbled_levels(self) -> Finding:
        """Nodes that are told other levels at each tick, and another order, do the same."""
        sim = self._make()
        plan = sim.lowered.plan
        records: Any = plan.populations

        def lie(simulation: Simulation) -> None:
            records["level"] = self._generator.integers(-9, 10, size=len(plan.populations))
            plan.order[:] = self._generator.permutation(plan.order)

        return self._compare(self._copies.history(sim, lie=lie))

    def garbled_time(self, *, beginning: bool) -> Finding:
        """At another hour all is the same; and if at each tick another t is told.

        Parameters
        ----------
        beginning : bool
            Whether only the hour is another one, at which all begins.
        """
        sim = self._make()
        clock = sim.lowered.state.clock
        clock[layout.TICK] = self._generator.integers(_LATEST_HOUR)

        def lie(simulation: Simulation) -> None:
            clock[layout.ONSET] = clock[layout.TICK] - self._generator.integers(-9, 10)
            clock[layout.TEACHER] = self._generator.integers(2)

        return self._compare(self._copies.history(sim, lie=None if beginning else lie))

    def _compare(self, history: list[bytes]) -> Finding:
        return Finding(history == self._truth, f"every tick of {self._copies.told}")


def _settings(simulation: Simulation) -> tuple[bytes, bytes]:
    """What the engine is told of the model and of the options."""
    plan = simulation.lowered.plan
    return plan.setting.tobytes(), plan.parameter.tobytes()
