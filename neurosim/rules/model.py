"""What a learning model is: the gate of an error node, and what is set beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

from neurosim import checks
from neurosim.errors import ArgumentError

__all__ = ["Model"]


@dataclass(frozen=True, kw_only=True)
class Model:
    """Base of the simulation models.

    A model fulfils the contract with a `gate`, and may replace the equations of the paper by other
    rules: static methods whose argument names say what they read.

    ================  ================================================================  ===========
    rule              may read                                                          returns
    ================  ================================================================  ===========
    ``gate``          epsilon, mu, phi, timer (ticks since the teacher's onset or -1),  true where
                      level, signal (1 when it is given from outside)                   synapses
                                                                                        learn
    ``value_rule``    x, f, slope (f'), epsilon, feedback (the sum of epsilon theta),   Delta x
                      memory
    ``error_rule``    x, mu, epsilon (before), delta_x, delta_mu, memory                epsilon
    ``detector``      epsilon, last_epsilon, x_moved, mu_moved, quiet_for (ticks for    phi
                      which epsilon was quiet before), memory
    ``synapse_rule``  theta, epsilon, f, alpha, memory; for one replica, where the      Delta theta
                      gate is open and epsilon is not zero
    ================  ================================================================  ===========

    All may also read the numbers that the model was made with: its fields of type int, float or
    bool. A rule that reads ``memory``, a number of its own object that begins at 0, returns a pair,
    the second of which is remembered. Settling begins the memory of nodes anew. Rules of nodes are
    applied at every tick. An ``error_rule`` that gives a number which is not finite is an error;
    the nodes concerned then keep their last epsilon, and all else is as after that tick.

    Parameters
    ----------
    learning_rate : float or mapping of str to float
        alpha, one for all projections or one per projection (by name).
    gamma : float
        Integration step of inference, Song 2020, Eq. (4).
    batch_reduction : {"sum", "mean"}
        Whether the weight step adds or averages the updates of the replicas.
    t_d : int
        Length in ticks of the quiet window of the change detector phi.
    zero_threshold : float
        |epsilon| up to which an error node counts as quiet.
    feedback_gate : bool
        Whether phi asks that the change came from feedback (x moved while mu did not).
    """

    learning_rate: float | Mapping[str, float] = 1e-3
    gamma: float = 1.0
    batch_reduction: Literal["sum", "mean"] = "sum"
    t_d: int = 4
    zero_threshold: float = 0.0
    feedback_gate: bool = True

    gate: ClassVar[Callable[..., Any]]
    #: Rules that replace those of the paper, each a small function that names what it reads; see
    #: `neurosim.rules.reading.READS`. Delta x of a value node:
    value_rule: ClassVar[Callable[..., Any] | None] = None
    #: Epsilon of an error node:
    error_rule: ClassVar[Callable[..., Any] | None] = None
    #: Phi of an error node:
    detector: ClassVar[Callable[..., Any] | None] = None
    #: Delta theta of a synapse, for one replica, where the gate lets an error through:
    synapse_rule: ClassVar[Callable[..., Any] | None] = None
    #: How a node comes to rest: "never", "learned" (its own gate has opened) or "spreads" (also
    #: once all that it predicts have come to rest).
    rest: ClassVar[str] = "learned"
    #: When weights that are used more than once take their changes: "release" (when the teacher has
    #: gone, which is after the last use) or "tick" (at once, all uses of a tick together).
    commit: ClassVar[str] = "release"

    def __post_init__(self) -> None:
        owner = type(self).__name__
        if isinstance(self.learning_rate, Mapping):
            for projection, rate in self.learning_rate.items():
                checks.real(owner, f"learning_rate[{projection!r}]", rate, positive=True)
        else:
            checks.real(owner, "learning_rate", self.learning_rate, positive=True)
        checks.real(owner, "gamma", self.gamma, positive=True)
        checks.choice(owner, "batch_reduction", self.batch_reduction, ("sum", "mean"))
        checks.integer(owner, "t_d", self.t_d, 1, checks.MOST_TICKS)
        checks.real(owner, "zero_threshold", self.zero_threshold, minimum=0.0)
        checks.boolean(owner, "feedback_gate", self.feedback_gate)
        checks.choice(owner, "rest", self.rest, ("never", "learned", "spreads"))
        checks.choice(owner, "commit", self.commit, ("release", "tick"))

    @property
    def parameters(self) -> dict[str, float]:
        """Numbers that the model was made with, which its rules may read by name."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        owner = type(self).__name__
        return {
            name: float(value) if isinstance(value, bool) else checks.real(owner, name, value)
            for name, value in values.items()
            if isinstance(value, (bool, int, float)) and name != "learning_rate"
        }

    @property
    def signal_at(self) -> int:
        """Tick at which the signal from outside is given, or -1 for never."""
        return -1

    def ticks(self, depth: int) -> int:
        """Ticks after which every level has been taught: one per level."""
        return depth

    def learning_rates(self, projections: list[str]) -> list[float]:
        """Alpha of each projection."""
        if not isinstance(self.learning_rate, Mapping):
            return [float(self.learning_rate)] * len(projections)
        if set(self.learning_rate) != set(projections):
            raise ArgumentError(
                f"{type(self).__name__}: learning_rate must name each projection once: "
                f"{', '.join(projections)}; given: {', '.join(map(str, self.learning_rate))}"
            )
        return [float(self.learning_rate[name]) for name in projections]
