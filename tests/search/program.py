"""Programs: a network, simulators of it, and lines of Python that each of them is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

__all__ = ["TWINS", "Line", "Program"]

#: What sets a simulator apart from the first one, which it must equal: options, and its name.
TWINS = {
    "event-driven": {},
    "clock-driven": {"event_driven": "False"},
    "two threads": {"threads": "2"},
    "revived": {},
    "spared": {},
    "set afterwards": {},
}


@dataclass(frozen=True)
class Line:
    """One line of a program.

    Attributes
    ----------
    text : str
        The line as Python reads it.
    verb : str
        Which public verb it is, if it is one.
    refused : bool
        Whether some argument cannot be meant, so that an error has to come.
    miscounted : bool
        Whether arguments are missing or too many, which is a TypeError of Python's.
    idle : bool
        Whether it only looks, so that nothing may change.
    assigns : str
        The attribute that is assigned to, as ``Holder.attribute``.
    watches : bool
        Whether it is about monitors alone.
    revival : str
        How the simulator that is revived is copied before: "pickle", "deepcopy" or not at all.
    """

    text: str
    verb: str = ""
    refused: bool = False
    miscounted: bool = False
    idle: bool = False
    assigns: str = ""
    watches: bool = False
    revival: str = ""


@dataclass(frozen=True)
class Program:
    """What is run.

    Attributes
    ----------
    network : tuple of str
        Lines that make ``net``.
    model : str
        The model, as Python reads it.
    options : mapping of str to str
        Options of the simulator.
    backpropagation : mapping of str to str
        Options of ``bp``.
    equal : bool
        Whether ``sim`` must learn what ``bp`` learns, bit for bit.
    twins : tuple of str
        Which simulators take part, the first one first.
    lines : tuple of Line
        What is done.
    """

    network: tuple[str, ...]
    model: str
    options: Mapping[str, str] = field(default_factory=dict)
    backpropagation: Mapping[str, str] = field(default_factory=dict)
    equal: bool = False
    twins: tuple[str, ...] = ("event-driven", "clock-driven", "revived", "spared")
    lines: tuple[Line, ...] = ()

    def setup(self, twin: str) -> list[str]:
        """Lines that make a simulator and what is beside it."""
        options = {**self.options, **TWINS[twin]}
        given = "".join(f", {name}={value}" for name, value in options.items())
        lines = [*self.network, f"model = {self.model}"]
        if twin == "set afterwards":
            lines += [
                f"sim = ns.Simulator(net, replace(model, learning_rate=0.9, gamma=0.01){given})",
                "sim.learning_rate, sim.gamma = model.learning_rate, model.gamma",
            ]
        else:
            lines.append(f"sim = ns.Simulator(net, model{given})")
        given = "".join(f", {name}={value}" for name, value in self.backpropagation.items())
        return [*lines, f"bp = models.BP(net{given})"]

    def with_lines(self, lines: list[Line]) -> Program:
        """The same with other lines."""
        return replace(self, lines=tuple(lines))
