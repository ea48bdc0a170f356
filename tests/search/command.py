"""The command: how long is searched, and what is reported."""

from __future__ import annotations

import argparse
import itertools
import os
import threading
import time
from collections import Counter

from .checks import Failure
from .printing import as_python
from .program import Program
from .shrinking import shrink
from .workers import Answer, Worker

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Search for as long as asked; 1 if anything fails."""
    asked = _parsed(arguments)
    search = Search(asked)
    workers = [threading.Thread(target=search.work) for _ in range(asked.workers)]
    for thread in workers:
        thread.start()
    try:
        for thread in workers:
            thread.join()
    except KeyboardInterrupt:
        search.stopped = True
        for thread in workers:
            thread.join()
    return search.conclude()


def _parsed(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.search",
        description="Random programs of all public verbs, in simulators that must show the same.",
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to search")
    parser.add_argument("--hours", type=float, default=0.0, help="how long to search, in hours")
    parser.add_argument("--seed", type=int, default=0, help="by which programs are drawn")
    parser.add_argument("--program", type=int, help="run this one program only, by its number")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds a line may take")
    parser.add_argument("--shrink", type=float, default=60.0, help="seconds for making one shorter")
    asked = parser.parse_args(arguments)
    if asked.program is not None:
        asked.workers = 1
    return asked


class Search:
    """What several workers share: the numbers of programs, and what was found."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.stopped = False
        self._lock, self._warming = threading.Lock(), threading.Lock()
        self._begun: float | None = None
        first = asked.program
        self._numbers = itertools.count() if first is None else iter([first])
        self._programs = self._lines = 0
        self._found: Counter[tuple[str, str]] = Counter()
        self._lost: list[str] = []

    def work(self) -> None:
        """Run programs in one worker until the time is over."""
        worker = Worker(self.asked.limit)
        try:
            # One after another: the first one compiles for all.
            with self._warming:
                worker.warm()
            while (number := self._next()) is not None:
                answer = worker.ask(("perform", self.asked.seed, number))
                self._count(answer)
                if answer.failure is not None:
                    self._report(worker, number, answer)
        except RuntimeError as error:
            self._lost.append(str(error))
        finally:
            worker.close()

    def _next(self) -> int | None:
        """The number of the next program, or None when the time is over."""
        with self._lock:
            if self._begun is None:
                self._begun = time.monotonic()
            seconds = 3600 * self.asked.hours or self.asked.seconds
            if self.stopped or time.monotonic() - self._begun > seconds:
                return None
            return next(self._numbers, None)

    def _count(self, answer: Answer) -> None:
        with self._lock:
            self._programs += 1
            self._lines += len(answer.program.lines) if answer.program else 0

    def _report(self, worker: Worker, number: int, answer: Answer) -> None:
        """Print a failure, shortened the first time that one of its kind comes."""
        failure, program = answer.failure, answer.program
        assert failure is not None
        name = f"--seed {self.asked.seed} --program {number}"
        with self._lock:
            self._found[failure.signature] += 1
            if self._found[failure.signature] > 1:
                print(f"again: {failure.kind} ({failure.cause}): {name}", flush=True)
                return
        heading = f"\n{'-' * 20} {failure.kind} ({failure.cause}): {name}"
        if program is None:
            print(heading, failure.words, sep="\n", flush=True)
            return
        # What hangs is waited for again and again.
        limit = min(self.asked.limit, 20.0) if failure.kind == "a line that does not end" else None
        answers = [answer]

        def fails(candidate: Program) -> Failure | None:
            tried = worker.ask(("replay", candidate), limit)
            if tried.failure is not None and tried.failure.signature == failure.signature:
                answers.append(tried)
            return tried.failure

        fails(program)
        shortest = shrink(program, failure, fails, self.asked.shrink)
        fails(shortest)
        last = answers[-1]
        assert last.failure is not None
        note = "" if len(answers) > 1 else "\n# It does not come again when it is run once more."
        text = as_python(shortest, last.failure, last.raised)
        print(f"{heading}\n{text}{note}", flush=True)

    def conclude(self) -> int:
        """Say what was done, and whether anything was found."""
        print(
            f"{self._programs:,} programs of {self._lines:,} lines; "
            f"{sum(self._found.values())} failures of {len(self._found)} kinds"
        )
        for (kind, cause), count in self._found.most_common():
            print(f"{count:6} {kind} ({cause})")
        for words in self._lost:
            print(words)
        return 1 if self._found or self._lost or not self._programs else 0
