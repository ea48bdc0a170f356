"""The page of all figures, in Markdown.

``python -m benchmarks.page`` from the top of the checkout writes it again from the figures that are
kept, without measuring.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks import kept
from benchmarks.groups import NAMES, QUESTIONS
from benchmarks.kept import Measured
from benchmarks.report import Row, significant

__all__ = ["markdown", "write"]

_FILE = "benchmarks.md"
_INTRODUCTION = """\
# Benchmarks

This page, and the file `benchmarks.json` beside it, are written by a program. To measure again,
from the top of a checkout:

    pip install '.[peers]'
    python -m benchmarks

That takes about an hour. The extra `peers` brings the libraries to compare with; one that is not
installed is skipped with a word. `python -m benchmarks --only tick il` measures some groups and
keeps the figures of all others; with `--quick --output FOLDER`, a short trial leaves this page as
it is."""
_COMPARISON = """\
## What is compared

- Of the same model no time counts unless the results are the same up to rounding.
- Contestants take turns in one run, on one thread unless it says otherwise, and medians count. A
  over B, in x, is how many times as long A takes, or in x speed, how many times as fast it is: the
  median of the ratios of turns that followed one another. Its note gives the smallest and the
  largest of them.
- 784-32-32-10 are the sizes of the populations, input first; a batch is learned in one update.
- Three pixels of four are dark in the images that networks learn from here (in MNIST's, four of
  five), and an event-driven simulator leaves out nodes that are silent, while a matrix product
  multiplies zeros like all else. So what it takes over NumPy/BLAS or PyTorch on such images says
  something about the images, too: `dense` and `il` have the same where no input is zero.
- "BP in engine order" is backpropagation by the engine's own vectorised sums, which leaves nothing
  out. Z-IL over it shows what it costs that every node follows a rule of its own.
- Between machines, and from run to run on one that others use, too, ratios move by a tenth and
  more."""
_HEADER = "| case | measured | unit | target | reached | note |\n|---|---:|---|---:|---|---|"
# What Markdown would take for something else than the character.
_SPECIAL = re.compile(r"[\\`*_\[\]|~&]|<(?=[A-Za-z/!?])")


def write(folder: Path, measured: Mapping[str, Measured]) -> Path:
    """Write the page of these groups into a folder; return the file."""
    return kept.write_whole(folder / _FILE, markdown(measured))


def markdown(measured: Mapping[str, Measured]) -> str:
    """Return the page of the groups that were measured."""
    present = {name: measured[name] for name in NAMES if name in measured}
    machines: list[dict[str, Any]] = []
    for group in present.values():
        if group.machine not in machines:
            machines.append(group.machine)
    sections = [_INTRODUCTION, _COMPARISON, _circumstances(present, machines)]
    for name, group in present.items():
        where = f" on machine {machines.index(group.machine) + 1}" if len(machines) > 1 else ""
        sections.append(_section(name, group, where))
    return "\n\n".join(sections) + "\n"


def _circumstances(measured: Mapping[str, Measured], machines: list[dict[str, Any]]) -> str:
    """Machines, dates, who was disturbed, and how many targets are reached."""
    numbers = [f"machine {n}" for n in range(1, len(machines) + 1)]
    described = [{key: _words(value) for key, value in m.items()} for m in machines]
    keys = dict.fromkeys(key for machine in described for key in machine)
    table = [_cells(["", *(numbers if len(machines) > 1 else ["machine"])])]
    table.append("|---" * (len(machines) + 1) + "|")
    for key in keys:
        table.append(_cells([key.replace("_", " "), *(m.get(key, "") for m in described)]))
    return "\n".join(["## Where and when", "", *table, "", *_remarks(measured)])


def _remarks(measured: Mapping[str, Measured]) -> Iterator[str]:
    dates = sorted(group.date[:10] for group in measured.values())
    if dates:
        span = dates[0] if dates[0] == dates[-1] else f"from {dates[0]} to {dates[-1]}"
        yield f"- Measured {span}; each group has its own date below."
    if disturbed := [f"`{name}`" for name, group in measured.items() if group.disturbance]:
        yield f"- Other processes disturbed {', '.join(disturbed)}: there it says how much."
    elif any(group.cores_busy_with_others is None for group in measured.values()):
        yield "- The system does not say whether other processes disturbed."
    else:
        yield "- No group was disturbed by other processes."
    reached = [r.reached for g in measured.values() for r in g.rows if r.reached is not None]
    yield f"- {sum(reached)} of {len(reached)} targets are reached."
    if missing := [f"`{name}`" for name in NAMES if name not in measured]:
        yield f"- Not measured: {', '.join(missing)}."


def _section(name: str, group: Measured, where: str) -> str:
    measured = f"Measured {group.date[:16].replace('T', ' ')} UTC{where}"
    quick = "fewer and shorter turns than usual" if group.quick else ""
    remarks = "; ".join(filter(None, [measured, quick, group.disturbance]))
    table = [_HEADER, *map(_line, group.rows)]
    return "\n".join([f"## {name}", "", QUESTIONS[name], "", f"{remarks}.", "", *table])


def _line(row: Row) -> str:
    value = "" if row.value is None else significant(row.value)
    reached = {True: "yes", False: "**no**", None: ""}[row.reached]
    text = (_plain(part) for part in (row.case, value, row.unit, row.target))
    return _cells([*text, reached, _plain(row.note)])


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_plain(k)} {_plain(v)}" for k, v in value.items()) or "none"
    return "unknown" if value is None else _plain(value)


def _plain(text: object) -> str:
    """Return text of one line that Markdown shows as it is, also in a table."""
    return _SPECIAL.sub(r"\\\g<0>", " ".join(str(text).split()))


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(write(kept.FOLDER, kept.read(kept.FOLDER)))
