"""What monitors of states and of spikes have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from threading import RLock
from types import TracebackType
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from neurosim.errors import ProtocolError
from neurosim.holding import Held
from neurosim.kernels.verbs import record
from neurosim.recording.recorder import Recorder, Segment

__all__ = ["OF_SNAPSHOT", "PRESENTATION", "TICK", "Monitor", "T"]

#: What is kept of every snapshot, and in which columns, before what each kind of monitor adds.
OF_SNAPSHOT = [record.NOTE_TICK, record.NOTE_T, record.NOTE_PRESENTATION]
TICK, T, PRESENTATION = range(len(OF_SNAPSHOT))

Self = TypeVar("Self", bound="Monitor")


class Monitor(Held, ABC):
    """A recording of a simulation, from the moment at which it is made.

    It records until `stop` or `remove`, or until nobody holds it any more. As a context (``with``)
    it is removed at the end. What was recorded can be read at any time.

    Parameters
    ----------
    recorder : Recorder
        Of the simulation.
    """

    def __init__(self, recorder: Recorder) -> None:
        self._recorder: Recorder | None = recorder
        # The last snapshot that was taken: tick and version.
        self._last = (-1, -1)
        # What one thread keeps another may be reading.
        self._lock = RLock()
        self.start()

    @property
    @abstractmethod
    def segments(self) -> list[Segment]:
        """What the recorder is to copy, or of which populations it lists the spikes."""

    @property
    def follows_phi(self) -> bool:
        """Whether change detectors must be followed for this monitor."""
        return True

    @property
    def is_recording(self) -> bool:
        """Whether what happens now is recorded."""
        recorder = self._recorder
        return recorder is not None and any(other is self for other in recorder.monitors)

    def start(self) -> None:
        """Record from the present snapshot on, which is taken unless it was taken before.

        Raises
        ------
        ProtocolError
            If the monitor was removed.
        """
        if self._recorder is None:
            raise ProtocolError(
                f"{type(self).__name__}.start: this monitor was removed; make another one"
            )
        self._recorder.attach(self)

    def stop(self) -> None:
        """Record nothing until `start`; what was recorded stays."""
        if self._recorder is not None:
            self._recorder.detach(self)

    def remove(self) -> None:
        """Record nothing any more, and let go of the simulation; what was recorded stays."""
        self.stop()
        self._recorder = None

    def __enter__(self: Self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()

    def __getstate__(self) -> dict[str, Any]:
        self._catch_up()
        with self._lock:
            kept = {**self.__dict__, "_records": self.is_recording}
        del kept["_lock"]
        return kept

    def __setstate__(self, kept: dict[str, Any]) -> None:
        records = kept.pop("_records")
        self.__dict__.update(kept)
        self._lock = RLock()
        # A copy records the simulation that was copied with it.
        if records:
            self.start()

    def _catch_up(self) -> None:
        """Have all that was recorded."""
        if self._recorder is not None:
            self._recorder.catch_up()

    def clear(self) -> None:
        """Forget what was recorded; none of it is recorded again."""
        self._catch_up()
        with self._lock:
            self._forget()

    @abstractmethod
    def _column(self, n: int) -> npt.NDArray[np.int64]:
        """One of the columns of all that was recorded."""

    @property
    def tick(self) -> npt.NDArray[np.int64]:
        """Ticks since the simulation began, of each row or spike: it only grows."""
        return self._column(TICK)

    @property
    def t(self) -> npt.NDArray[np.int64]:
        """Ticks since the teacher's onset, or since settling, of each row or spike."""
        return self._column(T)

    @property
    def presentation(self) -> npt.NDArray[np.int64]:
        """How many presentations had begun before each row or spike, by settling or an onset."""
        return self._column(PRESENTATION)

    @abstractmethod
    def _forget(self) -> None:
        """Have nothing recorded."""

    def take(
        self, notes: npt.NDArray[Any], rows: npt.NDArray[Any], spikes: npt.NDArray[Any]
    ) -> None:
        """Take notes of snapshots, a row for each of them, and spikes.

        Those that were taken before are left out. A later snapshot takes the place of one of the
        same tick.
        """
        tick, version = self._last
        first = int(np.searchsorted(notes[:, record.NOTE_TICK], tick))
        if first < len(notes) and notes[first, record.NOTE_TICK] == tick:
            first += int(notes[first, record.NOTE_VERSION] <= version)
        if first == len(notes):
            return
        with self._lock:
            self._keep(notes, rows, spikes, first)
            newest = notes[-1]
            self._last = int(newest[record.NOTE_TICK]), int(newest[record.NOTE_VERSION])

    @abstractmethod
    def _keep(
        self,
        notes: npt.NDArray[Any],
        rows: npt.NDArray[Any],
        spikes: npt.NDArray[Any],
        first: int,
    ) -> None:
        """Keep what was taken, from snapshot `first` on, in the place of what was there of it."""
