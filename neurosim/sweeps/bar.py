"""How far a sweep is, and how long it will take, on a terminal."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from neurosim.errors import MissingExtraError
from neurosim.extras import require
from neurosim.sweeps.outcome import Outcome

__all__ = ["bar", "is_shown"]


def is_shown(progress: bool | None) -> bool:
    """Whether to show a bar: if None, where there is somebody to see it and a library to draw it.

    Raises
    ------
    MissingExtraError
        If it is wanted and cannot be drawn.
    """
    if progress is None:
        if sys.stderr is None or not sys.stderr.isatty():
            return False
        try:
            require("tqdm", "progress")
        except MissingExtraError:
            return False
        return True
    if progress:
        require("tqdm", "progress")
    return progress


@contextmanager
def bar(shown: bool, total: int, kept: int) -> Iterator[Callable[[Outcome], None]]:
    """Show how many of `total` runs are there, `kept` of them from before.

    Yields
    ------
    callable
        To be called with the outcome of each run that ends.
    """
    if not shown:
        yield lambda outcome: None
        return
    tqdm = require("tqdm", "progress").tqdm
    wrong: Counter[str] = Counter()
    with tqdm(total=total, initial=kept, desc="sweep", unit="run", file=sys.stderr) as drawn:

        def tell(outcome: Outcome) -> None:
            if outcome.status != "done":
                wrong[outcome.status] += 1
                text = ", ".join(f"{n} {status}" for status, n in sorted(wrong.items()))
                drawn.set_postfix_str(text, refresh=False)
            drawn.update()

        yield tell
