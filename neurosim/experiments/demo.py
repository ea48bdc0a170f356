"""The demonstration: Fa-Z-IL beside backpropagation on real handwritten digits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import models
from neurosim.datasets.dataset import Dataset
from neurosim.datasets.scikit_digits import digits
from neurosim.network import Network
from neurosim.recording.spike_monitor import SpikeMonitor
from neurosim.simulator import Simulator

__all__ = ["Comparison", "compare", "spikes_of_one_digit"]

SIZES = [64, 32, 32, 10]
BATCH = 20
LEARNING_RATE = 0.01


@dataclass
class Comparison:
    """What the demonstration measures."""

    network: Network
    data: Dataset
    simulator: Simulator
    backpropagation: models.BP
    blas: models.BP
    seconds: dict[str, float] = field(default_factory=dict)
    updates: int = 0

    def test_error(self, learner: Any) -> float:
        """Part of the test samples whose largest output is not the right one."""
        answers = learner.predict(self.data.test_inputs).argmax(axis=1)
        return float(np.mean(answers != self.data.test_labels))

    def largest_difference(self, learner: Any) -> float:
        """Largest absolute difference of any weight from Fa-Z-IL's."""
        own, other = self.simulator.weights, learner.weights
        return max(float(np.abs(own[name] - other[name]).max()) for name in own)


def compare(
    epochs: int, seed: int, report: Callable[[int, Comparison], object] = lambda epoch, now: None
) -> Comparison:
    """Train all three from the same weights on the same batches; report after each epoch."""
    data = digits(seed=seed)
    network = Network.layered(SIZES, activation="sigmoid", seed=seed)
    simulator = Simulator(network, models.FaZIL(learning_rate=LEARNING_RATE), batch_size=BATCH)
    exact, blas = (
        models.BP(network, learning_rate=LEARNING_RATE, batch_size=BATCH, arithmetic=arithmetic)
        for arithmetic in ("engine", "blas")
    )
    result = Comparison(network, data, simulator, exact, blas)
    learners: dict[str, Any] = {"Fa-Z-IL": simulator, "BP": exact, "BP, NumPy/BLAS": blas}
    for learner in learners.values():
        learner.predict(data.test_inputs[:1])
    # Seeds of the orders, of which no two runs have any in common.
    orders = np.random.SeedSequence(seed).generate_state(epochs, np.uint64)
    for epoch in range(epochs):
        for name, learner in learners.items():
            begun = time.perf_counter()
            learner.fit(data.train_inputs, data.train_targets, seed=int(orders[epoch]))
            # The first epoch compiles.
            if epoch > 0 or epochs == 1:
                result.seconds[name] = result.seconds.get(name, 0.0) + time.perf_counter() - begun
        if epoch > 0 or epochs == 1:
            result.updates += -(-len(data.train_inputs) // BATCH)
        report(epoch + 1, result)
    return result


def spikes_of_one_digit(
    result: Comparison, sample: int
) -> tuple[SpikeMonitor, dict[str, npt.NDArray[np.bool_]]]:
    """Present one held-out digit, nodes not resting; returns its spikes, as rasters too.

    A raster has shape (ticks, nodes), the tick t = 0 first.
    """
    depth = result.network.depth
    simulator = Simulator(result.network, models.FaZIL(learning_rate=LEARNING_RATE))
    simulator.set_weights(result.simulator.weights)
    monitor = SpikeMonitor(simulator)
    inputs, targets = result.data.test_inputs, result.data.test_targets
    simulator.present(inputs[sample], targets[sample], ticks=depth)
    rasters = {}
    for name in [n for n in result.network.populations if n in monitor.names]:
        raster = np.zeros((depth + 1, result.network.populations[name].size), bool)
        here = monitor.population == name
        raster[monitor.t[here], monitor.i[here]] = True
        rasters[name] = raster
    return monitor, rasters
