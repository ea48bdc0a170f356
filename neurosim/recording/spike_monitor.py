"""Recordings of the spikes of the change detectors phi."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.extras import require
from neurosim.kernels.verbs import record
from neurosim.recording.growing_rows import GrowingRows
from neurosim.recording.monitor import OF_SNAPSHOT, TICK, Monitor
from neurosim.recording.recorder import Recorded, Segment, recorder_of

__all__ = ["SpikeMonitor"]

# Columns of what is kept of each spike: of its snapshot, and its own.
_POPULATION, _NODE, _REPLICA = range(len(OF_SNAPSHOT), len(OF_SNAPSHOT) + 3)
_INTEGERS = np.dtype(np.int64)


class SpikeMonitor(Monitor):
    """Record every spike of the change detectors phi.

    It records until `stop` or `remove`, at the end of its block if it is used as a context
    (``with``), or until nobody holds it any more. A copy of a simulator is recorded by no monitor
    but those that are copied together with it. All arrays are read-only.

    Parameters
    ----------
    simulator : Simulator
        Whose spikes are recorded, from now on.
    populations : list of str, optional
        Which populations; all that have error nodes if not given.

    Examples
    --------
    >>> import neurosim as ns
    >>> net = ns.Network.layered([2, 3, 1], seed=0)
    >>> sim = ns.Simulator(net, ns.models.FaZIL())
    >>> phi = ns.SpikeMonitor(sim)
    >>> sim.present([[0.5, 1.0]], [[1.0]], ticks=3)
    >>> phi.t, phi.population
    (array([0, 1, 1, 1]), array(['output', 'hidden1', 'hidden1', 'hidden1'], dtype='<U7'))
    """

    def __init__(self, simulator: Recorded, *, populations: Sequence[str] | None = None) -> None:
        recorder = recorder_of("SpikeMonitor", simulator)
        lowered = recorder.lowered
        allowed = [n for n in lowered.names if lowered.is_predicted(n)]
        self._names = checks.chosen("SpikeMonitor", "populations", populations, allowed)
        self._all_names = np.array(lowered.names)
        self._wanted = np.isin(self._all_names, self._names)
        self._chooses = len(self._names) < len(allowed)
        self._sizes = {n: lowered.network.populations[n].size for n in self._names}
        self._spikes = GrowingRows((_REPLICA + 1,), _INTEGERS)
        # What nobody has asked for yet: places of spikes, and of snapshots with spikes their notes,
        # and how many there are in each.
        self._places = GrowingRows((), _INTEGERS)
        self._snapshots = GrowingRows((len(OF_SNAPSHOT) + 1,), _INTEGERS)
        records = lowered.populations
        # Where the phi of each population begin, in the order of their places.
        self._order = np.argsort(records["phi"])
        self._begins = records["phi"][self._order]
        self._strides = records["stride"][self._order]
        # Names of the populations of the spikes that there were when they were asked for.
        self._named: tuple[npt.NDArray[Any], npt.NDArray[np.str_]] | None = None
        super().__init__(recorder)

    @property
    def names(self) -> list[str]:
        """Which populations are recorded."""
        return list(self._names)

    @property
    def segments(self) -> list[Segment]:
        """Of which populations the recorder lists the spikes."""
        return [(record.SPIKES, int(p), 0, 0, 0, 1) for p in np.flatnonzero(self._wanted)]

    def _keep(
        self,
        notes: npt.NDArray[Any],
        rows: npt.NDArray[Any],
        spikes: npt.NDArray[Any],
        first: int,
    ) -> None:
        ends = notes[first:, record.NOTE_SPIKES]
        before = int(notes[first - 1, record.NOTE_SPIKES]) if first else 0
        places, counts = spikes[before:], np.diff(ends, prepend=before)
        if self._chooses:
            # Other monitors may have asked for the spikes of other populations.
            mine = self._wanted[self._order[self._indices(places)]]
            which = np.repeat(np.arange(len(counts)), counts)[mine]
            places, counts = places[mine], np.bincount(which, minlength=len(counts))
        # What was seen of the first of these ticks before the world changed it.
        self._cut(int(notes[first, record.NOTE_TICK]))
        self._places.append(places)
        busy = np.flatnonzero(counts)
        self._snapshots.append(np.column_stack([notes[first:][busy][:, OF_SNAPSHOT], counts[busy]]))

    def _cut(self, tick: int) -> None:
        """Forget the spikes of a tick, and of later ones."""
        self._spikes.cut(int(np.searchsorted(self._spikes.array()[:, TICK], tick)))
        snapshots = self._snapshots.array()
        count = int(np.searchsorted(snapshots[:, 0], tick))
        self._places.cut(int(snapshots[:count, -1].sum()))
        self._snapshots.cut(count)

    def _indices(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Which population a spike is of, in the order of places."""
        return np.searchsorted(self._begins, places, side="right") - 1

    def _all(self) -> npt.NDArray[np.int64]:
        """Every spike, of which those are looked up that have come since the last call."""
        self._catch_up()
        with self._lock:
            if len(self._snapshots):
                self._look_up()
            return self._spikes.array()

    def _look_up(self) -> None:
        """Say of the spikes that nobody has asked for yet what they are of."""
        snapshots = self._snapshots.array()
        places = self._places.array()[: snapshots[:, -1].sum()]
        which = self._indices(places)
        node, stride = places - self._begins[which], self._strides[which]
        own = [self._order[which], node % stride, node // stride]
        others = np.repeat(snapshots[:, :-1], snapshots[:, -1], axis=0)
        # Whoever was interrupted behind this has them already.
        self._spikes.cut(int(np.searchsorted(self._spikes.array()[:, TICK], snapshots[0, 0])))
        self._spikes.append(np.column_stack([others, *own]))
        self._snapshots.cut(0)
        self._places.cut(0)

    def _forget(self) -> None:
        self._snapshots.cut(0)
        self._places.cut(0)
        self._spikes = GrowingRows((_REPLICA + 1,), _INTEGERS)
        self._named = None

    def _column(self, n: int) -> npt.NDArray[np.int64]:
        return self._all()[:, n]

    @property
    def population(self) -> npt.NDArray[np.str_]:
        """Name of the population of each spike."""
        spikes = self._all()
        if self._named is None or self._named[0] is not spikes:
            names = self._all_names[spikes[:, _POPULATION]]
            names.flags.writeable = False
            self._named = spikes, names
        return self._named[1]

    @property
    def i(self) -> npt.NDArray[np.int64]:
        """Index of each spike's node in its population."""
        return self._column(_NODE)

    @property
    def replica(self) -> npt.NDArray[np.int64]:
        """Replica of each spike."""
        return self._column(_REPLICA)

    @property
    def count(self) -> dict[str, npt.NDArray[np.int64]]:
        """Spikes per node, by population."""
        population, i = self._column(_POPULATION), self.i
        names = self._all_names.tolist()
        return {
            name: np.bincount(i[population == names.index(name)], minlength=size)
            for name, size in self._sizes.items()
        }

    @property
    def num_spikes(self) -> int:
        """Number of spikes."""
        return len(self._all())

    def to_pandas(self) -> Any:
        """Return a pandas.DataFrame, a row per spike."""
        pandas = require("pandas", "frames")
        return pandas.DataFrame(
            {
                "tick": self.tick,
                "presentation": self.presentation,
                "t": self.t,
                "population": self.population,
                "i": self.i,
                "replica": self.replica,
            }
        )

    def __repr__(self) -> str:
        return f"SpikeMonitor({', '.join(self._names)}; {self.num_spikes} spikes)"
