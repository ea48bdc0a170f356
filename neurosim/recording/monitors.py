"""Monitors: what is recorded of a simulation, snapshot by snapshot, inside the compiled loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.extras import require
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import record
from neurosim.recording.growing_rows import GrowingRows

if TYPE_CHECKING:
    from neurosim.engine.lowering import Lowered
    from neurosim.simulator import Simulator

__all__ = ["SpikeMonitor", "StateMonitor"]

_VARIABLES = ("x", "mu", "epsilon", "phi", "theta", "feedback_theta")
Key = tuple[int, int]
Segment = tuple[int, int, int, int, int]


def _chosen(owner: str, argument: str, given: object, allowed: list[str]) -> list[str]:
    if given is None:
        return allowed
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, Sequence) or not given:
        raise ArgumentTypeError(f"{owner}: {argument} must be a name or a list of names")
    names = [checks.choice(owner, argument[:-1], name, allowed) for name in given]
    if len(set(names)) != len(names):
        raise ArgumentError(f"{owner}: {argument} names one twice: {names}")
    return names


def _check_simulator(owner: str, simulator: object) -> None:
    from neurosim.simulator import Simulator

    if not isinstance(simulator, Simulator):
        raise ArgumentTypeError(f"{owner}: simulator must be a Simulator, not {simulator!r}")


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
        simulator: Simulator,
        variable: str,
        *,
        populations: Sequence[str] | None = None,
        projections: Sequence[str] | None = None,
        every: int = 1,
    ) -> None:
        owner = "StateMonitor"
        _check_simulator(owner, simulator)
        self.variable = checks.choice(owner, "variable", variable, _VARIABLES)
        self.every = checks.integer(owner, "every", every, 1)
        lowered = simulator._lowered
        self._segments: list[Segment] = []
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
        self._columns = sum(rows * columns for _, _, _, rows, columns in self._segments)
        self._dtype = np.dtype(np.uint8) if self.variable == "phi" else lowered.dtype
        self._rows = GrowingRows(self._columns, self._dtype)
        # Stretches of presentations: number, first t, rows of the tape, replicas in use.
        self._stretches: list[tuple[int, int, npt.NDArray[Any], int]] = []
        self._simulator = simulator
        simulator._attach(self)

    def _take_projections(
        self, owner: str, lowered: Lowered, projections: Sequence[str] | None
    ) -> tuple[int, ...]:
        """Note where the weights are; returns the shape of a snapshot."""
        self.names = _chosen(owner, "projections", projections, lowered.projection_names)
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
            self._segments.append((record.THETA, at, stride, rows, columns))
        return shape if len(self.names) == 1 else (len(self.nodes),)

    def _take_populations(
        self, owner: str, lowered: Lowered, populations: Sequence[str] | None
    ) -> tuple[int, ...]:
        """Note where the states of nodes are; returns the shape of a snapshot."""
        records, replicas = lowered.populations, lowered.batch_size
        predicted = [n for n in lowered.names if lowered.is_predicted(n)]
        allowed = lowered.names if self.variable == "x" else predicted
        self.names = _chosen(owner, "populations", populations, allowed)
        array = record.FLAG if self.variable == "phi" else record.REAL
        for name in self.names:
            entry = records[lowered.index[name]]
            at, stride, size = (int(entry[f]) for f in (self.variable, "stride", "size"))
            self._segments.append((array, at, stride, replicas, size))
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

    def _take(self, presentation: int, t: int, rows: npt.NDArray[Any], replicas: int) -> None:
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
        for _, _, _, count, columns in self._segments:
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
        self._rows = GrowingRows(self._columns, self._dtype)
        self._simulator._unrecorded = True

    def __repr__(self) -> str:
        return (
            f"StateMonitor({self.variable} of {', '.join(self.names)}; {len(self)} snapshots"
            f" of {self.bytes_per_snapshot:,} bytes)"
        )


class SpikeMonitor:
    """Record every spike of the change detectors phi.

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

    def __init__(self, simulator: Simulator, *, populations: Sequence[str] | None = None) -> None:
        _check_simulator("SpikeMonitor", simulator)
        lowered = simulator._lowered
        allowed = [n for n in lowered.names if lowered.is_predicted(n)]
        self.names = _chosen("SpikeMonitor", "populations", populations, allowed)
        self._all_names = np.array(lowered.names)
        self._wanted = [lowered.index[name] for name in self.names]
        self._sizes = {n: lowered.network.populations[n].size for n in self.names}
        self._chunks: list[tuple[Key, npt.NDArray[np.int64]]] = []
        self._simulator = simulator
        simulator._attach(self)

    def _take_spikes(self, key: Key, spikes: npt.NDArray[np.int64]) -> None:
        """Take (population, node, replica) of one snapshot, replacing an earlier taking of it."""
        if self._chunks and self._chunks[-1][0] == key:
            self._chunks.pop()
        spikes = spikes[np.isin(spikes[:, 0], self._wanted)]
        if len(spikes):
            self._chunks.append((key, spikes.copy()))

    def _column(self, n: int) -> npt.NDArray[np.int64]:
        return np.concatenate(
            [np.empty(0, np.int64), *(spikes[:, n] for _, spikes in self._chunks)]
        )

    @property
    def t(self) -> npt.NDArray[np.int64]:
        """Tick of each spike since the teacher's onset, or since settling."""
        return np.array([k[1] for k, s in self._chunks for _ in range(len(s))], dtype=np.int64)

    @property
    def presentation(self) -> npt.NDArray[np.int64]:
        """How many times the network had settled before each spike."""
        return np.array([k[0] for k, s in self._chunks for _ in range(len(s))], dtype=np.int64)

    @property
    def population(self) -> npt.NDArray[np.str_]:
        """Name of the population of each spike."""
        return self._all_names[self._column(0)]

    @property
    def i(self) -> npt.NDArray[np.int64]:
        """Index of each spike's node in its population."""
        return self._column(1)

    @property
    def replica(self) -> npt.NDArray[np.int64]:
        """Replica of each spike."""
        return self._column(2)

    @property
    def count(self) -> dict[str, npt.NDArray[np.int64]]:
        """Spikes per node, by population."""
        population, i = self.population, self.i
        return {
            name: np.bincount(i[population == name], minlength=size)
            for name, size in self._sizes.items()
        }

    @property
    def num_spikes(self) -> int:
        """Number of spikes."""
        return sum(len(spikes) for _, spikes in self._chunks)

    def to_pandas(self) -> Any:
        """Return a pandas.DataFrame, a row per spike."""
        pandas = require("pandas", "frames")
        return pandas.DataFrame(
            {
                "presentation": self.presentation,
                "t": self.t,
                "population": self.population,
                "i": self.i,
                "replica": self.replica,
            }
        )

    def clear(self) -> None:
        """Forget what was recorded."""
        self._chunks.clear()
        self._simulator._unrecorded = True

    def __repr__(self) -> str:
        return f"SpikeMonitor({', '.join(self.names)}; {self.num_spikes} spikes)"


