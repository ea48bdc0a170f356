"""The simulator that users hold: all verbs on a running network, each from its room."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt

from neurosim.auditing.auditors import audit_simulation
from neurosim.engine.bounds import DEFAULT_BOUND
from neurosim.graphs.writing import simulation_to_graph
from neurosim.holding import Held, Shown
from neurosim.network import Network
from neurosim.recording.recorder import Recorder
from neurosim.rules.model import Model
from neurosim.simulation import (
    controls,
    currents,
    handles,
    inspecting,
    lesioning,
    predicting,
    presenting,
    settling,
    streaming,
    ticking,
    training,
)  # fmt: skip
from neurosim.simulation.inspecting import SynapticOperations
from neurosim.simulation.simulation import Simulation
from neurosim.simulation.turns import in_turn, made_whole
from neurosim.simulation.weights import set_feedback_weights, set_weights
from neurosim.views.node_drawing import draw_simulation
from neurosim.views.tables import network_tables

__all__ = ["Simulator", "SynapticOperations"]

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
Weights = dict[str, npt.NDArray[Any]]


def _verb(
    function: Callable[Concatenate[Simulation, Arguments], Result],
) -> Callable[Concatenate[Simulator, Arguments], Result]:
    """Make a method of a function that is given the running network; it says what it does.

    One thread uses the network at a time, and finds nothing half-done.
    """
    method = in_turn(function, attrgetter("_simulation"))
    method.__qualname__ = f"Simulator.{function.__name__}"
    return cast("Callable[Concatenate[Simulator, Arguments], Result]", method)


class Simulator(Held):
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
        error, or recompute x - mu. The delta form drifts from x - mu by rounding for as long as
        nodes move without settling, with the square root of the ticks: where activities are about
        1, float32 is off by 1e-6 after 100 ticks, 5e-6 after 10,000, 1e-4 after a million and 1e-3
        after 1e7 (float64 by 1e-13 after a million). `residual` says how far, and `settle` makes it
        zero, as every presentation of `fit` does; runs of float32 that go on for more than some
        10,000 ticks without it, and look at small errors, want "direct".
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
    bound : float or None
        What neither |x| of a node that is free to move nor |theta| may exceed; what would leave it
        raises a `DivergenceError`, and the last snapshot within it is kept. Nets that learn stay
        far below the default (weights below 10, activities below 1000, if inputs are not larger),
        and nets that have left it predict by chance from then on. None: no bound but that of
        floating point. What the world clamps may be larger.

    Attributes
    ----------
    simulation : Simulation
        The running network itself, which all verbs are given.

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

    __slots__ = ("__weakref__", "_simulation")

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
        bound: float | None = DEFAULT_BOUND,
    ) -> None:
        self._simulation = Simulation(
            network, model, batch_size=batch_size, dtype=dtype, error_form=error_form,
            rest_after_update=rest_after_update, event_driven=event_driven, threads=threads,
            relays=relays, bound=bound,
        )  # fmt: skip

    @property
    def simulation(self) -> Simulation:
        """The running network itself, in which nothing is half-done unless it is being used."""
        return made_whole(self._simulation)

    # What the world shows.
    clamp = _verb(presenting.clamp)
    release = _verb(presenting.release)
    present = _verb(presenting.present)

    # Time.
    settle = _verb(settling.settle)
    step = _verb(ticking.step)
    run = _verb(ticking.run)

    # A world that shows itself.
    stream = _verb(streaming.stream)

    # Many samples.
    fit = _verb(training.fit)
    predict = _verb(predicting.predict)

    # Interventions.
    set_weights = _verb(set_weights)
    set_feedback_weights = _verb(set_feedback_weights)
    cut = _verb(lesioning.cut)
    mend = _verb(lesioning.mend)
    silence = _verb(lesioning.silence)
    restore = _verb(lesioning.restore)
    inject = _verb(currents.inject)

    # What can be read.
    state = _verb(inspecting.state)
    value_node = _verb(handles.value_node)
    error_node = _verb(handles.error_node)
    synapse = _verb(handles.synapse)
    to_networkx = _verb(simulation_to_graph)
    draw = _verb(draw_simulation)
    audit = _verb(audit_simulation)

    # What it is, and where it stands.
    network = Shown[Network](lambda sim: sim.simulation.network, "As it was described.")
    wiring = Shown[Network](
        lambda sim: sim.simulation.wiring, "As it runs, with its relays and readouts."
    )
    model = Shown[Model](lambda sim: sim.simulation.model, "How its synapses learn.")
    learning_rate = Shown[float | Mapping[str, float]](
        lambda sim: sim.simulation.model.learning_rate,
        "alpha, one for all projections or one per projection (by name); may be set.",
        _verb(controls.set_learning_rate),
    )
    gamma = Shown[float](
        lambda sim: sim.simulation.model.gamma,
        "Integration step of inference; may be set.",
        _verb(controls.set_gamma),
    )
    batch_size = Shown[int](lambda sim: sim.simulation.batch_size, "Number of replicas.")
    replicas = Shown[int](
        lambda sim: sim.simulation.rows, "Replicas in use: rows of what was clamped last."
    )
    epochs = Shown[int](
        lambda sim: sim.simulation.orders.epochs, "Epochs of `fit` since its seed was set."
    )
    dtype = Shown[np.dtype[Any]](lambda sim: sim.simulation.dtype, "Precision of all state.")
    error_form = Shown[str](
        lambda sim: sim.simulation.error_form, 'How error nodes follow changes: "delta", "direct".'
    )
    rest_after_update = Shown[bool | None](
        lambda sim: sim.simulation.rest_after_update,
        "Whether nodes rest once their synapses have learned; None: in `fit` only.",
    )
    event_driven = Shown[bool](
        lambda sim: sim.simulation.event_driven,
        "Whether objects work only when something that they read has changed.",
    )
    threads = Shown[int](lambda sim: sim.simulation.threads, "Threads for the synaptic sums.")
    relays = Shown[bool](
        lambda sim: sim.simulation.relays,
        "Whether projections that span several levels pass through relays.",
    )
    bound = Shown[float | None](
        lambda sim: sim.simulation.bound, "What neither |x| nor |theta| may exceed; None: no bound."
    )
    recorder = Shown[Recorder](
        lambda sim: sim.simulation.recorder, "What monitors attach themselves to."
    )
    tick = Shown[int](
        lambda sim: sim.simulation.tick,
        "Ticks since the simulator was made, as monitors have them; settling counts as one.",
    )
    t = Shown[int](
        lambda sim: sim.simulation.t, "Ticks since the teacher's onset, or since settling."
    )
    weights = Shown[Weights](
        _verb(inspecting.weights),
        """Copies of the weights by projection; of shape (pre, post), or (weights,) where sparse.

        They come in the order in which the projections were described.

        A sparse projection has its weights in the order of ``network.projections[name].pattern``.
        Projections that borrow the weights of another are left out.
        """,
    )
    feedback_weights = Shown[Weights](
        _verb(inspecting.feedback_weights),
        "Copies of the weights of feedback synapses that are not the forward ones.",
    )
    energy = Shown[float](
        _verb(inspecting.energy),
        """F = 1/2 sum of epsilon squared, over the replicas in use. Song 2020, Eq. (2).

        Raises a `DivergenceError` where that is larger than floating point can hold.
        """,
    )
    residual = Shown[float](
        _verb(inspecting.residual),
        """Max |epsilon - (x - mu)|: how far the delta form has drifted by rounding.

        Errors that are not much larger say nothing; see `error_form` for when that matters.
        """,
    )
    operations = Shown[SynapticOperations](
        lambda sim: inspecting.operations(sim.simulation), "Synaptic operations done so far."
    )
    clock_driven_operations = Shown[SynapticOperations](
        lambda sim: inspecting.clock_driven_operations(sim.simulation),
        "What evaluating every synapse at every tick of `step` and `run` would have done.",
    )

    def __repr__(self) -> str:
        return (
            f"Simulator({self.network!r}, {type(self.model).__name__}, "
            f"batch_size={self.batch_size}, {self.dtype.name}, t={self.t})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{html.escape(repr(self))}</p>{network_tables(self.network)}"
