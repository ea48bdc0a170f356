"""Table 4: what an update of all weights costs, of each model, beside backpropagation's.

All learn the same samples in the same order. They take turns, so that what disturbs the machine for
a second disturbs them all, and medians count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import models
from neurosim.errors import MissingExtraError
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import load, same_bits
from neurosim.experiments.table4_shown import figures, page
from neurosim.extras import require
from neurosim.presets import song2020

__all__ = ["EXPERIMENT", "cells", "run"]

#: As large as what the paper may have timed: an update of BP takes some milliseconds.
COSTLY = "3072-512-512-1000"


def cells(scale: Scale) -> list[dict[str, Any]]:
    """The paper's nets of one, two and three hidden layers, and one of the paper's cost."""
    full = scale.full
    nets = [f"{scale.inputs}-{'32-' * hidden}10" for hidden in ((1, 2, 3) if full else (2,))]
    # Digits have no more than 71 batches.
    learned = [(net, scale.data, 600 if full else 70) for net in nets]
    return [
        {"net": net, "data": data, "dtype": dtype, "updates": updates, "repeats": repeats}
        for dtype in ("float64", "float32")
        for net, data, updates, repeats in [
            *((*each, 31 if full else 7) for each in learned),
            (COSTLY, "random", 10 if full else 2, 15 if full else 3),
        ]
    ]


def run(
    *, net: str, data: str, dtype: Any, updates: int, repeats: int, folder: str | None = None
) -> dict[str, Any]:
    """Let all models learn by turns, each time from the same weights."""
    sizes = [int(size) for size in net.split("-")]
    inputs, targets = samples(sizes, data, dtype, updates * song2020.batch_size, folder)
    network = song2020.network(sizes, seed=song2020.seeds[0])
    simulator = partial(song2020.simulator, network, dtype=dtype)
    learners: dict[str, Any] = {
        "bp": song2020.backpropagation(network, dtype=dtype),
        "bp_blas": song2020.backpropagation(network, dtype=dtype, arithmetic="blas"),
        "il": simulator(models.IL, t_c=20),
        "z_il": simulator(models.ZIL),
        "fa_z_il": simulator(models.FaZIL),
        "fa_z_il_stream": simulator(models.FaZIL, sweep=True),
    }
    begin = learners["bp"].weights

    def turn(learner: Any, protocol: Mapping[str, str]) -> float:
        learner.set_weights(begin)
        begun = time.perf_counter()
        learner.fit(inputs, targets, shuffle=False, **protocol)
        return 1e3 * (time.perf_counter() - begun) / updates

    turns = {
        name: partial(turn, learner, {"protocol": "stream"} if name.endswith("stream") else {})
        for name, learner in learners.items()
    }
    limited, threads = one_thread()
    with limited:
        times = interleaved(turns, repeats)
    result: dict[str, Any] = {f"ms_{name}": median(each) for name, each in times.items()}
    for name in list(times)[1:]:
        ratios = [own / bp for own, bp in zip(times[name], times["bp"], strict=True)]
        result[f"ratio_{name}"] = median(ratios)
        result[f"least_ratio_{name}"], result[f"most_ratio_{name}"] = min(ratios), max(ratios)
    weights = {name: learner.weights for name, learner in learners.items()}
    return {
        **result,
        "same_bits": all(
            same_bits(weights[name], weights["bp"])
            for name in ("z_il", "fa_z_il", "fa_z_il_stream")
        ),
        "difference_bp_blas": max(
            float(np.abs(weights["bp_blas"][each] - theirs).max())
            for each, theirs in weights["bp"].items()
        ),
        "blas_threads": threads,
        "turns": times,
    }


def samples(
    sizes: list[int], data: str, dtype: Any, count: int, folder: str | None
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return inputs and targets: of a data set, or random images of random classes."""
    if data != "random":
        loaded = load(data, folder, dtype, song2020.targets)
        return loaded.train_inputs[:count], loaded.train_targets[:count]
    generator = np.random.default_rng(song2020.seeds[0])
    labels = generator.integers(sizes[-1], size=count)
    targets = np.eye(sizes[-1], dtype=dtype)[labels]
    return generator.random((count, sizes[0]), dtype=dtype), targets


def interleaved(turns: Mapping[str, Callable[[], float]], repeats: int) -> dict[str, list[float]]:
    """Let each warm up, and then all of them take turns."""
    for turn in turns.values():
        turn()
    times: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(repeats):
        for name, turn in turns.items():
            times[name].append(turn())
    return times


def one_thread() -> tuple[AbstractContextManager[Any], int | None]:
    """Hold NumPy's products to one thread, as the engine has; None where that cannot be done."""
    try:
        limits = require("threadpoolctl", "data").threadpool_limits
    except MissingExtraError:
        return nullcontext(), None
    return limits(limits=1), 1


EXPERIMENT = Experiment(
    name="table4",
    title="Table 4: the time of an update",
    claim=(
        "Z-IL and Fa-Z-IL cost hardly more than backpropagation, and far less than IL: in the "
        "paper 3.6 ms per update beside BP's 3.1 and IL's 19.2, which is 1.16 and 6.2 times BP's."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
    alone=True,
)
