"""What a model asks of its parts, said from its rules and measured on a network.

An audit says what each kind of object reads, and whether a model needs somebody who settles the
network, a signal from outside, a node's level or a common time. It then tests on copies of the
network that this is all: nodes and synapses are watched while everything that they are not wired
to is poisoned, a disturbance is followed through the network tick by tick, and populations are
created in another order. A model with a `sweep` is tested in a stream: an onset is followed, too,
levels and times are garbled, and it is counted what is called. The properties of Song 2020,
Table 2, follow from these findings; none is written down.
"""

from __future__ import annotations

from neurosim import checks
from neurosim.auditing.audit import Audit
from neurosim.auditing.backpropagation_probe import BackpropagationProbe
from neurosim.auditing.comparing import Finding
from neurosim.auditing.copies import Copies
from neurosim.auditing.equality import condition, difference_from_backpropagation
from neurosim.auditing.probe import Probe
from neurosim.auditing.stream_probe import StreamProbe
from neurosim.backpropagation.backpropagation import Backpropagation
from neurosim.rules.rules import Rules
from neurosim.simulation.simulation import Simulation

__all__ = ["audit_backpropagation", "audit_simulation"]

_OBJECTS = (
    ("value node", "value_rule",
     ("own x", "own f(x) and f'(x)", "own epsilon", "the sum of epsilon theta")),
    ("error node", "error_rule", ("own x", "own mu, the sum of theta f(x)")),
    ("detector", "detector", ("own epsilon, now and before", "whether own x and mu moved", "t_d")),
    ("synapse", "synapse_rule",
     ("own theta", "gated epsilon of its error node", "f(x) of its value node")),
)  # fmt: skip
#: What is read beside that, whatever the rules, where a sweep passes.
_SWEEP = {
    "value node": ("own mu, while it follows", "onsets that reach it", "own onset, t_d"),
    "error node": ("whether its value node follows",),
}
_WAITING = "that the teacher has gone"


def _what_objects_read(rules: Rules, waits: bool, sweeps: bool) -> dict[str, tuple[str, ...]]:
    result = {"gate": rules.reads("gate")}
    for name, rule, default in _OBJECTS:
        result[name] = default if getattr(rules, rule) is None else rules.reads(rule)
        if sweeps:
            result[name] += _SWEEP.get(name, ())
    if "phi" not in result["gate"]:
        del result["detector"]
    if waits:
        result["weight used more than once"] = ("what all its synapses learn", _WAITING)
    return result


def audit_simulation(simulation: Simulation, *, samples: int = 24, seed: int = 0) -> Audit:
    """Say what the model reads and needs, and test on copies of the network that this is all.

    With a model that has a `sweep` all is tested in a stream, in which inputs and teachers are
    clamped and released, and nothing else is done; otherwise each copy is settled before a teacher
    appears, as in the paper.

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

    Fa-Z-IL learns without anybody; in a stream, nobody has to settle the network, either.

    >>> for sweep in (False, True):
    ...     audit = ns.Simulator(net, ns.models.FaZIL(sweep=sweep)).audit()
    ...     print(audit.settling, audit.properties["nobody in command"])
    True False
    False True
    """
    samples = checks.integer("Simulator.audit", "samples", samples, 1)
    seed = checks.integer("Simulator.audit", "seed", seed, 0)
    model, rules = simulation.model, simulation.lowered.rules
    gate = rules.reads("gate")
    waits = model.commit == "release" and bool(simulation.lowered.blocks.records["waits"].any())
    copies = Copies(simulation, seed)
    probe = Probe(copies)
    findings = {
        "poisoned nodes": probe.poison_around_nodes(samples),
        "poisoned synapses": probe.poison_around_synapses(samples),
        "light cone of nodes and synapses": probe.light_cone(samples),
        "order of creation": probe.shuffled_order(),
        "event-driven as clock-driven": probe.event_driven(),
    }
    if model.sweep:
        findings["light cone of onsets of nodes"] = probe.light_cone_of_onsets(samples)
        findings |= _only_in_a_stream(StreamProbe(copies), gate)
    return Audit(
        type(model).__name__,
        "stream" if model.sweep else "settled",
        _what_objects_read(rules, waits, model.sweep),
        "signal" in gate or waits,
        "level" in gate,
        "timer" in gate,
        findings,
        difference_from_backpropagation(copies),
        None if copies.needs is None else condition(simulation, copies.needs),
    )


def _only_in_a_stream(probe: StreamProbe, gate: tuple[str, ...]) -> dict[str, Finding]:
    """What nobody does, and what nobody reads that does not say so."""
    findings = {"nothing but clamp, release, run": probe.nobody_in_command()}
    if "level" not in gate:
        findings["garbled levels"] = probe.garbled_levels()
    reads_time = "timer" in gate or "signal" in gate
    findings["another hour" if reads_time else "garbled time"] = probe.garbled_time(
        beginning=reads_time
    )
    return findings


def audit_backpropagation(bp: Backpropagation, *, samples: int = 24, seed: int = 0) -> Audit:
    """Audit backpropagation: its only step is a whole update."""
    samples = checks.integer("BP.audit", "samples", samples, 1)
    seed = checks.integer("BP.audit", "seed", seed, 0)
    probe = BackpropagationProbe(bp, seed)
    findings = {
        "light cone of nodes and synapses": probe.light_cone(samples),
        "order of creation": probe.shuffled_order(),
    }
    return Audit("BP", "update", {}, False, False, False, findings, 0.0)
