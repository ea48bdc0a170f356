"""Figure 2: which levels are in error, which x move and which weights learn, at which t.

Recorded, for one sample, from a real run of each model. Backpropagation has no t: its one update is
told apart from what was before it and after it by the weights alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import models
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.figure2_shown import figures, page
from neurosim.experiments.learning import same_bits
from neurosim.network import Network
from neurosim.presets import song2020
from neurosim.recording.spike_monitor import SpikeMonitor
from neurosim.recording.state_monitor import StateMonitor
from neurosim.rules.model import Model
from neurosim.simulator import Simulator

__all__ = ["EXPERIMENT", "T_C", "cells", "run"]

SIZES = [5, 4, 4, 4, 3]
#: The tick in which IL learns, and one that is shown after it.
T_C = 8
TICKS = T_C + 2


def cells(scale: Scale) -> list[dict[str, Any]]:
    """Each model, its nodes resting or not once they have learned; the same at every scale."""
    rows = [("BP", False), ("IL", False)]
    rows += [(model, rest) for rest in (False, True) for model in ("Z-IL", "Fa-Z-IL")]
    return [{"model": model, "rest": rest, "seed": song2020.seeds[0]} for model, rest in rows]


def run(*, model: str, rest: bool, seed: int) -> dict[str, Any]:
    """Record one presentation; t of what happens, for each level from the output on."""
    network = song2020.network(SIZES, seed=seed)
    generator = np.random.default_rng(seed)
    x, y = generator.random((1, SIZES[0])), generator.random((1, SIZES[-1]))
    reference = models.BP(network, learning_rate=song2020.learning_rate)
    before = reference.weights
    reference.fit(x, y)
    if model == "BP":
        learned = {
            network.levels[network.projections[name].post]: ["at once"]
            for name, weights in reference.weights.items()
            if (weights != before[name]).any()
        }
        return {**_by_level(network, learned=learned), "same_weights": True}
    made: dict[str, Model] = {
        "IL": models.IL(learning_rate=song2020.learning_rate, t_c=T_C),
        "Z-IL": models.ZIL(learning_rate=song2020.learning_rate),
        "Fa-Z-IL": models.FaZIL(learning_rate=song2020.learning_rate),
    }
    simulator = Simulator(network, made[model], rest_after_update=rest)
    seen = _recorded(simulator, network, x, y)
    same = same_bits(simulator.weights, reference.weights)
    return {**_by_level(network, **seen), "same_weights": same}


def _recorded(
    simulator: Simulator, network: Network, x: npt.ArrayLike, y: npt.ArrayLike
) -> dict[str, dict[int, list[int]]]:
    """At which t what happens, by level."""
    simulator.clamp("input", x)
    simulator.settle()
    simulator.clamp("output", y)
    level_of = network.levels
    predicted = [name for name, level in level_of.items() if level < network.depth]
    xs = {name: StateMonitor(simulator, "x", populations=[name]) for name in level_of}
    errors = {n: StateMonitor(simulator, "epsilon", populations=[n]) for n in predicted}
    thetas = {n: StateMonitor(simulator, "theta", projections=[n]) for n in network.projections}
    phi = SpikeMonitor(simulator)
    simulator.run(TICKS)
    return {
        "in_error": {
            level_of[name]: _times(np.any(each.epsilon[:TICKS, 0] != 0.0, axis=1))
            for name, each in errors.items()
        },
        # What changes on the way from t to t + 1 does so at t.
        "moving": {level_of[name]: _times(_changes(each.x)) for name, each in xs.items()},
        "learned": {
            level_of[network.projections[name].post]: _times(_changes(each.theta))
            for name, each in thetas.items()
        },
        "fired": {
            level_of[name]: sorted(set(phi.t[phi.population == name].tolist()))
            for name in predicted
        },
    }


def _changes(states: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Whether anything is different in the next snapshot, for each but the last."""
    changes = np.diff(states, axis=0).reshape(len(states) - 1, -1)
    return np.array([bool(each.any()) for each in changes])


def _times(marks: npt.NDArray[np.bool_]) -> list[int]:
    return [int(t) for t in np.flatnonzero(marks)]


def _by_level(network: Network, **seen: dict[int, list[Any]]) -> dict[str, list[list[Any]]]:
    """Lists of times in the order of levels, from the output to the input, of whatever is seen."""
    every = ("in_error", "moving", "learned", "fired")
    return {
        what: [seen.get(what, {}).get(level, []) for level in range(network.depth + 1)]
        for what in every
    }


EXPERIMENT = Experiment(
    name="figure2",
    title="Figure 2: what happens at which t",
    claim=(
        "Z-IL and Fa-Z-IL update each level once, at t = l, when the error arrives there; IL "
        "updates all levels together at the end of relaxation, and backpropagation at once."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
    needs_data=False,
)
