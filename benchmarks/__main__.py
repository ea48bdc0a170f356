"""Measure everything: neurosim, its peers and the machine, in one table.

``python -m benchmarks`` from the top of the checkout prints the table and writes it as JSON with a
description of the machine. Contestants take turns in one run and medians count; of the same model,
no time counts unless the results are the same up to rounding. ``pip install '.[peers]'`` brings the
libraries to compare with; one that is not installed is skipped with a word.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.apart import thread_variables
from benchmarks.machine import Others, describe
from benchmarks.report import HEADER, Row, line

Groups = dict[str, Callable[[], Iterable[Row]]]

NAMES = (
    "exact",
    "dense",
    "il",
    "tick",
    "step",
    "online",
    "wide",
    "deep",
    "construction",
    "start",
    "sums",
    "scaling",
    "peers",
)


def main() -> int:
    """Print the table as it comes, write the JSON; 1 if a group failed."""
    options = _options()
    # One thread, from before NumPy is imported; what takes two has a process of its own.
    os.environ.update(thread_variables(1))
    machine = describe()
    print(", ".join(f"{key} {value}" for key, value in machine.items()))
    print(HEADER)
    results: list[dict[str, Any]] = []
    disturbance: dict[str, float | None] = {}
    groups = _groups(options)
    for name in options.only or NAMES:
        print(f"-- {name}", flush=True)
        others = Others()
        for row in _guarded(groups[name]):
            print(line(row), flush=True)
            results.append({"group": name, **row._asdict()})
        disturbance[name] = others.cores()
        if (disturbance[name] or 0) > 0.1:
            print(f"   disturbed: other processes kept {disturbance[name]} cores busy meanwhile")
    path = options.output
    path.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    content = {
        "date": now,
        "quick": options.quick,
        "machine": machine,
        "cores_busy_with_others": disturbance,
        "rows": results,
    }
    path.write_text(json.dumps(content, indent=1) + "\n")
    targets = [row for row in results if row["reached"] is not None]
    print(f"{sum(row['reached'] for row in targets)} of {len(targets)} targets reached; {path}")
    return any(row["note"].startswith("failed") for row in results)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer and shorter turns")
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--largest", type=float, default=1e8, help="synapses to scale up to")
    today = datetime.datetime.now(datetime.timezone.utc).date()
    parser.add_argument("--output", type=Path, default=Path(f"benchmarks/results/{today}.json"))
    return parser.parse_args()


def _groups(options: argparse.Namespace) -> Groups:
    # Imported now, since they import NumPy.
    from benchmarks import (
        construction,
        deep,
        peer_table,
        scaling,
        start_up,
        synaptic_sums,
        ticks,
        training,
        two_threads,
    )

    quick = options.quick
    turns = 3 if quick else 9
    few = 3 if quick else 5
    largest = min(int(options.largest), 10**6) if quick else int(options.largest)
    return {
        "exact": partial(training.exact, turns, 1000 if quick else 2000),
        "dense": partial(training.exact_when_all_send, turns, 1000 if quick else 2000),
        "il": partial(training.inference, turns, 180 if quick else 450),
        "tick": partial(ticks.inside_run, turns, 900 if quick else 1800),
        "step": partial(ticks.stepped, turns),
        "online": partial(training.online, turns, 4500 if quick else 9000),
        "wide": partial(two_threads.two_threads, few, 18 if quick else 45),
        "deep": partial(deep.deep, few, 45 if quick else 90),
        "construction": partial(construction.construction, few),
        "start": partial(start_up.start_up, few, not quick),
        "sums": partial(synaptic_sums.synaptic_sums, few, 1024 if quick else 2048),
        "scaling": partial(scaling.scaling, few, largest),
        "peers": partial(peer_table.peer_table, 1 if quick else 3, 450 if quick else 900),
    }


def _guarded(group: Callable[[], Iterable[Row]]) -> Iterable[Row]:
    """Rows of a group, up to the one that fails: an hour's figures are not to be lost for it."""
    try:
        yield from group()
    except Exception as error:
        yield Row("the rest of this group", None, note=f"failed: {type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main())
