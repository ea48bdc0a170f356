"""Recordings of the spikes of the change detectors phi."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.extras import require
from neurosim.recording.recorder import Recorded, recorder_of

__all__ = ["SpikeMonitor"]


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

    def __init__(self, simulator: Recorded, *, populations: Sequence[str] | None = None) -> None:
        self._recorder = recorder_of("SpikeMonitor", simulator)
        lowered = self._recorder.lowered
        allowed = [n for n in lowered.names if lowered.is_predicted(n)]
        self.names = checks.chosen("SpikeMonitor", "populations", populations, allowed)
        self._all_names = np.array(lowered.names)
        self.wanted = [lowered.index[name] for name in self.names]
        self._sizes = {n: lowered.network.populations[n].size for n in self.names}
        self._chunks: list[tuple[tuple[int, int], npt.NDArray[np.int64]]] = []
        self._recorder.attach_spikes(self)

    def take(self, key: tuple[int, int], spikes: npt.NDArray[np.int64]) -> None:
        """Take (population, node, replica) of one snapshot, replacing an earlier taking of it."""
        if self._chunks and self._chunks[-1][0] == key:
            self._chunks.pop()
        spikes = spikes[np.isin(spikes[:, 0], self.wanted)]
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
        self._recorder.behind = True

    def __repr__(self) -> str:
        return f"SpikeMonitor({', '.join(self.names)}; {self.num_spikes} spikes)"
