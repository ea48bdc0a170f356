"""Tables in Markdown, and the words and numbers that pages say what was found with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeGuard

__all__ = ["counted", "markdown_table", "net_name", "number", "percent", "share", "tick"]


def markdown_table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """Return a table: what rows are called on the left, all else on the right of its column.

    Examples
    --------
    >>> from neurosim.experiments.tables import markdown_table
    >>> print(markdown_table(["model", "ms"], [["BP", 3.1], ["IL", 19.2]]))
    | model | ms |
    |---|---:|
    | BP | 3.1 |
    | IL | 19.2 |
    """
    lines = [_line(head), f"|---|{'---:|' * (len(head) - 1)}"]
    return "\n".join([*lines, *map(_line, rows)])


def _line(cells: Sequence[object]) -> str:
    # A bar would begin another cell, and a new line another row.
    told = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(told)} |"


def number(value: float | None, digits: int = 3) -> str:
    """Return a number of so many digits; 0 alone is "0", and what is not there a dash.

    Examples
    --------
    >>> from neurosim.experiments.tables import number
    >>> number(0.0), number(1234.5678), number(1.2345e-16), number(None)
    ('0', '1235', '1.23e-16', '–')
    """
    if not _is_there(value):
        return "–"
    if 10**digits <= abs(value) < 1e6:
        return f"{value:.0f}"
    return f"{value:.{digits}g}"


def percent(part: float | None, digits: int = 2) -> str:
    """Return a part of 1 in percent; what is not all, or not none, is not rounded to it.

    Examples
    --------
    >>> from neurosim.experiments.tables import percent
    >>> percent(1.0), percent(0.9999999), percent(0.934), percent(1e-9), percent(0.0)
    ('100', '>99.99', '93.40', '<0.01', '0')
    """
    if not _is_there(part):
        return "–"
    if part in (0.0, 1.0):
        return f"{100 * part:.0f}"
    told, least = f"{100 * part:.{digits}f}", 10.0**-digits
    if float(told) == 0.0:
        return f"<{least:.{digits}f}"
    return f">{100 - least:.{digits}f}" if float(told) == 100.0 else told


def _is_there(value: float | None) -> TypeGuard[float]:
    # Tables have NaN, which is not itself, where there is no number.
    return value is not None and value == value


def tick(value: bool) -> str:
    """Return the sign that the paper has for yes and no."""
    return "✓" if value else "✗"


def counted(count: int, thing: str, things: str | None = None) -> str:
    """Return how many there are of something.

    Examples
    --------
    >>> from neurosim.experiments.tables import counted
    >>> counted(1, "run"), counted(0, "run"), counted(2000, "loss", "losses")
    ('1 run', '0 runs', '2,000 losses')
    """
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"


def net_name(hidden_layers: int) -> str:
    """Return what one of the paper's networks is called.

    Examples
    --------
    >>> from neurosim.experiments.tables import net_name
    >>> net_name(1), net_name(3)
    ('1 hidden layer of 32', '3 hidden layers of 32')
    """
    return f"{counted(hidden_layers, 'hidden layer')} of 32"


def share(count: int, total: int) -> str:
    """Return how many of them all.

    Examples
    --------
    >>> from neurosim.experiments.tables import share
    >>> share(7, 7), share(0, 7), share(3, 7)
    ('all 7', 'none of the 7', '3 of the 7')
    """
    if count == total:
        return f"all {total:,}"
    return f"{f'{count:,}' if count else 'none'} of the {total:,}"
