"""Run the peers side by side: compare what they compute, then say how long they took.

``python -m benchmarks.peers.check`` from the top of the checkout prints a table. It settles against
which figures neurosim's own are held. A time counts only if the final weights of that very run (or
the final x of its ticks) equal those of NumPy in float64 up to rounding.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.apart import run_apart
from benchmarks.peers import PEERS, Arrays, load, reason_to_skip

Array = npt.NDArray[Any]
# Result, seconds of one step, and an error or nothing.
Run = tuple[list[Array], float, str]

REFERENCE = "numpy_whole_matrix"
FUNCTIONS = ("bp_updates", "zil_updates", "il_updates", "tick")
# Rounding, after some thousands of updates, in units of the largest weight.
TOLERANCE = {"float64": 1e-12, "float32": 3e-5}
# What a library raises that is installed and does not work here; the others run all the same.
_LIBRARY_ERRORS = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Row(NamedTuple):
    """One line of the table: seconds per update or tick, or a note on why there are none."""

    peer: str
    function: str
    dtype: str
    seconds: float | None
    difference: float | None
    note: str = ""


class Work(NamedTuple):
    """What every peer is given."""

    weights: Arrays
    inputs: Array
    targets: Array
    order: Array
    learning_rate: float
    ticks: int
    threads: int = 1

    def arguments(self, function: str, dtype: str) -> dict[str, Any]:
        """Return the keyword arguments of one of a peer's functions."""
        shared = {"weights": self.weights, "dtype": dtype, "threads": self.threads}
        if function == "tick":
            return {**shared, "ticks": self.ticks}
        names = ("inputs", "targets", "order", "learning_rate")
        return {**shared, **{name: getattr(self, name) for name in names}}


def example_work(
    sizes: Sequence[int] = (784, 32, 32, 10),
    batch: int = 20,
    updates: int = 1800,
    ticks: int = 1800,
    threads: int = 1,
    samples: int = 10_000,
) -> Work:
    """Make weights, images that are mostly dark as MNIST's are, and an order of batches."""
    generator = np.random.Generator(np.random.PCG64(1))
    shapes = list(pairwise(sizes))
    weights = [generator.uniform(-1, 1, s) * np.sqrt(6 / sum(s)) for s in shapes]
    inputs = generator.random((samples, sizes[0]))
    inputs *= generator.random(inputs.shape) < 0.25
    targets = np.eye(sizes[-1])[generator.integers(0, sizes[-1], len(inputs))]
    order = generator.integers(0, len(inputs), (updates, batch))
    # Small enough for wide layers, too: a run that diverges has no result to compare.
    learning_rate = 0.5 / (batch * max(sizes[1:]))
    return Work(weights, inputs, targets, order, learning_rate, ticks, threads)


def compare(
    work: Work,
    function: str,
    dtype: str,
    repeats: int = 1,
    peers: Sequence[str] = PEERS,
) -> Iterator[Row]:
    """Run one function of every peer that has it.

    Parameters
    ----------
    work : Work
        Weights, data and sizes, the same for all.
    function : str
        One of ``FUNCTIONS``.
    dtype : str
        float64 or float32.
    repeats : int
        Number of turns that the peers take, each run in a process of its own; medians count.
    peers : sequence of str
        Modules of ``benchmarks.peers``.

    Yields
    ------
    Row
        One row for each peer, skipped and failed ones included.
    """
    expected, _, error = _run_apart(REFERENCE, function, work.arguments(function, "float64"))
    if error:
        raise RuntimeError(error)
    modules = {peer: module for peer in peers if hasattr(module := load(peer), function)}
    reasons = {peer: reason_to_skip(module) for peer, module in modules.items()}
    runs: dict[str, list[Run]] = {peer: [] for peer in modules if not reasons[peer]}
    arguments = work.arguments(function, dtype)
    for _ in range(repeats):
        for peer, done in runs.items():
            done.append(_run_apart(peer, function, arguments))
    for peer, module in modules.items():
        row = Row(module.NAME, function, dtype, None, None, reasons[peer])
        yield _judged(row, runs[peer], expected) if peer in runs else row


def _judged(row: Row, runs: Sequence[Run], expected: Arrays) -> Row:
    """Fill in the row from the runs of a peer: no time counts of another result."""
    if errors := [error for _, _, error in runs if error]:
        return row._replace(note=f"failed: {errors[0]}")
    gap = max(difference(result, expected) for result, _, _ in runs)
    if gap > TOLERANCE[row.dtype]:
        return row._replace(difference=gap, note="failed: not the same result")
    seconds = statistics.median(seconds for _, seconds, _ in runs)
    return row._replace(seconds=seconds, difference=gap)


def difference(result: Arrays, expected: Arrays) -> float:
    """Return the largest difference, in units of the largest value; infinite if it is NaN."""
    scale = max(float(np.abs(array).max()) for array in expected)
    pairs = zip(result, expected, strict=True)
    largest = max(float(np.abs(np.subtract(a, b)).max()) for a, b in pairs)
    return largest / scale if np.isfinite(largest) else float("inf")


def _run_apart(peer: str, function: str, arguments: dict[str, Any]) -> Run:
    """Run one function in a process of its own, so that no library's threads or state disturb."""
    try:
        answer: Run = run_apart(_child, peer, function, arguments, threads=arguments["threads"])
    except BrokenProcessPool as error:
        answer = [], 0.0, f"its process ended: {error}"
    return answer


def _child(peer: str, function: str, arguments: dict[str, Any]) -> Run:
    try:
        if hasattr(os, "sched_setaffinity"):
            # XLA has no other setting for its threads that every version of it obeys.
            cores = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, cores[-arguments["threads"] :])
        result, seconds = getattr(load(peer), function)(**arguments)
    except _LIBRARY_ERRORS as error:
        return [], 0.0, f"{type(error).__name__}: {error}"
    return result, seconds, ""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[784, 32, 32, 10])
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--updates", type=int, default=1800)
    parser.add_argument("--ticks", type=int, default=1800)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--functions", nargs="+", default=FUNCTIONS, choices=FUNCTIONS)
    parser.add_argument("--dtypes", nargs="+", default=tuple(TOLERANCE), choices=tuple(TOLERANCE))
    options = parser.parse_args()
    work = example_work(
        options.sizes, options.batch, options.updates, options.ticks, options.threads
    )
    print(
        f"{'-'.join(map(str, options.sizes))}, batch {options.batch}, {options.threads} thread(s)"
    )
    print(f"{'':12} {'':8} {'peer':20} {'microseconds':>12} {'difference':>11}")
    for function in options.functions:
        for dtype in options.dtypes:
            for row in compare(work, function, dtype, options.repeats):
                time = "" if row.seconds is None else f"{row.seconds * 1e6:.1f}"
                gap = "" if row.difference is None else f"{row.difference:.1e}"
                line = f"{function:12} {dtype:8} {row.peer:20} {time:>12} {gap:>11} {row.note}"
                print(line.rstrip(), flush=True)


if __name__ == "__main__":
    main()
