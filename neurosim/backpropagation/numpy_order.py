"""Updates by NumPy's matrix products, which are independent of the engine."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.description.projection import Projection
from neurosim.engine.faults import overflowing_weight
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError, DivergenceError

__all__ = ["NumPyOrder"]


class NumPyOrder:
    """Backpropagation by whole matrices, added up in the order of NumPy and its BLAS.

    Parameters
    ----------
    lowered : Lowered
        The network without relays, whose weights are updated in place.

    Raises
    ------
    ArgumentError
        If an activation is a user's own.
    """

    def __init__(self, lowered: Lowered) -> None:
        self._lowered = lowered
        network = lowered.network
        for name, population in network.populations.items():
            if population.activation.name not in _NUMPY and name not in network.outputs:
                raise ArgumentError(
                    f"BP: population {name!r} has an activation of your own, which NumPy's "
                    'arithmetic does not know; use arithmetic="engine"'
                )

    @np.errstate(over="ignore", invalid="ignore")
    def update(
        self, x: npt.NDArray[Any], y: npt.NDArray[Any], chosen: npt.NDArray[np.int64]
    ) -> None:
        """Learn from the chosen samples, batch by batch; from none of a batch that overflows."""
        lowered, network = self._lowered, self._lowered.network
        projections = network.projections
        root = {name: projections[name].shares or name for name in sorted(projections)}
        weights = {name: lowered.theta_block(name) for name in root}
        alpha = {name: lowered.plan.alpha[k] for name, k in lowered.projection_index.items()}
        order = [lowered.names[p] for p in lowered.plan.order]
        into = {n: [p for p in root if projections[p].post == n] for n in order}
        out = {n: [p for p in root if projections[p].pre == n] for n in order}
        inputs, outputs = lowered.columns(network.inputs), lowered.columns(network.outputs)
        for first in range(0, len(chosen), lowered.batch_size):
            batch = chosen[first : first + lowered.batch_size]
            theta = {name: _matrix(projections[name], weights[name]) for name in root}
            f: dict[str, Any] = {}
            slope: dict[str, Any] = {}
            delta: dict[str, Any] = {}
            for name in order:
                if network.populations[name].constant:
                    value = np.ones((len(batch), 1), lowered.dtype)
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
            samples_in = lowered.dtype.type(len(batch) if lowered.plan.setting[0]["mean"] else 1)
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
