"""The stream: Fa-Z-IL with nobody in command, against the time between an input and its teacher.

Nobody settles the network and nobody says when prediction is over. The theorem of the stream says
what it learns then: backpropagation's changes, bit for bit, if each teacher comes l_max + t_d ticks
after its input or later. Here it comes sooner and later, and at times that are drawn.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import models
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import load, same_bits, sizes_of
from neurosim.experiments.stream_shown import figures, page
from neurosim.presets import song2020
from neurosim.recording.spike_monitor import SpikeMonitor
from neurosim.recording.state_monitor import StateMonitor
from neurosim.simulator import Simulator
from neurosim.world.presentations import presentations

__all__ = ["EXPERIMENT", "JITTERS", "LATE", "SLACK", "cells", "run"]

#: Ticks by which teachers come later than the theorem asks for; earlier, if negative.
LATE = [-10, -8, -6, -4, -3, -2, -1, 0, 1, 2, 4, 16, 64]
#: Ticks that they are late on average where times are drawn, and by how many these differ from it.
SLACK = 4
JITTERS = [2, 3, 4, 5, 6, 8]
# One sample at a time, and a rate at which each leaves a mark.
PRESET = replace(song2020, batch_size=1, learning_rate=0.01)


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All settings in which an input is there before its teacher."""
    full = scale.full
    waits = [(late, 0) for late in (LATE if full else [-4, -1, 0, 1, 16])]
    waits += [(SLACK, jitter) for jitter in (JITTERS if full else [4, 5])]
    common = {"presentations": 2000 if full else 40, "data": scale.data, "dtype": "float32"}
    return [
        {
            "depth": depth, "t_d": t_d, "activation": activation, "rest": rest, "late": late,
            "jitter": jitter, "seed": seed, **common,
        }
        for depth in ((2, 3, 4) if full else (3,))
        for t_d in ((2, 4, 8) if full else (2, 4))
        for activation in ("sigmoid", "relu")
        for rest in (False, True)
        for late, jitter in waits
        if depth + t_d + late - jitter >= 1
        for seed in song2020.seeds[:1]
    ]  # fmt: skip


def run(
    *, depth: int, t_d: int, activation: str, rest: bool, late: int, jitter: int, seed: int,
    presentations: int, data: str, dtype: Any, folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Show samples in a stream, and the same ones to backpropagation; compare weights, and phi."""
    samples = load(data, folder, dtype, PRESET.targets)
    preset = replace(PRESET, activation=activation)
    network = preset.network(sizes_of(samples, depth - 1), seed=seed)
    chosen = np.random.default_rng(seed).permutation(len(samples.train_inputs))[:presentations]
    x, y = samples.train_inputs[chosen], samples.train_targets[chosen]
    reference = preset.backpropagation(network, dtype=dtype)
    before = reference.weights
    reference.fit(x, y, shuffle=False)
    simulator = preset.simulator(
        network, models.FaZIL, dtype=dtype, rest_after_update=rest, t_d=t_d, sweep=True
    )
    spikes, ticks = _shown(simulator, x, y, depth + t_d + late, jitter, seed)
    own, theirs = simulator.weights, reference.weights
    off = {name: own[name].astype(float) - theirs[name] for name in theirs}
    learned = {name: theirs[name].astype(float) - before[name] for name in theirs}
    return {
        "exact": same_bits(own, theirs),
        "largest_difference": max(float(np.abs(each).max()) for each in off.values()),
        "difference": _norm(off) / _norm(learned),
        **spikes,
        "too_early": float(np.mean(ticks[:, 0] < depth + t_d)),
    }


def _shown(
    simulator: Simulator, x: npt.NDArray[Any], y: npt.NDArray[Any], shown: int, jitter: int,
    seed: int,
) -> tuple[dict[str, float], npt.NDArray[np.int64]]:  # fmt: skip
    """Show samples; which phi fired as due, and when the world did what.

    Of all pairs of a presentation and a node: those in which the error is not 0 at t = l, and which
    of them have a spike then, and at no other time of the presentation (due), or none (missed). And
    how many spikes there are at other times, per pair (untimely).
    """
    levels = simulator.network.levels
    depth = max(levels.values())
    world = presentations(
        x, y, shown=(shown - jitter, shown + jitter), taught=(depth, depth + 8), pause=(0, 4),
        seed=seed,
    )  # fmt: skip
    ticks = world.schedule(len(x), 1, shown, depth).ticks
    phi, errors = SpikeMonitor(simulator), {}
    for name in phi.names:
        errors[name] = StateMonitor(simulator, "epsilon", populations=[name])
    simulator.stream(world)
    # When each teacher came; the first row of a recording is of the tick before all.
    teachers = np.cumsum(ticks.sum(axis=1)) - ticks.sum(axis=1) + ticks[:, 0]
    pairs = awaited = due = missed = untimely = 0
    for name, monitor in errors.items():
        here = phi.population == name
        times, which = phi.tick[here] - monitor.tick[0], phi.presentation[here] - 1
        nodes = phi.i[here]
        timely = times == teachers[which] + levels[name]
        fired = np.zeros((2, len(x), monitor.epsilon.shape[2]), np.int64)
        np.add.at(fired, (timely.astype(int), which, nodes), 1)
        others, on_time = fired
        wrong = monitor.epsilon[teachers + levels[name], 0] != 0.0
        pairs += wrong.size
        awaited += int(wrong.sum())
        due += int((wrong & (on_time == 1) & (others == 0)).sum())
        missed += int((wrong & (on_time == 0)).sum())
        untimely += int(others.sum())
    parts = {
        "phi_due": due / awaited if awaited else 1.0,
        "phi_missed": missed / awaited if awaited else 0.0,
        "phi_untimely": untimely / pairs,
        "awaited": awaited,
    }
    return parts, ticks


def _norm(arrays: dict[str, npt.NDArray[Any]]) -> float:
    return float(np.sqrt(sum(np.sum(each**2) for each in arrays.values())))


EXPERIMENT = Experiment(
    name="stream",
    title="The stream: nobody in command",
    claim=(
        "In a stream Fa-Z-IL learns what backpropagation learns, bit for bit, if the teacher comes "
        "l_max + t_d ticks after the input or later; one tick earlier it does not."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
    preset=PRESET,
)
