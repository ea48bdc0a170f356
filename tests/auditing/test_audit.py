"""Audits find what is there, and fail where a rule is not what it says."""

from dataclasses import dataclass

import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors, models
from neurosim.auditing import probe
from neurosim.errors import NeurosimError

NET = ns.Network.layered([4, 5, 6, 5, 3], activation="tanh", bias=True, seed=0)


def graph():
    net = ns.Network(seed=0)
    for name, size in (("input", 4), ("a", 6), ("b", 5), ("c", 5), ("output", 3)):
        net.add_population(name, size, "tanh")
    net.connect("input", "a")
    net.connect("a", "b", rule=connectors.FixedProbability(0.5))
    net.connect("b", "c", rule=connectors.FixedProbability(0.5), feedback="plastic")
    net.connect("c", "output")
    net.connect("a", "output")
    return net


@pytest.mark.parametrize("net", [NET, graph()], ids=["layered", "graph"])
@pytest.mark.parametrize(
    ("model", "needs", "equal"),
    [
        (models.IL, (True, False, False), False),
        (models.ZIL, (False, True, True), True),
        (models.FaZIL, (False, False, False), True),
        (models.IncrementalPC, (False, False, False), False),
    ],
    ids=lambda v: getattr(v, "__name__", ""),
)
@pytest.mark.parametrize("sweep", [False, True], ids=["settled", "stream"])
def test_models_are_what_they_say(net, model, needs, equal, sweep):
    sim = ns.Simulator(net, model(sweep=sweep), batch_size=2)
    sim.fit(np.ones((4, 4)), np.ones((4, 3)))
    before = [array.tobytes() for array in sim.simulation.guard.arrays]
    audit = sim.audit()
    assert before == [array.tobytes() for array in sim.simulation.guard.arrays]
    assert audit.passed
    assert audit.protocol == ("stream" if sweep else "settled")
    assert audit.settling == (not sweep)
    assert (audit.signal, audit.level, audit.timer) == needs
    assert (audit.difference == 0) == equal
    assert audit.properties["local plasticity"]
    assert audit.properties["partial autonomy"]
    assert audit.properties["full autonomy"] == (not any(needs))
    assert audit.properties["nobody in command"] == (sweep and not any(needs))
    assert model.__name__ in str(audit)
    settling = next(line for line in str(audit).splitlines() if line.startswith("needs settling"))
    assert settling.split()[-1] == ("no" if sweep else "yes")
    tested = audit.findings["poisoned synapses"].words
    assert int(tested.split(", ")[1].split()[0]) > 0


def test_table_2():
    lines = ns.audit.comparison().splitlines()
    assert lines[0].split("  ")[-2:] == ["settled, as in the paper", "in a stream"]
    assert [line.split()[-7:] for line in lines[1:7]] == [
        ["BP", "IL", "ZIL", "FaZIL", "IL", "ZIL", "FaZIL"],
        ["yes", "no", "yes", "yes", "no", "yes", "yes"],
        ["no", "yes", "yes", "yes", "yes", "yes", "yes"],
        ["no", "yes", "yes", "yes", "yes", "yes", "yes"],
        ["no", "no", "no", "yes", "no", "no", "yes"],
        ["no", "no", "no", "no", "no", "no", "yes"],
    ]
    assert lines[7:] == [
        "",
        "full autonomy of FaZIL, settled: it learns by itself once somebody says that prediction "
        "is over",
        "full autonomy of FaZIL, in a stream: nothing is called but clamp, release and run",
    ]


def test_backpropagation_is_in_command_where_nothing_is_out_of_reach():
    bp = models.BP(ns.Network.layered([3, 4, 2], seed=0)).audit()
    assert bp.properties["partial autonomy"]
    assert not bp.properties["nobody in command"]


@pytest.mark.parametrize("sweep", [False, True])
def test_a_seed_repeats_an_audit(sweep):
    sim = ns.Simulator(NET, models.FaZIL(sweep=sweep))
    assert str(sim.audit(seed=3)) == str(sim.audit(seed=3))
    assert sim.audit(seed=3).findings != sim.audit(seed=4).findings


@pytest.mark.parametrize("sweep", [False, True])
def test_weights_in_common_wait_for_a_signal(sweep):
    net = ns.Network.recurrent(2, 3, 2, steps=3, seed=1)
    audit = ns.Simulator(net, models.FaZIL(sweep=sweep)).audit()
    assert audit.passed
    assert audit.signal
    assert audit.difference == 0
    assert not audit.properties["full autonomy"]
    assert not audit.properties["nobody in command"]
    assert not ns.Simulator(net, models.IncrementalPC(sweep=sweep)).audit().signal


def test_without_relays_the_audit_shows_it():
    audit = ns.Simulator(graph(), models.ZIL(learning_rate=0.1), relays=False).audit()
    assert audit.passed
    assert audit.difference > 1e-6
    assert not audit.properties["equal to backpropagation"]


@pytest.mark.parametrize("sweep", [False, True])
def test_rules_of_a_user_are_audited(sweep):
    def oja(theta, epsilon, f, alpha, decay):
        return alpha * (epsilon * f - decay * f * f * theta)

    @dataclass(frozen=True, kw_only=True)
    class Oja(models.FaZIL):
        decay: float = 0.5
        synapse_rule = staticmethod(oja)

    audit = ns.Simulator(NET, Oja(learning_rate=0.1, sweep=sweep)).audit()
    assert audit.passed
    assert audit.reads["synapse"] == ("theta", "epsilon", "f", "alpha", "decay")
    assert not audit.properties["equal to backpropagation"]


def test_an_engine_that_leaks_is_caught(monkeypatch):
    """Every kind of leak between what is not wired fails one of the tests."""
    step = probe.step

    def leaking(field, source, target):
        def stepping(simulation, **options):
            lowered = simulation.lowered
            told = lowered.view("x", source)[:, 0].copy()
            step(simulation, **options)
            lowered.view(field, target)[...] += 1e-9 * told[:, None]

        return stepping

    for source, target in (("hidden3", "hidden1"), ("hidden1", "output")):
        monkeypatch.setattr(probe, "step", leaking("x", source, target))
        audit = ns.Simulator(NET, models.FaZIL()).audit()
        assert not audit.findings["poisoned nodes"].passed
        assert not audit.properties["partial autonomy"]

    def learning_from_afar(simulation, **options):
        lowered = simulation.lowered
        told = float(lowered.view("x", "output")[0, 0])
        step(simulation, **options)
        lowered.theta_block("input->hidden1")[...] += 1e-9 * told

    monkeypatch.setattr(probe, "step", learning_from_afar)
    audit = ns.Simulator(NET, models.FaZIL()).audit()
    assert not audit.findings["poisoned synapses"].passed
    assert not audit.properties["local plasticity"]


def test_audits_refuse_nonsense():
    sim = ns.Simulator(NET, models.ZIL())
    with pytest.raises(NeurosimError, match="samples must be >= 1"):
        sim.audit(samples=0)
    with pytest.raises(NeurosimError, match="seed must be a whole number"):
        models.BP(NET).audit(seed="a")
