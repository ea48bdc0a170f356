"""Stages: where a program is run with one kind of simulator."""

from __future__ import annotations

import copy
import pickle
import re
import sys
import traceback
import warnings
from dataclasses import dataclass
from typing import Any

import neurosim as ns
from neurosim.errors import NeurosimError

from .program import Line, Program
from .seen import as_plain, seen

__all__ = ["Outcome", "Stage"]

_ADDRESS = re.compile(r"0x[0-9a-fA-F]+")


@dataclass
class Outcome:
    """What became of a line.

    Attributes
    ----------
    error : Exception or None
        What it raised.
    result : object
        What it gave, as plain words; its words, where it raised something.
    where : str
        The innermost function of neurosim that an error came from.
    warned : list of str
        Warnings, and exceptions that nobody could be told of.
    hidden : str
        Why what there was afterwards could not be looked at, if so.
    """

    error: BaseException | None
    result: Any
    where: str
    warned: list[str]
    hidden: str = ""

    @property
    def is_foreign(self) -> bool:
        """Whether it is an error that neurosim did not raise by itself."""
        return self.error is not None and not isinstance(self.error, NeurosimError)


class Stage:
    """One simulator with its own network, backpropagation, monitors and handles."""

    def __init__(self, program: Program, twin: str) -> None:
        self.program, self.twin = program, twin
        self.namespace: dict[str, Any] = {}
        exec("from oracles import networks", self.namespace)
        from . import words

        self.namespace.update({name: getattr(words, name) for name in words.__all__})
        self.shown: dict[str, Any] = {}

    def do(self, line: Line) -> Outcome:
        """Run a line, and look at what there is then."""
        outcome = self._run(line.text)
        try:
            self.shown = seen(self.namespace)
        except Exception as error:
            outcome.hidden = f"{error!r} in {_place(error)}"
        return outcome

    def _run(self, text: str) -> Outcome:
        missed: list[str] = []
        hook, sys.unraisablehook = sys.unraisablehook, lambda a: missed.append(repr(a.exc_value))
        error, result, where = None, None, ""
        try:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                try:
                    result = as_plain(self._value(text))
                except Exception as raised:
                    error, where = raised, _place(raised)
                    result = type(raised).__name__, _ADDRESS.sub("0x", str(raised))
        finally:
            sys.unraisablehook = hook
        bad = (RuntimeWarning, DeprecationWarning, FutureWarning)
        warned = [
            f"{w.category.__name__}: {w.message}"
            for w in caught
            if issubclass(w.category, bad) and "neurosim" in w.filename + str(w.message)
        ]
        if "draw" in text or "raster" in text:
            _close_figures()
        return Outcome(error, result, where, warned + missed)

    def _value(self, text: str) -> Any:
        try:
            code = compile(text, "<program>", "eval")
        except SyntaxError:
            exec(compile(text, "<program>", "exec"), self.namespace)
            return None
        return eval(code, self.namespace)

    def revive(self, way: str) -> None:
        """Go on with copies of all that has a state."""
        kept = {
            name: value
            for name, value in self.namespace.items()
            if name in ("sim", "bp") or re.fullmatch(r"[mh]\d+", name)
        }
        if way == "pickle" and "networks." not in self.program.network[0]:
            self.namespace.update(pickle.loads(pickle.dumps(kept)))
        else:
            # Networks that the tests know may have functions without a name, which no pickle takes.
            self.namespace.update(copy.deepcopy(kept))


def _place(error: BaseException) -> str:
    """The innermost function of neurosim that an error came through."""
    folders = tuple(f"{folder}/" for folder in (*ns.__path__, f"{ns.__path__[-1]}/models"))
    frames = [
        f"{frame.filename.rpartition('/')[2]}:{frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(folders) and "/tests/" not in frame.filename
    ]
    return frames[-1] if frames else ""


def _close_figures() -> None:
    from matplotlib import pyplot

    pyplot.close("all")
