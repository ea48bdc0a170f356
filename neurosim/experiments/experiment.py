"""What an experiment is: runs, and what is shown of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from neurosim.presets import Preset, song2020

__all__ = ["Experiment", "Scale"]


@dataclass(frozen=True)
class Scale:
    """How large an experiment is made.

    Attributes
    ----------
    name : {"quick", "full"}
        Minutes, or the paper's scale.
    data : {"digits", "mnist"}
        What networks learn from.
    """

    name: Literal["quick", "full"]
    data: Literal["digits", "mnist"]

    @property
    def full(self) -> bool:
        """Whether it is the paper's."""
        return self.name == "full"

    @property
    def inputs(self) -> int:
        """Width of an input."""
        return 784 if self.data == "mnist" else 64


@dataclass(frozen=True)
class Experiment:
    """A table or a figure: independent runs, and what is made of them.

    Attributes
    ----------
    name : str
        By which a user asks for it.
    title : str
        Heads its page.
    claim : str
        What is checked, in a sentence or two.
    run : callable
        Makes one run: it is called with the settings of a cell by name, and `folder`, where MNIST
        is, if it `needs_data`; it returns numbers by name.
    cells : callable
        The settings of all runs at a scale.
    figures : callable
        Figures, by name, of a table with a row per run.
    page : callable
        What the page says of such a table, in Markdown.
    needs_data : bool
    preset : Preset
        Printed on the page.
    alone : bool
        Whether runs are timed, so that nothing else may run beside them.
    """

    name: str
    title: str
    claim: str
    run: Callable[..., Mapping[str, Any]]
    cells: Callable[[Scale], list[dict[str, Any]]]
    figures: Callable[[Any, Scale], dict[str, Any]]
    page: Callable[[Any, Scale], str]
    needs_data: bool = True
    preset: Preset = song2020
    alone: bool = False
