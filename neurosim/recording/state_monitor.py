"""Recordings of states and weights, snapshot by snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError
from neurosim.extras import require
from neurosim.kernels.verbs import record
from neurosim.recording.growing_rows import GrowingRows
from neurosim.recording.monitor import OF_SNAPSHOT, TICK, Monitor
from neurosim.recording.recorder import Recorded, Segment, recorder_of

__all__ = ["StateMonitor"]

_VARIABLES = ("x", "mu", "epsilon", "phi", "theta", "feedback_theta")
# Columns of what is kept of each note.
_COLUMNS = [*OF_SNAPSHOT, record.NOTE_REPLICAS]
_REPLICAS = len(OF_SNAPSHOT)


class StateMonitor(Monitor):
    """Record a state at every snapshot, the one at t = 0 included.

    The recording has the name of what is recorded (``monitor.x``); what belongs to replicas that
    were not in use is NaN, and 0 for phi. All arrays are read-only, and reading them again costs
    nothing. If the world changes something within a tick (clamps, sets a weight), the row of that
    tick is the snapshot that the next step follows from.

    It records until `stop` or `remove`, at the end of its block if it is used as a context
    (``with``), or until nobody holds it any more. A copy of a simulator is recorded by no monitor
    but those that are copied together with it.

    Parameters
    ----------
    simulator : Simulator
        Whose state is recorded, from now on.
    variable : {"x", "mu", "epsilon", "phi", "theta", "feedback_theta"}
        What is recorded.
    populations : list of str, optional
        Which populations; all that have the variable if not given. Not for weights.
    projections : list of str, optional
        Which projections, by name; for weights only.
    every : int
        Record where t is a multiple of this.

    Examples
    --------
    >>> import neurosim as ns
    >>> net = ns.Network.layered([2, 3, 1], seed=0)
    >>> sim = ns.Simulator(net, ns.models.FaZIL())
    >>> errors = ns.StateMonitor(sim, "epsilon", populations=["hidden1", "output"])
    >>> sim.present([[0.5, 1.0]], [[1.0]], ticks=3)
    >>> errors.epsilon.shape
    (4, 1, 4)
    """

    def __init__(
        self,
        simulator: Recorded,
        variable: str,
        *,
        populations: Sequence[str] | None = None,
        projections: Sequence[str] | None = None,
        every: int = 1,
    ) -> None:
        owner = "StateMonitor"
        self._variable = checks.choice(owner, "variable", variable, _VARIABLES)
        self._every = checks.integer(owner, "every", every, 1, checks.MOST_TICKS)
        recorder = recorder_of(owner, simulator)
        lowered = recorder.lowered
        self._blocks: list[tuple[int, int, int, int, int]] = []
        self._nodes: list[Any] = []
        self._of_weights = self._variable.endswith("theta")
        if self._of_weights and populations is not None:
            raise ArgumentError(f"{owner}: {variable} belongs to projections, not to populations")
        if not self._of_weights and projections is not None:
            raise ArgumentError(f"{owner}: {variable} belongs to populations")
        self._shape: tuple[int, ...] = (
            self._take_projections(owner, lowered, projections)
            if self._of_weights
            else self._take_populations(owner, lowered, populations)
        )
        dtype = np.dtype(np.uint8) if self._variable == "phi" else lowered.dtype
        self._rows = GrowingRows(self._shape, dtype)
        self._notes = GrowingRows((len(_COLUMNS),), np.dtype(np.int64))
        self._bytes = int(np.prod(self._shape)) * dtype.itemsize
        super().__init__(recorder)

    def _take_projections(
        self, owner: str, lowered: Lowered, projections: Sequence[str] | None
    ) -> tuple[int, ...]:
        """Note where the weights are; returns the shape of a snapshot."""
        self._names = checks.chosen(owner, "projections", projections, lowered.projection_names)
        if projections is None and len(self._names) > 1:
            raise ArgumentError(f"{owner}: name one projection: {', '.join(self._names)}")
        for name in self._names:
            projection = lowered.network.projections[name]
            entry = lowered.projections[lowered.projection_index[name]]
            shape = projection.weight_shape
            if projection.pattern is None:
                stride, rows, columns = int(entry["stride"]), shape[0], shape[1]
                self._nodes += [(name, i, j) for i in range(shape[0]) for j in range(shape[1])]
            else:
                stride, rows, columns = shape[0], 1, shape[0]
                self._nodes += projection.weight_labels()
            at = int(entry["theta" if self._variable == "theta" else "back"])
            self._blocks.append((record.THETA, at, stride, rows, columns))
        return shape if len(self._names) == 1 else (len(self._nodes),)

    def _take_populations(
        self, owner: str, lowered: Lowered, populations: Sequence[str] | None
    ) -> tuple[int, ...]:
        """Note where the states of nodes are; returns the shape of a snapshot."""
        records, replicas = lowered.populations, lowered.batch_size
        predicted = [n for n in lowered.names if lowered.is_predicted(n)]
        allowed = lowered.names if self._variable == "x" else predicted
        self._names = checks.chosen(owner, "populations", populations, allowed)
        array = record.FLAG if self._variable == "phi" else record.REAL
        for name in self._names:
            entry = records[lowered.index[name]]
            at, stride, size = (int(entry[f]) for f in (self._variable, "stride", "size"))
            self._blocks.append((array, at, stride, -1, size))
            self._nodes += [(name, i) for i in range(size)]
        return replicas, len(self._nodes)

    @property
    def variable(self) -> str:
        """What is recorded."""
        return self._variable

    @property
    def every(self) -> int:
        """It is recorded where t is a multiple of this."""
        return self._every

    @property
    def names(self) -> list[str]:
        """Which populations, or projections, are recorded."""
        return list(self._names)

    @property
    def nodes(self) -> list[Any]:
        """Population and index of each column; of weights: projection, and indices of the ends."""
        return list(self._nodes)

    @property
    def segments(self) -> list[Segment]:
        """What the recorder is to copy."""
        return [(*block, self._every) for block in self._blocks]

    @property
    def follows_phi(self) -> bool:
        """Whether change detectors must be followed for this monitor."""
        return self._variable == "phi"

    @property
    def bytes_per_snapshot(self) -> int:
        """Memory that one recorded snapshot takes."""
        return self._bytes

    @property
    def nbytes(self) -> int:
        """Memory that the recording takes so far."""
        return len(self) * self._bytes

    def __len__(self) -> int:
        """Return the number of snapshots."""
        self._catch_up()
        return len(self._notes)

    def _keep(
        self,
        notes: npt.NDArray[Any],
        rows: npt.NDArray[Any],
        spikes: npt.NDArray[Any],
        first: int,
    ) -> None:
        begin = notes[first, record.NOTE_TICK]
        due: Any = slice(first, None)
        if self._every > 1:
            due = first + np.flatnonzero(notes[first:, record.NOTE_T] % self._every == 0)
        notes, rows = notes[due], rows[due]
        # Of the first of these ticks there may be a row from before the world changed something.
        before = int(np.searchsorted(self._notes.array()[:, TICK], begin))
        self._rows.cut(before)
        self._arrange(rows, notes[:, record.NOTE_REPLICAS], self._rows.space(len(rows)))
        self._rows.use(len(rows))
        self._notes.cut(before)
        self._notes.append(notes[:, _COLUMNS])

    def _arrange(
        self, rows: npt.NDArray[Any], used: npt.NDArray[np.int64], target: npt.NDArray[Any]
    ) -> None:
        """Bring rows of the tape into the documented shape."""
        if self._of_weights:
            target.reshape(len(target), len(self._nodes))[...] = rows
            return
        kinds, replicas = np.unique(used), self._shape[0]
        for n in kinds:
            here: Any = slice(None) if len(kinds) == 1 else used == n
            start = column = 0
            for _, _, _, _, columns in self._blocks:
                # No numbers where none were written.
                block = rows[here, start : start + n * columns]
                target[here, :n, column : column + columns] = block.reshape(-1, n, columns)
                start += replicas * columns
                column += columns
            if n < replicas:
                target[here, n:] = 0 if self._variable == "phi" else np.nan

    def _forget(self) -> None:
        self._notes.cut(0)
        self._rows = GrowingRows(self._shape, self._rows.dtype)

    def _column(self, n: int) -> npt.NDArray[np.int64]:
        self._catch_up()
        with self._lock:
            return self._notes.array()[:, n]

    @property
    def replicas(self) -> npt.NDArray[np.int64]:
        """How many replicas were in use."""
        return self._column(_REPLICAS)

    def __getattr__(self, name: str) -> npt.NDArray[Any]:
        if name.startswith("_") or name != self.__dict__.get("_variable"):
            raise AttributeError(
                f"this monitor records {self.__dict__.get('_variable')!r}, not {name!r}"
            )
        self._catch_up()
        with self._lock:
            return self._rows.array()[: len(self._notes)]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), self._variable]

    def to_pandas(self) -> Any:
        """Return a pandas.DataFrame, a row per snapshot (and replica), a column per node."""
        pandas = require("pandas", "frames")
        data = getattr(self, self._variable)
        columns = pandas.MultiIndex.from_tuples(self._nodes)
        each = 1 if self._of_weights else self._shape[0]
        levels = {"presentation": self.presentation, "t": self.t, "tick": self.tick}
        index = {name: np.repeat(values, each) for name, values in levels.items()}
        if not self._of_weights:
            index["replica"] = np.tile(np.arange(each), len(data))
        return pandas.DataFrame(
            data.reshape(len(data) * each, len(self._nodes)),
            index=pandas.MultiIndex.from_arrays(list(index.values()), names=list(index)),
            columns=columns,
            copy=True,
        )

    def __repr__(self) -> str:
        return (
            f"StateMonitor({self._variable} of {', '.join(self._names)}; {len(self)} snapshots"
            f" of {self.bytes_per_snapshot:,} bytes)"
        )
