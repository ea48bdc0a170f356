"""The tape on which a running network is recorded, and its distribution to the monitors."""

from __future__ import annotations

import weakref
from threading import RLock
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentTypeError
from neurosim.holding import Held
from neurosim.kernels.verbs import record

__all__ = ["Recorded", "Recorder", "Segment", "Tape", "recorder_of"]

#: A block to copy: array, offset, stride, rows, columns, and of multiples of which t.
Segment = tuple[int, int, int, int, int, int]
Array = npt.NDArray[Any]

_MOST_BYTES = 1 << 21
_MOST_SNAPSHOTS = 1 << 15
_MOST_SPIKES = 1 << 16


class Tape(NamedTuple):
    """What the kernels record to; see `kernels.verbs.record`."""

    segments: npt.NDArray[np.int64]
    rows: Array
    notes: npt.NDArray[np.int64]
    spikes: npt.NDArray[np.int64]


def _blank(dtype: np.dtype[Any], snapshots: int = 1, columns: int = 0, spikes: int = 0) -> Tape:
    """Return a tape on which nothing is, and for which nothing is on record."""
    tape = Tape(
        np.empty((0, record.SEGMENT_FIELDS), np.int64),
        np.empty((snapshots, columns), dtype),
        np.empty((snapshots + 1, record.NOTE_FIELDS), np.int64),
        np.empty(spikes, np.int64),
    )
    tape.notes[0] = 0
    tape.notes[0, record.NOTE_TICK] = -1
    return tape


class Records(Protocol):
    """What the recorder asks of a monitor."""

    @property
    def segments(self) -> list[Segment]:
        """What it wants copied at each snapshot, or which spikes listed."""

    @property
    def follows_phi(self) -> bool:
        """Whether change detectors must be followed for it."""

    def take(self, notes: Array, rows: Array, spikes: Array) -> None:
        """Take notes, a row for each of them, and spikes: what it has already, it may get again."""


class _Place(NamedTuple):
    """Which columns of the tape are for a monitor, and whether that is still there."""

    monitor: weakref.ref[Records]
    first: int
    last: int


class _Laid(NamedTuple):
    """Who gets what of which tape; replaced as a whole."""

    places: list[_Place]
    tape: Tape


class Recorder(Held):
    """The tape that all monitors of a running network share.

    Kernels append to the tape. What is on it is handed on when it is full, and whenever a monitor
    is asked something: each snapshot is known by its tick, so that whatever interrupts this,
    nothing is lost by it, and nothing is there twice. Monitors live as long as somebody holds them;
    a copy of the recorder has none.

    Parameters
    ----------
    lowered : Lowered
        The network.

    Attributes
    ----------
    lock : RLock
        Held while kernels append to the tape: monitors may be read by other threads meanwhile.
    """

    def __init__(self, lowered: Lowered) -> None:
        self._lowered, self._lock = lowered, RLock()
        self._laid = _Laid([], _blank(lowered.dtype))

    def __reduce__(self) -> tuple[Any, ...]:
        return Recorder, (self.lowered,)

    @property
    def lowered(self) -> Lowered:
        """The network."""
        return self._lowered

    @property
    def lock(self) -> Any:
        """Whoever records, or hands on what was recorded, has it."""
        return self._lock

    @property
    def monitors(self) -> list[Records]:
        """All that is recorded to."""
        found = (place.monitor() for place in self._laid.places)
        return [monitor for monitor in found if monitor is not None]

    @property
    def is_on(self) -> bool:
        """Whether anything is recorded."""
        return any(place.monitor() is not None for place in self._laid.places)

    @property
    def follows_phi(self) -> bool:
        """Whether some monitor is to see what change detectors do."""
        return any(monitor.follows_phi for monitor in self.monitors)

    def attach(self, monitor: Records) -> None:
        """Record for this monitor, too, from the present snapshot on."""
        with self.lock:
            if not any(other is monitor for other in self.monitors):
                self._lay_out([*self.monitors, monitor])

    def detach(self, monitor: Records) -> None:
        """Record no more for this monitor."""
        with self.lock:
            self._lay_out([other for other in self.monitors if other is not monitor])

    def tape(self) -> Tape:
        """What the kernels record to, as long as the lock is held."""
        for place in self._laid.places:
            if place.monitor() is None:
                self._lay_out(self.monitors)
                break
        return self._laid.tape

    def drain(self) -> None:
        """Hand on what is on the tape. With the lock held; see `catch_up`."""
        places, tape = self._laid
        count = int(tape.notes[0, record.HEAD_COUNT])
        if not count:
            return
        notes = tape.notes[1 : count + 1]
        spikes = tape.spikes[: int(notes[-1, record.NOTE_SPIKES])]
        for place in places:
            monitor = place.monitor()
            if monitor is not None:
                monitor.take(notes, tape.rows[:count, place.first : place.last], spikes)
        # Whoever is interrupted before this hands all on once more.
        tape.notes[0, record.HEAD_COUNT] = 0

    def catch_up(self) -> None:
        """Hand on what is on the tape, unless another thread is recording: then it will."""
        if self.lock.acquire(blocking=False):
            try:
                self.drain()
            finally:
                self.lock.release()

    def _lay_out(self, monitors: list[Records]) -> None:
        """Give each monitor its place on an empty tape; what was on the old one is handed on."""
        self.drain()
        lowered, spiking, column = self.lowered, set(), 0
        places: list[_Place] = []
        segments = []
        for monitor in monitors:
            first = column
            for array, at, stride, rows, columns, every in monitor.segments:
                if array == record.SPIKES:
                    spiking.add(at)
                    continue
                segments.append((array, at, stride, rows, columns, column, every))
                # One of each replica.
                column += (lowered.batch_size if rows < 0 else rows) * columns
            places.append(_Place(weakref.ref(monitor), first, column))
        segments += [(record.SPIKES, p, 0, 0, 0, 0, 1) for p in sorted(spiking)]
        nodes = sum(int(lowered.populations[p]["size"]) for p in spiking)
        row = column * lowered.dtype.itemsize + 8 * record.NOTE_FIELDS
        # At least one: a run may find that the last monitor has just gone.
        snapshots = max(1, min(_MOST_SNAPSHOTS, _MOST_BYTES // row if monitors else 1))
        spikes = max(_MOST_SPIKES, 2 * nodes * lowered.batch_size) if nodes else 0
        tape = _blank(lowered.dtype, snapshots, column, spikes)._replace(
            segments=np.array(segments, np.int64).reshape(-1, record.SEGMENT_FIELDS)
        )
        self._laid = _Laid(places, tape)


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
