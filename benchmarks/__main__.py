"""Measure everything: neurosim, its peers and the machine.

``python -m benchmarks`` from the top of the checkout prints one table and writes it to
``docs/benchmarks.md``, and as JSON beside it, with a description of the machine. Contestants take
turns in one run and medians count; of the same model, no time counts unless the results are the
same up to rounding. ``pip install '.[peers]'`` brings the libraries to compare with; one that is
not installed is skipped with a word.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
from pathlib import Path

from benchmarks import kept, page
from benchmarks.apart import thread_variables
from benchmarks.groups import NAMES, Group, groups
from benchmarks.kept import Measured
from benchmarks.machine import Others, describe
from benchmarks.report import HEADER, line


def main() -> int:
    """Print the table as it comes, write the page; 1 if a group failed."""
    options = _options()
    folder = options.output or (None if options.quick else kept.FOLDER)
    # What cannot be read is found out now, not after an hour.
    before = kept.read(folder) if folder and options.only else {}
    # One thread, from before NumPy is imported; what takes two has a process of its own.
    os.environ.update(thread_variables(1))
    machine = describe()
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    print(HEADER)
    chosen = groups(options.quick, int(options.largest))
    measured = {}
    for name in options.only or NAMES:
        print(f"-- {name}: {chosen[name].question}", flush=True)
        measured[name] = _measure(chosen[name], machine, options.quick)
    rows = [row for group in measured.values() for row in group.rows]
    reached = [row.reached for row in rows if row.reached is not None]
    print(f"{sum(reached)} of {len(reached)} targets reached")
    if folder:
        everything = {**before, **measured}
        everything = {name: everything[name] for name in NAMES if name in everything}
        print(kept.write(folder, everything), page.write(folder, everything), sep="\n")
    return any(row.note.startswith("failed") for row in rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="fewer and shorter turns; written only to --output"
    )
    parser.add_argument(
        "--only", nargs="+", choices=NAMES, metavar="NAME",
        help=f"measure these and keep the figures of the others: {', '.join(NAMES)}",
    )  # fmt: skip
    parser.add_argument("--largest", type=float, default=1e8, help="synapses to scale up to")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help="where to write, instead of docs/"
    )
    return parser.parse_args()


def _measure(group: Group, machine: dict[str, object], quick: bool) -> Measured:
    date = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    others, rows = Others(), []
    for row in group.rows():
        print(line(row), flush=True)
        rows.append(row)
    measured = Measured(date, quick, machine, others.cores(), rows)
    if measured.disturbance:
        print(f"   disturbed: {measured.disturbance}")
    return measured


if __name__ == "__main__":
    sys.exit(main())
