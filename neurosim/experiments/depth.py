"""Depth: how exactly one update is backpropagation's, with up to fifty levels.

Errors get smaller on their way. In direct form an error is x - mu, which cannot be known better
than to an ulp of mu; in delta form an error node adds up the changes that reach it, and knows small
errors as well as large ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import models
from neurosim.experiments.depth_shown import figures, page
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import load, same_bits, sizes_of
from neurosim.presets import Preset, song2020

__all__ = ["EXPERIMENT", "LEVELS", "cells", "run", "sizes_of_updates", "visible_rates"]

LEVELS = [2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50]
# The largest update of each level is brought to about this power of two, beside weights below 1;
# what is smaller by an ulp of it is lost.
VISIBLE = 4
# The largest power of two for a rate that float32 holds, with room for what it is multiplied with.
LARGEST = 120


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All combinations."""
    full = scale.full
    return [
        {
            "activation": activation, "levels": levels, "seed": seed, "dtype": dtype,
            "error_form": error_form, "data": scale.data,
        }
        for activation in ("sigmoid", "tanh")
        for levels in (LEVELS if full else [2, 4, 10, 20, 50])
        for seed in (song2020.seeds if full else song2020.seeds[:1])
        for dtype in ("float32", "float64")
        for error_form in ("direct", "delta")
    ]  # fmt: skip


def run(
    *, activation: str, levels: int, seed: int, dtype: Any, error_form: Any, data: str,
    folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Learn one batch by Z-IL and by backpropagation, from the same weights."""
    preset = replace(song2020, activation=activation)
    samples = load(data, folder, dtype, preset.targets)
    x, y = samples.train_inputs[: preset.batch_size], samples.train_targets[: preset.batch_size]
    network = preset.network(sizes_of(samples, levels - 1), seed=seed)
    begin = preset.backpropagation(network, dtype=dtype).weights
    sizes = sizes_of_updates(begin, x, y, activation)
    rates = visible_rates(sizes)
    shown = replace_rate(preset, rates)
    reference = shown.backpropagation(network, dtype=dtype)
    simulator = shown.simulator(network, models.ZIL, dtype=dtype, error_form=error_form)
    for learner in (reference, simulator):
        learner.fit(x, y, shuffle=False)
    own, theirs = simulator.weights, reference.weights
    wrong, due = {}, {}
    for name, rate in rates.items():
        difference = np.subtract(own[name], theirs[name], dtype=np.float64)
        wrong[name] = float(np.abs(difference).max()) / rate
        update = np.subtract(theirs[name], begin[name], dtype=np.float64)
        due[name] = float(np.abs(update).max()) / rate
    # From the output on; projections are described from the input on.
    by_level = [wrong[name] / due[name] for name in reversed(rates)]
    usual = preset.learning_rate * np.array([sizes[name] for name in reversed(rates)])
    return {
        "relative_error": max(wrong.values()) / max(due.values()),
        "worst_level_error": max(by_level),
        "worst_level": int(np.argmax(by_level)),
        "same_bits": same_bits(own, theirs),
        "levels_without_update": sum(
            bool(np.array_equal(own[name], begin[name])) for name in theirs
        ),
        "smallest_update": float(usual.min()),
        "error_by_level": by_level,
        "update_by_level": list(usual),
    }


def sizes_of_updates(
    weights: Mapping[str, npt.NDArray[Any]], x: npt.NDArray[Any], y: npt.NDArray[Any],
    activation: str,
) -> dict[str, float]:  # fmt: skip
    """Largest |sum of delta f| of each projection, by backpropagation in NumPy and float64."""
    thetas = [theta.astype(np.float64) for theta in weights.values()]
    f, slopes = [x.astype(np.float64)], [np.ones(1)]
    for theta in thetas[:-1]:
        mu = f[-1] @ theta
        out = np.tanh(mu) if activation == "tanh" else 0.5 + 0.5 * np.tanh(0.5 * mu)
        slopes.append(1.0 - out**2 if activation == "tanh" else out * (1.0 - out))
        f.append(out)
    delta = y - f[-1] @ thetas[-1]
    largest = []
    for theta, sent, slope in zip(thetas[::-1], f[::-1], slopes[::-1], strict=True):
        largest.append(float(np.abs(sent.T @ delta).max()))
        delta = slope * (delta @ theta.T)
    return dict(zip(weights, largest[::-1], strict=True))


def visible_rates(sizes: Mapping[str, float]) -> dict[str, float]:
    """A rate for each projection that makes its update larger than its weights.

    A usual update is lost beside its weight long before it is lost itself. Rates are powers of two,
    with which multiplication rounds nothing.
    """
    powers = {name: min(VISIBLE - int(np.frexp(size)[1]), LARGEST) for name, size in sizes.items()}
    return {name: 2.0**power for name, power in powers.items()}


def replace_rate(preset: Preset, rates: Mapping[str, float]) -> Preset:
    """Return the preset with a learning rate for each projection, by name."""
    return replace(preset, learning_rate=rates)  # type: ignore[arg-type]


EXPERIMENT = Experiment(
    name="depth",
    title="Depth: one update, with two to fifty levels",
    claim=(
        "In delta form an update of Z-IL has backpropagation's bits at any depth, in float32, too; "
        "in direct form rounding is as large as an ulp of mu, and takes over where errors have "
        "become that small."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
