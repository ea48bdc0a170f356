"""Training of a network so large that a second thread pays."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.apart import run_apart
from benchmarks.interleave import interleave
from benchmarks.machine import cores
from benchmarks.report import Row, at_least
from benchmarks.training import against_numpy
from benchmarks.workload import in_order

__all__ = ["two_threads"]


def two_threads(repeats: int, updates: int = 45) -> Iterator[Row]:
    """Z-IL and NumPy, with two threads each, in a process that has two from the start."""
    if cores() < 2:
        yield Row("two threads", None, note="skipped: one core")
        return
    yield from run_apart(_rows, repeats, updates, threads=2)


def _rows(repeats: int, updates: int) -> list[Row]:
    work = in_order((1024, 1024, 1024, 1024), 128, updates, threads=2)
    times = interleave(against_numpy(work, "float64"), repeats)
    net = "1024-1024-1024-1024, batch 128, two threads"
    case, ratio = f"Z-IL over NumPy/BLAS BP, {net}", times.ratio("NumPy", "Z-IL")
    return [
        Row(f"NumPy/BLAS BP, {net}", 1 / times["NumPy"], "updates/s"),
        Row(f"Z-IL, {net}", 1 / times["Z-IL"], "updates/s"),
        at_least(case, ratio, "x speed", 0.9, times.spread("NumPy", "Z-IL")),
    ]
