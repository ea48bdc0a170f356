"""What a learning model is: the gate of an error node, and what is set beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Literal

import numpy as np

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError

__all__ = ["Model", "Rates"]


class Rates(Mapping[str, float]):
    """Learning rates by projection, as a model was made with: checked, and read-only."""

    def __init__(self, rates: Mapping[str, float]) -> None:
        self._rates = dict(rates)

    def __getitem__(self, projection: str) -> float:
        return self._rates[projection]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rates)

    def __len__(self) -> int:
        return len(self._rates)

    def __hash__(self) -> int:
        return hash(frozenset(self._rates.items()))

    def __repr__(self) -> str:
        return repr(self._rates)


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
    ``synapse_rule``  theta, alpha, memory, hebb (the sum of epsilon f over the         Delta theta
                      replicas); or theta, alpha, epsilon, f, of one replica
    ================  ================================================================  ===========

    All may also read the numbers that the model was made with: its fields of type int, float or
    bool. A rule that reads ``memory``, a number of its own object that begins at 0, returns a pair,
    the second of which is remembered. Settling begins the memory of nodes anew. Rules of nodes are
    applied at every tick.

    A ``synapse_rule`` is applied where a gate lets an error through that is not zero: once per
    update or, if it reads epsilon or f, by each replica in which that is so, and what it returns
    is added up. `batch_reduction` says whether hebb, or what the replicas return, is the sum or the
    mean over all replicas. Memory makes one step per update, and is read with hebb; with epsilon or
    f only where the batch size is 1.

    Rules may use what the modules math and numpy have, and divide by zero without an error. A gate
    or a detector must not be able to raise one. Where another rule does, or gives what is not
    finite, that is an error, and the tick is not made.

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
        |epsilon| up to which an error node counts as quiet, and change of mu up to which mu counts
        as not moved. More than 0 where phi is to fire after ``settle("inference")``, which leaves
        errors and moves: a few times what they are.
    sweep : bool
        Whether what the world shows passes through the network as a sweep: an input node that is
        clamped has an onset, any other value node has one a tick after a node that predicts it, and
        within `t_d` ticks of an onset x follows mu; feedback is not heard, and the node's error is
        not heard, either. Nobody then needs to settle the network; see ``docs/stream.md``.
    feedback_gate : bool
        Whether phi asks that the change came from feedback (x moved while mu did not).
    """

    learning_rate: float | Mapping[str, float] = 1e-3
    gamma: float = 1.0
    batch_reduction: Literal["sum", "mean"] = "sum"
    t_d: int = 4
    zero_threshold: float = 0.0
    feedback_gate: bool = True
    sweep: bool = False

    gate: ClassVar[Callable[..., Any]]
    #: Rules that replace those of the paper, each a small function that names what it reads; see
    #: `neurosim.rules.reading.READS`. Delta x of a value node:
    value_rule: ClassVar[Callable[..., Any] | None] = None
    #: Epsilon of an error node:
    error_rule: ClassVar[Callable[..., Any] | None] = None
    #: Phi of an error node:
    detector: ClassVar[Callable[..., Any] | None] = None
    #: Delta theta of a synapse, where the gate lets an error through:
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
                if not isinstance(projection, str):
                    raise ArgumentTypeError(
                        f"{owner}: learning_rate must have names of projections as keys, not "
                        f"{projection!r}"
                    )
                checks.real(owner, f"learning_rate[{projection!r}]", rate, positive=True)
            # Later changes of what was given would be shown, and not act.
            object.__setattr__(self, "learning_rate", Rates(self.learning_rate))
        else:
            checks.real(owner, "learning_rate", self.learning_rate, positive=True)
        checks.real(owner, "gamma", self.gamma, positive=True)
        checks.choice(owner, "batch_reduction", self.batch_reduction, ("sum", "mean"))
        checks.integer(owner, "t_d", self.t_d, 1, checks.MOST_TICKS)
        checks.real(owner, "zero_threshold", self.zero_threshold, minimum=0.0)
        checks.boolean(owner, "feedback_gate", self.feedback_gate)
        checks.boolean(owner, "sweep", self.sweep)
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

    def check_numbers(self, dtype: np.dtype[Any]) -> None:
        """Refuse numbers that `dtype` cannot hold; learning rates apart, which need projections."""
        owner = type(self).__name__
        for name, value in self.parameters.items():
            if name != "zero_threshold":
                checks.fits(owner, name, value, dtype)
        # A threshold may be smaller than every error: it then is 0.
        if self.zero_threshold:
            checks.fits(owner, "zero_threshold", max(self.zero_threshold, 1.0), dtype)

    @property
    def signal_at(self) -> int:
        """Tick at which the signal from outside is given, or -1 for never."""
        return -1

    def ticks(self, depth: int) -> int:
        """Ticks after which every level has been taught: one per level."""
        return depth

    def learning_rates(self, projections: list[str], dtype: np.dtype[Any]) -> list[float]:
        """Alpha of each projection, as a number that `dtype` can hold."""
        owner = type(self).__name__
        if not isinstance(self.learning_rate, Mapping):
            rate = checks.fits(owner, "learning_rate", self.learning_rate, dtype)
            return [rate] * len(projections)
        if set(self.learning_rate) != set(projections):
            raise ArgumentError(
                f"{owner}: learning_rate must name each projection once: "
                f"{', '.join(projections)}; given: {', '.join(map(str, self.learning_rate))}"
            )
        return [
            checks.fits(owner, f"learning_rate[{name!r}]", self.learning_rate[name], dtype)
            for name in projections
        ]
