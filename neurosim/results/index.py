"""The first page of a folder of results, by which the folder is known to be one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from neurosim.errors import FileError
from neurosim.experiments.experiment import Experiment
from neurosim.files import replacing

__all__ = ["check_folder", "write_index"]

_NAME = "README.md"
_INTRO = """# Results at {scale} scale

What Song, Lukasiewicz, Xu & Bogacz, "Can the Brain Do Backpropagation?" (NeurIPS 2020), claim, as
measured with neurosim. Each page sets the paper's figures beside the measured ones, with every
single run behind them, and says how to make all of it again."""


def _intro(scale: str) -> str:
    return _INTRO.format(scale=scale)


def check_folder(out: Path, scale: str) -> None:
    """Refuse a folder that holds anything but results at this scale.

    Raises
    ------
    FileError
        If there are other files, which might be replaced, or results at another scale.
    """
    others = sorted(path.name for path in out.iterdir() if path.name != "runs")
    if not others:
        return
    index = out / _NAME
    text = index.read_text(encoding="utf-8", errors="replace") if index.is_file() else ""
    if text.startswith(_intro(scale)):
        return
    if text.startswith("# Results at "):
        raise FileError(
            f"reproduce: {str(out)!r} holds results at another scale than {scale}, which would be "
            "replaced; give another folder"
        )
    raise FileError(
        f"reproduce: {str(out)!r} is no folder of results: it holds {others[0]!r}; give one that "
        "is empty, or not there"
    )


def write_index(out: Path, scale: str, experiments: Iterable[Experiment]) -> None:
    """Write the page, in Markdown, of those experiments whose pages are there."""
    there = [each for each in experiments if (out / f"{each.name}.md").is_file()]
    lines = [f"- [{each.title}]({each.name}.md): {each.claim}" for each in there]
    with replacing(out / _NAME) as stream:
        stream.write("\n\n".join([_intro(scale), "\n".join(lines)]).strip().encode() + b"\n")
