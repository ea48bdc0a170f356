"""The command line: ``neurosim demo``."""

import sys
from pathlib import Path
from typing import Annotated

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

    app()
