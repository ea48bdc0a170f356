"""The command line: ``neurosim demo``."""

import sys
from pathlib import Path
from typing import Annotated

__all__ = ["main"]


def main() -> None:
    """Run the command line."""
    try:
        import rich  # noqa: F401
        import typer
    except ModuleNotFoundError as error:
        print(
            f'this needs the library {error.name!r}: pip install "neurosim[demo]"', file=sys.stderr
        )
        sys.exit(1)
    app = typer.Typer(add_completion=False, no_args_is_help=True)

    @app.callback()
    def _root() -> None:
        """Simulate networks of value nodes, error nodes and synapses."""

    @app.command()
    def demo(
        epochs: Annotated[
            int, typer.Option(min=1, max=10_000, help="Passes over the digits.")
        ] = 30,
        seed: Annotated[int, typer.Option(min=0, help="Of weights and orders.")] = 0,
        png: Annotated[Path, typer.Option(help="Where the raster is written.")] = Path(
            "neurosim-demo.png"
        ),
    ) -> None:
        """Train on real digits with Fa-Z-IL, node by node, beside backpropagation."""
        if not png.absolute().parent.is_dir():
            raise typer.BadParameter(f"the folder {str(png.parent)!r} does not exist")
        if png.is_dir():
            raise typer.BadParameter(f"{str(png)!r} is a folder; give the path of a file")
        sys.exit(_demo(epochs, seed, png))

    app()


def _demo(epochs: int, seed: int, png: Path) -> int:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.table import Table

    from neurosim.errors import NeurosimError
    from neurosim.experiments.demo import Comparison, compare, spikes_of_one_digit
    from neurosim.extras import require
    from neurosim.views import plots

    console = Console()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        # What is missing is said before anything is computed, all with the demo's own extra.
        for library in ("sklearn.datasets", "matplotlib.figure"):
            require(library, "demo")
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("compiling", total=epochs)

            def report(epoch: int, now: Comparison) -> None:
                error = now.test_error(now.simulator)
                bar.update(task, completed=epoch, description=f"test error {error:6.2%}")

            result = compare(epochs, seed, report)
        monitor, rasters = spikes_of_one_digit(result, 0)
        plots.save(plots.raster(monitor), png)
    except (NeurosimError, OSError) as error:
        # Not through rich, which would take "[demo]" for markup and leave it out.
        print(f"neurosim: {error}", file=sys.stderr)
        return 1
    label = result.data.test_labels[0]
    console.print(f"\nphi, tick by tick, for a held-out {label} (| fires, . is silent):")
    ticks = len(next(iter(rasters.values())))
    for t in range(ticks):
        for name, raster in rasters.items():
            marks = "".join(".|"[int(fires)] for fires in raster[t])
            console.print(f"  t = {t}  {name:8} {marks}", highlight=False)
    due = sum(raster.shape[1] for raster in rasters.values())
    in_time = sum(
        int(raster[result.network.levels[name]].sum()) for name, raster in rasters.items()
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


if __name__ == "__main__":
    main()
