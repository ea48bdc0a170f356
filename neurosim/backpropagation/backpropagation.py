"""Backpropagation that runs: the object that `models.BP` shows, and audits are given."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.backpropagation.engine_order import EngineOrder
from neurosim.backpropagation.numpy_order import NumPyOrder
from neurosim.description.network import Description
from neurosim.engine.guard import Guard
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.rules.model import Model
from neurosim.simulation import samples
from neurosim.simulation.predicting import predict_samples
from neurosim.simulation.slices import adapted

__all__ = ["Backpropagation"]


class Backpropagation:
    """Gradient descent over the arrays of a network; the parameters are those of `models.BP`.

    Attributes
    ----------
    lowered : Lowered
        The arrays.
    """

    def __init__(
        self,
        network: Description,
        *,
        learning_rate: float | Mapping[str, float] = 1e-3,
        batch_size: int = 1,
        batch_reduction: str = "sum",
        arithmetic: str = "engine",
        dtype: str = "float64",
    ) -> None:
        if not isinstance(network, Description):
            raise ArgumentTypeError(f"BP: network must be a Network, not {network!r}")
        if not network.inputs or not network.outputs:
            raise ArgumentError("BP: the network has no input or no output population")
        model = Model(learning_rate=learning_rate, batch_reduction=batch_reduction)  # type: ignore[arg-type]
        self.learning_rate, self.batch_reduction = learning_rate, batch_reduction
        self.network = network
        self.batch_size = checks.integer("BP", "batch_size", batch_size, 1)
        self.arithmetic = checks.choice("BP", "arithmetic", arithmetic, ("engine", "blas"))
        self.dtype = checks.precision("BP", dtype)
        # NumPy's arithmetic needs no relays, and so checks them.
        self.lowered = Lowered(
            network, self.batch_size, self.dtype, relays=self.arithmetic == "engine"
        )
        self.lowered.set_learning_rates(model)
        setting = self.lowered.plan.setting[0]
        setting["mean"], setting["event_driven"] = batch_reduction == "mean", 1
        setting["guarded"] = 1
        order = EngineOrder if self.arithmetic == "engine" else NumPyOrder
        self._order = order(self.lowered)

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
        """Learn from samples; see `models.BP.fit`."""
        x, y = samples.paired("BP.fit", inputs, targets, self.lowered)
        epochs, orders = samples.orders("BP.fit", len(x), epochs, shuffle, seed)
        report = samples.check_progress("BP.fit", progress)
        batches, done = 16, 0
        for order in orders:
            first = 0
            while first < len(order):
                begun = time.perf_counter()
                chosen = order[first : first + batches * self.batch_size]
                self._order.update(x, y, chosen)
                first += len(chosen)
                done += len(chosen)
                report(done, epochs * len(x))
                batches = adapted(batches, time.perf_counter() - begun)

    def predict(self, inputs: object) -> Any:
        """Return the outputs for the inputs."""
        x = samples.matrix("BP.predict", "inputs", inputs, self.lowered, self.network.inputs)
        return predict_samples(Guard(self.lowered, timed=False), x)

    def set_weights(self, weights: Mapping[str, npt.ArrayLike]) -> None:
        """Set the weights of some projections; see `models.BP.set_weights`."""
        checked = {}
        if not isinstance(weights, Mapping):
            raise ArgumentTypeError("BP.set_weights: weights must be a mapping of name to array")
        for name, values in weights.items():
            checks.choice("BP.set_weights", "projection", name, self.lowered.weight_names)
            block = self.lowered.theta_block(name)
            checked[name] = checks.finite_array(
                "BP.set_weights", name, values, block.shape, self.dtype
            )
        for name, values in checked.items():
            np.add(values, 0.0, out=self.lowered.theta_block(name))
