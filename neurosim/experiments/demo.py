"""The demonstration: Fa-Z-IL with nobody in command, beside backpropagation, on real digits."""

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
from neurosim.recording.state_monitor import StateMonitor
from neurosim.simulator import Simulator

__all__ = ["Comparison", "Presentation", "compare", "one_presentation"]

SIZES = [64, 32, 32, 10]
BATCH = 20
LEARNING_RATE = 0.01
# Ticks for which one digit is shown alone, with its teacher, and after that.
SHOWN, TAUGHT, AFTER = 10, 5, 3


@dataclass
class Comparison:
    """What the demonstration measures: `stream` learns with nobody in command."""

    network: Network
    data: Dataset
    stream: Simulator
    settled: Simulator
    backpropagation: models.BP
    blas: models.BP
    seconds: dict[str, float] = field(default_factory=dict)
    updates: int = 0

    def test_error(self, learner: Any) -> float:
        """Part of the test samples whose largest output is not the right one."""
        answers = learner.predict(self.data.test_inputs).argmax(axis=1)
        return float(np.mean(answers != self.data.test_labels))

    def largest_difference(self, learner: Any) -> float:
        """Largest absolute difference of any weight from those learned in the stream."""
        own, other = self.stream.weights, learner.weights
        return max(float(np.abs(own[name] - other[name]).max()) for name in own)


@dataclass
class Presentation:
    """One presentation, tick by tick, from the onset to after the teacher.

    Attributes
    ----------
    spikes : SpikeMonitor
    events : dict of int to str
        What the world did, by tick since the onset.
    moved, fired, in_error : dict of str to ndarray of int, shape (ticks,)
        How many nodes of each population moved on the way to a tick, fired phi and were in error.
    """

    spikes: SpikeMonitor
    events: dict[int, str]
    moved: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    fired: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    in_error: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)

    @property
    def ticks(self) -> int:
        """How many snapshots there are."""
        return SHOWN + TAUGHT + AFTER + 1


def compare(
    epochs: int, seed: int, report: Callable[[int, Comparison], object] = lambda epoch, now: None
) -> Comparison:
    """Train all four from the same weights on the same batches; report after each epoch."""
    data = digits(seed=seed)
    network = Network.layered(SIZES, activation="sigmoid", seed=seed)
    stream, settled = (
        Simulator(network, models.FaZIL(learning_rate=LEARNING_RATE, sweep=sweep), batch_size=BATCH)
        for sweep in (True, False)
    )
    exact, blas = (
        models.BP(network, learning_rate=LEARNING_RATE, batch_size=BATCH, arithmetic=arithmetic)
        for arithmetic in ("engine", "blas")
    )
    result = Comparison(network, data, stream, settled, exact, blas)
    learners: dict[str, Any] = {
        "stream": stream, "settled": settled, "BP": exact, "BP, NumPy/BLAS": blas,
    }  # fmt: skip
    for learner in learners.values():
        learner.predict(data.test_inputs[:1])
    # Seeds of the orders, of which no two runs have any in common.
    orders = np.random.SeedSequence(seed).generate_state(epochs, np.uint64)
    for epoch in range(epochs):
        for name, learner in learners.items():
            begun = time.perf_counter()
            options = {"protocol": "stream"} if name == "stream" else {}
            learner.fit(data.train_inputs, data.train_targets, seed=int(orders[epoch]), **options)
            # The first epoch compiles.
            if epoch > 0 or epochs == 1:
                result.seconds[name] = result.seconds.get(name, 0.0) + time.perf_counter() - begun
        if epoch > 0 or epochs == 1:
            result.updates += -(-len(data.train_inputs) // BATCH)
        report(epoch + 1, result)
    return result


def one_presentation(result: Comparison, sample: int) -> Presentation:
    """Show one held-out digit in a stream, nodes not resting; what happens, tick by tick."""
    model = models.FaZIL(learning_rate=LEARNING_RATE, sweep=True)
    simulator = Simulator(result.network, model)
    simulator.set_weights(result.stream.weights)
    inputs, targets = result.data.test_inputs, result.data.test_targets
    # An earlier digit has come and gone: whatever it left, the onset makes an end of it.
    simulator.stream([(0, "input", inputs[sample - 1]), SHOWN])
    spikes = SpikeMonitor(simulator)
    xs = {n: StateMonitor(simulator, "x", populations=[n]) for n in spikes.names}
    errors = {n: StateMonitor(simulator, "epsilon", populations=[n]) for n in spikes.names}
    world = {0: "input appears", SHOWN: "teacher appears", SHOWN + TAUGHT: "teacher goes"}
    simulator.stream(
        [
            (0, "input", inputs[sample]),
            (SHOWN, "output", targets[sample]),
            (TAUGHT, "output", None),
            AFTER,
        ]
    )
    shown = Presentation(spikes, world)
    for name in [n for n in result.network.populations if n in spikes.names]:
        x = xs[name].x[:, 0]
        shown.moved[name] = np.count_nonzero(np.diff(x, axis=0, prepend=x[:1]), axis=1)
        shown.in_error[name] = np.count_nonzero(errors[name].epsilon[:, 0], axis=1)
        ticks = spikes.tick[spikes.population == name] - xs[name].tick[0]
        shown.fired[name] = np.bincount(ticks, minlength=shown.ticks)
    return shown
