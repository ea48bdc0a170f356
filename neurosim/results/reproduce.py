"""Experiments, run as a sweep and written down."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from neurosim import checks
from neurosim.datasets.known_sets import MNIST
from neurosim.datasets.places import at_hand
from neurosim.errors import FileError
from neurosim.experiments.catalogue import EXPERIMENTS
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import load
from neurosim.files import replacing
from neurosim.results.figures import plain_style, write_figure
from neurosim.results.index import check_folder, write_index
from neurosim.results.page import page
from neurosim.results.tables import write_runs
from neurosim.sweeps import sweep

__all__ = ["Reproduced", "reproduce"]


@dataclass(frozen=True)
class Reproduced:
    """What became of an experiment.

    Attributes
    ----------
    experiment : Experiment
    frame : pandas.DataFrame
        A row per run.
    page : Path
        The file to read.
    """

    experiment: Experiment
    frame: Any
    page: Path

    @property
    def failed(self) -> int:
        """How many runs failed; those that diverged have not."""
        return int((self.frame["status"] == "failed").sum())


def reproduce(
    names: Sequence[str],
    *,
    scale: Literal["quick", "full"] = "quick",
    data: str | os.PathLike[str] | None = None,
    out: str | os.PathLike[str] = "neurosim-results",
    workers: int | str = 1,
    progress: bool | None = None,
) -> Iterator[Reproduced]:
    """Run experiments of the paper, one after the other, and write their results.

    What is on disk of an earlier time, also of one that was killed, is not run again.

    Parameters
    ----------
    names : sequence of str
        Keys of `neurosim.experiments.catalogue.EXPERIMENTS`.
    scale : {"quick", "full"}
        Minutes, from digits where there is no MNIST; or the paper's scale, hours.
    data : path, optional
        A folder with the files of MNIST, as `datasets.mnist` takes it.
    out : path
        Where everything is written; made if it is missing.
    workers : int or str
        As `sweep` takes it: processes of this machine, or the address of a Dask scheduler.
    progress : bool, optional
        As `sweep` takes it.

    Yields
    ------
    Reproduced
        Each as it is finished.

    Raises
    ------
    ArgumentError
        If there is no such experiment.
    DataError
        If the data cannot be had; before anything is run.
    FileError
        If `out` holds other files than results at this scale.
    """
    owner = "reproduce"
    chosen = [EXPERIMENTS[checks.choice(owner, "name", name, list(EXPERIMENTS))] for name in names]
    checks.choice(owner, "scale", scale, ("quick", "full"))
    folder = None if data is None else os.path.abspath(os.fspath(data))
    size = Scale(scale, _data(scale, folder) if any(e.needs_data for e in chosen) else "digits")
    where = _made(Path(out), scale)
    return (_reproduce(experiment, size, folder, where, workers, progress) for experiment in chosen)


def _data(scale: str, folder: str | None) -> Literal["digits", "mnist"]:
    """Decide what networks learn from, which must be there before anything is run."""
    if scale == "quick" and folder is None and not at_hand(MNIST):
        return "digits"
    load("mnist", folder, "float32", (0.0, 1.0))
    return "mnist"


def _made(out: Path, scale: str) -> Path:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"reproduce: {str(out)!r} cannot be a folder: {error}") from error
    check_folder(out, scale)
    # From now on it is known to be one of results, also if the first experiment is killed.
    write_index(out, scale, EXPERIMENTS.values())
    return out


def _reproduce(
    experiment: Experiment, scale: Scale, folder: str | None, out: Path, workers: int | str,
    progress: bool | None,
) -> Reproduced:  # fmt: skip
    run = partial(experiment.run, folder=folder) if experiment.needs_data else experiment.run
    name = experiment.name
    frame = sweep(
        run,
        experiment.cells(scale),
        # Whoever is timed must be alone.
        workers=1 if experiment.alone else workers,
        folder=out / "runs" / name,
        progress=progress,
    )
    write_runs(frame, out, name)
    with plain_style():
        figures, told = _shown(experiment, frame, scale)
        for called, figure in figures.items():
            write_figure(figure, out, called)
    written = out / f"{name}.md"
    with replacing(written) as stream:
        stream.write(page(experiment, frame, scale, list(figures), told).encode())
    write_index(out, scale.name, EXPERIMENTS.values())
    return Reproduced(experiment, frame, written)


def _shown(experiment: Experiment, frame: Any, scale: Scale) -> tuple[dict[str, Any], str]:
    """Return the figures, and what is said of the runs.

    Figures are of all runs. Where some have failed there may be too few for them, which the page
    then says: why they failed is there, too, and other experiments need not wait for that.
    """
    try:
        return experiment.figures(frame, scale), experiment.page(frame, scale)
    except Exception as error:
        if not (frame["status"] == "failed").any():
            raise
        missing = f"{type(error).__name__}: {error}"
        return {}, f"**Runs have failed, without which nothing can be shown ({missing}).**"
