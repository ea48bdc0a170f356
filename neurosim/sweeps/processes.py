"""Runs by processes of this machine, each of which makes one at a time.

That one dies is told by its own pipe: only the run that it was at is in doubt, and what the others
are at is not lost.
"""

from __future__ import annotations

import pickle
from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from multiprocessing.connection import wait
from typing import Any

from neurosim.errors import NeurosimError
from neurosim.sweeps.outcome import Outcome
from neurosim.sweeps.run import Run
from neurosim.sweeps.worker import Worker

__all__ = ["MOST_DEATHS", "made_by_processes"]

#: A run during which as many processes died is not made again.
MOST_DEATHS = 3


def made_by_processes(
    function: Callable[..., Any], runs: Sequence[Run], number: int
) -> Generator[tuple[Run, Outcome], None, None]:
    """Make runs by up to `number` processes; yield each as it ends.

    When the iterator is closed, by an error or by an interruption, the processes are ended.

    Raises
    ------
    ArgumentError
        If a process cannot import the function.
    NeurosimError
        If processes die before they begin anything.
    """
    pickled = pickle.dumps(function)
    waiting = deque(runs)
    deaths: Counter[str] = Counter()
    workers: list[Worker] = []
    try:
        while waiting or any(worker.run is not None for worker in workers):
            _give(workers, waiting, number, pickled)
            for worker in _heard(workers):
                run, heard = worker.run, worker.hear()
                if heard is False:
                    workers.remove(worker)
                    how = worker.end()
                    who = "nobody" if run is None else run.identity
                    deaths[who] += 1
                    if run is None:
                        _refuse_idle_deaths(deaths[who], how, begun=worker.ready)
                    elif deaths[who] < MOST_DEATHS:
                        waiting.appendleft(run)
                    else:
                        error = f"its process died {MOST_DEATHS} times, the last time by {how}"
                        yield run, Outcome("failed", error, {})
                elif run is not None and isinstance(heard, Outcome):
                    del deaths["nobody"]
                    yield run, heard
    finally:
        for worker in workers:
            worker.leave()
        for worker in workers:
            worker.end()


def _give(workers: list[Worker], waiting: deque[Run], number: int, pickled: bytes) -> None:
    """Give runs to processes that have none, and start more where they are too few."""
    for worker in workers:
        if worker.idle and waiting and worker.begin(waiting[0]):
            waiting.popleft()
    starting = sum(not worker.ready for worker in workers)
    for _ in range(min(number - len(workers), len(waiting) - starting)):
        workers.append(Worker(pickled))


def _heard(workers: Sequence[Worker]) -> list[Worker]:
    """Return the processes that have something to say, or will never have."""
    # A process that was started by a dead one may keep its pipe open: look from time to time.
    heard = wait([each for worker in workers for each in worker.handles], timeout=1.0)
    return [
        worker
        for worker in workers
        if any(each in heard for each in worker.handles) or not worker.alive
    ]


def _refuse_idle_deaths(number: int, how: str, *, begun: bool) -> None:
    """Give up where processes end by themselves, before they begin anything or again and again."""
    if not begun and how.startswith("exit"):
        raise NeurosimError(
            f"sweep: a process ended before it began a run, by {how}; a script that calls sweep "
            'with workers must do so under if __name__ == "__main__":'
        )
    if number >= MOST_DEATHS:
        raise NeurosimError(f"sweep: processes end without a run, the last one by {how}")
