"""Accuracy against synaptic operations: what learning costs where objects work only on change.

An operation is a multiply-add over a synapse: of a prediction, of feedback, or of an update. Driven
by a clock every synapse has all three at every tick; driven by events a synapse has one only where
what it reads has changed. The weights are the same, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from neurosim import models
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import course_of_backpropagation, described, learn
from neurosim.experiments.operations_shown import figures, page
from neurosim.network import Network
from neurosim.presets import song2020
from neurosim.simulator import Simulator

__all__ = ["EXPERIMENT", "PASSES", "Counted", "cells", "passes_of_backpropagation", "run"]

#: Models with their numbers, and how samples are shown.
MODELS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "IL": (models.IL, {"t_c": 20}, "settled"),
    "Z-IL": (models.ZIL, {}, "settled"),
    "Fa-Z-IL": (models.FaZIL, {}, "settled"),
    "Fa-Z-IL, stream": (models.FaZIL, {"sweep": True}, "stream"),
}
#: Kinds of synaptic operations.
PASSES = ("prediction", "feedback", "plasticity")


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All learners, driven by events and by a clock."""
    full = scale.full
    common = {
        "epochs": 8 if full else 48 if scale.data == "digits" else 1,
        "data": scale.data,
        "dtype": "float32",
    }
    learners = [("BP", "passes")]
    learners += [(model, driven) for model in MODELS for driven in ("events", "clock")]
    return [
        {"hidden_layers": hidden, "seed": seed, "model": model, "driven": driven, **common}
        for hidden in ((1, 2, 3) if full else (2,))
        for seed in (song2020.seeds if full else song2020.seeds[:1])
        for model, driven in learners
    ]


@dataclass
class Counted:
    """A simulator that notes, after each `fit`, what operations there were so far.

    Attributes
    ----------
    operations : list of list of int
        Of each kind.
    """

    simulator: Simulator
    operations: list[list[int]] = field(default_factory=list)

    def fit(self, *samples: Any, **options: Any) -> None:
        """Learn, and note."""
        self.simulator.fit(*samples, **options)
        self.operations.append(list(self.simulator.operations))

    def predict(self, inputs: Any) -> Any:
        """Predict, which counts for nothing: it tests."""
        return self.simulator.predict(inputs)

    @property
    def weights(self) -> Any:
        """The simulator's."""
        return self.simulator.weights


def run(
    *, hidden_layers: int, seed: int, model: str, driven: str, epochs: int, data: str, dtype: Any,
    folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Learn, and count; the weights are compared with backpropagation's."""
    reference = course_of_backpropagation(
        song2020, data, folder, hidden_layers, epochs, seed, dtype
    )
    samples, network = described(song2020, data, folder, hidden_layers, seed, dtype)
    count = len(samples.train_inputs)
    if model == "BP":
        course = reference
        once = passes_of_backpropagation(network)
        operations = [[n * count * each for each in once] for n in range(1, epochs + 1)]
    else:
        kind, numbers, protocol = MODELS[model]
        simulator = song2020.simulator(
            network, kind, dtype=dtype, event_driven=driven == "events", **numbers
        )
        counted = Counted(simulator)
        course = learn(counted, samples, epochs, seed, protocol=protocol)
        operations = counted.operations
    per_sample = [each / (count * epochs) for each in operations[-1]]
    return {
        **course.apart_from(reference),
        "last_test_error": course.test_error[-1],
        "synapses": network.synapse_count,
        **{f"{name}_per_sample": each for name, each in zip(PASSES, per_sample, strict=True)},
        "operations_per_sample": sum(per_sample),
        "test_error": course.test_error,
        "operations": [sum(each) for each in operations],
    }


def passes_of_backpropagation(network: Network) -> list[int]:
    """Operations of a sample: forward, backward and update, each synapse once.

    Nothing goes back to the input.
    """
    everything = network.synapse_count
    first = sum(p.synapse_count for p in network.projections.values() if p.pre in network.inputs)
    return [everything, everything - first, everything]


EXPERIMENT = Experiment(
    name="operations",
    title="Accuracy against synaptic operations",
    claim=(
        "Event-driven, Z-IL and Fa-Z-IL reach an accuracy with about the synaptic operations of "
        "backpropagation, IL with more; clock-driven all of them need many times as many."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
