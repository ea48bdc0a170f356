"""What ``neurosim demo`` prints."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from neurosim.errors import NeurosimError
from neurosim.experiments import demo
from neurosim.extras import require
from neurosim.views.plots import raster
from neurosim.views.saving import save

__all__ = ["show_demo"]


def show_demo(epochs: int, seed: int, png: Path) -> int:
    """Run the demonstration and print what it shows; returns the exit status."""
    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        # What is missing is said before anything is computed, all with the demo's own extra.
        for library in ("sklearn.datasets", "matplotlib.figure"):
            require(library, "demo")
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("compiling", total=epochs)

            def report(epoch: int, now: demo.Comparison) -> None:
                error = now.test_error(now.simulator)
                bar.update(task, completed=epoch, description=f"test error {error:6.2%}")

            result = demo.compare(epochs, seed, report)
        monitor, rasters = demo.spikes_of_one_digit(result, 0)
        save(raster(monitor), png)
    except (NeurosimError, OSError) as error:
        # Not through rich, which would take "[demo]" for markup and leave it out.
        print(f"neurosim: {error}", file=sys.stderr)
        return 1
    label = result.data.test_labels[0]
    console.print(f"\nphi, tick by tick, for a held-out {label} (| fires, . is silent):")
    ticks = len(next(iter(rasters.values())))
    for t in range(ticks):
        for name, spikes in rasters.items():
            marks = "".join(".|"[int(fires)] for fires in spikes[t])
            console.print(f"  t = {t}  {name:8} {marks}", highlight=False)
    due = sum(spikes.shape[1] for spikes in rasters.values())
    in_time = sum(
        int(spikes[result.network.levels[name]].sum()) for name, spikes in rasters.items()
    )
    exact, blas = (result.largest_difference(bp) for bp in (result.backpropagation, result.blas))
    table = Table("", "Fa-Z-IL", "BP, same order", "BP, NumPy/BLAS")
    learners = (result.simulator, result.backpropagation, result.blas)
    table.add_row("test error", *(f"{result.test_error(learner):.2%}" for learner in learners))
    table.add_row("largest |weight difference|", "", f"{exact}", f"{blas:.1e}")
    speeds = [result.updates / seconds for seconds in result.seconds.values()]
    table.add_row("weight updates per second", *(f"{speed:,.0f}" for speed in speeds))
    table.add_row("phi spikes: in time / due", f"{in_time} / {due}", "", "")
    console.print()
    console.print(table)
    console.print(f"raster: {png}")
    return 0 if exact == 0.0 and blas <= 1e-12 else 1
