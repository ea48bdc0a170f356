"""Condition C1 for phi: what is learned where x is drawn around mu before the teacher appears.

Z-IL and IL learn at times that they are told, from errors that have noise in them. Fa-Z-IL has to
find its time by itself, and phi asks for quiet, which there is not; unless what counts as quiet is
widened by a `zero_threshold` of a multiple of the noise.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim import models
from neurosim.datasets.dataset import Dataset
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import course_of_backpropagation, described, learn
from neurosim.experiments.noise_shown import figures, page
from neurosim.network import Network
from neurosim.presets import song2020
from neurosim.recording.spike_monitor import SpikeMonitor
from neurosim.simulator import Simulator

__all__ = ["EXPERIMENT", "MULTIPLES", "SIGMAS", "cells", "run", "spikes_of"]

SIGMAS = [0.0, 1e-4, 1e-3, 1e-2, 0.1, 1.0]
#: How many sigma count as quiet.
MULTIPLES = [0.0, 1.0, 3.0, 10.0]
MODELS = {"IL": models.IL, "Z-IL": models.ZIL, "Fa-Z-IL": models.FaZIL}
HIDDEN_LAYERS = 2
# Samples on which phi is watched: enough for a per cent of a per cent of their pairs with nodes.
WATCHED = 500


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All settings; IL, which costs three times as much, with one seed."""
    full = scale.full
    sigmas = SIGMAS if full else [0.0, 1e-3, 0.1]
    learners: list[tuple[str, float, float | None]] = [("BP", 0.0, None)]
    learners += [(model, sigma, None) for model in ("IL", "Z-IL") for sigma in sigmas]
    learners += [
        ("Fa-Z-IL", sigma, multiple)
        for sigma in sigmas
        for multiple in ((MULTIPLES if full else [0.0, 10.0]) if sigma else [0.0])
    ]
    common = {
        "epochs": song2020.epochs if full else 32 if scale.data == "digits" else 2,
        "data": scale.data,
        "dtype": "float32",
    }
    seeds = song2020.seeds[:2] if full else song2020.seeds[:1]
    return [
        {"model": model, "sigma": sigma, "multiple": multiple, "seed": seed, **common}
        for seed in seeds
        for model, sigma, multiple in learners
        if model != "IL" or seed == seeds[0]
    ]


def run(
    *, model: str, sigma: float, multiple: float | None, seed: int, epochs: int, data: str,
    dtype: Any, folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Learn with noise before the teacher, and watch phi before and after."""
    reference = course_of_backpropagation(
        song2020, data, folder, HIDDEN_LAYERS, epochs, seed, dtype
    )
    samples, network = described(song2020, data, folder, HIDDEN_LAYERS, seed, dtype)
    course, phi = reference, {}
    if model != "BP":
        quiet = (multiple or 0.0) * sigma
        simulator = song2020.simulator(network, MODELS[model], dtype=dtype, zero_threshold=quiet)
        if multiple is not None:
            untaught = spikes_of(network, simulator, samples, sigma, seed)
            phi = {f"{name}_untaught": part for name, part in untaught.items()}
        course = learn(simulator, samples, epochs, seed, settle_noise=sigma)
        if multiple is not None and course.diverged is None:
            phi.update(spikes_of(network, simulator, samples, sigma, seed))
    return {
        **course.apart_from(reference),
        **phi,
        "last_test_error": course.last_test_error,
        "diverged_in_epoch": course.diverged,
        "diverged_because": course.because,
        "test_error": course.test_error,
    }


def spikes_of(
    network: Network, learner: Simulator, samples: Dataset, sigma: float, seed: int
) -> dict[str, Any]:
    """Which part of phi does what, over all pairs of a test sample and a node.

    In the ticks that a presentation of `fit` has, and with the learner's weights, which stay as
    they are. `due`: a spike at t = l and at no other time, also by level, the output's first;
    `silent`: none; `untimely`: at another.
    """
    dtype: Any = learner.dtype.name
    watched = Simulator(
        network, learner.model, batch_size=WATCHED, dtype=dtype, rest_after_update=False
    )
    watched.set_weights(learner.weights)
    watched.clamp("input", samples.test_inputs[:WATCHED])
    watched.settle(noise=sigma, seed=seed if sigma else None)
    phi = SpikeMonitor(watched)
    watched.clamp("output", samples.test_targets[:WATCHED])
    watched.run(network.depth - 1, learning=False)
    rows = len(samples.test_inputs[:WATCHED])
    due, silent, pairs = [], 0, 0
    for name in sorted(phi.names, key=network.levels.__getitem__):
        here = phi.population == name
        fired = np.zeros((network.depth, rows, network.populations[name].size), bool)
        fired[phi.t[here], phi.replica[here], phi.i[here]] = True
        times, timely = fired.sum(axis=0), fired[network.levels[name]]
        due.append((int(np.count_nonzero(timely & (times == 1))), timely.size))
        silent += int(np.count_nonzero(times == 0))
        pairs += timely.size
    timely_ones = sum(count for count, _ in due)
    return {
        "phi_due": timely_ones / pairs,
        "phi_silent": silent / pairs,
        "phi_untimely": (pairs - timely_ones - silent) / pairs,
        "phi_due_by_level": [count / size for count, size in due],
    }


EXPERIMENT = Experiment(
    name="noise",
    title="Fa-Z-IL with condition C1 violated",
    claim=(
        "phi finds its time by being quiet before the teacher: with noise it cannot be, unless "
        "what counts as quiet is some multiple of the noise, and what is smaller is not learned."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
