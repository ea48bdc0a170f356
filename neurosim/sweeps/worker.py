"""A process that makes one run at a time: what it does, and how it is seen from here."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import threading
from multiprocessing.connection import Connection, wait
from typing import Any

from neurosim.errors import ArgumentError
from neurosim.sweeps.outcome import Outcome, described, outcome_of
from neurosim.sweeps.run import Run

__all__ = ["Worker"]

_SECONDS_TO_END = 5.0


class Worker:
    """A process, started by "spawn", that makes runs of a function.

    Parameters
    ----------
    function : bytes
        Pickled.

    Attributes
    ----------
    run : Run or None
        What it is at.
    ready : bool
        Whether it has found the function.
    """

    def __init__(self, function: bytes) -> None:
        # What has been imported, compiled and changed here has no part in it.
        context = multiprocessing.get_context("spawn")
        self._pipe, there = context.Pipe()
        self._process = context.Process(target=_work, args=(there, function), name="sweep")
        self._process.start()
        # Only the process holds it now, so that it is closed when that dies.
        there.close()
        self.run: Run | None = None
        self.ready = False

    @property
    def idle(self) -> bool:
        """Whether a run can be given to it."""
        return self.ready and self.run is None

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process.is_alive()

    @property
    def handles(self) -> list[Any]:
        """What the system tells of when there is something to hear, or its end."""
        return [self._pipe, self._process.sentinel]

    def begin(self, run: Run) -> bool:
        """Hand over what a run is called with; False if nobody takes it."""
        try:
            self._pipe.send(run.arguments)
        except OSError:
            return False
        self.run = run
        return True

    def hear(self) -> Outcome | bool:
        """Return the outcome of its run; True when it is ready for the first, False if it is dead.

        Raises
        ------
        ArgumentError
            If it cannot import the function.
        """
        try:
            heard = self._pipe.recv() if self._pipe.poll() else False
        except (EOFError, OSError):
            return False
        if isinstance(heard, str):
            raise ArgumentError(f"sweep: a process cannot import the function: {heard}")
        if isinstance(heard, Outcome) or heard:
            self.run, self.ready = None, True
            return heard
        return False

    def leave(self) -> None:
        """Tell it to end, without waiting for that."""
        if not self.idle:
            self._process.terminate()
        # One that waits for a run ends when none can come.
        self._pipe.close()

    def end(self) -> str:
        """Wait for its end, or enforce it, and say how it ended."""
        self._pipe.close()
        self._process.join(_SECONDS_TO_END)
        if self._process.exitcode is None:
            self._process.kill()
            self._process.join()
        code = self._process.exitcode or 0
        self._process.close()
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def _work(pipe: Connection, pickled: bytes) -> None:
    """Make runs until none can come any more; the process does nothing else."""
    # An interruption is for the process that started this one, which then ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        try:
            function = pickle.loads(pickled)
        except BaseException as error:
            pipe.send(described(error))
            return
        pipe.send(True)
        while True:
            pipe.send(outcome_of(function, pipe.recv()))


def _end_with_parent() -> None:
    """End this process when the one that started it is dead: nobody would hear of the run."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
