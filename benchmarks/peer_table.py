"""neurosim and the peers that are installed, each in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.peers import PEERS, check
from benchmarks.peers.check import FUNCTIONS, TOLERANCE, compare
from benchmarks.report import Row
from benchmarks.workload import in_order

__all__ = ["peer_table"]

_CONTESTANTS = ("neurosim_engine", *PEERS)
_WORDS = {
    "bp_updates": "BP",
    "zil_updates": "Z-IL",
    "il_updates": "IL, 20 steps",
    "tick": "a tick, nothing clamped",
}


def peer_table(repeats: int, updates: int = 900, ticks: int = 900) -> Iterator[Row]:
    """Updates of 784-32-32-10 at batch 20, ticks of it at batch 1 and of 1000-1000-1000."""
    work = in_order(updates=updates, ticks=ticks)
    for function in FUNCTIONS:
        for dtype in TOLERANCE:
            net = "784-32-32-10, batch " + ("1" if function == "tick" else "20")
            for row in compare(work, function, dtype, repeats, _CONTESTANTS):
                yield _row(row, f"{_WORDS[function]}, {net}, {dtype}")
    wide = in_order((1000, 1000, 1000), 1, 1, ticks=max(9, ticks // 10))
    for row in compare(wide, "tick", "float64", repeats, _CONTESTANTS):
        yield _row(row, f"{_WORDS['tick']}, 1000-1000-1000, batch 1, float64")


def _row(row: check.Row, what: str) -> Row:
    case = f"{row.peer}: {what}"
    if row.seconds is None:
        return Row(case, None, note=row.note)
    return Row(case, row.seconds * 1e6, "us", note=f"result differs by {row.difference:.1e}")
