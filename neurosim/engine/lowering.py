"""Lowering: a described network becomes arrays and index tables, state included."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.description.levels import levels, topological_order
from neurosim.description.network import Description
from neurosim.description.projection import Projection
from neurosim.engine.compile_cache import prepare_cache
from neurosim.engine.fresh_state import fresh_state
from neurosim.engine.loops import compile_sums
from neurosim.engine.node_blocks import NodeBlocks
from neurosim.engine.threads import started_elsewhere
from neurosim.engine.weight_blocks import WeightBlocks
from neurosim.errors import ProtocolError
from neurosim.kernels.arrays import layout
from neurosim.kernels.arrays.layout import Plan, State
from neurosim.kernels.arrays.table import make_table
from neurosim.kernels.machine.padding import aligned_zeros, row_stride
from neurosim.kernels.nodes.one_pass import nodes_of_pass
from neurosim.kernels.sums.sparse import scratch_elements
from neurosim.rules.model import Model
from neurosim.rules.rules import ADDRESSES, Rules

__all__ = ["Lowered"]


class Lowered:
    """The arrays of one network, laid out for the kernels.

    Populations are numbered by name, and projections by the level of what they predict and by name,
    so that the order in which they were created has no effect on any bit.

    Parameters
    ----------
    network : Description
        What to lower, as it was described.
    batch_size : int
        Number of replicas.
    dtype : numpy.dtype
        float64 or float32.
    threads : int
        Threads for the synaptic sums of all-to-all projections.
    relays : bool
        Whether projections over several levels pass through relays.
    shortcuts : bool
        Whether sums over all-to-all projections may leave out presynaptic nodes whose f(x) is zero,
        and feed back through a transpose: neither changes a bit.
    model : Model, optional
        Whose rules are compiled, and whose learning rates are used; none for backpropagation.

    Attributes
    ----------
    described, network : Description
        As it was described, and with its relays and readouts.
    names, projection_names, weight_names : list of str
        Of populations and projections, as they are numbered, and the projections that have weights
        of their own, in the order in which they were described.
    """

    def __init__(
        self,
        network: Description,
        batch_size: int,
        dtype: np.dtype[Any],
        threads: int = 1,
        *,
        relays: bool = True,
        shortcuts: bool = False,
        model: Model | None = None,
    ) -> None:
        self.rules = Rules.of(model)
        self.rules.check_replicas(batch_size)
        if threads > 1 and started_elsewhere():
            raise ProtocolError(
                f"Simulator: threads = {threads} cannot be started in a process that was forked "
                "after another simulator had started its own; start it by another method "
                '(multiprocessing.get_context("spawn")), or use threads=1'
            )
        prepare_cache()
        self._outgrown: list[npt.NDArray[Any]] = []
        self._options: dict[str, Any] = {
            "threads": threads,
            "relays": relays,
            "shortcuts": shortcuts,
            "model": model,
        }
        # Later changes of the description have no effect.
        self.described, self.batch_size, self.dtype = network.duplicate(), batch_size, dtype
        self.network = self.described.wired(relays=relays)
        populations, projections = self.network.populations, self.network.projections
        self.levels = levels(populations, projections.values())
        self.names = sorted(populations)
        self.index = {name: p for p, name in enumerate(self.names)}
        self.projection_names = sorted(
            projections, key=lambda name: (self.levels[projections[name].post], name)
        )
        self.projection_index = {name: k for k, name in enumerate(self.projection_names)}
        self.weight_names = [
            name for name, projection in network.projections.items() if projection.shares is None
        ]
        self._lower_projections(threads, shortcuts)
        ends = zip(*(self.projections[end].tolist() for end in ("pre", "post")), strict=True)
        self.nodes = NodeBlocks(
            self.names, populations, self.levels, list(ends), batch_size, dtype,
            remembers=self.rules.of_nodes, sweeps=model is not None and model.sweep,
        )  # fmt: skip
        self.populations = self.nodes.records
        order = topological_order(populations, projections.values())
        info = np.finfo(dtype)
        self.plan = Plan(
            populations=self.populations,
            projections=self.projections,
            weights=self.blocks.records,
            cut=np.zeros(0, np.int64),
            pattern=self.pattern,
            wiring=self.nodes.wiring,
            order=np.array([self.index[name] for name in order], dtype=np.int64),
            alpha=np.zeros(len(self.projection_names), dtype),
            parameter=np.array([1.0, 0.0, info.max / 8, np.inf, *self.rules.values], dtype),
            setting=np.zeros(1, layout.SETTING),
        )
        self.rules.apply_to(self.plan.setting[0], dtype)
        if model is not None:
            self.set_learning_rates(model)
        else:
            # The transpose of the forward weights, whatever feedback synapses there are.
            self.projections["back"] = self.projections["theta"]
            self.projections["back_weights"] = self.projections["weights"]
            self.projections["back_change"] = -1
        if threads == 1:
            self._choose_passes()
        self._tell_synapse_rules()
        self.equip(fresh_state(self.nodes, self.blocks, len(self.projections)))

    def __getstate__(self) -> dict[str, Any]:
        """What a copy, or another process, is made of: addresses are of no use there."""
        arguments = (self.described, self.batch_size, self.dtype)
        kept = {"arguments": arguments, "options": self._options}
        return {**kept, "plan": self.plan, "state": self.state}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        self.__init__(*kept["arguments"], **kept["options"])  # type: ignore[misc]
        plan: Any = kept["plan"]
        own: Any = self.plan
        for name in own.setting.dtype.names:
            if name not in ADDRESSES:
                own.setting[name] = plan.setting[name]
        for name in ("held", "shown", "injected_until"):
            own.populations[name] = plan.populations[name]
        for name in ("first_cut", "cuts"):
            own.projections[name] = plan.projections[name]
        own.alpha[:], own.parameter[:] = plan.alpha, plan.parameter
        self.plan = self.plan._replace(cut=plan.cut.copy())
        for mine, theirs in zip(self.state, kept["state"], strict=True):
            mine[...] = theirs
        self.arguments[0][...] = make_table(self.plan, self.state)

    def _tell_synapse_rules(self) -> None:
        """Tables of where the loop of a synapse rule finds its numbers, changes and memories."""
        self._rule_tables = np.zeros((len(self.blocks.records), 5), np.int64)
        for b, record in enumerate(self.blocks.records):
            places = [int(record[field]) for field in ("gradient", "memory", "memory_next")]
            # Without memories the changes take their place, which are written after them.
            offsets = [(at if at >= 0 else places[0]) - int(record["theta"]) for at in places]
            # Last what sums over replicas are divided by, which may change with each update.
            self._rule_tables[b] = self.plan.parameter.ctypes.data, *offsets, 1
            record["rule_table"] = self._rule_tables[b].ctypes.data

    def _lower_projections(self, threads: int, shortcuts: bool) -> None:
        described = [self.network.projections[name] for name in self.projection_names]
        self.blocks = WeightBlocks(
            described, self.network.seed, self.dtype, self.rules, transposes=shortcuts
        )
        tables = [p.pattern.table() for p in described if p.pattern is not None]
        shapes = [p.shape for p in described if p.pattern is not None]
        sizes = (scratch_elements(s, self.batch_size, self.dtype.itemsize) for s in shapes)
        self._scratch = aligned_zeros(max(sizes, default=0), self.dtype)
        for table in tables:
            table[0] = self._scratch.ctypes.data
        self.pattern = np.concatenate([np.zeros(0, np.int64), *tables])
        at = self.pattern.ctypes.data
        self.projections = np.zeros(len(described), layout.PROJECTION)
        for record, projection in zip(self.projections, described, strict=True):
            record["pre"], record["post"] = self.index[projection.pre], self.index[projection.post]
            record["synapses"], record["uses"] = projection.synapse_count, 1
            self._point_to_weights(record, projection)
            pattern = projection.pattern
            record["sparse"] = pattern is not None
            if pattern is None:
                record["stride"] = row_stride(projection.shape[1], self.dtype.itemsize)
            else:
                record["stride"] = at
                at += tables.pop(0).nbytes
                if pattern.weight is not None:
                    record["uses"] = np.bincount(pattern.weight).max()
            sums = compile_sums(
                self.dtype, threads, sparse=pattern is not None, skip_silent=shortcuts
            )
            record["prediction"], record["feedback"], record["plasticity"] = sums
            if self.rules.synapse_rule is not None:
                sparse = pattern is not None
                record["plasticity"] = self.rules.synapse_loop(self.dtype, sparse=sparse)

    def _point_to_weights(self, record: Any, projection: Projection) -> None:
        """Where the weights of a projection are, and where their changes go."""
        b, back = self.blocks.used_by(projection)
        blocks = self.blocks.records
        record["weights"], record["back_weights"] = b, back
        record["theta"], record["back"] = blocks["theta"][[b, back]]
        record["deferred"] = self.rules.synapse_rule is not None or blocks["waits"][b]
        where = "gradient" if record["deferred"] else "theta"
        record["change"] = blocks[where][b] if projection.plastic else -1
        learns_back = projection.plastic and projection.feedback == "plastic"
        record["back_change"] = blocks[where][back] if learns_back else -1

    def _choose_passes(self) -> None:
        """Which projections may feed back and predict in one pass over their weights."""
        populations = self.populations
        for name, record in zip(self.projection_names, self.projections, strict=True):
            alone = populations[record["pre"]]["outgoing"] == 1
            alone &= populations[record["post"]]["incoming"] == 1
            one_block = record["theta"] == record["back"] and not record["deferred"]
            projection = self.network.projections[name]
            if projection.pattern is None and alone and one_block:
                item = self.dtype.itemsize
                record["pass_nodes"] = nodes_of_pass(
                    projection.shape[0], int(record["stride"]) * item, item
                )
        self.plan.setting[0]["one_pass"] = self.projections["pass_nodes"].any()

    def equip(self, state: State) -> None:
        """Run with this state from now on."""
        self.state = state
        #: What the entry points of the engine take.
        self.arguments = make_table(self.plan, state), self.plan.parameter

    def set_cuts(self, cuts: Mapping[str, npt.NDArray[np.bool_]]) -> None:
        """Say which synapses are cut: their weights are 0 and stay so.

        Parameters
        ----------
        cuts : mapping of str to ndarray of bool
            Of some projections, of the shape of their weights; nothing else is cut.
        """
        parts, spans, first = [], np.zeros((len(self.projections), 2), np.int64), 0
        for name, mask in sorted(cuts.items()):
            k = self.projection_index[name]
            record = self.projections[k]
            rows, *columns = np.nonzero(mask)
            # Of a sparse projection the stride is the address of its pattern.
            offset = rows * int(record["stride"]) + columns[0] if columns else rows
            starts = sorted({int(record["theta"]), int(record["back"])})
            places = [start + offset for start in starts]
            parts += places
            spans[k] = first, sum(map(len, places))
            first += spans[k, 1]
        self._make_room_for_cuts(first)
        # Nothing is cut in between: no kernel runs, and who is interrupted here says it all again.
        self.projections["cuts"] = 0
        self.plan.cut[:first] = np.concatenate([np.zeros(0, np.int64), *parts])
        self.projections["first_cut"], self.projections["cuts"] = spans.T
        self.blocks.theta[self.cut_places] = 0

    @property
    def cut_places(self) -> npt.NDArray[Any]:
        """Where in theta the weights of cut synapses are."""
        return self.plan.cut[: int(self.projections["cuts"].sum())]

    def _make_room_for_cuts(self, count: int) -> None:
        if count <= len(self.plan.cut):
            return
        # The table has the address of the array that is outgrown until it is written anew.
        self._outgrown.append(self.plan.cut)
        self.plan = self.plan._replace(cut=np.zeros(2 * count, np.int64))
        self.arguments[0][...] = make_table(self.plan, self.state)

    def view(self, field: str, population: str) -> npt.NDArray[Any]:
        """Array of shape (replicas, nodes) onto a block of the state."""
        p = self.index[population]
        return self.nodes.block(self.state, field, p)[:, : int(self.populations[p]["size"])]

    def theta_block(self, name: str, *, feedback: bool = False) -> npt.NDArray[Any]:
        """Array onto the forward, or feedback, weights of a projection."""
        record = self.projections[self.projection_index[name]]
        return self.blocks.view(int(record["back_weights" if feedback else "weights"]))

    def weights(self, *, feedback: bool = False) -> dict[str, npt.NDArray[Any]]:
        """Copies of the weights by projection; of shape (pre, post), or (weights,) where sparse."""
        names = self.weight_names
        if feedback:
            names = [name for name in self.described.projections if self.blocks.has_feedback(name)]
        return {name: self.theta_block(name, feedback=feedback).copy() for name in names}

    def is_predicted(self, name: str) -> bool:
        """Whether a population has error nodes: something predicts it."""
        return bool(self.populations[self.index[name]]["incoming"])

    def is_shared(self, name: str) -> bool:
        """Whether some weight of a projection is used more than once."""
        record = self.projections[self.projection_index[name]]
        return bool(self.blocks.records["waits"][record["weights"]])

    def set_learning_rates(self, model: Model) -> None:
        """Alpha of each projection: that of the one whose weights it uses; 0 for fixed ones."""
        projections = self.network.projections
        names = [name for name in self.weight_names if projections[name].plastic]
        model.check_numbers(self.dtype)
        rates = dict(zip(names, model.learning_rates(names, self.dtype), strict=True))
        self.plan.alpha[:] = [
            rates.get(projections[name].shares or name, 0.0) for name in self.projection_names
        ]

    def columns(self, names: tuple[str, ...]) -> dict[str, slice]:
        """Columns of each input, or of each output, in a matrix of samples."""
        result = {}
        for name in names:
            record = self.populations[self.index[name]]
            start = int(record["column"])
            result[name] = slice(start, start + int(record["size"]))
        return result

    def fork(self) -> Lowered:
        """Share plan and weights, with a state of its own."""
        other = object.__new__(Lowered)
        vars(other).update(vars(self))
        nodes = self.nodes.copy()
        plan = self.plan._replace(populations=nodes.records)
        vars(other).update(nodes=nodes, populations=nodes.records, plan=plan)
        other.equip(fresh_state(nodes, self.blocks, len(self.projections)))
        return other
