"""What ``neurosim reproduce`` prints."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from rich.console import Console

from neurosim.errors import NeurosimError
from neurosim.experiments.catalogue import EXPERIMENTS
from neurosim.extras import require
from neurosim.results.page import span
from neurosim.results.reproduce import reproduce

__all__ = ["EXPERIMENTS", "show_reproduction"]


def show_reproduction(
    names: Sequence[str],
    scale: Literal["quick", "full"],
    data: Path | None,
    out: Path,
    workers: int | str,
) -> int:
    """Run experiments and print where their pages are; returns the exit status."""
    console = Console(highlight=False)
    failed = 0
    try:
        # What is missing is said before anything is computed.
        for library in ("pandas", "matplotlib", "sklearn.datasets", "tqdm"):
            require(library, "reproduce")
        made = reproduce(names, scale=scale, data=data, out=out, workers=workers)
        if scale == "quick":
            console.print("Quick scale: a look at everything, not the paper's figures.")
        for name, done in zip(names, made, strict=True):
            counts = done.frame["status"].value_counts()
            told = ", ".join(f"{count} {status}" for status, count in counts.items())
            took = span(float(done.frame["seconds"].sum()))
            alone = " (timed, and so run alone and here)" if done.experiment.alone else ""
            told = f"{name:11} {told}, {took}{alone}: {done.page}"
            console.print(told, markup=False, soft_wrap=True)
            failed += done.failed
    except (NeurosimError, OSError) as error:
        print(f"neurosim: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("neurosim: stopped; the same command goes on from here", file=sys.stderr)
        return 130
    if failed:
        print(f"neurosim: {failed} runs failed; the pages say how", file=sys.stderr)
    return 1 if failed else 0
