"""BP: backpropagation over the same networks, as the reference for all else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..auditing.audit import Audit
from ..auditing.auditors import audit_backpropagation
from ..backpropagation.backpropagation import Backpropagation
from ..engine.bounds import DEFAULT_BOUND
from ..holding import Held, Shown
from ..network import Network
from ..simulation.samples import Progress
from ..simulation.turns import made_whole

__all__ = ["BP"]


class BP(Held):
    """Vectorised backpropagation: the gradient descent that Z-IL and Fa-Z-IL equal.

    Parameters
    ----------
    network : Network
        The same description that a simulator takes, with the same initial weights.
    learning_rate : float or mapping of str to float
        alpha, one for all projections or one per projection (by name).
    batch_size : int
        Samples per update.
    batch_reduction : {"sum", "mean"}
        Whether an update adds or averages over its samples.
    arithmetic : {"engine", "blas"}
        In the engine's order of summation, for comparisons with ``==``; or NumPy's matrix products,
        which are independent of the engine and add in an order of their own.
    dtype : {"float64", "float32"}
        Precision.
    bound : float or None
        What neither |y| of a node that is predicted nor |w| may exceed, as in a `Simulator`; None
        for no bound. A batch that would leave it raises a `DivergenceError`, and is not learned.

    Attributes
    ----------
    backpropagation : Backpropagation
        What runs.

    Examples
    --------
    >>> import neurosim as ns
    >>> net = ns.Network.layered([2, 3, 1], seed=0)
    >>> bp = ns.models.BP(net, learning_rate=0.1)
    >>> sim = ns.Simulator(net, ns.models.FaZIL(learning_rate=0.1))
    >>> for learner in (bp, sim):
    ...     learner.fit([[0.5, 1.0], [1.0, 0.0]], [[1.0], [0.0]], epochs=10)
    >>> all((bp.weights[name] == sim.weights[name]).all() for name in bp.weights)
    True

    References
    ----------
    Song 2020, Section 2.1: delta^0 = s_out - y^0, delta = f'(y) sum of delta w, and
    Delta w = alpha delta f(y).
    """

    __slots__ = ("__weakref__", "_backpropagation")

    def __init__(
        self,
        network: Network,
        *,
        learning_rate: float | Mapping[str, float] = 1e-3,
        batch_size: int = 1,
        batch_reduction: Literal["sum", "mean"] = "sum",
        arithmetic: Literal["engine", "blas"] = "engine",
        dtype: Literal["float64", "float32"] = "float64",
        bound: float | None = DEFAULT_BOUND,
    ) -> None:
        self._backpropagation = Backpropagation(
            network, learning_rate=learning_rate, batch_size=batch_size,
            batch_reduction=batch_reduction, arithmetic=arithmetic, dtype=dtype, bound=bound,
        )  # fmt: skip

    @property
    def backpropagation(self) -> Backpropagation:
        """What runs."""
        return made_whole(self._backpropagation)

    network = Shown[Network](lambda bp: bp.backpropagation.network, "As it was described.")
    learning_rate = Shown[float | Mapping[str, float]](
        lambda bp: bp.backpropagation.learning_rate,
        "alpha, one or one per projection; may be set.",
        lambda bp, value: bp.backpropagation.set_learning_rate(value),
    )
    epochs = Shown[int](
        lambda bp: bp.backpropagation.orders.epochs, "Epochs of `fit` since its seed was set."
    )
    batch_size = Shown[int](lambda bp: bp.backpropagation.batch_size, "Samples per update.")
    batch_reduction = Shown[str](
        lambda bp: bp.backpropagation.batch_reduction, "Whether updates add or average."
    )
    arithmetic = Shown[str](lambda bp: bp.backpropagation.arithmetic, '"engine" or "blas".')
    dtype = Shown[np.dtype[Any]](lambda bp: bp.backpropagation.dtype, "Precision.")
    bound = Shown[float | None](
        lambda bp: bp.backpropagation.bound, "What neither |y| nor |w| may exceed; None: no bound."
    )
    weights = Shown[dict[str, npt.NDArray[Any]]](
        lambda bp: bp.backpropagation.weights(),
        "Copies of the weights, as `Simulator.weights` gives them.",
    )

    def fit(
        self,
        inputs: object,
        targets: object,
        *,
        epochs: int = 1,
        shuffle: bool = True,
        seed: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Learn from samples, as `Simulator.fit` does, in the same order for the same seed."""
        self.backpropagation.fit(
            inputs, targets, epochs=epochs, shuffle=shuffle, seed=seed, progress=progress
        )

    def set_weights(self, weights: Mapping[str, npt.ArrayLike]) -> None:
        """Set the weights of some projections, by name; all are checked before any is set."""
        self.backpropagation.set_weights(weights)

    def predict(self, inputs: object) -> Any:
        """Return the outputs for the inputs, as `Simulator.predict` does."""
        return self.backpropagation.predict(inputs)

    def audit(self, *, samples: int = 24, seed: int = 0) -> Audit:
        """Test on copies what an update depends on, as `Simulator.audit` does for a tick."""
        return audit_backpropagation(self.backpropagation, samples=samples, seed=seed)

    def __repr__(self) -> str:
        return f"BP({self.network!r}, {self.arithmetic}, {self.dtype.name})"
