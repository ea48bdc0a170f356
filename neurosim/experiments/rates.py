"""Figure 3 with a rate of its own for each level: alpha gamma^-l, which takes gamma back.

With t = l the error that comes to level l is gamma^l times backpropagation's, and so is what Z-IL
learns from it (Song 2020, Lemma A.3). A rate alpha gamma^-l at level l then gives
backpropagation's updates for every gamma: the same bits where gamma is a power of two, as floating
point scales by these without rounding; else but for rounding.
"""

from __future__ import annotations

from typing import Any

from neurosim import models
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import course_of_backpropagation, described, learn
from neurosim.experiments.rates_shown import figures, page
from neurosim.network import Network
from neurosim.presets import song2020

__all__ = ["EXPERIMENT", "GAMMAS", "cells", "rates_by_level", "run"]

#: Those of Figure 3, and some powers of two.
GAMMAS = [0.01, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0]


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All settings; one seed is enough for one rate for all levels, and for rounding in float64.

    The latter in the deepest structure alone, where the most is rounded.
    """
    full, first = scale.full, song2020.seeds[:1]
    ways = [
        ("by level", "float32", song2020.seeds if full else first),
        ("by level", "float64", first),
        ("one", "float32", first),
    ]
    structures = [1, 2, 3] if full else [2]
    return [
        {
            "hidden_layers": hidden, "seed": seed, "dtype": dtype, "rate": rate, "gamma": gamma,
            "epochs": song2020.epochs if full or scale.data == "digits" else 4, "data": scale.data,
        }
        for hidden in structures
        for rate, dtype, seeds in ways
        if dtype == "float32" or hidden == structures[-1]
        for seed in seeds
        for gamma in (GAMMAS if full else [0.1, 0.5, 1.0, 5.0])
    ]  # fmt: skip


def rates_by_level(network: Network, alpha: float, gamma: float) -> dict[str, float]:
    """Alpha gamma^-l for each projection onto level l, by its name."""
    return {
        name: alpha * gamma ** -network.levels[projection.post]
        for name, projection in network.projections.items()
    }


def run(
    *, hidden_layers: int, seed: int, dtype: Any, rate: str, gamma: float, epochs: int, data: str,
    folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Learn by Z-IL with one gamma, and compare with backpropagation."""
    reference = course_of_backpropagation(
        song2020, data, folder, hidden_layers, epochs, seed, dtype
    )
    samples, network = described(song2020, data, folder, hidden_layers, seed, dtype)
    alpha = song2020.learning_rate
    simulator = song2020.simulator(
        network, models.ZIL, dtype=dtype, gamma=gamma,
        learning_rate=rates_by_level(network, alpha, gamma) if rate == "by level" else alpha,
    )  # fmt: skip
    course = learn(simulator, samples, epochs, seed)
    return {
        **course.apart_from(reference),
        "same_weights": course.has_bits_of(reference),
        "last_test_error": course.last_test_error,
        "diverged_in_epoch": course.diverged,
        "diverged_because": course.because,
        "test_error_of_bp": reference.test_error[-1],
        "test_error": course.test_error,
    }


EXPERIMENT = Experiment(
    name="rates",
    title="Figure 3 with a learning rate for each level",
    claim=(
        "At t = l the update of level l is gamma^l times backpropagation's, so that rates of "
        "alpha gamma^-l give backpropagation for every gamma: bit for bit where gamma is a power "
        "of two, else but for rounding."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
