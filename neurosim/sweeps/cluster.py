"""Runs on a Dask cluster, by the address of its scheduler."""

from __future__ import annotations

import pickle
from asyncio import CancelledError
from collections.abc import Callable, Generator, Sequence
from itertools import islice
from typing import Any
from uuid import uuid4

from neurosim.errors import ArgumentError, NeurosimError
from neurosim.extras import require
from neurosim.sweeps.outcome import Outcome, described, outcome_of
from neurosim.sweeps.run import Run

__all__ = ["made_on_cluster"]

_SECONDS_TO_CONNECT = 10
# A scheduler is told of as many at a time: enough for many workers, and no burden.
_ASKED_AT_A_TIME = 1000


def made_on_cluster(
    function: Callable[..., Any], runs: Sequence[Run], address: str
) -> Generator[tuple[Run, Outcome], None, None]:
    """Make runs on a Dask cluster; yield each as it ends.

    What is lost with a worker, Dask gives to another one, up to as many deaths as its scheduler
    allows. It blames all runs that a worker had: in the end, each of them is tried alone. When the
    iterator is closed, what has not begun is called off.

    Raises
    ------
    ArgumentError
        If no scheduler answers.
    NeurosimError
        If it does not any more.
    """
    distributed = require("distributed", "cluster")
    try:
        client = distributed.Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ArgumentError(
            f"sweep: no Dask scheduler answers at workers={address!r}: {error}"
        ) from error
    # As bytes, which a scheduler hands on as they are: it need not have the function's module.
    pickled = require("cloudpickle", "cluster").dumps(function)
    with client:
        try:
            suspects = []
            for run, future in _ended(client, pickled, runs, at_a_time=_ASKED_AT_A_TIME):
                outcome, lost = _heard(future)
                if lost:
                    suspects.append(run)
                else:
                    yield run, outcome
            for run, future in _ended(client, pickled, suspects, at_a_time=1):
                yield run, _heard(future)[0]
        # What a run raises is in its outcome; these are of the way to it, and of any class.
        except (Exception, CancelledError) as error:
            raise NeurosimError(
                f"sweep: the Dask scheduler at {address!r} does not answer any more, or has called "
                f"off a run ({described(error)}); what has been made is in folder, if one was given"
            ) from error


def _ended(
    client: Any, pickled: bytes, runs: Sequence[Run], *, at_a_time: int
) -> Generator[tuple[Run, Any], None, None]:
    """Ask for runs; yield each with its future when that has ended."""
    waiting = iter(runs)
    asked: dict[str, Run] = {}

    def ask(number: int) -> list[Any]:
        futures = []
        for run in islice(waiting, number):
            # Dask learns from the part before the dash how long such runs take.
            key = f"{run.function}-{uuid4().hex}"
            asked[key] = run
            futures.append(client.submit(_made_there, pickled, run.arguments, key=key, pure=False))
        return futures

    # The cluster keeps a result for as long as anybody holds its future, so that no list is kept.
    ended = require("distributed", "cluster").as_completed(ask(at_a_time), loop=client.loop)
    for future in ended:
        yield asked.pop(future.key), future
        ended.update(ask(1))


def _heard(future: Any) -> tuple[Outcome, bool]:
    """Return the outcome of a run, and whether that is that it was lost with its workers."""
    try:
        # It may be lost even now: until it is here, a result is with the worker that made it.
        outcome: Outcome = future.result()
    except require("distributed", "cluster").KilledWorker as error:
        return Outcome("failed", f"its process died {error.allowed_failures + 1} times", {}), True
    except Exception as error:
        if future.status != "error":
            raise
        return Outcome("failed", described(error), {}), False
    return outcome, False


def _made_there(pickled: bytes, arguments: dict[str, Any]) -> Outcome:
    """Make a run, on a worker."""
    try:
        function = pickle.loads(pickled)
    except Exception as error:
        return Outcome("failed", f"its worker cannot import the function: {described(error)}", {})
    return outcome_of(function, arguments)
