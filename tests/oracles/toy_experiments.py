"""An experiment of a few short runs, one of which goes wrong if told to, for what shows any."""

import os
import signal
from pathlib import Path

from matplotlib.figure import Figure

from neurosim.errors import DivergenceError
from neurosim.experiments.experiment import Experiment


def run(*, n, seed):
    # A whole run of the process, if somebody wants to be killed in the middle of it.
    if n == 3 and (mark := os.environ.get("KILL_AT")) and not Path(mark).exists():
        Path(mark).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if n == 4:
        raise DivergenceError("hidden1", 0, 0, epoch=2, samples=(1,))
    return {"square": n * n + seed / 7, "curve": [n, None, 0.1], "missing": None if n else 1.5}


def fails(*, n, seed):
    raise RuntimeError(f"no luck with {n}")


def cells(scale):
    return [{"n": n, "seed": seed} for n in range(6 if scale.full else 4) for seed in (0, 1)]


def figures(frame, scale):
    figure = Figure(figsize=(3, 2))
    squares = frame.get("square", frame["n"])
    figure.subplots().plot(frame["n"], squares.fillna(0.0))
    return {"toy": figure}


def page(frame, scale):
    return f"Squares of {len(frame)} numbers."


def toy(function=run, **options):
    return Experiment(
        name="toy", title="A toy", claim="Numbers have squares.", run=function, cells=cells,
        figures=figures, page=page, needs_data=False, **options,
    )  # fmt: skip
