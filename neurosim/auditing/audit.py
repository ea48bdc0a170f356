"""What was found of a model on a network, and the words for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from neurosim.auditing.comparing import Finding

__all__ = ["PROPERTIES", "Audit", "columns", "yes_or_no"]

PROPERTIES = (
    "equal to backpropagation",
    "local plasticity",
    "partial autonomy",
    "full autonomy",
    "nobody in command",
)
_HOW = {
    "settled": ", settled before each teacher",
    "stream": " in a stream",
    "update": "",
}


@dataclass(frozen=True)
class Audit:
    """What was found of a model on a network.

    Attributes
    ----------
    model : str
        Its name.
    protocol : {"settled", "stream", "update"}
        How it was found: in the paper's protocol; in a stream, if the model has a `sweep`; or, of
        backpropagation, from whole updates.
    reads : dict of str to tuple of str
        What each kind of object reads; empty where there are no such objects.
    signal, level, timer : bool
        Whether learning needs a signal from outside (weights that are used more than once wait for
        the teacher to go), the node's own level, and a time that the teacher's onset starts.
    findings : dict of str to Finding
        The tests by name.
    difference : float
        Largest difference of any weight from backpropagation's, after one batch, or a stream of
        some; 0.0 if the bits are the same.
    condition : Finding or None
        In a stream, whether the network and t_d allow it to be equal to backpropagation's, and when
        teachers may come; see ``Network.summary``.
    """

    model: str
    protocol: Literal["settled", "stream", "update"]
    reads: dict[str, tuple[str, ...]]
    signal: bool
    level: bool
    timer: bool
    findings: dict[str, Finding]
    difference: float
    condition: Finding | None = None

    @property
    def settling(self) -> bool:
        """Whether somebody has to say when prediction is over, and so when t begins."""
        return self.protocol == "settled"

    @property
    def passed(self) -> bool:
        """Whether no test failed."""
        return all(finding.passed for finding in self.findings.values())

    @property
    def properties(self) -> dict[str, bool]:
        """The properties of Song 2020, Table 2, and whether nobody is in command.

        Plasticity is local if no synapse was changed by what is poisoned or out of reach; a model
        is partially autonomous if no node was; and fully, if no test failed and its gates need no
        signal, level or timer. That is the paper's sense: learning needs nobody. Nobody is in
        command if prediction needs nobody, either, which only a stream can show.
        """
        synapses = all(f.passed for name, f in self.findings.items() if "synapses" in name)
        nodes = all(f.passed for name, f in self.findings.items() if "nodes" in name)
        full = self.passed and not (self.signal or self.level or self.timer)
        nobody = full and self.protocol == "stream"
        values = (self.difference == 0.0, synapses, nodes, full, nobody)
        return dict(zip(PROPERTIES, values, strict=True))

    def __str__(self) -> str:
        lines = [f"Audit of {self.model}{_HOW[self.protocol]}"]
        if self.reads:
            reads = [(kind, "reads " + "; ".join(names)) for kind, names in self.reads.items()]
            lines += ["", *columns(reads)]
        needs = (
            ("settling: somebody says when prediction is over, and starts t", self.settling),
            ("a signal from outside", self.signal),
            ("the own level", self.level),
            ("a time since the teacher's onset", self.timer),
        )
        lines += ["", *columns([(f"needs {what}", yes_or_no(need)) for what, need in needs]), ""]
        lines += columns(
            [
                (name, "passed" if f.passed else "FAILED", f.words)
                for name, f in self.findings.items()
            ]
        )
        if self.condition is not None:
            met = "met" if self.condition.passed else "NOT MET"
            lines += ["", f"condition of equality in a stream  {met}: {self.condition.words}"]
        lines += ["", *columns([(name, yes_or_no(v)) for name, v in self.properties.items()])]
        return "\n".join(lines)


def yes_or_no(value: bool) -> str:
    """Word for an answer."""
    return "yes" if value else "no"


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines, in which the cells of a column are below each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
