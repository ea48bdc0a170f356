"""A network that runs: the one object that owns its arrays, its guard, its lesions and its tape."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.network import Description
from neurosim.engine.forgetting import end_spikes, forget_changes, forget_events
from neurosim.engine.guard import Guard
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError, ArgumentTypeError, DivergenceError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.recording.recorder import Recorder
from neurosim.rules.model import Model
from neurosim.simulation.lesions import Lesions

__all__ = ["Simulation"]

_REST = {"never": layout.REST_NEVER, "learned": layout.REST_LEARNED, "spreads": layout.REST_SPREADS}


class Simulation:
    """What the verbs, handles, interventions, monitors and audits are given.

    It has the few movements that several verbs are made of; each checks nothing. The parameters are
    those of `neurosim.Simulator`, which is this with all verbs around it.

    Attributes
    ----------
    network, wiring : Description
        As it was described, and as it runs, with its relays and readouts.
    lowered : Lowered
        The arrays.
    guard : Guard
        By which kernels are called that may find an overflow.
    recorder : Recorder
        The tape that monitors share.
    lesions : Lesions
        Which synapses are cut.
    clamped : dict of str to set of int
        Which nodes the world holds, by population.
    shown : set of str
        Populations that have been clamped at least once.
    presentations : int
        How many times the network has settled.
    evaluations, updates : int
        What evaluating every synapse at every tick would have done.
    ticks_per_slice : int
        Ticks to ask for at a time, so that Python hears Ctrl-C a few times a second.
    """

    def __init__(
        self,
        network: Description,
        model: Model,
        *,
        batch_size: int = 1,
        dtype: str = "float64",
        error_form: str = "delta",
        rest_after_update: bool | None = None,
        event_driven: bool = True,
        threads: int = 1,
        relays: bool = True,
    ) -> None:
        owner = "Simulator"
        if not isinstance(network, Description):
            raise ArgumentTypeError(f"{owner}: network must be a Network, not {network!r}")
        if not isinstance(model, Model):
            raise ArgumentTypeError(
                f"{owner}: model must be one of neurosim.models that simulate, not {model!r}"
            )
        if not network.inputs or not network.outputs:
            raise ArgumentError(f"{owner}: the network has no input or no output population")
        self.model = model
        self.batch_size = checks.integer(owner, "batch_size", batch_size, 1)
        self.dtype = checks.precision(owner, dtype)
        self.error_form = checks.choice(owner, "error_form", error_form, ("delta", "direct"))
        if rest_after_update is not None:
            checks.boolean(owner, "rest_after_update", rest_after_update)
        self.rest_after_update = rest_after_update
        self.event_driven = checks.boolean(owner, "event_driven", event_driven)
        self.threads = checks.integer(owner, "threads", threads, 1, 1024)
        if rest_after_update and model.rest == "never":
            raise ArgumentError(
                f"{owner}: {type(model).__name__} learns at every tick; its nodes cannot rest"
            )
        self.relays = checks.boolean(owner, "relays", relays)
        self.lowered = Lowered(
            network, self.batch_size, self.dtype, self.threads, relays=relays,
            shortcuts=self.event_driven, model=model,
        )  # fmt: skip
        self.network, self.wiring = self.lowered.described, self.lowered.network
        if self.lowered.rules.synapse_rule is not None and (
            self.lowered.blocks.records["waits"].any()
        ):
            raise ArgumentError(
                f"{owner}: {type(model).__name__} has a synapse rule of its own, which cannot be "
                "applied to weights that are used more than once"
            )
        self.inputs, self.outputs = self.wiring.inputs, self.wiring.outputs
        self.depth = max(self.lowered.levels.values())
        self._tell_engine()
        self.guard, self.recorder = Guard(self.lowered), Recorder(self.lowered)
        self.lesions = Lesions(self.lowered)
        self.clamped: dict[str, set[int]] = {}
        self.shown: set[str] = set()
        self.presentations = self.evaluations = self.updates = 0
        self.ticks_per_slice = 64
        self._synapses = self.wiring.synapse_count
        self._forward: Guard | None = None

    def _tell_engine(self) -> None:
        """What the kernels are told of the model and of the options."""
        model, rules, plan = self.model, self.lowered.rules, self.lowered.plan
        gate_reads = rules.reads("gate")
        plan.parameter[layout.GAMMA] = model.gamma
        plan.parameter[layout.ZERO_THRESHOLD] = model.zero_threshold
        setting = plan.setting[0]
        setting["reads_time"] = "timer" in gate_reads or "signal" in gate_reads
        setting["waits"] = rules.may_wait
        setting["reads_state"] = bool({"epsilon", "mu", "phi"} & set(gate_reads))
        setting["watch"] = 1
        setting["signal_at"], setting["t_d"] = model.signal_at, model.t_d
        setting["feedback_gate"] = model.feedback_gate
        setting["delta_form"] = self.error_form == "delta"
        # Rules of nodes may act on silence, and remember: they are applied at every tick.
        setting["event_driven"] = self.event_driven and not rules.of_nodes
        setting["mean"] = model.batch_reduction == "mean"
        setting["defers"] = model.commit == "release"
        self.let_rest(bool(self.rest_after_update))

    def __getstate__(self) -> dict[str, Any]:
        # What predicts shares the weights of this simulation, and is made anew for a copy.
        return {**self.__dict__, "_forward": None}

    @property
    def rows(self) -> int:
        """Replicas in use."""
        return int(self.lowered.state.clock[layout.ROWS])

    @property
    def t(self) -> int:
        """Ticks since the teacher's onset, or since settling."""
        clock = self.lowered.state.clock
        return int(clock[layout.TICK] - clock[layout.ONSET])

    @property
    def forward(self) -> Guard:
        """What predicts: the same weights with a state of its own."""
        if self._forward is None:
            self._forward = Guard(self.lowered.fork(), timed=False)
        return self._forward

    def is_taught(self, *, but: Collection[str] = ()) -> bool:
        """Whether a teacher holds some output."""
        return any(name in self.clamped and name not in but for name in self.outputs)

    def let_rest(self, rest: bool) -> None:
        """Whether nodes come to rest from now on, in the way of the model."""
        kind = _REST[self.model.rest] if rest else layout.REST_NEVER
        self.lowered.plan.setting[0]["rest"] = kind

    def watch(self, watch: bool) -> None:
        """Whether change detectors are followed, also where no gate reads them."""
        rules = self.lowered.rules
        matters = "phi" in rules.reads("gate") or rules.of_nodes
        self.lowered.plan.setting[0]["watch"] = watch or matters

    def count(self, replica_ticks: int, learning: bool) -> None:
        """Count what evaluating every synapse at each of these ticks would have done."""
        each = replica_ticks * self._synapses
        self.evaluations += each
        if learning:
            self.updates += each

    def use_replicas(self, rows: int) -> None:
        """Run with another number of replicas: nothing of those that come in is up to date."""
        lowered, state, before = self.lowered, self.lowered.state, self.rows
        if rows == before:
            return
        state.clock[layout.ROWS] = rows
        forget_events(lowered)
        state.row[layout.ERRED] = 1
        end_spikes(lowered)
        state.row[layout.RESTED, :, before:] = 0
        for name in lowered.names:
            for field in ("resting", "resting_next"):
                lowered.view(field, name)[before:] = 0

    def hold(
        self,
        population: str,
        values: npt.NDArray[Any],
        teaches: bool,
        nodes: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Clamp nodes of a population, all if not told, to one row of values per replica in use."""
        if nodes is None:
            nodes = np.arange(values.shape[1])
        p = self.lowered.index[population]
        self.guard.attempt(engine.clamp, p, nodes, values, teaches)
        self.clamped.setdefault(population, set()).update(nodes.tolist())
        self.shown.add(population)
        self.recorder.behind = True

    def let_go(self, population: str, nodes: npt.NDArray[np.int64], taught: bool) -> None:
        """Release nodes; where weights wait for the teacher to go, they change or none does."""
        lowered = self.lowered
        left = self.clamped.pop(population, set()) - set(nodes.tolist())
        if left:
            self.clamped[population] = left
        self.recorder.behind = True
        engine.release(*lowered.arguments, lowered.index[population], nodes, taught)
        if taught or not lowered.state.pending.any():
            return
        try:
            self.guard.attempt(engine.refresh, -1)
        except DivergenceError:
            # What was learned cannot be kept; without it all goes on.
            forget_changes(lowered)
            raise

    def let_go_of_outputs(self) -> None:
        """Release all outputs; the last one that goes takes the teacher with it."""
        for name in self.outputs:
            nodes = np.arange(self.wiring.populations[name].size)
            self.let_go(name, nodes, name != self.outputs[-1])
