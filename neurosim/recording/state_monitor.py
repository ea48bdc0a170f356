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
from neurosim.recording.recorder import Recorded, Segment, recorder_of

__all__ = ["StateMonitor"]

_VARIABLES = ("x", "mu", "epsilon", "phi", "theta", "feedback_theta")


class StateMonitor:
    """Record a state at every snapshot, the one at t = 0 included.

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

    Attributes
    ----------
    t : ndarray of int, shape (snapshots,)
        Ticks since the teacher's onset, or since settling.
    presentation : ndarray of int, shape (snapshots,)
        How many times the network had settled.
    nodes : list of (str, int)
        Population and index of each column.
    segments : list of tuple of int
        What the recorder is to copy: array, offset, stride, rows, columns.
    columns : int
        Numbers in a row of the tape.

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
        self.variable = checks.choice(owner, "variable", variable, _VARIABLES)
        self.every = checks.integer(owner, "every", every, 1)
        self._recorder = recorder_of(owner, simulator)
        lowered = self._recorder.lowered
        self.segments: list[Segment] = []
        self.nodes: list[Any] = []
        self._of_weights = self.variable.endswith("theta")
        if self._of_weights and populations is not None:
            raise ArgumentError(f"{owner}: {variable} belongs to projections, not to populations")
        if not self._of_weights and projections is not None:
            raise ArgumentError(f"{owner}: {variable} belongs to populations")
        self._shape: tuple[int, ...] = (
            self._take_projections(owner, lowered, projections)
            if self._of_weights
            else self._take_populations(owner, lowered, populations)
        )
        self.columns = sum(rows * columns for _, _, _, rows, columns in self.segments)
        self._dtype = np.dtype(np.uint8) if self.variable == "phi" else lowered.dtype
        self._rows = GrowingRows(self.columns, self._dtype)
        # Stretches of presentations: number, first t, rows of the tape, replicas in use.
        self._stretches: list[tuple[int, int, npt.NDArray[Any], int]] = []
        self._recorder.attach_states(self)

    def _take_projections(
        self, owner: str, lowered: Lowered, projections: Sequence[str] | None
    ) -> tuple[int, ...]:
        """Note where the weights are; returns the shape of a snapshot."""
        self.names = checks.chosen(owner, "projections", projections, lowered.projection_names)
        if projections is None and len(self.names) > 1:
            raise ArgumentError(f"{owner}: name one projection: {', '.join(self.names)}")
        for name in self.names:
            projection = lowered.network.projections[name]
            entry = lowered.projections[lowered.projection_index[name]]
            shape = projection.weight_shape
            if projection.pattern is None:
                stride, rows, columns = int(entry["stride"]), shape[0], shape[1]
                self.nodes += [(name, i, j) for i in range(shape[0]) for j in range(shape[1])]
            else:
                stride, rows, columns = shape[0], 1, shape[0]
                self.nodes += projection.weight_labels()
            at = int(entry["theta" if self.variable == "theta" else "back"])
            self.segments.append((record.THETA, at, stride, rows, columns))
        return shape if len(self.names) == 1 else (len(self.nodes),)

    def _take_populations(
        self, owner: str, lowered: Lowered, populations: Sequence[str] | None
    ) -> tuple[int, ...]:
        """Note where the states of nodes are; returns the shape of a snapshot."""
        records, replicas = lowered.populations, lowered.batch_size
        predicted = [n for n in lowered.names if lowered.is_predicted(n)]
        allowed = lowered.names if self.variable == "x" else predicted
        self.names = checks.chosen(owner, "populations", populations, allowed)
        array = record.FLAG if self.variable == "phi" else record.REAL
        for name in self.names:
            entry = records[lowered.index[name]]
            at, stride, size = (int(entry[f]) for f in (self.variable, "stride", "size"))
            self.segments.append((array, at, stride, replicas, size))
            self.nodes += [(name, i) for i in range(size)]
        return replicas, len(self.nodes)

    @property
    def bytes_per_snapshot(self) -> int:
        """Memory that one recorded snapshot takes."""
        return int(np.prod(self._shape)) * self._dtype.itemsize

    @property
    def nbytes(self) -> int:
        """Memory that the recording takes so far."""
        return len(self) * self.bytes_per_snapshot

    def __len__(self) -> int:
        """Return the number of snapshots."""
        return sum(len(rows) for _, _, rows, _ in self._stretches)

    def take(self, presentation: int, t: int, rows: npt.NDArray[Any], replicas: int) -> None:
        """Append snapshots from `t` on; the first may replace the last one that was taken."""
        skipped = -t % self.every
        rows = rows[skipped :: self.every]
        if not len(rows):
            return
        t += skipped
        grown = None
        if self._stretches and self._stretches[-1][0] == presentation:
            _, start, taken, used = self._stretches[-1]
            if start + (len(taken) - 1) * self.every == t:
                taken = self._rows.shorter(taken)
                self._stretches[-1] = presentation, start, taken, used
                if not len(taken):
                    self._stretches.pop()
            if len(taken) and used == replicas and start + len(taken) * self.every == t:
                grown = self._rows.longer(taken, rows)
        if grown is not None:
            self._stretches[-1] = presentation, start, grown, replicas
        else:
            self._stretches.append((presentation, t, self._rows.new(rows), replicas))

    def _arranged(self, rows: npt.NDArray[Any], replicas: int) -> npt.NDArray[Any]:
        """Rows of the tape as an array of the documented shape."""
        blocks, column = [], 0
        for _, _, _, count, columns in self.segments:
            block = rows[:, column : column + count * columns]
            blocks.append(block.reshape(len(rows), count, columns))
            column += count * columns
        if self._of_weights:
            flat = [block.reshape(len(rows), -1) for block in blocks]
            return np.concatenate(flat, axis=1).reshape(len(rows), *self._shape)
        result = np.concatenate(blocks, axis=2)
        result[:, replicas:] = 0 if self.variable == "phi" else np.nan
        return result

    @property
    def t(self) -> npt.NDArray[np.int64]:
        """Ticks since the teacher's onset, or since settling."""
        parts = [t + self.every * np.arange(len(rows)) for _, t, rows, _ in self._stretches]
        return np.concatenate([np.empty(0, np.int64), *parts])

    @property
    def presentation(self) -> npt.NDArray[np.int64]:
        """How many times the network had settled."""
        parts = [np.full(len(rows), number) for number, _, rows, _ in self._stretches]
        return np.concatenate([np.empty(0, np.int64), *parts])

    def __getattr__(self, name: str) -> npt.NDArray[Any]:
        if name.startswith("_") or name != self.__dict__.get("variable"):
            raise AttributeError(
                f"this monitor records {self.__dict__.get('variable')!r}, not {name!r}"
            )
        parts = [self._arranged(rows, replicas) for _, _, rows, replicas in self._stretches]
        return np.concatenate([np.empty((0, *self._shape), self._dtype), *parts])

    def to_pandas(self) -> Any:
        """Return a pandas.DataFrame, a row per snapshot (and replica), a column per node."""
        pandas = require("pandas", "frames")
        data = getattr(self, self.variable)
        columns = pandas.MultiIndex.from_tuples(self.nodes)
        if self._of_weights:
            index = pandas.MultiIndex.from_arrays(
                [self.presentation, self.t], names=["presentation", "t"]
            )
            return pandas.DataFrame(data.reshape(len(data), -1), index=index, columns=columns)
        replicas = self._shape[0]
        index = pandas.MultiIndex.from_arrays(
            [
                np.repeat(self.presentation, replicas),
                np.repeat(self.t, replicas),
                np.tile(np.arange(replicas), len(data)),
            ],
            names=["presentation", "t", "replica"],
        )
        return pandas.DataFrame(data.reshape(-1, self._shape[1]), index=index, columns=columns)

    def clear(self) -> None:
        """Forget what was recorded."""
        self._stretches.clear()
        self._rows = GrowingRows(self.columns, self._dtype)
        self._recorder.behind = True

    def __repr__(self) -> str:
        return (
            f"StateMonitor({self.variable} of {', '.join(self.names)}; {len(self)} snapshots"
            f" of {self.bytes_per_snapshot:,} bytes)"
        )
