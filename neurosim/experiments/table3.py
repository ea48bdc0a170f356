"""Table 3: how surely phi tells each neuron, by its own past alone, when it is to learn.

Phi fires where an error that was zero for t_d ticks is not zero any more, and feedback has moved
the value node. It succeeds, of a sample and an error node, if it fires at t = l and at no other t.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import models
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import course_of_backpropagation, described
from neurosim.experiments.table3_shown import figures, page
from neurosim.presets import song2020
from neurosim.recording.state_monitor import StateMonitor
from neurosim.simulator import Simulator

__all__ = ["AFTER", "EXPERIMENT", "WINDOWS", "cells", "run"]

WINDOWS = [1, 2, 3, 4, 5, 6, 7, 8, 16]
#: For how many ticks phi is watched after all have learned: longer than its longest window.
AFTER = 20


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All combinations with one seed; with the others where rounding has a say.

    Those that begin with the same weights follow one another, which are then learned once.
    """
    full = scale.full
    common = {"samples": 500 if full else 40, "data": scale.data}
    return [
        {
            "levels": levels, "activation": activation, "dtype": dtype, "seed": seed,
            "epochs": epochs, "error_form": error_form, "feedback_gate": gate, "t_d": t_d, **common,
        }
        for levels in ([2, 3, 4, 6, 8, 10] if full else [3, 10])
        for activation in ("sigmoid", "relu")
        for dtype in ("float32", "float64")
        for seed in (song2020.seeds if full else song2020.seeds[:1])
        for epochs in ([0, song2020.epochs if full else 1])
        for error_form in ("direct", "delta")
        for gate in (True, False)
        for t_d in (WINDOWS if full else [1, 2, 4])
        if seed == song2020.seeds[0] or (dtype, error_form, gate) == ("float32", "direct", True)
    ]  # fmt: skip


@dataclass
class Count:
    """What phi did, of all pairs of a sample and an error node.

    Attributes
    ----------
    pairs : int
        With an error at t = l, of which the others are parts.
    succeeded, missed, misfired : int
        A spike at t = l and at no other t; none at t = l; one at another t (and perhaps at l).
    silent, silent_misfired : int
        Pairs without an error at t = l, and those of them with a spike.
    spikes, spikes_elsewhere : int
        All spikes, and those at another t than l.
    """

    pairs: int = 0
    succeeded: int = 0
    missed: int = 0
    misfired: int = 0
    silent: int = 0
    silent_misfired: int = 0
    spikes: int = 0
    spikes_elsewhere: int = 0

    def add(
        self, epsilon: npt.NDArray[Any], phi: npt.NDArray[Any], level: npt.NDArray[np.int64]
    ) -> None:
        """Take in a batch: epsilon and phi by t, replica and node, and the levels of nodes."""
        node = np.arange(len(level))
        has_error = epsilon[level, :, node] != 0
        fires = phi[level, :, node] != 0
        spikes = phi.sum(axis=0, dtype=np.int64).T
        elsewhere = spikes - fires
        for name, marked in {
            "pairs": has_error,
            "succeeded": has_error & fires & (elsewhere == 0),
            "missed": has_error & ~fires,
            "misfired": has_error & (elsewhere > 0),
            "silent": ~has_error,
            "silent_misfired": ~has_error & (elsewhere > 0),
            "spikes": spikes,
            "spikes_elsewhere": elsewhere,
        }.items():
            setattr(self, name, getattr(self, name) + int(marked.sum()))


def run(
    *, levels: int, activation: str, dtype: Any, seed: int, epochs: int, error_form: Any,
    feedback_gate: bool, t_d: int, samples: int, data: str, folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Watch phi at samples that it has not learned from, each batch from the same weights."""
    preset = replace(song2020, activation=activation)
    course = course_of_backpropagation(preset, data, folder, levels - 1, epochs, seed, dtype)
    shown, network = described(preset, data, folder, levels - 1, seed, dtype)
    numbers: dict[str, Any] = {"t_d": t_d, "feedback_gate": feedback_gate}
    simulator = preset.simulator(
        network, models.FaZIL, dtype=dtype, error_form=error_form, rest_after_update=False,
        **numbers,
    )  # fmt: skip
    reference = preset.backpropagation(network, dtype=dtype)
    count, wrong, due = Count(), 0.0, 0.0
    for first in range(0, samples, preset.batch_size):
        batch = slice(first, first + preset.batch_size)
        inputs, targets = shown.test_inputs[batch], shown.test_targets[batch]
        for learner in (simulator, reference):
            learner.set_weights(course.weights)
        count.add(*watched(simulator, inputs, targets, levels + AFTER))
        reference.fit(inputs, targets, shuffle=False)
        learned, exact = simulator.weights, reference.weights
        for name, before in course.weights.items():
            wrong += square(learned[name], exact[name])
            due += square(exact[name], before)
    return {
        **{each.name: getattr(count, each.name) for each in fields(count)},
        "success": count.succeeded / count.pairs if count.pairs else None,
        "update_difference": float(np.sqrt(wrong / due)) if due else None,
        "trained_test_error": course.last_test_error,
        "training_diverged_in_epoch": course.diverged,
    }


def watched(
    simulator: Simulator, inputs: npt.NDArray[Any], targets: npt.NDArray[Any], ticks: int
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[np.int64]]:
    """Present a batch; return epsilon and phi by t, replica and node, and the levels of nodes."""
    with StateMonitor(simulator, "epsilon") as errors, StateMonitor(simulator, "phi") as spikes:
        simulator.present(inputs, targets, ticks=ticks)
    levels = simulator.wiring.levels
    level = np.array([levels[name] for name, _ in errors.nodes], np.int64)
    # What went before the teacher is left out.
    return errors.epsilon[-ticks - 1 :], spikes.phi[-ticks - 1 :], level


def square(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> float:
    """Return the squared Euclidean distance."""
    return float(np.sum(np.subtract(first, second, dtype=np.float64) ** 2))


EXPERIMENT = Experiment(
    name="table3",
    title="Table 3: the success rate of phi",
    claim=(
        "Each neuron tells by its own change detector phi when it is to learn; the paper's phi "
        "succeeds in 93.4, 92.4, 99.6 and 100.0 % for t_d = 1, 2, 3 and 4 or more."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
