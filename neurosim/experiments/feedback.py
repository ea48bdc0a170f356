"""Feedback synapses of their own: equal ones, unequal ones, and fixed random ones.

The paper's errors come back through the synapses that predictions go out by. Others, which learn by
the same rule from the same two activities, change as the forward ones do. So they stay equal if
they begin equal, and keep their distance if they do not, unless all weights decay (Kolen & Pollack
1994). Fixed ones are feedback alignment (Lillicrap et al. 2016).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import models
from neurosim.description.initializers import XavierUniform
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.feedback_shown import figures, page
from neurosim.experiments.learning import (
    Course,
    course_of_backpropagation,
    described,
    learn,
    load,
    sizes_of,
)
from neurosim.network import Network
from neurosim.presets import song2020

__all__ = ["DECAYS", "EXPERIMENT", "MISMATCHES", "Decaying", "cells", "network_of", "run"]

#: How much of a feedback weight is not the forward weight at first, but drawn by itself.
MISMATCHES = [0.0, 0.1, 0.5, 1.0]
#: Part of each weight that is lost in each of its updates.
DECAYS = [1e-5, 1e-4]


def decaying(theta, hebb, alpha, decay):  # type: ignore[no-untyped-def]
    """Learn as ever, and forget a part of the weight."""
    return alpha * hebb - decay * theta


@dataclass(frozen=True, kw_only=True)
class Decaying(models.FaZIL):
    """Fa-Z-IL whose synapses, forward ones and those of feedback, forget where they learn."""

    decay: float = 0.0
    synapse_rule = staticmethod(decaying)


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All ways of feedback; those with decay, which take longer, in one structure and one seed."""
    full = scale.full
    common = {
        "epochs": song2020.epochs if full else 64 if scale.data == "digits" else 2,
        "data": scale.data,
        "dtype": "float32",
    }
    ways: list[tuple[str, float, float]] = [("shared", 0.0, 0.0), ("fixed", 1.0, 0.0)]
    ways += [("plastic", mismatch, 0.0) for mismatch in (MISMATCHES if full else [0.0, 1.0])]
    for decay in DECAYS if full else DECAYS[1:]:
        ways += [("shared", 0.0, decay), ("plastic", 1.0, decay)]
    return [
        {
            "hidden_layers": hidden, "seed": seed, "feedback": feedback, "mismatch": mismatch,
            "decay": decay, **common,
        }
        for hidden in ((1, 2, 3) if full else (2,))
        for seed in (song2020.seeds if full else song2020.seeds[:1])
        for feedback, mismatch, decay in ways
        if not decay or (hidden == 2 and seed == song2020.seeds[0])
    ]  # fmt: skip


def run(
    *, hidden_layers: int, seed: int, feedback: Any, mismatch: float, decay: float, epochs: int,
    data: str, dtype: Any, folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Learn with one way of feedback, and compare with one that shares its synapses."""
    setting = data, folder, hidden_layers, epochs, seed, dtype
    if decay:
        reference = course_with_decay(decay, *setting)
    else:
        reference = course_of_backpropagation(song2020, *setting)
    samples = load(data, folder, dtype, song2020.targets)
    network = network_of(sizes_of(samples, hidden_layers), feedback, seed)
    numbers: dict[str, Any] = {"decay": decay} if decay else {}
    simulator = song2020.simulator(
        network, Decaying if decay else models.FaZIL, dtype=dtype, **numbers
    )
    own = simulator.feedback_weights
    if mismatch != 1.0:
        forward = simulator.weights
        begin = {name: forward[name] + mismatch * (own[name] - forward[name]) for name in own}
        simulator.set_feedback_weights(begin)
    before = apart(simulator.weights, simulator.feedback_weights)
    first = angle(simulator.weights, simulator.feedback_weights)
    course = learn(simulator, samples, epochs, seed)
    after = apart(simulator.weights, simulator.feedback_weights)
    return {
        **course.apart_from(reference),
        "last_test_error": course.last_test_error,
        "angle_at_first": first,
        "angle_in_the_end": angle(simulator.weights, simulator.feedback_weights),
        "distance_at_first": float(np.linalg.norm(before)),
        "distance_in_the_end": float(np.linalg.norm(after)),
        "change_of_difference": float(np.abs(after - before).max(initial=0.0)),
        "diverged_in_epoch": course.diverged,
        "diverged_because": course.because,
        "test_error": course.test_error,
    }


def network_of(sizes: list[int], feedback: Any, seed: int) -> Network:
    """Return the preset's layers, with feedback of this kind wherever there is any.

    Nothing is fed back to the input, which is clamped.
    """
    layers = song2020.network(sizes, seed=seed)
    network = Network(seed=seed)
    for name, population in layers.populations.items():
        network.add_population(name, population.size, population.activation)
    for projection in layers.projections.values():
        shared = feedback == "shared" or projection.pre in layers.inputs
        network.connect(
            projection.pre, projection.post, weights=song2020.weights,
            feedback="shared" if shared else feedback,
            feedback_weights=None if shared else XavierUniform(),
        )  # fmt: skip
    return network


@lru_cache(maxsize=4)
def course_with_decay(
    decay: float, data: str, folder: str | None, hidden_layers: int, epochs: int, seed: int,
    dtype: Any,
) -> Course:  # fmt: skip
    """What is learned with decay through the synapses that predictions go out by."""
    samples, network = described(song2020, data, folder, hidden_layers, seed, dtype)
    simulator = song2020.simulator(network, Decaying, dtype=dtype, decay=decay)
    return learn(simulator, samples, epochs, seed)


Weights = Mapping[str, npt.NDArray[Any]]


def apart(forward: Weights, back: Weights) -> npt.NDArray[np.float64]:
    """Return feedback weights minus forward weights, where there are both, one after the other."""
    differences = [np.subtract(back[name], forward[name], dtype=np.float64) for name in back]
    return np.concatenate([np.zeros(0), *(each.ravel() for each in differences)])


def angle(forward: Weights, back: Weights) -> float | None:
    """Return the angle in degrees between feedback and forward weights, all as one vector."""
    if not back:
        return None
    first = np.concatenate([forward[name].ravel() for name in back]).astype(np.float64)
    second = np.concatenate([each.ravel() for each in back.values()]).astype(np.float64)
    first, second = first / np.linalg.norm(first), second / np.linalg.norm(second)
    # Exact for vectors that are equal, which the cosine is not.
    halves = np.linalg.norm(first - second), np.linalg.norm(first + second)
    return float(np.degrees(2.0 * np.arctan2(*halves)))


EXPERIMENT = Experiment(
    name="feedback",
    title="Feedback through synapses of its own",
    claim=(
        "Separate feedback synapses that learn by the same rule are backpropagation if they begin "
        "equal to the forward ones; if they do not, they keep their distance for ever, unless "
        "weights decay. Fixed ones are feedback alignment."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
