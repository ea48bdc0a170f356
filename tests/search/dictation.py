"""The random programs that the tests know, written down line by line as they are done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from oracles.programs import Experimenter, World

from .program import Line
from .situation import Situation
from .stages import Outcome

__all__ = ["dictate"]


class _Scribe:
    """What those programs take for a simulator: it writes each verb as a line, and has it done."""

    def __init__(self, here: Situation, do: Callable[[Line], Outcome]) -> None:
        self._here, self._do = here, do

    def __getattr__(self, name: str) -> Any:
        known = getattr(self._here.sim, name)
        if not callable(known):
            return known
        return lambda *given, **named: self._dictate(name, given, named)

    def synapse(self, *ends: object) -> Any:
        """A handle of a synapse, whose weight is set by a line."""
        return _Synapse(self, ends)

    def _dictate(self, name: str, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        texts = [_literal(each) for each in given]
        texts += [f"{word}={_literal(value)}" for word, value in named.items()]
        self.write(Line(f"sim.{name}({', '.join(texts)})", name))

    def write(self, line: Line) -> None:
        outcome = self._do(line)
        if outcome.error is not None:
            raise outcome.error


class _Synapse:
    def __init__(self, scribe: _Scribe, ends: tuple[object, ...]) -> None:
        vars(self).update(scribe=scribe, ends=ends)

    @property
    def is_cut(self) -> bool:
        return bool(self.scribe._here.sim.synapse(*self.ends).is_cut)

    def __setattr__(self, name: str, value: object) -> None:
        ends = ", ".join(map(repr, self.ends))
        self.scribe.write(Line(f"sim.synapse({ends}).{name} = {value!r}", name))


def _literal(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()!r})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k!r}: {_literal(v)}' for k, v in value.items())}}}"
    if isinstance(value, (list, tuple)) or value is None or isinstance(value, str):
        return repr(value)
    return repr(value.item() if isinstance(value, np.generic) else value)


def dictate(here: Situation, do: Callable[[Line], Outcome], kind: str, count: int) -> None:
    """Have a world or an experimenter act that many times."""
    actor = {"world": World, "experimenter": Experimenter}[kind]
    if kind == "experimenter":
        # It begins in the middle of a presentation.
        for name, size in (("input", 4), ("output", 2)):
            values = here.generator.normal(size=(here.sim.batch_size, size))
            do(Line(f"sim.clamp({name!r}, {_literal(values)})", "clamp"))
            do(Line("sim.settle()", "settle"))
    acting = actor([_Scribe(here, do)], here.generator)
    for _ in range(count):
        try:
            acting.act()
        except Exception as error:
            from neurosim.errors import NeurosimError

            # A world does not expect to be refused; what it thinks it knows may be wrong then.
            if not isinstance(error, NeurosimError):
                raise
            return
