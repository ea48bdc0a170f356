"""Figure 3: what each of the conditions C1, C2 and C3 does when it is not met.

C1, x = mu as the teacher appears: x is drawn around mu instead, with standard deviation sigma. C2,
each level learns at t = l: all learn at one t instead. C3, gamma = 1: another one instead.
"""

from __future__ import annotations

from typing import Any

from neurosim import models
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.figure3_shown import figures, page
from neurosim.experiments.learning import course_of_backpropagation, described, learn
from neurosim.presets import song2020

__all__ = ["EXPERIMENT", "GAMMAS", "SIGMAS", "TIMES", "cells", "run"]

TIMES = ["l", "0", "1", "2", "3", "4", "16", "64"]
GAMMAS = [0.01, 0.1, 0.5, 1.0, 5.0, 10.0]
SIGMAS = [0.0, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0]


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All settings; t = 0, when x has not moved, is the same for all gamma and is made once."""
    full = scale.full
    backpropagation = {"t": "BP", "gamma": None, "sigma": None}
    settings: list[dict[str, Any]] = [{"t": "l", "gamma": 1.0, "sigma": sigma} for sigma in SIGMAS]
    settings += [
        {"t": t, "gamma": gamma, "sigma": 0.0}
        for t in (TIMES if full else ["l", "0", "2"])
        for gamma in (GAMMAS if full else [0.1, 1.0, 5.0])
        if (t, gamma) != ("l", 1.0) and (t != "0" or gamma == 1.0)
    ]
    common = {
        # An epoch of digits is so short that less would teach nothing.
        "epochs": 4 if scale.data == "mnist" and not full else song2020.epochs,
        "data": scale.data,
        "dtype": "float32",
    }
    return [
        {"hidden_layers": hidden, "seed": seed, **setting, **common}
        for hidden in ((1, 2, 3) if full else (2,))
        for seed in (song2020.seeds if full else song2020.seeds[:1])
        for setting in [backpropagation, *settings]
    ]


def run(
    *, hidden_layers: int, seed: int, t: str, gamma: float, sigma: float, epochs: int, data: str,
    dtype: Any, folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Learn in one setting, from the weights and samples of backpropagation, and compare."""
    reference = course_of_backpropagation(
        song2020, data, folder, hidden_layers, epochs, seed, dtype
    )
    course = reference
    if t != "BP":
        samples, network = described(song2020, data, folder, hidden_layers, seed, dtype)
        if t == "l":
            simulator = song2020.simulator(network, models.ZIL, dtype=dtype, gamma=gamma)
        else:
            simulator = song2020.simulator(network, models.IL, dtype=dtype, gamma=gamma, t_c=int(t))
        course = learn(simulator, samples, epochs, seed, settle_noise=sigma)
    return {
        "model": "BP" if t == "BP" else "Z-IL" if t == "l" else "IL",
        **course.apart_from(reference),
        "last_test_error": course.last_test_error,
        "diverged_in_epoch": course.diverged,
        "diverged_because": course.because,
        "test_error": course.test_error,
    }


EXPERIMENT = Experiment(
    name="figure3",
    title="Figure 3: each condition is needed",
    claim="IL with C1, C2 and C3 is backpropagation; without one of them it diverges from it.",
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
