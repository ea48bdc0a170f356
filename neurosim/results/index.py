"""The first page of a folder of results: which experiments are there, and what each asks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from neurosim.experiments.experiment import Experiment

__all__ = ["index"]

_INTRO = """# Results

What Song, Lukasiewicz, Xu & Bogacz, "Can the Brain Do Backpropagation?" (NeurIPS 2020), claim, as
measured with neurosim. Each page sets the paper's figures beside the measured ones, with every
single run behind them, and says how to make all of it again."""


def index(out: Path, experiments: Iterable[Experiment]) -> str:
    """Return the page, in Markdown, of those experiments whose pages are there."""
    there = [each for each in experiments if (out / f"{each.name}.md").is_file()]
    lines = [f"- [{each.title}]({each.name}.md): {each.claim}" for each in there]
    return "\n\n".join([_INTRO, "\n".join(lines)]) + "\n"
