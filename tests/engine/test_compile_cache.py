"""Compiled kernels on disk are never older than their sources."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import neurosim
from neurosim import models

SCRIPT = """
import neurosim as ns
net = ns.Network.layered([1, 1, 1], activation="relu", weights=[[[3.0]], [[2.0]]], seed=0)
sim = ns.Simulator(net, ns.models.ZIL())
sim.clamp("input", [1.0])
sim.settle()
sim.clamp("output", [7.0])
sim.step(learning=False)
print(sim.state("x", "hidden1")[0, 0])
"""
# How a value node moves; neither an entry point nor what calls this one is in the edited file. An
# error of 1 comes to x = 3 through a weight of 2.
MOVES = "gamma * (slope[i] * feedback[i] - epsilon[i])"


def own_copy(folder):
    """The package as it is, to be edited."""
    package = folder / "neurosim"
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(neurosim.__file__).parent, package, ignore=leave)
    if not (package / "models").exists():
        shutil.copytree(Path(models.__file__).parent, package / "models", ignore=leave)
    return package


def printed(folder):
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(folder / "cache"),
        "NEUROSIM_CACHE_DIR": str(folder / "cache"),
        "PYTHONPATH": str(folder),
    }
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, check=True)
    return float(done.stdout)


def test_an_edit_in_any_folder_of_sources_is_seen(tmp_path):
    package = own_copy(tmp_path)
    assert printed(tmp_path) == 5.0
    path = package / "kernels" / "nodes" / "pointwise.py"
    text = path.read_text()
    assert text.count(MOVES) == 1
    path.write_text(text.replace(MOVES, f"4 * {MOVES}"))
    assert printed(tmp_path) == 11.0
