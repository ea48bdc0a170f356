"""Start: from a new process to the first finished tick."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import Row, at_most

__all__ = ["start_up"]

_IMPORT = """
import time
begun = time.perf_counter()
import neurosim
print(time.perf_counter() - begun)
"""
_IMPORT_ALL = _IMPORT.replace("neurosim\n", "neurosim; neurosim.Simulator\n")
_FIRST_TICK = """
import neurosim as ns
sim = ns.Simulator(ns.Network.layered([784, 32, 32, 10], seed=0), ns.models.ZIL())
sim.clamp("input", [0.5] * 784)
sim.settle()
sim.clamp("output", [1.0] * 10)
sim.step()
assert sim.t == 1
"""


def start_up(repeats: int, cold: bool = True) -> Iterator[Row]:
    """Import, a warm start, and a cold one with nothing compiled."""
    _process(_FIRST_TICK)
    imports, whole, starts = [], [], []
    for _ in range(repeats):
        imports.append(float(_process(_IMPORT)[1]))
        whole.append(float(_process(_IMPORT_ALL)[1]))
        starts.append(_process(_FIRST_TICK)[0])
    yield at_most("import neurosim", statistics.median(imports), "s", 0.5)
    yield Row("import neurosim; neurosim.Simulator", statistics.median(whole), "s")
    yield at_most("warm: python -c to the first tick", statistics.median(starts), "s", 1.5)
    case = "cold: python -c to the first tick, nothing compiled"
    if not cold:
        yield Row(case, None, note="skipped: quick")
        return
    with tempfile.TemporaryDirectory() as folder:
        empty = {
            "NUMBA_CACHE_DIR": str(Path(folder, "numba")),
            "NEUROSIM_CACHE_DIR": str(Path(folder, "rules")),
        }
        yield at_most(case, _process(_FIRST_TICK, empty)[0], "s", 30.0)


def _process(code: str, variables: dict[str, str] | None = None) -> tuple[float, str]:
    """Return the seconds that a new Python took for some code, and what it printed."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **(variables or {})},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return time.perf_counter() - begun, done.stdout
