"""The command line: ``neurosim demo`` and ``neurosim reproduce``."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from neurosim.files import why_not_replaced

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
        if why := why_not_replaced(png):
            raise typer.BadParameter(f"{str(png)!r} {why}; give the path of a file")
        # Only now: help and refusals need not wait for the simulator.
        from neurosim.cli.demo import show_demo

        sys.exit(show_demo(epochs, seed, png))

    @app.command()
    def reproduce(
        what: Annotated[
            list[str],
            typer.Argument(
                help="table2, table3, table4, figure2, figure3, stream, all, or one beyond the "
                "paper: choices, rates, noise, feedback, depth, relu, operations, fashion."
            ),
        ],
        scale: Annotated[
            Literal["quick", "full"],
            typer.Option(help="quick: minutes; full: the paper's scale, hours."),
        ] = "quick",
        data: Annotated[
            Path | None, typer.Option(help="Folder with the four files of MNIST.")
        ] = None,
        out: Annotated[Path, typer.Option(help="Where everything is written.")] = Path(
            "neurosim-results"
        ),
        workers: Annotated[
            int, typer.Option(min=1, max=10_000, help="Processes of this machine.")
        ] = 1,
        scheduler: Annotated[
            str | None, typer.Option(help="Address of a Dask scheduler, tcp://host:port.")
        ] = None,
    ) -> None:
        """Run the paper's experiments, and write every run, figure and page; resumes."""
        from neurosim.cli.reproduce import EXPERIMENTS, show_reproduction

        if unknown := [name for name in what if name not in (*EXPERIMENTS, "all")]:
            allowed = ", ".join([*EXPERIMENTS, "all"])
            raise typer.BadParameter(f"there is no {unknown[0]!r}; there are {allowed}")
        if scheduler is not None and workers != 1:
            raise typer.BadParameter("--workers are of this machine; with --scheduler leave it out")
        names = list(EXPERIMENTS) if "all" in what else list(dict.fromkeys(what))
        place = workers if scheduler is None else scheduler
        sys.exit(show_reproduction(names, scale, data, out, place))

    app()
