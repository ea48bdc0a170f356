"""What a model asks of its parts, said from its rules and measured on a network.

An audit says what each kind of object reads, and whether a model needs a signal from outside, a
node's level or a common time. It then tests on copies of the network that this is all: nodes and
synapses are watched while everything that they are not wired to is poisoned, a disturbance is
followed through the network tick by tick, and populations are created in another order. The
properties of Song 2020, Table 2, follow from these findings; none is written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neurosim import checks
from neurosim.auditing.backpropagation_probe import BackpropagationProbe
from neurosim.auditing.comparing import Finding
from neurosim.auditing.probe import Probe
from neurosim.backpropagation.backpropagation import Backpropagation
from neurosim.rules.rules import Rules
from neurosim.simulation.simulation import Simulation

__all__ = [
    "PROPERTIES",
    "Audit",
    "audit_backpropagation",
    "audit_simulation",
    "columns",
    "yes_or_no",
]

_VALUE_NODE = ("own x", "own f(x) and f'(x)", "own epsilon", "the sum of epsilon theta")
_ERROR_NODE = ("own x", "own mu, the sum of theta f(x)")
_DETECTOR = ("own epsilon, now and before", "whether own x and mu moved", "t_d")
_WAITING = "that the teacher has gone"
_SYNAPSE = ("own theta", "gated epsilon of its error node", "f(x) of its value node")
PROPERTIES = ("equal to backpropagation", "local plasticity", "partial autonomy", "full autonomy")


@dataclass(frozen=True)
class Audit:
    """What was found of a model on a network.

    Attributes
    ----------
    model : str
        Its name.
    reads : dict of str to tuple of str
        What each kind of object reads; empty where there are no such objects.
    signal, level, timer : bool
        Whether learning needs a signal from outside (weights that are used more than once wait for
        the teacher to go), the node's own level, and a time that the teacher's onset starts.
    findings : dict of str to Finding
        The tests by name.
    difference : float
        Largest difference of any weight from backpropagation's, after one batch; 0.0 if the bits
        are the same.
    """

    model: str
    reads: dict[str, tuple[str, ...]]
    signal: bool
    level: bool
    timer: bool
    findings: dict[str, Finding]
    difference: float

    @property
    def passed(self) -> bool:
        """Whether no test failed."""
        return all(finding.passed for finding in self.findings.values())

    @property
    def properties(self) -> dict[str, bool]:
        """The properties of Song 2020, Table 2.

        Plasticity is local if no synapse was changed by what is poisoned or out of reach; a model
        is partially autonomous if no node was; and fully, if its gates need no signal, level or
        timer either.
        """
        synapses = all(f.passed for name, f in self.findings.items() if "synapses" in name)
        nodes = all(f.passed for name, f in self.findings.items() if "nodes" in name)
        needs = self.signal or self.level or self.timer
        values = (self.difference == 0.0, synapses, nodes, nodes and synapses and not needs)
        return dict(zip(PROPERTIES, values, strict=True))

    def __str__(self) -> str:
        lines = [f"Audit of {self.model}"]
        if self.reads:
            reads = [(kind, "reads " + "; ".join(names)) for kind, names in self.reads.items()]
            lines += ["", *columns(reads)]
        needs = (("a signal from outside", self.signal), ("the own level", self.level),
                 ("a time since the teacher's onset", self.timer))  # fmt: skip
        lines += ["", *columns([(f"needs {what}", yes_or_no(need)) for what, need in needs]), ""]
        lines += columns(
            [
                (name, "passed" if f.passed else "FAILED", f.words)
                for name, f in self.findings.items()
            ]
        )
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


def _what_objects_read(rules: Rules, waits: bool) -> dict[str, tuple[str, ...]]:
    result = {"gate": rules.reads("gate")}
    for name, rule, default in (
        ("value node", "value_rule", _VALUE_NODE),
        ("error node", "error_rule", _ERROR_NODE),
        ("detector", "detector", _DETECTOR),
        ("synapse", "synapse_rule", _SYNAPSE),
    ):
        result[name] = default if getattr(rules, rule) is None else rules.reads(rule)
    if "phi" not in result["gate"]:
        del result["detector"]
    if waits:
        result["weight used more than once"] = ("what all its synapses learn", _WAITING)
    return result


def audit_simulation(simulation: Simulation, *, samples: int = 24, seed: int = 0) -> Audit:
    """Say what the model reads and needs, and test on copies of the network that this is all.

    Parameters
    ----------
    samples : int
        Nodes and synapses to be watched while all that they are not wired to is poisoned. It takes
        some milliseconds for each; no more are watched than there are.
    seed : int
        Of the samples that are presented, and of what is disturbed.

    Returns
    -------
    Audit
        Which prints as a report. The simulation itself is left alone; its lesions are not
        copied.

    Examples
    --------
    >>> import neurosim as ns
    >>> net = ns.Network.layered([4, 5, 5, 3], seed=0)
    >>> audit = ns.Simulator(net, ns.models.ZIL()).audit()
    >>> audit.level, audit.signal, audit.properties["local plasticity"]
    (True, False, True)
    """
    samples = checks.integer("Simulator.audit", "samples", samples, 1)
    seed = checks.integer("Simulator.audit", "seed", seed, 0)
    model, rules = simulation.model, simulation.lowered.rules
    gate = rules.reads("gate")
    waits = model.commit == "release" and bool(simulation.lowered.blocks.records["waits"].any())
    probe = Probe(simulation, seed)
    findings = {
        "poisoned nodes": probe.poison_around_nodes(samples),
        "poisoned synapses": probe.poison_around_synapses(samples),
        "light cone of nodes and synapses": probe.light_cone(samples),
        "order of creation": probe.shuffled_order(),
        "event-driven as clock-driven": probe.event_driven(),
    }
    return Audit(
        type(model).__name__,
        _what_objects_read(rules, waits),
        "signal" in gate or waits,
        "level" in gate,
        "timer" in gate,
        findings,
        probe.difference_from_backpropagation(),
    )


def audit_backpropagation(bp: Backpropagation, *, samples: int = 24, seed: int = 0) -> Audit:
    """Audit backpropagation: its only step is a whole update."""
    samples = checks.integer("BP.audit", "samples", samples, 1)
    seed = checks.integer("BP.audit", "seed", seed, 0)
    probe = BackpropagationProbe(bp, seed)
    findings = {
        "light cone of nodes and synapses": probe.light_cone(samples),
        "order of creation": probe.shuffled_order(),
    }
    return Audit("BP", {}, False, False, False, findings, 0.0)
