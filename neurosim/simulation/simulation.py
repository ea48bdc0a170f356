"""A network that runs: the one object that owns its arrays, its guard, its lesions and its tape."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.network import Description
from neurosim.engine.bounds import DEFAULT_BOUND, set_bound
from neurosim.engine.forgetting import end_spikes, forget_events
from neurosim.engine.guard import Guard
from neurosim.engine.lowering import Lowered
from neurosim.engine.memory import memory_for
from neurosim.engine.node_blocks import noise_key
from neurosim.errors import ArgumentError, ArgumentTypeError, DivergenceError
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.recording.recorder import Recorder
from neurosim.rules.model import Model
from neurosim.simulation.lesions import Lesions
from neurosim.simulation.orders import Orders
from neurosim.simulation.slices import adapted
from neurosim.simulation.turns import Turn, made_whole

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
    orders : Orders
        In what order samples are presented.
    turn : Turn
        Who uses it.
    work_per_slice : int
        How much to ask for at a time, so that Python hears Ctrl-C a few times a second.
    inferred, told_of_loud_nodes : bool
        Whether the network has settled by inference, and what that means for phi was said.
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
        bound: float | None = DEFAULT_BOUND,
    ) -> None:
        owner = "Simulator"
        if not isinstance(network, Description):
            raise ArgumentTypeError(
                f"{owner}: network must be a Network, not {network!r}{checks.made(network)}"
            )
        if not isinstance(model, Model):
            raise ArgumentTypeError(
                f"{owner}: model must be one of neurosim.models that simulate, not {model!r}"
                f"{checks.made(model)}"
            )
        network.check_ends(owner)
        self.model = model
        self.batch_size = checks.integer(owner, "batch_size", batch_size, 1, checks.MOST_REPLICAS)
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
        with memory_for(owner, network, self.batch_size):
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
        self.bound = set_bound(owner, self.lowered, bound)
        self.guard = Guard(self.lowered)
        self.lesions = Lesions(self.lowered)
        self.orders, self.turn = Orders(), Turn("Simulator", self.threads)
        self.recorder = Recorder(self.lowered)
        self.work_per_slice = 1 << 16
        self.inferred = self.told_of_loud_nodes = False
        self._forward: Guard | None = None
        self.begin_noise(0)
        if model.sweep:
            self._begin_quiet()

    def _begin_quiet(self) -> None:
        """Have replicas that come into use predict from the inputs that they have, 0 at first.

        Where a network began with every x at 0, or with what it was left with, errors of that would
        be heard by nodes that the first onset has not reached yet.
        """
        state = self.lowered.state
        times = [layout.TICK, layout.ONSET, layout.PRESENTATIONS]
        before, count = state.clock[times], state.count.copy()
        try:
            self.guard.attempt(engine.settle, 0.0, settles=True)
        except DivergenceError:
            # They begin as they are; whatever they are shown leads to such an error sooner.
            return
        state.clock[times], state.count[:] = before, count

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
        setting["reads_errors"] = bool({"epsilon", "mu"} & set(gate_reads))
        setting["watch"] = 1
        setting["signal_at"], setting["t_d"] = model.signal_at, model.t_d
        setting["feedback_gate"] = model.feedback_gate
        setting["sweep"] = model.sweep
        setting["delta_form"] = self.error_form == "delta"
        # Rules of nodes may act on silence, and remember: they are applied at every tick.
        setting["event_driven"] = self.event_driven and not rules.of_nodes
        setting["mean"] = model.batch_reduction == "mean"
        setting["defers"] = model.commit == "release"
        self.let_rest(bool(self.rest_after_update))

    def __getstate__(self) -> dict[str, Any]:
        made_whole(self)
        # What predicts shares the weights of this simulation, and is made anew for a copy.
        return {**self.__dict__, "_forward": None}

    @property
    def rows(self) -> int:
        """Replicas in use."""
        return int(self.lowered.state.clock[layout.ROWS])

    @property
    def tick(self) -> int:
        """Ticks since it was made; settling is one, too."""
        return int(self.lowered.state.clock[layout.TICK])

    @property
    def presentations(self) -> int:
        """How many presentations have begun: by settling or, with a sweep, by an input's onset."""
        return int(self.lowered.state.clock[layout.PRESENTATIONS])

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

    def recover(self) -> None:
        """Take back what an interrupted verb has begun and could not take back itself."""
        if self.guard.unfinished:
            self.guard.recover()
        if self._forward is not None and self._forward.unfinished:
            self._forward = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is half-done."""
        forward = self._forward
        return not self.guard.unfinished and (forward is None or not forward.unfinished)

    def holds(self, population: str) -> npt.NDArray[np.bool_]:
        """Which nodes of a population the world holds; those of a constant one it does not."""
        if self.wiring.populations[population].constant:
            return np.zeros(self.wiring.populations[population].size, np.bool_)
        held: npt.NDArray[np.bool_] = self.lowered.view("clamped", population)[0] != 0
        return held

    @property
    def clamped(self) -> dict[str, list[int]]:
        """Which nodes the world holds, by population; those of which it holds none are left out."""
        held = {name: np.flatnonzero(self.holds(name)).tolist() for name in self.lowered.names}
        return {name: nodes for name, nodes in held.items() if nodes}

    def was_shown(self, population: str) -> bool:
        """Whether a population has been clamped at least once."""
        return bool(self.lowered.populations[self.lowered.index[population]]["shown"])

    @property
    def begun(self) -> bool:
        """Whether anything has been clamped yet."""
        return bool(self.lowered.populations["shown"].any())

    def is_taught(self, *, but: Collection[str] = ()) -> bool:
        """Whether a teacher holds some output."""
        return any(name not in but and self.holds(name).any() for name in self.outputs)

    def set_model(self, model: Model) -> None:
        """Go on with other numbers of the model: its learning rates and gamma."""
        lowered, guard, before = self.lowered, self.guard, self.model
        plan = lowered.plan
        alpha, gamma = plan.alpha.copy(), plan.parameter[layout.GAMMA]

        def undo() -> None:
            plan.alpha[:], plan.parameter[layout.GAMMA] = alpha, gamma
            self.model = before

        with guard.change(undo):
            self.model = model
            lowered.set_learning_rates(model)
            plan.parameter[layout.GAMMA] = model.gamma
            if model.gamma != before.gamma:
                engine.rouse_all(*lowered.arguments)

    def adapt(self, seconds: float) -> None:
        """Ask for more, or less, work at a time, as a slice of it took so many seconds."""
        self.work_per_slice = adapted(self.work_per_slice, seconds)

    def let_rest(self, rest: bool) -> None:
        """Whether nodes come to rest from now on, in the way of the model."""
        kind = _REST[self.model.rest] if rest else layout.REST_NEVER
        self.lowered.plan.setting[0]["rest"] = kind

    def begin_noise(self, seed: int) -> None:
        """Have noise be drawn anew, by another seed."""
        self.set_noise((noise_key(f"seed {seed}"), 0))

    @property
    def noise_position(self) -> tuple[int, int]:
        """What noise is drawn next: the key of its seed, and how often any was drawn since."""
        key, draws = self.lowered.state.clock[[layout.NOISE_KEY, layout.DRAWS]].tolist()
        return key, draws

    def set_noise(self, position: tuple[int, int]) -> None:
        """Draw next what `noise_position` says."""
        self.lowered.state.clock[[layout.NOISE_KEY, layout.DRAWS]] = position

    def watch(self, watch: bool) -> None:
        """Whether change detectors are followed, also where no gate reads them."""
        rules = self.lowered.rules
        matters = "phi" in rules.reads("gate") or rules.of_nodes
        self.lowered.plan.setting[0]["watch"] = watch or matters

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
        if self.model.sweep and rows > before:
            self._begin_quiet()

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

    def let_go(self, population: str, nodes: npt.NDArray[np.int64], taught: bool) -> None:
        """Release nodes; where weights wait for the teacher to go, they change or none does."""
        p = self.lowered.index[population]
        try:
            self.guard.attempt(engine.release, p, nodes, taught, False)
        except DivergenceError:
            # What was learned cannot be kept; without it all goes on.
            engine.release(*self.lowered.arguments, p, nodes, taught, True)
            raise

    def let_go_of_outputs(self) -> None:
        """Release all outputs; the last one that goes takes the teacher with it."""
        for name in self.outputs:
            nodes = np.arange(self.wiring.populations[name].size)
            self.let_go(name, nodes, name != self.outputs[-1])
