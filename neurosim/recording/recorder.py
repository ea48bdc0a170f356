"""The tape on which a running network is recorded, and its distribution to the monitors."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentTypeError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import record

__all__ = ["Recorded", "Recorder", "Segment", "recorder_of"]

#: A block to copy at each snapshot: array, offset, stride, rows and columns.
Segment = tuple[int, int, int, int, int]


class RecordsStates(Protocol):
    """What the recorder asks of a monitor of states."""

    segments: list[Segment]
    columns: int

    def take(self, presentation: int, t: int, rows: npt.NDArray[Any], replicas: int) -> None:
        """Take rows of the tape, a row per snapshot, from `t` on."""


class RecordsSpikes(Protocol):
    """What the recorder asks of a monitor of spikes."""

    wanted: list[int]

    def take(self, key: tuple[int, int], spikes: npt.NDArray[np.int64]) -> None:
        """Take (population, node, replica) of one snapshot; the key is (presentation, t)."""


class Recorder:
    """The tape that all monitors of a running network share.

    Parameters
    ----------
    lowered : Lowered
        The network.

    Attributes
    ----------
    behind : bool
        Whether some monitor does not hold the present snapshot.
    longest : int
        Snapshots that one piece of tape can hold.
    """

    _MOST_BYTES = 1 << 24
    _MOST_SPIKES = 1 << 16

    def __init__(self, lowered: Lowered) -> None:
        self.lowered, self.behind = lowered, True
        self.states: list[RecordsStates] = []
        self.spikes: list[RecordsSpikes] = []
        self._lay_out()

    @property
    def monitors(self) -> list[RecordsStates | RecordsSpikes]:
        """All that is recorded to."""
        return [*self.states, *self.spikes]

    def attach_states(self, monitor: RecordsStates) -> None:
        """Record for this monitor, too, from now on."""
        self.states.append(monitor)
        self._lay_out()

    def attach_spikes(self, monitor: RecordsSpikes) -> None:
        """Record for this monitor, too, from now on."""
        self.spikes.append(monitor)
        self._lay_out()

    def _lay_out(self) -> None:
        """Give each monitor its place on the tape."""
        lowered = self.lowered
        self.behind = True
        self._columns = 0
        segments = []
        for monitor in self.states:
            for array, at, stride, rows, columns in monitor.segments:
                segments.append((array, at, stride, rows, columns, self._columns))
                self._columns += rows * columns
        self._segments = np.array(segments, np.int64).reshape(-1, record.SEGMENT_FIELDS)
        self._wanted = np.zeros(len(lowered.names) if self.spikes else 0, np.uint8)
        for spiking in self.spikes:
            self._wanted[spiking.wanted] = 1
        nodes = sum(lowered.network.populations[n].size for n in lowered.names)
        capacity = max(self._MOST_SPIKES, nodes * lowered.batch_size) + 1 if self.spikes else 1
        self._list = np.zeros((capacity, 4), np.int64)
        row = max(1, self._columns * lowered.dtype.itemsize)
        self.longest = max(1, self._MOST_BYTES // row) if self._columns else 1 << 30
        self._tape = np.empty((0, self._columns), lowered.dtype)

    def arrays(self, ticks: int) -> tuple[npt.NDArray[Any], ...]:
        """What the kernels record to, with room for that many snapshots."""
        if len(self._tape) < ticks and self._columns:
            self._tape = np.empty((ticks, self._columns), self._tape.dtype)
        self._list[0, 0] = 0
        return self._segments, self._tape, self._wanted, self._list

    def distribute(self, presentation: int, first_tick: int, snapshots: int) -> None:
        """Hand what was recorded, from `first_tick` on, to the monitors."""
        clock = self.lowered.state.clock
        onset, replicas = int(clock[layout.ONSET]), int(clock[layout.ROWS])
        column = 0
        for monitor in self.states if snapshots else ():
            rows = self._tape[:snapshots, column : column + monitor.columns]
            monitor.take(presentation, first_tick - onset, rows, replicas)
            column += monitor.columns
        if not self.spikes or not snapshots:
            return
        taken = self._list[1 : 1 + int(self._list[0, 0])]
        # The first snapshot is always handed on: it may replace one that has lost its spikes.
        for tick in np.union1d([first_tick], taken[:, 0]):
            here = taken[taken[:, 0] == tick, 1:]
            for spiking in self.spikes:
                spiking.take((presentation, int(tick) - onset), here)


class Recorded(Protocol):
    """What can be recorded: a simulator."""

    @property
    def recorder(self) -> Recorder:
        """Its recorder."""


def recorder_of(owner: str, simulator: object) -> Recorder:
    """Return the recorder of a simulator."""
    recorder = getattr(simulator, "recorder", None)
    if not isinstance(recorder, Recorder):
        raise ArgumentTypeError(f"{owner}: simulator must be a Simulator, not {simulator!r}")
    return recorder
