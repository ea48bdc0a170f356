"""The verb: a function, called with every setting of a grid."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from typing import Any

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.extras import require
from neurosim.sweeps.bar import bar, is_shown
from neurosim.sweeps.functions import (
    check_call,
    check_found_by_name,
    check_handed_over,
    name_of,
)
from neurosim.sweeps.grid import runs_of
from neurosim.sweeps.outcome import Outcome, outcome_of
from neurosim.sweeps.processes import made_by_processes
from neurosim.sweeps.run import Run
from neurosim.sweeps.store import Store, folder_of
from neurosim.sweeps.table import table_of

__all__ = ["sweep"]

_MOST_WORKERS = 10_000


def sweep(
    function: Callable[..., Mapping[str, Any]],
    grid: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]],
    *,
    seeds: Sequence[int] | None = None,
    workers: int | str = 1,
    folder: str | os.PathLike[str] | None = None,
    progress: bool | None = None,
) -> Any:
    """Call a function with every setting of a grid, and return a table of what it returned.

    Runs are independent of each other, and the table is the same, bit by bit, wherever and in
    whichever order they are made. What goes wrong in a run is a row: it does not end the sweep.

    Parameters
    ----------
    function : callable
        It is called with the values of a cell by name, and returns a mapping of names to values:
        numbers, strings, True, False, None, and lists and mappings of these; NumPy's scalars and
        arrays are converted. Other processes find it by its name: it is defined in a module, by
        `def`, outside of any function. A `functools.partial` of one hands over what is no part
        of a run, such as where data are on this machine: that is neither recorded nor looked at
        when a sweep is resumed.
    grid : mapping, or sequence of mappings
        For each name its values, of which each combination is a cell, the last name fastest; or
        the cells themselves, which may have different names. A value is a number, a string, True,
        False, None or a list of these; the function gets Python's numbers and lists.
    seeds : sequence of int, optional
        Each cell is made with each of them, as argument `seed`.
    workers : int or str, optional
        1 makes runs in this process, more in as many processes of this machine ("spawn"), the
        address of a Dask scheduler, such as "tcp://host:8786", on its workers. A run that is lost
        with its process is made again; if that happens three times (on a cluster, as often as its
        scheduler allows), it has failed.
    folder : path, optional
        Where each result is written when its run ends, a file each; made if it is not there. A
        sweep that was interrupted or killed is resumed by calling it again with its folder: what
        is there is not made again, unless it failed.
        A folder knows functions by their names alone: when one is changed, take another folder.
    progress : bool, optional
        Whether to show a bar with the time left; if not given, on a terminal where tqdm is
        installed.

    Returns
    -------
    pandas.DataFrame
        A row per run, in the order of the grid: its arguments, its results, then

        - `status`: "done"; "diverged" by a `DivergenceError`; "failed" by any other error
        - `error`: what it says, or None
        - `seconds`, `cpu`, `versions`: how long it took, where, and with what

    Raises
    ------
    ArgumentError, ArgumentTypeError, TooLargeError
        If an argument is not one of these, the grid is empty, too large or has a run twice, the
        function does not take its names or is not found by its own, or no scheduler answers.
    DataError
        If a file in the folder is damaged, or not of the run of which it has the name.
    FileError
        If the folder, or a file in it, cannot be made.
    MissingExtraError
        If pandas is not installed; tqdm for a bar, and distributed for a cluster.
    NeurosimError
        If processes end before they begin a run, or a scheduler answers no more.

    Examples
    --------
    >>> import neurosim as ns
    >>> def learn(gamma, seed):
    ...     return {"loss": gamma / (seed - 2)}
    >>> table = ns.sweep(learn, {"gamma": [0.5, 1.0]}, seeds=[1, 2, 3])
    >>> print(table[["gamma", "seed", "loss", "status"]].to_string())
       gamma  seed  loss  status
    0    0.5     1  -0.5    done
    1    0.5     2   NaN  failed
    2    0.5     3   0.5    done
    3    1.0     1  -1.0    done
    4    1.0     2   NaN  failed
    5    1.0     3   1.0    done
    >>> print(table["error"][1].split(" (")[0])
    ZeroDivisionError: float division by zero
    """
    name = name_of(function)
    runs = runs_of(name, grid, seeds)
    check_call(function, runs)
    place = _workers(workers)
    where = folder_of(folder)
    shown = is_shown(None if progress is None else checks.boolean("sweep", "progress", progress))
    require("pandas", "frames")
    if isinstance(place, str):
        require("distributed", "cluster")
    if where is not None:
        check_found_by_name(function, "for its results to be found again in folder")
    if place != 1:
        check_found_by_name(function, "for other processes, as workers asks for")
        check_handed_over(function, by_spawn=isinstance(place, int))
    store = None if where is None else Store(where)
    outcomes = {} if store is None else _kept(store, runs)
    missing = [run for run in runs if run.identity not in outcomes]
    with (
        bar(shown, len(runs), len(outcomes)) as tell,
        closing(_made(function, missing, place)) as made,
    ):
        for run, outcome in made:
            if store is not None:
                store.write(run, outcome)
            outcomes[run.identity] = outcome
            tell(outcome)
    return table_of(runs, outcomes)


def _workers(workers: object) -> int | str:
    if not isinstance(workers, str):
        if isinstance(workers, (bool, float)) or not hasattr(workers, "__index__"):
            raise ArgumentTypeError(
                "sweep: workers must be a whole number, or the address of a Dask scheduler, not "
                f"{workers!r:.200}"
            )
        return checks.integer("sweep", "workers", workers, 1, _MOST_WORKERS)
    if ":" not in workers or not workers.isprintable() or workers.strip() != workers:
        raise ArgumentError(
            "sweep: workers must be a whole number, or the address of a Dask scheduler such as "
            f"'tcp://host:8786', not {workers!r:.200}"
        )
    return workers


def _kept(store: Store, runs: Iterable[Run]) -> dict[str, Outcome]:
    """Return what is on disk, but for what failed, which is tried again."""
    found = {run.identity: store.read(run) for run in runs}
    return {
        identity: outcome
        for identity, outcome in found.items()
        if outcome is not None and outcome.status != "failed"
    }


def _made(
    function: Callable[..., Any], runs: Sequence[Run], workers: int | str
) -> Generator[tuple[Run, Outcome], None, None]:
    """Make runs; yield each as it ends."""
    if not runs:
        return
    if isinstance(workers, str):
        from neurosim.sweeps.cluster import made_on_cluster

        yield from made_on_cluster(function, runs, workers)
    elif workers > 1:
        yield from made_by_processes(function, runs, workers)
    else:
        for run in runs:
            yield run, outcome_of(function, run.arguments, apart=False)