class Recorder:
    """The tape that all monitors of a simulator share while it runs."""

    _MOST_BYTES = 1 << 24
    _MOST_SPIKES = 1 << 16

    def __init__(self, simulator: Simulator, monitors: Sequence[Any]) -> None:
        self.states = [m for m in monitors if isinstance(m, StateMonitor)]
        self.spikes = [m for m in monitors if isinstance(m, SpikeMonitor)]
        self.simulator = simulator
        self.columns = 0
        segments = []
        for monitor in self.states:
            for array, at, stride, rows, columns in monitor._segments:
                segments.append((array, at, stride, rows, columns, self.columns))
                self.columns += rows * columns
        self.segments = np.array(segments, np.int64).reshape(-1, record.SEGMENT_FIELDS)
        lowered = simulator._lowered
        self.wanted = np.zeros(len(lowered.names) if self.spikes else 0, np.uint8)
        for spiking in self.spikes:
            self.wanted[spiking._wanted] = 1
        nodes = sum(lowered.network.populations[n].size for n in lowered.names)
        capacity = max(self._MOST_SPIKES, nodes * lowered.batch_size) + 1 if self.spikes else 1
        self.list = np.zeros((capacity, 4), np.int64)
        row = max(1, self.columns * lowered.dtype.itemsize)
        self.longest = max(1, self._MOST_BYTES // row) if self.columns else 1 << 30
        self.tape = np.empty((0, self.columns), lowered.dtype)

    def arrays(self, ticks: int) -> tuple[npt.NDArray[Any], ...]:
        """What the kernels record to, with room for that many snapshots."""
        if len(self.tape) < ticks and self.columns:
            self.tape = np.empty((ticks, self.columns), self.tape.dtype)
        self.list[0, 0] = 0
        return self.segments, self.tape, self.wanted, self.list

    def distribute(self, first_tick: int, snapshots: int) -> None:
        """Hand what was recorded, from `first_tick` on, to the monitors."""
        clock = self.simulator._lowered.state.clock
        onset, replicas = int(clock[layout.ONSET]), int(clock[layout.ROWS])
        presentation = self.simulator._presentations
        column = 0
        for monitor in self.states if snapshots else ():
            columns = monitor._columns
            rows = self.tape[:snapshots, column : column + columns]
            monitor._take(presentation, first_tick - onset, rows, replicas)
            column += columns
        if not self.spikes or not snapshots:
            return
        taken = self.list[1 : 1 + int(self.list[0, 0])]
        # The first snapshot is always handed on: it may replace one that has lost its spikes.
        for tick in np.union1d([first_tick], taken[:, 0]):
            here = taken[taken[:, 0] == tick, 1:]
            for spiking in self.spikes:
                spiking._take_spikes((presentation, int(tick) - onset), here)
