"""What an experimenter does to a running network: lesions, currents, changed weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.engine.guard import Guard
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError, ArgumentTypeError, DivergenceError, ProtocolError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.simulation import samples
from neurosim.simulation.inspection import Inspection

__all__ = ["Interventions", "Lesions"]

Key = tuple[str, int, int]
_BLOCKS = ("weights", "back_weights")


class Lesions:
    """Which synapses are cut, and the weights and memories that they had."""

    def __init__(self, lowered: Lowered) -> None:
        self._lowered = lowered
        #: (projection, pre, post) -> what it had in each block of weights, by field.
        self.cuts: dict[Key, list[float]] = {}
        #: (population, index) -> the synapses that silencing this node has cut.
        self.silenced: dict[tuple[str, int], list[Key]] = {}

    def places(self, key: Key) -> list[tuple[npt.NDArray[Any], tuple[int, ...]]]:
        """Where a synapse has its weights, and what it remembers: arrays and indices."""
        name, pre, post = key
        lowered = self._lowered
        record = lowered.projections[lowered.projection_index[name]]
        index = lowered.network.projections[name].weight_index(pre, post)
        assert index is not None
        return [
            (lowered.blocks.view(b, field), index)
            for b in sorted({int(record["weights"]), int(record["back_weights"])})
            for field in ("theta", "memory")
            if lowered.blocks.records[b][field] >= 0
        ]

    def touches(self, key: Key, node: tuple[str, int]) -> bool:
        """Whether a synapse begins or ends at a node."""
        projection = self._lowered.network.projections[key[0]]
        return node in ((projection.pre, key[1]), (projection.post, key[2]))

    def synapses_of(self, population: str, node: int) -> list[Key]:
        """All synapses that begin or end at a node."""
        keys = []
        for name, projection in self._lowered.network.projections.items():
            if projection.pre == population:
                keys += [(name, node, j) for j in projection.targets(node)]
            if projection.post == population:
                keys += [(name, i, node) for i in projection.sources(node)]
        return keys


class Interventions(Inspection):
    """The part of a simulator that changes a network from outside while it runs."""

    _guard: Guard
    _lesions: Lesions
    _shown: set[str]
    _unrecorded: bool

    def set_weights(self, weights: Mapping[str, npt.ArrayLike]) -> None:
        """Set the weights of some projections, by name; all are checked before any is set.

        Synapses that are cut stay at 0.
        """
        owner = "Simulator.set_weights"
        self._set_weights(owner, weights, self._lowered.weight_names, feedback=False)

    def set_feedback_weights(self, weights: Mapping[str, npt.ArrayLike]) -> None:
        """Set the weights of feedback synapses that are not the forward ones, by projection."""
        owner = "Simulator.set_feedback_weights"
        self._set_weights(owner, weights, list(self.feedback_weights), feedback=True)

    def cut(self, pre: str, pre_index: int, post: str, post_index: int) -> None:
        """Cut a synapse: it carries nothing, forward or back, and learns nothing until mended.

        Raises
        ------
        ProtocolError
            If it is cut already.
        ArgumentError
            If there is no such synapse, or others use the same weight.
        """
        key = self._check_synapse("Simulator.cut", pre, pre_index, post, post_index)
        if key in self._lesions.cuts:
            raise ProtocolError(f"Simulator.cut: synapse {key} is cut already")
        self._cut("Simulator.cut", [key])

    def mend(self, pre: str, pre_index: int, post: str, post_index: int) -> None:
        """Mend a synapse that was cut: it has the weight that it had then."""
        key = self._check_synapse("Simulator.mend", pre, pre_index, post, post_index)
        if key not in self._lesions.cuts:
            raise ProtocolError(f"Simulator.mend: synapse {key} is not cut")
        for node, keys in self._lesions.silenced.items():
            if key in keys:
                raise ProtocolError(f"Simulator.mend: node {node[1]} of {node[0]!r} is silent")
        self._mend([key])

    def silence(self, population: str, nodes: Sequence[int] | None = None) -> None:
        """Silence nodes of a population, all if not told: cut every synapse that they have.

        They predict nothing, send no errors, and nothing about them learns, until `restore`.
        """
        owner = "Simulator.silence"
        lesions = self._lesions
        chosen = self._check_nodes(owner, population, nodes)
        found: dict[tuple[str, int], list[Key]] = {}
        taken = set(lesions.cuts)
        for node in map(int, chosen):
            if (population, node) in lesions.silenced:
                raise ProtocolError(f"{owner}: node {node} of {population!r} is silent already")
            keys = [key for key in lesions.synapses_of(population, node) if key not in taken]
            found[population, node] = keys
            taken.update(keys)
        self._cut(owner, [key for keys in found.values() for key in keys])
        lesions.silenced.update(found)

    def restore(self, population: str, nodes: Sequence[int] | None = None) -> None:
        """Undo `silence`: the synapses have the weights that they had when the node fell silent."""
        owner = "Simulator.restore"
        lesions = self._lesions
        chosen = self._check_nodes(owner, population, nodes)
        named = [(population, int(node)) for node in chosen]
        for _, node in named:
            if (population, node) not in lesions.silenced:
                raise ProtocolError(f"{owner}: node {node} of {population!r} is not silent")
        still = {name: keys for name, keys in lesions.silenced.items() if name not in named}
        freed = [key for name in named for key in lesions.silenced[name] if key in lesions.cuts]
        # A synapse between two silent nodes stays cut until both are back.
        inherited = {name: [k for k in freed if lesions.touches(k, name)] for name in still}
        kept = {key for keys in inherited.values() for key in keys}
        self._mend([key for key in freed if key not in kept])
        lesions.silenced = {name: [*keys, *inherited[name]] for name, keys in still.items()}

    def inject(
        self,
        population: str,
        current: npt.ArrayLike,
        ticks: int,
        *,
        nodes: Sequence[int] | None = None,
    ) -> None:
        """Inject a current into value nodes for some ticks: x moves by gamma times it in each.

        It adds to what moves the nodes by itself, replaces one that is still flowing into the same
        nodes, and ends when the network settles. Clamped and resting nodes do not move.

        Parameters
        ----------
        population : str
            Name of a population.
        current : array_like, shape (replicas, nodes) or (nodes,)
            Change of x per tick where gamma is 1; one row per replica in use, or one for all.
        ticks : int
            For how many ticks from now on.
        nodes : sequence of int, optional
            Which nodes; all if not given.
        """
        owner = "Simulator.inject"
        chosen = self._check_nodes(owner, population, nodes)
        ticks = checks.integer(owner, "ticks", ticks, 1, checks.MOST_TICKS)
        if self.wiring.populations[population].constant:
            raise ArgumentError(f"{owner}: population {population!r} is constant")
        if not self._shown:
            raise ProtocolError(f"{owner}: nothing has been clamped yet; clamp an input first")
        clock = self._lowered.state.clock
        rows = int(clock[layout.ROWS])
        array = samples.replicas(owner, population, current, self._lowered, len(chosen))
        if len(array) == 1:
            array = np.repeat(array, rows, axis=0)
        if len(array) != rows:
            raise ArgumentError(f"{owner}: current has {len(array)} rows, but {rows} replicas run")
        p = self._lowered.index[population]
        until = int(clock[layout.TICK]) + ticks
        engine.inject(*self._lowered.arguments, p, chosen, array, until)

    # ---- inside ------------------------------------------------------------------------------

    def _check_synapse(
        self, owner: str, pre: str, pre_index: int, post: str, post_index: int
    ) -> Key:
        return self._find_synapse(owner, pre, pre_index, post, post_index).key

    def _cut(self, owner: str, keys: Iterable[Key]) -> None:
        """Cut synapses, or none if one of them cannot be."""
        keys = list(keys)
        for name, pre, post in keys:
            if self._lowered.is_shared(name):
                raise ArgumentError(
                    f"{owner}: synapse {(name, pre, post)} has its weight in common with others"
                )
        lesions = self._lesions
        had = {key: [float(array[index]) for array, index in lesions.places(key)] for key in keys}
        self._change_cuts({**lesions.cuts, **had}, {})

    def _mend(self, keys: list[Key]) -> None:
        """Give synapses back what they had; none if that overflows."""
        cuts = self._lesions.cuts
        given = {key: cuts[key] for key in keys}
        self._change_cuts({key: had for key, had in cuts.items() if key not in given}, given)

    def _change_cuts(self, cuts: dict[Key, list[float]], given: dict[Key, list[float]]) -> None:
        """Let these synapses be the ones that are cut, or change nothing if that overflows."""
        lowered, before = self._lowered, self._lesions.cuts
        changed = {key[0] for key in cuts.keys() ^ before.keys()}
        records = [lowered.projections[lowered.projection_index[name]] for name in changed]
        kept = self._guard.copies()
        self._lesions.cuts = cuts
        lowered.set_cuts(cuts)
        for key, had in given.items():
            for (array, index), value in zip(self._lesions.places(key), had, strict=True):
                array[index] = value
        try:
            for b in sorted({int(r[field]) for r in records for field in _BLOCKS}):
                self._refresh(b)
        except DivergenceError:
            self._lesions.cuts = before
            lowered.set_cuts(before)
            self._guard.restore(kept)
            raise

    def _refresh(self, b: int) -> None:
        """Refresh what depends on a block of weights."""
        self._lowered.blocks.measure(b)
        self._guard.attempt(engine.refresh, b)
        self._unrecorded = True

    def _set_weights(
        self, owner: str, weights: Mapping[str, npt.ArrayLike], names: list[str], *, feedback: bool
    ) -> None:
        if not isinstance(weights, Mapping):
            raise ArgumentTypeError(f"{owner}: weights must be a mapping of projection to array")
        checked = {}
        for name, values in weights.items():
            checks.choice(owner, "projection", name, names)
            shape = self.wiring.projections[name].weight_shape
            checked[name] = checks.finite_array(owner, name, values, shape, self.dtype)
        kept = self._guard.copies() if len(checked) > 1 else []
        try:
            for name, values in checked.items():
                self._change_weights(name, partial(np.add, values, 0.0), feedback)
        except DivergenceError:
            if kept:
                self._guard.restore(kept)
            raise

    def _set_theta(
        self, projection: str, index: tuple[int, ...], value: float, feedback: bool
    ) -> None:
        def change(block: npt.NDArray[Any]) -> None:
            block[index] = value
            # There is one zero among weights; rounding to float32 may give the other.
            block[index] += 0

        self._change_weights(projection, change, feedback)

    def _change_weights(
        self, projection: str, change: Callable[[npt.NDArray[Any]], object], feedback: bool
    ) -> None:
        """Change the weights of a projection from outside, or nothing if that overflows."""
        lowered = self._lowered
        record = lowered.projections[lowered.projection_index[projection]]
        b = int(record["back_weights" if feedback else "weights"])
        block, bound = lowered.blocks.view(b), lowered.state.theta_bound
        kept, kept_bound = block.copy(), float(bound[b])
        change(block)
        lowered.blocks.theta[lowered.plan.cut] = 0
        try:
            self._refresh(b)
        except DivergenceError:
            block[...] = kept
            bound[b] = kept_bound
            raise
