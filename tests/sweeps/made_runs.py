"""Functions that sweeps call, found by name in whatever process."""

import os
import signal
import sys
import time
from pathlib import Path

import numpy as np

from neurosim.errors import DivergenceError


def numbers(gamma, seed):
    """Numbers of which every bit counts, of each kind."""
    rng = np.random.default_rng(seed)
    drawn = rng.normal(size=3) * gamma
    return {
        "loss": drawn[0],
        "single": np.float32(drawn[1]),
        "count": np.int64(2**60 + seed),
        "good": np.bool_(drawn[2] > 0),
        "curve": drawn,
        "words": {"name": f"γ={gamma}", "none": None},
        "undefined": float("nan"),
        "unbounded": -np.inf,
    }


def mixed(gamma, seed=0):
    """A row of each kind."""
    if gamma > 10:
        raise DivergenceError("hidden", 3, None, epoch=2, samples=(7,))
    if gamma < 0:
        raise ValueError(f"gamma = {gamma}")
    return {"loss": gamma + seed}


def given(**arguments):
    """What it was called with, as it looks."""
    return {"types": {name: type(value).__name__ for name, value in arguments.items()}}


def changes(values):
    values.append(0)
    return {"length": len(values)}


def counted(folder, n, seconds=0.0):
    """Leave a file for each time that it is called."""
    with open(Path(folder) / f"{n}.calls", "a") as stream:
        stream.write(f"{os.getpid()}\n")
    time.sleep(seconds)
    return {"square": n * n}


def fails_at_first(folder, n):
    if len(calls(folder, n)) == 0:
        counted(folder, n)
        raise OSError("not yet")
    return counted(folder, n)


def dies(folder, n, deaths=(), for_ever=()):
    """Be killed, at the first times or always."""
    seen = len(calls(folder, n))
    counted(folder, n)
    if n in for_ever or seen < dict(deaths).get(n, 0):
        os.kill(os.getpid(), signal.SIGKILL)
    return {"square": n * n}


def exits(n):
    sys.exit(n)


def returned(value):
    """Return what cannot be given as an argument."""
    return {
        "nothing": None,
        "list": [1],
        "name": {1: 2},
        "inner name": {"a": {1: 2}},
        "set": {"a": {1}},
        "complex": {"a": [1j]},
        "long complex": {"a": np.clongdouble(1)},
        "bytes": {"a": b"1"},
        "object": {"a": object()},
        "argument": {"value": 1},
        "column": {"seconds": 1},
        "text": {"a": "\ud800"},
        "digits": {"a": 10**5000},
        "circle": {"a": circle()},
    }[value]


def circle():
    found = []
    found.append(found)
    return found


def raised(kind):
    class HiddenError(Exception):
        def __str__(self):
            raise RuntimeError("no words")

    raise {
        "hidden": HiddenError(),
        "long": ValueError("x" * 10_000),
        "text": ValueError("\ud800"),
        "empty": KeyError(),
        "memory": MemoryError("all of it"),
    }[kind]


def calls(folder, n):
    path = Path(folder) / f"{n}.calls"
    return path.read_text().split() if path.exists() else []
