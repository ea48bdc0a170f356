"""Threads for sums: started once in a process, and gone in those that are forked from it."""

from __future__ import annotations

import os

import numba

__all__ = ["start_threads", "started_elsewhere"]

_started_in: int | None = None


def start_threads() -> None:
    """Start Numba's threads, without which parallel code cannot be loaded from the disk cache."""
    global _started_in
    numba.get_num_threads()
    _started_in = os.getpid()


def started_elsewhere() -> bool:
    """Whether they were started by the process that this one was forked from."""
    return _started_in is not None and _started_in != os.getpid()
