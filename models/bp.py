"""BP: backpropagation over the same networks, as the reference for all else."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from .. import checks
from ..auditing.audit import Audit, audit_backpropagation
from ..description.projection import Projection
from ..engine.guard import Guard, overflowing_node, overflowing_weight
from ..engine.lowering import Lowered
from ..errors import ArgumentError, ArgumentTypeError, DivergenceError
from ..kernels.verbs import backpropagation as kernel
from ..network import Network
from ..rules.model import Model
from ..simulation import samples, training
from ..simulation.slices import adapted

__all__ = ["BP"]


class BP:
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

    def __init__(
        self,
        network: Network,
        *,
        learning_rate: float | Mapping[str, float] = 1e-3,
        batch_size: int = 1,
        batch_reduction: Literal["sum", "mean"] = "sum",
        arithmetic: Literal["engine", "blas"] = "engine",
        dtype: Literal["float64", "float32"] = "float64",
    ) -> None:
        if not isinstance(network, Network):
            raise ArgumentTypeError(f"BP: network must be a Network, not {network!r}")
        if not network.inputs or not network.outputs:
            raise ArgumentError("BP: the network has no input or no output population")
        model = Model(learning_rate=learning_rate, batch_reduction=batch_reduction)
        self.learning_rate = learning_rate
        self.network = network
        self.batch_size = checks.integer("BP", "batch_size", batch_size, 1)
        self.arithmetic = checks.choice("BP", "arithmetic", arithmetic, ("engine", "blas"))
        name = dtype.name if isinstance(dtype, np.dtype) else dtype
        self.dtype = np.dtype(checks.choice("BP", "dtype", name, ("float64", "float32")))
        # NumPy's arithmetic needs no relays, and so checks them.
        self._lowered = Lowered(
            network, self.batch_size, self.dtype, relays=self.arithmetic == "engine"
        )
        self._lowered.set_learning_rates(model)
        setting = self._lowered.plan.setting[0]
        setting["mean"], setting["event_driven"] = batch_reduction == "mean", 1
        setting["guarded"] = 1
        if self.arithmetic == "blas":
            self._check_activations()

    @property
    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of the weights, as `Simulator.weights` gives them."""
        return self._lowered.weights()

    def fit(
        self,
        inputs: object,
        targets: object,
        *,
        epochs: int = 1,
        shuffle: bool = True,
        seed: int = 0,
        progress: samples.Progress | None = None,
    ) -> None:
        """Learn from samples, as `Simulator.fit` does, in the same order for the same seed."""
        x, y = samples.paired("BP.fit", inputs, targets, self._lowered)
        epochs, orders = samples.orders("BP.fit", len(x), epochs, shuffle, seed)
        report = samples.check_progress("BP.fit", progress)
        update = self._update_by_engine if self.arithmetic == "engine" else self._update_by_blas
        batches, done = 16, 0
        for order in orders:
            first = 0
            while first < len(order):
                begun = time.perf_counter()
                chosen = order[first : first + batches * self.batch_size]
                update(x, y, chosen)
                first += len(chosen)
                done += len(chosen)
                report(done, epochs * len(x))
                batches = adapted(batches, time.perf_counter() - begun)

    def set_weights(self, weights: Mapping[str, npt.ArrayLike]) -> None:
        """Set the weights of some projections, by name; all are checked before any is set."""
        checked = {}
        if not isinstance(weights, Mapping):
            raise ArgumentTypeError("BP.set_weights: weights must be a mapping of name to array")
        for name, values in weights.items():
            checks.choice("BP.set_weights", "projection", name, self._lowered.weight_names)
            block = self._lowered.theta_block(name)
            checked[name] = checks.finite_array(
                "BP.set_weights", name, values, block.shape, self.dtype
            )
        for name, values in checked.items():
            np.add(values, 0.0, out=self._lowered.theta_block(name))

    def audit(self, *, samples: int = 24, seed: int = 0) -> Audit:
        """Test on copies what an update depends on, as `Simulator.audit` does for a tick."""
        samples = checks.integer("BP.audit", "samples", samples, 1)
        seed = checks.integer("BP.audit", "seed", seed, 0)
        return audit_backpropagation(self, samples, seed)

    def predict(self, inputs: object) -> Any:
        """Return the outputs for the inputs, as `Simulator.predict` does."""
        x = samples.matrix("BP.predict", "inputs", inputs, self._lowered, self.network.inputs)
        return training.predict(Guard(self._lowered, timed=False), x)

    def _update_by_engine(
        self, x: npt.NDArray[Any], y: npt.NDArray[Any], chosen: npt.NDArray[np.int64]
    ) -> None:
        lowered = self._lowered
        before = lowered.blocks.theta.copy()
        failed = kernel.backpropagate(*lowered.arguments, x, y, chosen, self.batch_size) >= 0
        # y is kept as x, and delta as epsilon.
        fault = overflowing_node(lowered, ("x", "f", "epsilon")) if failed else None
        fault = fault or overflowing_weight(lowered)
        if fault is not None:
            if overflowing_weight(lowered):
                lowered.blocks.theta[:] = before
            raise DivergenceError(*fault)

    @np.errstate(over="ignore", invalid="ignore")
    def _update_by_blas(
        self, x: npt.NDArray[Any], y: npt.NDArray[Any], chosen: npt.NDArray[np.int64]
    ) -> None:
        lowered, network = self._lowered, self._lowered.network
        projections = network.projections
        root = {name: projections[name].shares or name for name in sorted(projections)}
        weights = {name: lowered.theta_block(name) for name in root}
        alpha = {name: lowered.plan.alpha[k] for name, k in lowered.projection_index.items()}
        order = [lowered.names[p] for p in lowered.plan.order]
        into = {n: [p for p in root if projections[p].post == n] for n in order}
        out = {n: [p for p in root if projections[p].pre == n] for n in order}
        inputs, outputs = lowered.columns(network.inputs), lowered.columns(network.outputs)
        for first in range(0, len(chosen), self.batch_size):
            batch = chosen[first : first + self.batch_size]
            theta = {name: _matrix(projections[name], weights[name]) for name in root}
            f: dict[str, Any] = {}
            slope: dict[str, Any] = {}
            delta: dict[str, Any] = {}
            for name in order:
                if network.populations[name].constant:
                    value = np.ones((len(batch), 1), self.dtype)
                elif name in inputs:
                    value = x[batch][:, inputs[name]]
                else:
                    value = sum(f[projections[p].pre] @ theta[p] for p in into[name])
                if name in outputs:
                    delta[name] = y[batch][:, outputs[name]] - value
                else:
                    f[name], slope[name] = _NUMPY[network.populations[name].activation.name](value)
            for name in reversed(order):
                if name not in delta and into[name]:
                    back = sum(delta[projections[p].post] @ theta[p].T for p in out[name])
                    delta[name] = slope[name] * back
            samples_in = self.dtype.type(len(batch) if lowered.plan.setting[0]["mean"] else 1)
            before = lowered.blocks.theta.copy()
            for name, projection in projections.items():
                if projection.plastic:
                    gradient = f[projection.pre].T @ delta[projection.post]
                    step = alpha[root[name]] / samples_in
                    _descend(projection, weights[root[name]], step * gradient)
            fault = overflowing_weight(lowered)
            if fault is not None:
                lowered.blocks.theta[:] = before
                raise DivergenceError(*fault)

    def _check_activations(self) -> None:
        for name, population in self.network.populations.items():
            if population.activation.name not in _NUMPY and name not in self.network.outputs:
                raise ArgumentError(
                    f"BP: population {name!r} has an activation of your own, which NumPy's "
                    'arithmetic does not know; use arithmetic="engine"'
                )

    def __repr__(self) -> str:
        return f"BP({self.network!r}, {self.arithmetic}, {self.dtype.name})"


