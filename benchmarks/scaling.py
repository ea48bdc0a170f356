"""Time per tick and per update as a network grows, from 10^3 synapses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import neurosim as ns
from benchmarks import engine
from benchmarks.interleave import interleave, same_result
from benchmarks.machine import available_bytes
from benchmarks.peers import BLOCKS, load
from benchmarks.report import Row, significant
from benchmarks.workload import in_order

__all__ = ["scaling"]

# What contestants keep of a network at once, their results and copies of the weights included.
_BYTES_PER_SYNAPSE = 120


def scaling(repeats: int, largest: int = 10**8) -> Iterator[Row]:
    """Three equal populations: ticks at batch 1 with nothing clamped, Z-IL updates at batch 20."""
    synapses = 1000
    while synapses <= largest:
        memory = available_bytes()
        if memory and synapses * _BYTES_PER_SYNAPSE > memory:
            yield Row(f"{synapses:.0e} synapses", None, note="skipped: too little memory")
            return
        yield from _of_one_size(synapses, repeats if synapses < 10**7 else 1)
        synapses *= 10


def _of_one_size(synapses: int, repeats: int) -> Iterator[Row]:
    size = round(math.sqrt(synapses / 2))
    # About a tenth of a second each; of the largest only one block of one.
    ticks = max(1, min(BLOCKS * 200, 10**8 // synapses // BLOCKS * BLOCKS))
    updates = max(1, min(BLOCKS * 100, 10**7 // synapses // BLOCKS * BLOCKS))
    work = in_order((size, size, size), 20, updates, ticks=ticks)
    numpy = load("numpy_whole_matrix")
    model = ns.models.ZIL(learning_rate=work.learning_rate)
    runs = {
        "a tick": (partial(engine.simulate_free, work), numpy.tick, "tick"),
        "an update": (partial(engine.train, work, model), numpy.bp_updates, "bp_updates"),
    }
    for what, (by_engine, function, name) in runs.items():
        by_numpy = partial(function, **work.arguments(name, "float64"))
        expected, _ = by_numpy()
        contestants = {
            "neurosim": same_result(by_engine, expected),
            "NumPy": same_result(by_numpy, expected),
        }
        times = interleave(contestants, repeats)
        del expected, contestants
        case = f"{2 * size**2:.0e} synapses, {what}"
        note = f"NumPy/BLAS: {significant(times['NumPy'] * 1e6)} us"
        yield Row(case, times["neurosim"] * 1e6, "us", note=note)
