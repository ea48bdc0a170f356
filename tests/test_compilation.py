"""Compiled code is found on disk by later processes."""

import os
import subprocess
import sys

SCRIPT = """
import neurosim as ns
from neurosim.kernels import run, train
sim = ns.Simulator(ns.Network.layered([3, 4, 2], seed=0), ns.models.FaZIL())
sim.present([0.1, 0.2, 0.3], [1.0, 0.0])
sim.fit([[0.1, 0.2, 0.3]], [[1.0, 0.0]])
ns.Simulator(ns.Network.layered([3, 4, 2], seed=0), ns.models.ZIL(), threads=2).fit(
    [[0.1, 0.2, 0.3]], [[1.0, 0.0]]
)
entries = [run.advance, run.settle, run.clamp, train.train]
stats = [entry.stats for entry in entries]
print(sum(len(s.cache_hits) for s in stats), sum(len(s.cache_misses) for s in stats))
"""


def test_a_second_process_compiles_nothing(tmp_path):
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(tmp_path / "numba"),
        "NEUROSIM_CACHE_DIR": str(tmp_path / "rules"),
    }
    printed = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True,
            check=True,
        ).stdout.split()
        for _ in range(2)
    ]  # fmt: skip
    assert printed == [["0", "4"], ["4", "0"]]


def test_importing_is_light():
    script = (
        "import sys, neurosim; "
        "print([m for m in ('numba', 'pandas', 'sklearn') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