def _matrix(projection: Projection, weights: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The weights as a matrix, with zeros where nothing is connected."""
    return weights if projection.pattern is None else projection.pattern.matrix(weights)


def _descend(projection: Projection, weights: npt.NDArray[Any], change: npt.NDArray[Any]) -> None:
    """Add a matrix of changes to the weights, in place."""
    pattern = projection.pattern
    if pattern is None:
        weights += change
    else:
        numbers = np.arange(len(weights)) if pattern.weight is None else pattern.weight
        np.add.at(weights, numbers, change[pattern.pre, pattern.post])


def _sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    f = np.where(x >= 0, 1 / (1 + e), e / (1 + e))
    return f, e / (1 + e) ** 2


def _tanh(x: Any) -> Any:
    f = np.tanh(x)
    return f, 1 - f * f


def _softplus(x: Any) -> Any:
    return np.logaddexp(x, x.dtype.type(0)), _sigmoid(x)[0]


def _relu(x: Any) -> Any:
    return np.maximum(x, 0), (x > 0).astype(x.dtype)


def _leaky_relu(x: Any) -> Any:
    slope = np.where(x > 0, x.dtype.type(1), x.dtype.type(0.01))
    return slope * x, slope


_NUMPY = {
    "identity": lambda x: (x, np.ones_like(x)),
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "softplus": _softplus,
}
