"""The simulator: the verbs with which a network is run."""

from __future__ import annotations

import html
from collections.abc import Collection, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.engine.guard import Guard
from neurosim.engine.lowering import Lowered
from neurosim.errors import (
    ArgumentError,
    ArgumentTypeError,
    DivergenceError,
    ProtocolError,
)
from neurosim.kernels.arrays import layout
from neurosim.kernels.verbs import run as engine
from neurosim.network import Network
from neurosim.recording.monitors import Recorder, SpikeMonitor, StateMonitor
from neurosim.rules.model import Model
from neurosim.simulation import samples, training
from neurosim.simulation.inference import settle_by_inference
from neurosim.simulation.inspection import SynapticOperations
from neurosim.simulation.interventions import Interventions, Lesions
from neurosim.simulation.ticking import make_ticks
from neurosim.views.tables import network_tables

__all__ = ["Simulator", "SynapticOperations"]

_REST = {"never": layout.REST_NEVER, "learned": layout.REST_LEARNED, "spreads": layout.REST_SPREADS}


class Simulator(Interventions):
    """A network that runs.

    Parameters
    ----------
    network : Network
        What is simulated. Its description is read now; later changes have no effect.
    model : Model
        How its synapses learn, one of `neurosim.models`.
    batch_size : int
        Number of replicas: samples with an x, epsilon and phi of their own, and theta in common.
    dtype : {"float64", "float32"}
        Precision of all state.
    error_form : {"delta", "direct"}
        Whether error nodes integrate the changes they receive, which keeps every bit of a small
        error, or recompute x - mu.
    rest_after_update : bool, optional
        Whether a value node rests once its synapses have learned. If not given, it does in `fit`
        and does not when stepping. A resting node keeps x, mu and epsilon until the network
        settles again.
    event_driven : bool
        Whether an object works only when something it reads has changed, or at every tick. If it
        does, value nodes whose f(x) is zero are also left out of sums over all-to-all projections
        where that is faster. The results are the same, bit for bit.
    threads : int
        Threads for the synaptic sums; their number changes no bit.
    relays : bool
        Whether projections that span several levels pass through relays. Without them errors come
        back at several ticks, and Z-IL is not backpropagation.

    Attributes
    ----------
    network : Network
        As it was described.

    Examples
    --------
    >>> import neurosim as ns
    >>> net = ns.Network.layered([2, 3, 1], seed=0)
    >>> sim = ns.Simulator(net, ns.models.FaZIL(learning_rate=0.1, t_d=4))
    >>> sim.clamp("input", [0.5, 1.0])
    >>> sim.settle()
    >>> sim.clamp("output", [1.0])
    >>> sim.t, sim.error_node("output", 0).phi, sim.error_node("hidden1", 0).phi
    (0, True, False)
    >>> sim.step()
    >>> sim.t, sim.error_node("output", 0).phi, sim.error_node("hidden1", 0).phi
    (1, False, True)
    """

    def __init__(
        self,
        network: Network,
        model: Model,
        *,
        batch_size: int = 1,
        dtype: Literal["float64", "float32"] = "float64",
        error_form: Literal["delta", "direct"] = "delta",
        rest_after_update: bool | None = None,
        event_driven: bool = True,
        threads: int = 1,
        relays: bool = True,
    ) -> None:
        owner = "Simulator"
        if not isinstance(network, Network):
            raise ArgumentTypeError(f"{owner}: network must be a Network, not {network!r}")
        if not isinstance(model, Model):
            raise ArgumentTypeError(
                f"{owner}: model must be one of neurosim.models that simulate, not {model!r}"
            )
        if not network.inputs or not network.outputs:
            raise ArgumentError(f"{owner}: the network has no input or no output population")
        self.model = model
        self.batch_size = checks.integer(owner, "batch_size", batch_size, 1)
        name = dtype.name if isinstance(dtype, np.dtype) else dtype
        self.dtype = np.dtype(checks.choice(owner, "dtype", name, ("float64", "float32")))
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
        self._lowered = Lowered(
            network, self.batch_size, self.dtype, self.threads, relays=relays,
            shortcuts=self.event_driven, model=model,
        )  # fmt: skip
        self.network = self._lowered.described
        rules = self._lowered.rules
        gate_reads = rules.reads("gate")
        if rules.synapse_rule is not None and self._lowered.blocks.records["waits"].any():
            raise ArgumentError(
                f"{owner}: {type(model).__name__} has a synapse rule of its own, which cannot be "
                "applied to weights that are used more than once"
            )
        self._inputs, self._outputs = self.wiring.inputs, self.wiring.outputs
        self._depth = max(self._lowered.levels.values())
        plan = self._lowered.plan
        plan.parameter[layout.GAMMA] = model.gamma
        plan.parameter[layout.ZERO_THRESHOLD] = model.zero_threshold
        setting = plan.setting[0]
        setting["reads_time"] = "timer" in gate_reads or "signal" in gate_reads
        setting["waits"] = rules.may_wait
        setting["reads_state"] = bool({"epsilon", "mu", "phi"} & set(gate_reads))
        self._phi_matters = "phi" in gate_reads or rules.of_nodes
        setting["watch"] = 1
        setting["signal_at"], setting["t_d"] = model.signal_at, model.t_d
        setting["feedback_gate"] = model.feedback_gate
        setting["delta_form"] = error_form == "delta"
        # Rules of nodes may act on silence, and remember: they are applied at every tick.
        setting["event_driven"] = event_driven and not rules.of_nodes
        setting["mean"] = model.batch_reduction == "mean"
        setting["defers"] = model.commit == "release"
        self._rest(bool(rest_after_update))
        self._guard = Guard(self._lowered)
        self._monitors: list[Any] = []
        self._recorder = Recorder(self, self._monitors)
        self._presentations = 0
        self._synapses = self.wiring.synapse_count
        self._evaluations = self._updates = 0
        self._forward: Guard | None = None
        self._lesions = Lesions(self._lowered)
        # Which nodes are clamped, by population.
        self._clamped: dict[str, set[int]] = {}
        # Populations that have been clamped at least once.
        self._shown: set[str] = set()
        self._ticks_per_slice = 64
        # Whether some monitor does not hold the present snapshot.
        self._unrecorded = True

    def __getstate__(self) -> dict[str, Any]:
        # What predicts shares the weights of this simulator, and is made anew for a copy.
        return {**self.__dict__, "_forward": None}

    # ---- presenting --------------------------------------------------------------------------

    def clamp(
        self, population: str, values: npt.ArrayLike, *, nodes: Sequence[int] | None = None
    ) -> None:
        """Hold nodes at given values; errors are refreshed at once.

        Clamping an output is the teacher's appearance: t becomes 0. Any population, or some of its
        nodes, may be clamped.

        Parameters
        ----------
        population : str
            Name of a population.
        values : array_like, shape (replicas, nodes)
            Activities x; shape (nodes,) is enough where there is one replica. Fewer replicas than
            `batch_size` may be used; all clamped populations use the same.
        nodes : sequence of int, optional
            Which nodes; all if not given.
        """
        owner = "Simulator.clamp"
        chosen = self._check_nodes(owner, population, nodes)
        if self.wiring.populations[population].constant:
            raise ArgumentError(f"{owner}: population {population!r} is constant")
        array = samples.replicas(owner, population, values, self._lowered, len(chosen))
        rows = len(array)
        state = self._lowered.state
        others = self._clamped.keys() - {population}
        if rows != state.clock[layout.ROWS] and others:
            raise ProtocolError(
                f"{owner}: {rows} replicas for population {population!r}, but "
                f"{sorted(others)} are clamped to {int(state.clock[layout.ROWS])}; release them"
            )
        before = int(state.clock[layout.ROWS])
        self._use_replicas(rows)
        onset = population in self._outputs and not self._taught(but=())
        try:
            self._hold(population, array, onset, chosen)
        except DivergenceError:
            self._use_replicas(before)
            raise

    def release(self, population: str, *, nodes: Sequence[int] | None = None) -> None:
        """Let clamped nodes of a population move again, from where they are; all if not told."""
        owner = "Simulator.release"
        self._check_population(owner, population)
        held = self._clamped.get(population, set())
        chosen = (
            np.array(sorted(held)) if nodes is None else self._check_nodes(owner, population, nodes)
        )
        free = [int(i) for i in chosen if int(i) not in held]
        if free or not held:
            where = f"node {free[0]} of population" if free else "population"
            raise ProtocolError(f"{owner}: {where} {population!r} is not clamped")
        left = held - set(chosen.tolist())
        taught = bool(left and population in self._outputs) or self._taught(but=(population,))
        self._release(population, chosen, taught)

    def _release(self, population: str, nodes: npt.NDArray[np.int64], taught: bool) -> None:
        """Release nodes; where weights wait for the teacher to go, they change or none does."""
        lowered = self._lowered
        left = self._clamped.pop(population, set()) - set(nodes.tolist())
        if left:
            self._clamped[population] = left
        self._unrecorded = True
        engine.release(*lowered.arguments, lowered.index[population], nodes, taught)
        if taught or not lowered.state.pending.any():
            return
        try:
            self._guard.attempt(engine.refresh, -1)
        except DivergenceError:
            # What was learned cannot be kept; without it all goes on.
            lowered.forget_changes()
            raise

    def _taught(self, *, but: Collection[str]) -> bool:
        """Whether a teacher holds some output."""
        return any(name in self._clamped and name not in but for name in self._outputs)

    def settle(
        self,
        method: Literal["feedforward", "inference"] = "feedforward",
        *,
        gamma: float = 0.1,
        tolerance: float = 0.0,
        max_ticks: int = 10_000,
    ) -> None:
        """Predict until quiet, without learning; the settled snapshot is t = 0.

        Parameters
        ----------
        method : {"feedforward", "inference"}
            Each value node becomes its own prediction, which is exact; or Song 2020, Eq. (7) is
            iterated, feedback included.
        gamma, tolerance, max_ticks
            For "inference": the integration step, the largest change of any x that counts as quiet
            (0: no change at all), and the ticks after which to give up.

        Raises
        ------
        ConvergenceError
            If "inference" is not quiet after `max_ticks`.
        DivergenceError
            If a state overflows. Nothing has changed then.
        """
        owner = "Simulator.settle"
        checks.choice(owner, "method", method, ("feedforward", "inference"))
        gamma = checks.real(owner, "gamma", gamma, positive=True)
        tolerance = checks.real(owner, "tolerance", tolerance, minimum=0.0)
        max_ticks = checks.integer(owner, "max_ticks", max_ticks, 1)
        missing = [name for name in self._inputs if name not in self._shown]
        if missing:
            raise ProtocolError(
                f"{owner}: there is no input to predict from; clamp "
                f"{', '.join(map(repr, missing))} first"
            )
        if method == "feedforward":
            self._guard.attempt(engine.settle, settles=True)
        else:
            settle_by_inference(self._lowered, self._guard, gamma, tolerance, max_ticks)
        self._presentations += 1
        self._unrecorded = True

    def step(self, *, learning: bool = True) -> None:
        """Make one tick: apply the changes that follow from the snapshot at t, move to t + 1."""
        self.run(1, learning=learning)

    def run(self, ticks: int, *, learning: bool = True) -> None:
        """Make `ticks` ticks.

        Parameters
        ----------
        ticks : int
            How many; monitors take a row for each, and one for the snapshot at the start.
        learning : bool
            Whether synapses learn.

        Raises
        ------
        DivergenceError
            If a state overflows. The last finite snapshot is kept.
        """
        ticks = checks.integer("Simulator.run", "ticks", ticks, 0, checks.MOST_TICKS)
        learning = checks.boolean("Simulator.run", "learning", learning)
        if not self._shown:
            raise ProtocolError(
                "Simulator.run: nothing has been clamped yet; clamp "
                f"{', '.join(map(repr, self._inputs))} first"
            )
        make_ticks(self, ticks, learning)

    def present(self, inputs: object, targets: object, *, ticks: int | None = None) -> None:
        """Show an input, settle, show the teacher, run, and let the teacher go.

        Parameters
        ----------
        inputs, targets : array_like, shape (replicas, nodes), or mapping of population to array
            One batch; shape (nodes,) is enough for one sample.
        ticks : int, optional
            How long the teacher stays; if not given, as long as the model needs to teach every
            level.
        """
        owner = "Simulator.present"
        ticks = (
            self.model.ticks(self._depth)
            if ticks is None
            else checks.integer(owner, "ticks", ticks, 0, checks.MOST_TICKS)
        )
        x, y = samples.one_batch(owner, inputs, targets, self._lowered)
        rows, used = len(next(iter(x.values()))), int(self._lowered.state.clock[layout.ROWS])
        between = sorted(self._clamped.keys() - {*self._inputs, *self._outputs})
        if between and rows != used:
            raise ProtocolError(
                f"{owner}: {rows} replicas, but {between} are clamped to {used}; release them"
            )
        self._let_go()
        for population, values in x.items():
            self.clamp(population, values)
        self.settle()
        for population, values in y.items():
            self.clamp(population, values)
        self.run(ticks)
        for population in y:
            self.release(population)

    # ---- training ----------------------------------------------------------------------------

    def fit(
        self,
        inputs: object,
        targets: object,
        *,
        epochs: int = 1,
        shuffle: bool = True,
        seed: int = 0,
        ticks: int | None = None,
        progress: samples.Progress | None = None,
    ) -> None:
        """Learn from samples, in batches of `batch_size`.

        Parameters
        ----------
        inputs, targets : array_like, shape (samples, nodes), or mapping of population to array
            The samples.
        epochs : int
            Times that all samples are presented.
        shuffle : bool
            Whether each epoch has an order of its own, drawn from `seed`.
        seed : int
            Seed of the orders.
        ticks : int, optional
            Length of a presentation. If not given, nodes rest once they have learned, and a
            presentation ends when the network is quiet, after as many ticks as there are levels at
            the latest; or after as many ticks as the model needs.
        progress : callable, optional
            Called with (samples done, samples in all) a few times a second.

        Raises
        ------
        DivergenceError
            If a state overflows.
        """
        owner = "Simulator.fit"
        x, y = samples.paired(owner, inputs, targets, self._lowered)
        epochs, epoch_orders = samples.orders(owner, len(x), epochs, shuffle, seed)
        report = samples.check_progress(owner, progress)
        rest = self.model.rest != "never" and self.rest_after_update is not False
        if ticks is not None:
            ticks = checks.integer(owner, "ticks", ticks, 0, checks.MOST_TICKS)
        else:
            ticks = self.model.ticks(self._depth)
        self._let_go()
        self._forget_events()
        self._rest(rest)
        setting = self._lowered.plan.setting[0]
        # Settling at the end has all phi start anew, so nobody can see that it was not followed.
        setting["watch"] = self._phi_matters or bool(self._monitors)
        try:
            try:
                training.fit(self, x, y, epoch_orders, epochs, ticks, report)
            finally:
                setting["watch"] = 1
                self._rest(bool(self.rest_after_update))
                for name in self._inputs:
                    self._clamped[name] = set(range(self.wiring.populations[name].size))
                    self._shown.add(name)
                training.let_go_of_outputs(self)
            self.settle()
        except DivergenceError:
            self._lowered.begin_phi_anew()
            raise

    def predict(self, inputs: object) -> Any:
        """Return what the network predicts at its outputs, without touching its state.

        Lesions count; nodes that are clamped between inputs and outputs do not.

        Parameters
        ----------
        inputs : array_like, shape (samples, nodes), or mapping of population to array

        Returns
        -------
        ndarray, shape (samples, nodes), or dict of such by population if there are several outputs
        """
        x = samples.matrix("Simulator.predict", "inputs", inputs, self._lowered, self._inputs)
        if self._forward is None:
            self._forward = Guard(self._lowered.fork(), timed=False)
        return training.predict(self._forward, x)

    def __repr__(self) -> str:
        return (
            f"Simulator({self.network!r}, {type(self.model).__name__}, "
            f"batch_size={self.batch_size}, {self.dtype.name}, t={self.t})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{network_tables(self.network)}"

    # ---- inside ------------------------------------------------------------------------------

    def _rest(self, rest: bool) -> None:
        kind = _REST[self.model.rest] if rest else layout.REST_NEVER
        self._lowered.plan.setting[0]["rest"] = kind

    def _attach(self, monitor: StateMonitor | SpikeMonitor) -> None:
        self._monitors.append(monitor)
        self._recorder = Recorder(self, self._monitors)
        self._unrecorded = True

    def _hold(
        self,
        population: str,
        values: npt.NDArray[Any],
        teaches: bool,
        nodes: npt.NDArray[np.int64] | None = None,
    ) -> None:
        """Clamp nodes of a population, all if not told, to one row of values per replica in use."""
        if nodes is None:
            nodes = np.arange(values.shape[1])
        p = self._lowered.index[population]
        self._guard.attempt(engine.clamp, p, nodes, values, teaches)
        self._clamped.setdefault(population, set()).update(nodes.tolist())
        self._shown.add(population)
        self._unrecorded = True

    def _let_go(self) -> None:
        """Release what a presentation is going to clamp; nodes in between stay as they are."""
        for population in sorted(self._clamped):
            if population in self._inputs or population in self._outputs:
                self.release(population)

    def _use_replicas(self, rows: int) -> None:
        """Run with another number of replicas: nothing of those that come in is up to date."""
        lowered = self._lowered
        state = lowered.state
        before = int(state.clock[layout.ROWS])
        if rows == before:
            return
        state.clock[layout.ROWS] = rows
        self._forget_events()
        state.row[layout.ERRED] = 1
        lowered.end_spikes()
        state.row[layout.RESTED, :, before:] = 0
        for name in lowered.names:
            for field in ("resting", "resting_next"):
                lowered.view(field, name)[before:] = 0

    def _forget_events(self) -> None:
        """Have everything evaluated anew, as the replicas in use change."""
        row = self._lowered.state.row
        for p in range(len(self._lowered.names)):
            row[layout.STALE, p] = bool(self._lowered.populations[p]["incoming"])
