"""Backpropagation that runs: the object that `models.BP` shows, and audits are given."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.backpropagation.engine_order import EngineOrder
from neurosim.backpropagation.numpy_order import NumPyOrder
from neurosim.description.network import Description
from neurosim.engine.bounds import DEFAULT_BOUND, check_weights, set_bound
from neurosim.engine.guard import Guard
from neurosim.engine.lowering import Lowered
from neurosim.engine.memory import memory_for
from neurosim.errors import ArgumentTypeError, DivergenceError
from neurosim.rules.model import Model
from neurosim.simulation import samples
from neurosim.simulation.orders import Orders
from neurosim.simulation.predicting import one_of, predict_samples
from neurosim.simulation.slices import adapted
from neurosim.simulation.turns import Turn, in_turn

__all__ = ["Backpropagation"]


@dataclass(frozen=True, kw_only=True)
class BP(Model):
    """The numbers of backpropagation, checked as those of a model, and called as users call it."""


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
        bound: float | None = DEFAULT_BOUND,
    ) -> None:
        if not isinstance(network, Description):
            raise ArgumentTypeError(
                f"BP: network must be a Network, not {network!r}{checks.made(network)}"
            )
        network.check_ends("BP")
        model = BP(learning_rate=learning_rate, batch_reduction=batch_reduction)  # type: ignore[arg-type]
        self.learning_rate, self.batch_reduction = model.learning_rate, batch_reduction
        self.batch_size = checks.integer("BP", "batch_size", batch_size, 1, checks.MOST_REPLICAS)
        self.arithmetic = checks.choice("BP", "arithmetic", arithmetic, ("engine", "blas"))
        self.dtype = checks.precision("BP", dtype)
        # NumPy's arithmetic needs no relays, and so checks them.
        with memory_for("BP", network, self.batch_size):
            self.lowered = Lowered(
                network, self.batch_size, self.dtype, relays=self.arithmetic == "engine"
            )
        # Later changes of the description have no effect.
        self.network = self.lowered.described
        self.lowered.set_learning_rates(model)
        self.bound = set_bound("BP", self.lowered, bound)
        setting = self.lowered.plan.setting[0]
        setting["mean"], setting["event_driven"] = batch_reduction == "mean", 1
        setting["guarded"] = 1
        order = EngineOrder if self.arithmetic == "engine" else NumPyOrder
        self._order = order(self.lowered)
        self.orders, self.turn = Orders(), Turn("BP", 1)
        self.guard = Guard(self.lowered, timed=False)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is half-done."""
        return not self.guard.unfinished

    def recover(self) -> None:
        """Take back what an interrupted call has begun and could not take back itself."""
        self.guard.recover()

    @in_turn
    def weights(self) -> dict[str, npt.NDArray[Any]]:
        """Copies of the weights; see `models.BP.weights`."""
        return self.lowered.weights()

    @in_turn
    def set_learning_rate(self, value: float | Mapping[str, float]) -> None:
        """Learn with another alpha from now on."""
        model = BP(learning_rate=value, batch_reduction=self.batch_reduction)  # type: ignore[arg-type]
        alpha, before = self.lowered.plan.alpha, self.learning_rate
        kept = alpha.copy()

        def undo() -> None:
            alpha[:], self.learning_rate = kept, before

        with self.guard.change(undo):
            self.learning_rate = model.learning_rate
            self.lowered.set_learning_rates(model)

    @in_turn
    def fit(
        self,
        inputs: object,
        targets: object,
        *,
        epochs: int = 1,
        shuffle: bool = True,
        seed: int | None = None,
        progress: samples.Progress | None = None,
    ) -> None:
        """Learn from samples; see `models.BP.fit`."""
        x, y = samples.paired("BP.fit", inputs, targets, self.lowered)
        epochs, orders = self.orders.draw("BP.fit", len(x), epochs, shuffle, seed)
        report = samples.check_progress("BP.fit", progress)
        batches, done = 16, 0
        for epoch, order in enumerate(orders):
            first = 0
            while first < len(order):
                begun = time.perf_counter()
                chosen = order[first : first + batches * self.batch_size]
                self._learn(x, y, chosen, epoch)
                first += len(chosen)
                done += len(chosen)
                report(done, epochs * len(x))
                batches = adapted(batches, time.perf_counter() - begun)

    def _learn(
        self, x: npt.NDArray[Any], y: npt.NDArray[Any], chosen: npt.NDArray[np.int64], epoch: int
    ) -> None:
        """Learn batch by batch; from none that has a fault, and from none behind it."""
        theta, batch = self.lowered.blocks.theta, self.batch_size
        before = theta.copy()
        with self.guard.change(partial(np.copyto, theta, before)):
            if self._order.update(x, y, chosen) is None:
                return
            # Once more, to see which batch it was: the bits are the same.
            theta[:] = before
            for first in range(0, len(chosen), batch):
                one = chosen[first : first + batch]
                before[:] = theta
                fault = self._order.update(x, y, one)
                if fault is not None:
                    where = fault.population, fault.node, fault.replica
                    raise DivergenceError(*where, None, fault.bound).during(epoch, one)

    @in_turn
    def predict(self, inputs: object) -> Any:
        """Return the outputs for the inputs."""
        names = self.network.inputs
        x, alone = samples.predicted("BP.predict", inputs, self.lowered, names)
        return one_of(predict_samples(self.guard, x), alone)

    @in_turn
    def set_weights(self, weights: Mapping[str, npt.ArrayLike]) -> None:
        """Set the weights of some projections; see `models.BP.set_weights`."""
        checked = {}
        if not isinstance(weights, Mapping):
            raise ArgumentTypeError("BP.set_weights: weights must be a mapping of name to array")
        for name, values in weights.items():
            checks.choice("BP.set_weights", "projection", name, self.lowered.weight_names)
            described = self.lowered.network.projections[name]
            checked[name] = described.arranged("BP.set_weights", name, values, self.dtype)
            check_weights("BP.set_weights", name, checked[name], self.lowered)
        theta = self.lowered.blocks.theta
        with self.guard.change(partial(np.copyto, theta, theta.copy())):
            for name, values in checked.items():
                np.add(values, 0.0, out=self.lowered.theta_block(name))
