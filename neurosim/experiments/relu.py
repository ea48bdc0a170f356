"""ReLU: what phi does where f' is 0, with and without its feedback gate.

A rectified unit that is off hears no feedback, so that it is silent at t = l, as it should be. Once
the weights have learned mu moves, and a unit whose error is not zero any more, for whatever reason,
fires. The paper says in words that the change has to come from feedback: the gate asks for it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from neurosim import models
from neurosim.errors import DivergenceError
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import course_of_backpropagation, described, learn
from neurosim.experiments.relu_shown import figures, page
from neurosim.experiments.table3 import AFTER, Count, watched
from neurosim.presets import song2020

__all__ = ["EXPERIMENT", "RATES", "WINDOWS", "cells", "run"]

PRESET = replace(song2020, activation="relu")
WINDOWS = [1, 2, 3, 4, 8, 16]
#: The preset's, and one with which weights move further while phi is watched.
RATES = [1e-3, 1e-2]


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All combinations; those that begin with the same weights follow one another."""
    full = scale.full
    return [
        {
            "levels": levels, "seed": seed, "rate": rate, "feedback_gate": gate, "t_d": t_d,
            "epochs": 2 if full else 1, "samples": 500 if full else 100, "data": scale.data,
            "dtype": "float64",
        }
        for levels in ([2, 3, 4, 6] if full else [3])
        for seed in (song2020.seeds if full else song2020.seeds[:1])
        for rate in RATES
        for gate in (True, False)
        for t_d in (WINDOWS if full else [1, 2, 8])
    ]  # fmt: skip


def run(
    *, levels: int, seed: int, rate: float, feedback_gate: bool, t_d: int, epochs: int,
    samples: int, data: str, dtype: Any, folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Watch phi before and after a net has learned; and learn, while nobody rests."""
    preset = replace(PRESET, learning_rate=rate)
    reference = course_of_backpropagation(preset, data, folder, levels - 1, epochs, seed, dtype)
    shown, network = described(preset, data, folder, levels - 1, seed, dtype)
    numbers: dict[str, Any] = {"t_d": t_d, "feedback_gate": feedback_gate}
    simulator = partial(
        preset.simulator, network, models.FaZIL, dtype=dtype, rest_after_update=False, **numbers
    )
    backpropagation = preset.backpropagation(network, dtype=dtype)
    result: dict[str, Any] = {}
    for net, weights in (("new", backpropagation.weights), ("taught", reference.weights)):
        seen = watch(simulator(), backpropagation, weights, shown, samples, preset.batch_size)
        result.update({f"{name}_{net}": value for name, value in seen.items()})
    course = learn(simulator(), shown, epochs, seed, ticks=levels + AFTER)
    return {
        **result,
        **course.apart_from(reference),
        "last_test_error": course.last_test_error,
        "test_error_of_bp": reference.test_error[-1],
        "diverged_in_epoch": course.diverged,
        "diverged_because": course.because,
    }


def watch(
    simulator: Any, reference: Any, weights: Any, shown: Any, samples: int, batch_size: int
) -> dict[str, Any]:
    """Present test samples, each batch from the same weights; count spikes, compare updates.

    The difference from backpropagation's update is told by lengths, and by largest weights. Where
    misfires drive x beyond the bound there is nothing to tell.
    """
    count, wrong, due, most, largest = Count(), 0.0, 0.0, 0.0, 0.0
    for first in range(0, samples, batch_size):
        batch = slice(first, first + batch_size)
        inputs, targets = shown.test_inputs[batch], shown.test_targets[batch]
        for learner in (simulator, reference):
            learner.set_weights(weights)
        try:
            count.add(*watched(simulator, inputs, targets, simulator.network.depth + AFTER))
        except DivergenceError:
            return {"diverged": True}
        reference.fit(inputs, targets, shuffle=False)
        learned, exact = simulator.weights, reference.weights
        for name, before in weights.items():
            difference = np.subtract(learned[name], exact[name], dtype=np.float64)
            update = np.subtract(exact[name], before, dtype=np.float64)
            wrong, due = wrong + float(np.sum(difference**2)), due + float(np.sum(update**2))
            most = max(most, float(np.abs(difference).max()))
            largest = max(largest, float(np.abs(update).max()))
    return {
        "diverged": False,
        "spikes": count.spikes,
        "misfires": count.spikes_elsewhere,
        "misfire_share": count.spikes_elsewhere / count.spikes,
        "pairs": count.pairs,
        "due": count.succeeded,
        "silent": count.silent,
        "silent_misfired": count.silent_misfired,
        "update_difference": float(np.sqrt(wrong / due)),
        "largest_difference": most / largest,
    }


EXPERIMENT = Experiment(
    name="relu",
    title="ReLU: misfires of phi, with and without its feedback gate",
    claim=(
        "With rectified units a phi that does not ask whether a change came from feedback "
        "misfires, whatever t_d; with the gate, and t_d of at least 2, it does not, and Fa-Z-IL is "
        "backpropagation."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
    preset=PRESET,
)
