"""Courses: what is done to a copy of a network, and when.

In the paper's protocol somebody settles the network before its teacher appears. In a stream it is
shown inputs and teachers, one after the other, and nothing else is done to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.auditing.comparing import Samples
from neurosim.description.path_lengths import SweepNeeds
from neurosim.simulation.presenting import clamp, release
from neurosim.simulation.settling import settle
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.ticking import run

__all__ = ["Act", "Course", "settled", "streamed"]

Act = Callable[[Simulation], None]
# By how many ticks, at most, a stream is slower than it must be.
_DELAY = 3


@dataclass(frozen=True)
class Course:
    """What is done to a simulation to which nothing has been shown yet.

    Attributes
    ----------
    acts : sequence of (int, callable)
        Ticks, none before that of the last, and what is done then.
    inputs : int
        How many are shown.
    teachers : sequence of int
        Ticks at which teachers appear.
    taught : sequence of Samples
        What they teach, in this order.
    learns_at : int or None
        Ticks from a teacher to the learning of all synapses; None if levels learn one by one.
    """

    acts: Sequence[tuple[int, Act]]
    inputs: int
    teachers: Sequence[int]
    taught: Sequence[Samples]
    learns_at: int | None

    @property
    def end(self) -> int:
        """Tick at which the last is done."""
        return self.acts[-1][0]

    def moment(self, generator: np.random.Generator) -> int:
        """Draw a tick before the end."""
        return int(generator.integers(max(1, self.end)))

    def moment_of_learning(self, level: int, generator: np.random.Generator) -> int:
        """Draw the tick, after one of the teachers, at which a level would learn."""
        onset = self.teachers[int(generator.integers(len(self.teachers)))]
        return onset + (level if self.learns_at is None else self.learns_at)

    def lead(
        self, simulation: Simulation, until: int | None = None, *, before_tick: Act | None = None
    ) -> None:
        """Do all of it, or what is done until a tick, which is not made.

        Parameters
        ----------
        before_tick : callable, optional
            What is done before each tick beside that.
        """
        now, last = 0, self.end if until is None else until
        for tick, act in self.acts:
            if tick > last:
                break
            _make_ticks(simulation, tick - now, before_tick)
            act(simulation)
            now = tick
        _make_ticks(simulation, last - now, before_tick)


def _make_ticks(simulation: Simulation, ticks: int, before_tick: Act | None) -> None:
    if before_tick is not None:
        for _ in range(ticks):
            before_tick(simulation)
            run(simulation, 1)
    elif ticks:
        run(simulation, ticks)


def _clamp(simulation: Simulation, values: Mapping[str, npt.NDArray[Any]]) -> None:
    clamp(simulation, values)


def _release_outputs(simulation: Simulation) -> None:
    for name in sorted(simulation.outputs):
        release(simulation, name)


def _learns_at(simulation: Simulation) -> int | None:
    at = simulation.model.signal_at
    return at if at >= 0 else None


def settled(simulation: Simulation, samples: Samples) -> Course:
    """The protocol of the paper: an input, settling, a teacher for as long as the model needs."""
    inputs, targets = samples
    acts: list[tuple[int, Act]] = [
        (0, partial(_clamp, values=inputs)),
        (0, settle),
        (0, partial(_clamp, values=targets)),
        (simulation.model.ticks(simulation.depth), _release_outputs),
    ]
    return Course(acts, 1, (0,), (samples,), _learns_at(simulation))


def streamed(
    simulation: Simulation,
    samples: Sequence[Samples],
    needs: SweepNeeds,
    generator: np.random.Generator,
) -> Course:
    """A stream, as short as it may be or a few ticks longer; the second input has no teacher."""
    shown = needs.shown(simulation.model.t_d)
    stays = max(1, simulation.model.ticks(simulation.depth))
    now = 0
    acts: list[tuple[int, Act]] = []
    teachers, taught = [], []
    for number, (inputs, targets) in enumerate(samples):
        later, longer, pause = (int(n) for n in generator.integers(_DELAY + 1, size=3))
        acts.append((now, partial(_clamp, values=inputs)))
        now += shown + later
        if number != 1:
            acts.append((now, partial(_clamp, values=targets)))
            teachers.append(now)
            taught.append((inputs, targets))
            now += stays + longer
            acts.append((now, _release_outputs))
        now += pause
    return Course(acts, len(samples), teachers, taught, _learns_at(simulation))
