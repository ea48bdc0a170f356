"""What a benchmark finds: rows, each with the figure to reach where there is one."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["HEADER", "Row", "at_least", "at_most", "line", "significant"]


class Row(NamedTuple):
    """One line of the table; without a value where a note says why there is none."""

    case: str
    value: float | None
    unit: str = ""
    target: str = ""
    reached: bool | None = None
    note: str = ""


def at_most(case: str, value: float, unit: str, limit: float, note: str = "") -> Row:
    """Make a row whose value is to be no larger than the limit."""
    return Row(case, value, unit, f"<= {limit:g}", value <= limit, note)


def at_least(case: str, value: float, unit: str, limit: float, note: str = "") -> Row:
    """Make a row whose value is to be no smaller than the limit."""
    return Row(case, value, unit, f">= {limit:g}", value >= limit, note)


def line(row: Row) -> str:
    """Return the row as a line of text."""
    value = "" if row.value is None else significant(row.value)
    reached = {True: "yes", False: "NO", None: ""}[row.reached]
    text = f"{row.case:82} {value:>10} {row.unit:12} {row.target:>9} {reached:7} {row.note}"
    return text.rstrip()


def significant(value: float) -> str:
    """Return three digits, or all that stand before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


HEADER = f"{'case':82} {'measured':>10} {'unit':12} {'target':>9} {'reached':7} note"
