"""One thread at a time: who uses a simulation, and whether it may be used in this process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from threading import get_ident
from types import FrameType
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from neurosim.engine.threads import started_elsewhere
from neurosim.errors import ProtocolError

__all__ = ["Turn", "in_turn", "made_whole"]


class Turn:
    """Whose turn it is to use an object whose kernels run without Python's lock.

    A turn is a frame of Python that is being executed. So nothing has to be given back: a turn that
    was interrupted in whatever line is over when its frame is.

    Parameters
    ----------
    owner : str
        What is used, as errors call it.
    threads : int
        Threads that its kernels start.
    """

    def __init__(self, owner: str, threads: int) -> None:
        self._owner, self._threads = owner, threads
        self._claim: dict[str, tuple[int, FrameType]] = {}

    def __getstate__(self) -> dict[str, object]:
        # A copy is used by nobody.
        return {"_owner": self._owner, "_threads": self._threads, "_claim": {}}

    def take(self, frame: FrameType) -> bool:
        """Take the turn for a frame; False if one that called it has it already.

        Raises
        ------
        ProtocolError
            If another thread has it, or threads were started before this process was forked.
        """
        if self._threads > 1 and started_elsewhere():
            raise ProtocolError(
                f"{self._owner}: this process was forked from one that had started threads for "
                f"threads={self._threads}, which do not run here; start it by another method "
                '(multiprocessing.get_context("spawn")), or use threads=1'
            )
        me = get_ident()
        while True:
            # One step for all threads: who comes second gets the claim of the first.
            thread, holder = self._claim.setdefault("turn", (me, frame))
            if holder is frame:
                return True
            if _runs(holder, frame if thread == me else _current(thread)):
                if thread == me:
                    return False
                raise ProtocolError(
                    f"{self._owner}: it is being used by another thread; wait until that is done, "
                    "or give each thread a simulator of its own (copy.deepcopy)"
                )
            self._claim.pop("turn", None)

    @property
    def is_free(self) -> bool:
        """Whether nobody has it."""
        claim = self._claim.get("turn")
        return claim is None or not _runs(claim[1], _current(claim[0]))

    def end(self) -> None:
        """Give the turn back, before it ends by itself."""
        self._claim.pop("turn", None)


def _current(thread: int) -> FrameType | None:
    """What a thread executes; None if there is no such thread."""
    # There is no public way to it.
    return sys._current_frames().get(thread)  # noqa: SLF001


def _runs(frame: FrameType, current: FrameType | None) -> bool:
    """Whether a frame is the current one, or waits for one that it has called."""
    while current is not None:
        if current is frame:
            return True
        current = current.f_back
    return False


class Used(Protocol):
    """What is used in turns."""

    turn: Turn

    @property
    def is_whole(self) -> bool:
        """Whether nothing is half-done."""

    def recover(self) -> None:
        """Take back what an interrupted turn has left half-done."""


Thing = TypeVar("Thing", bound=Used)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def made_whole(thing: Thing) -> Thing:
    """Return it; what an interrupted turn has left is taken back, unless a turn goes on."""
    if not thing.is_whole and thing.turn.is_free:
        thing.recover()
    return thing


def in_turn(
    function: Callable[Concatenate[Thing, Arguments], Result],
    within: Callable[[Any], Thing] | None = None,
) -> Callable[Concatenate[Any, Arguments], Result]:
    """Have a function use a thing in its turn, and find nothing half-done.

    Parameters
    ----------
    function : callable
        Is given the thing first.
    within : callable, optional
        From what the result is given first to the thing, if that is not the same.
    """

    @wraps(function)
    def use(holder: Any, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        thing: Thing = holder if within is None else within(holder)
        turn = thing.turn
        # As inspect.currentframe does, which is slower.
        first = turn.take(sys._getframe())  # noqa: SLF001
        try:
            if first and not thing.is_whole:
                thing.recover()
            return function(thing, *args, **kwargs)
        finally:
            if first:
                turn.end()

    return use
