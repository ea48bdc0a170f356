"""Work in a process of its own, whose environment is settled before any library is imported."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

__all__ = ["run_apart", "thread_variables"]


def thread_variables(threads: int) -> dict[str, str]:
    """Return what tells the libraries for linear algebra their number of threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return dict.fromkeys(names, str(threads))


def run_apart(function: Callable[..., Any], *arguments: Any, threads: int = 1) -> Any:
    """Call a function of some module in a new process, and return what it returns."""
    context = multiprocessing.get_context("spawn")
    with (
        environment(thread_variables(threads)),
        ProcessPoolExecutor(1, mp_context=context) as pool,
    ):
        return pool.submit(function, *arguments).result()


@contextmanager
def environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Set some variables, for processes that are started within."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
