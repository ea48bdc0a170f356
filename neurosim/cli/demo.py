"""What ``neurosim demo`` prints."""

from __future__ import annotations

import sys
from collections.abc import Iterator
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
                error = now.test_error(now.stream)
                bar.update(task, completed=epoch, description=f"test error {error:6.2%}")

            result = demo.compare(epochs, seed, report)
        shown = demo.one_presentation(result, 0)
        save(raster(shown.spikes), png)
    except (NeurosimError, OSError) as error:
        # Not through rich, which would take "[demo]" for markup and leave it out.
        print(f"neurosim: {error}", file=sys.stderr)
        return 1
    label = result.data.test_labels[0]
    console.print(f"\nA held-out {label} in a stream, tick by tick since its onset:\n")
    for line in _lines(shown):
        console.print(line, highlight=False, markup=False)
    due = sum(result.network.populations[name].size for name in shown.fired)
    fired = sum(int(counts.sum()) for counts in shown.fired.values())
    table = Table("", "stream", "settled", "BP, same order", "BP, NumPy/BLAS")
    learners = (result.stream, result.settled, result.backpropagation, result.blas)
    table.add_row("test error", *(f"{result.test_error(learner):.2%}" for learner in learners))
    differences = [result.largest_difference(learner) for learner in learners[1:]]
    told = ["0.0" if each == 0 else f"{each:.1e}" for each in differences]
    table.add_row("largest difference", "", *told)
    speeds = [result.updates / seconds for seconds in result.seconds.values()]
    table.add_row("updates per second", *(f"{speed:,.0f}" for speed in speeds))
    table.add_row("phi spikes / due", f"{fired} / {due}", "", "", "")
    console.print()
    console.print(table)
    console.print(f"raster: {png}")
    console.print("largest difference: of any weight from those learned in the stream")
    settled, exact, blas = differences
    return 0 if settled == exact == 0.0 and blas <= 1e-12 and fired == due else 1


def _lines(shown: demo.Presentation) -> Iterator[str]:
    """One presentation, a line per tick: what the world does, and what each population does."""
    yield "  tick  the world        " + "".join(f"{name:17}" for name in shown.fired)
    for tick in range(shown.ticks):
        cells = "".join(f"{_word(shown, name, tick):17}" for name in shown.fired)
        yield f"  {tick:4}  {shown.events.get(tick, ''):17}{cells}".rstrip()


def _word(shown: demo.Presentation, name: str, tick: int) -> str:
    """What the nodes of a population do at a tick."""
    taught = tick >= next(at for at, what in shown.events.items() if what == "teacher appears")
    if fired := shown.fired[name][tick]:
        return f"{fired} fire phi"
    if shown.moved[name][tick] and not taught:
        return "follow mu"
    if shown.in_error[name][tick]:
        return "in error"
    return "."
