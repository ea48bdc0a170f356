"""In a stream audits find whoever commands, and whatever is read or heard beyond wires."""

from dataclasses import dataclass
from itertools import pairwise

import pytest

import neurosim as ns
from neurosim import connectors, models
from neurosim.auditing import courses, probe
from neurosim.kernels.arrays import layout
from neurosim.kernels.arrays.layout import FOLLOWS
from neurosim.kernels.verbs import run as engine
from neurosim.simulation.settling import settle

NET = ns.Network.layered([4, 5, 6, 5, 3], activation="tanh", bias=True, seed=0)
SPARSE = ns.Network(seed=0)
for _name, _size in (("input", 5), ("a", 6), ("b", 6), ("c", 5), ("output", 4)):
    SPARSE.add_population(_name, _size, "sigmoid")
for _pre, _post in (("input", "a"), ("a", "b"), ("b", "c"), ("c", "output"), ("input", "b")):
    SPARSE.connect(_pre, _post, rule=connectors.FixedInDegree(2))


def audit(net=NET, model=models.FaZIL, **options):
    return ns.Simulator(net, model(sweep=True, **options), batch_size=2).audit()


def failed(found):
    return {name for name, finding in found.findings.items() if not finding.passed}


@pytest.mark.parametrize("net", [NET, SPARSE], ids=["layered", "sparse"])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"rest_after_update": True},
        {"event_driven": False},
        {"batch_size": 3, "dtype": "float32"},
    ],
    ids=lambda options: "-".join(options),
)
def test_nobody_is_in_command(net, options):
    found = ns.Simulator(net, models.FaZIL(sweep=True), **options).audit(seed=2)
    assert found.passed
    assert all(found.properties.values())
    assert found.condition.passed
    assert {"nothing but clamp, release, run", "garbled levels", "garbled time"} < set(
        found.findings
    )
    # Four inputs in one population, of which one has no teacher.
    words = found.findings["nothing but clamp, release, run"].words
    assert words.startswith("7 clamps, 3 releases, ")
    assert words.endswith(" ticks, nothing else")


def late_gate(phi, timer):
    return phi and timer >= 0


def knowing_gate(phi, level):
    return phi and level >= 0


@pytest.mark.parametrize(("gate", "reads"), [(late_gate, "timer"), (knowing_gate, "level")])
def test_a_model_that_reads_time_or_level_loses_its_tick(gate, reads):
    """Though it learns the very same."""

    @dataclass(frozen=True, kw_only=True)
    class Cheats(models.FaZIL):
        pass

    Cheats.gate = staticmethod(gate)
    found = audit(model=Cheats)
    assert found.passed
    assert found.difference == 0
    assert getattr(found, reads)
    assert not found.properties["full autonomy"]
    assert not found.properties["nobody in command"]


def told_by(what):
    """Ticks in which every synapse learns a little from what nobody should read."""
    run = courses.run

    def running(simulation, ticks):
        run(simulation, ticks)
        lowered = simulation.lowered
        for name in ("hidden1", "hidden2"):
            told = what(lowered, lowered.index[name])
            lowered.theta_block(f"{name}->hidden{int(name[-1]) + 1}")[...] += 1e-9 * told

    return running


@pytest.mark.parametrize(
    ("what", "finding"),
    [
        (lambda lowered, p: lowered.populations["level"][p], "garbled levels"),
        (lambda lowered, p: lowered.plan.order[p], "garbled levels"),
        (lambda lowered, p: lowered.state.clock[layout.ONSET] % 7, "garbled time"),
        (lambda lowered, p: lowered.state.clock[layout.TEACHER], "garbled time"),
        (lambda lowered, p: lowered.state.clock[layout.TICK] % 7, "garbled time"),
    ],
    ids=["level", "order", "t", "teacher", "hour"],
)
def test_an_engine_that_reads_level_or_time_is_caught(monkeypatch, what, finding):
    monkeypatch.setattr(courses, "run", told_by(what))
    found = audit()
    assert finding in failed(found)
    assert not found.properties["full autonomy"]
    assert not found.properties["nobody in command"]


def test_the_hour_is_garbled_for_those_who_read_t(monkeypatch):
    assert "garbled levels" not in audit(model=models.ZIL).findings
    assert audit(model=models.ZIL).findings["another hour"].passed
    hour = told_by(lambda lowered, p: lowered.state.clock[layout.TICK] % 7)
    monkeypatch.setattr(courses, "run", hour)
    assert "another hour" in failed(audit(model=models.ZIL))


def settles_by_itself(simulation):
    engine.settle(*simulation.lowered.arguments, 0.0)


def refreshes(simulation):
    simulation.guard.attempt(engine.refresh, -1)


@pytest.mark.parametrize("command", [settle, settles_by_itself, refreshes])
def test_who_commands_in_secret_is_caught(monkeypatch, command):
    clamp = courses.clamp

    def clamping(simulation, values):
        if "output" in values:
            command(simulation)
        clamp(simulation, values)

    monkeypatch.setattr(courses, "clamp", clamping)
    found = audit()
    assert "nothing but clamp, release, run" in failed(found)
    assert not found.properties["nobody in command"]


def test_who_changes_a_setting_in_secret_is_caught(monkeypatch):
    clamp = courses.clamp

    def clamping(simulation, values):
        simulation.lowered.plan.setting[0]["t_d"] = 4 + ("output" in values)
        clamp(simulation, values)

    monkeypatch.setattr(courses, "clamp", clamping)
    assert "nothing but clamp, release, run" in failed(audit(t_d=4))


def stepping(change):
    """Ticks of which each is changed afterwards."""
    step = probe.step

    def changed(simulation, **options):
        before = simulation.lowered.state.onset.copy()
        step(simulation, **options)
        change(simulation.lowered, before)

    return changed


def tell_everyone(lowered, before):
    """A node anywhere has an onset as soon as an input had one."""
    state = lowered.state
    now = state.clock[layout.TICK]
    if (before == now - 1).any():
        state.onset[...] = now


def tell_one_more(lowered, before):
    """The last node, wired to or not, has an onset when the first one had one."""
    if before[0] == lowered.state.clock[layout.TICK] - 1:
        lowered.state.onset[-1] = lowered.state.clock[layout.TICK]


def withhold(lowered, before):
    """Onsets arrive at one node, and it does not have them."""
    record = lowered.populations[lowered.index["a"]]
    place = int(record["place"])
    lowered.state.onset[place] = before[place]


@pytest.mark.parametrize("change", [tell_everyone, tell_one_more, withhold])
def test_an_onset_that_does_not_keep_to_the_wires_is_caught(monkeypatch, change):
    monkeypatch.setattr(probe, "step", stepping(change))
    # Of the inputs that are shown something, the first node is to be one.
    found = ns.Simulator(SPARSE, models.FaZIL(sweep=True)).audit(samples=20)
    assert "light cone of onsets of nodes" in failed(found)
    assert not found.properties["partial autonomy"]
    assert not found.properties["nobody in command"]


@pytest.mark.parametrize("array", ["onset", "swept"])
def test_onsets_that_are_read_beyond_wires_are_caught(monkeypatch, array):
    """A value node that hears of the onsets of nodes that do not predict it."""
    bits = {"onset": lambda s: (s.onset == s.clock[layout.TICK]).any(),
            "swept": lambda s: (s.swept & FOLLOWS).any()}[array]  # fmt: skip
    step = probe.step

    def hearing(simulation, **options):
        told = float(bits(simulation.lowered.state))
        step(simulation, **options)
        for name in ("hidden1", "hidden2"):
            simulation.lowered.view("x", name)[...] += 1e-9 * told

    monkeypatch.setattr(probe, "step", hearing)
    found = audit()
    assert "poisoned nodes" in failed(found)
    assert not found.properties["nobody in command"]


def detour():
    """A node is reached over paths of two and of five synapses, the short one over a hidden one."""
    net = ns.Network(seed=0)
    for name in ("input", "a", "b", "c", "d", "other", "e", "late", "output"):
        net.add_population(name, 3, "tanh")
    chain = ("input", "a", "b", "c", "d", "late", "output")
    for pre, post in (*pairwise(chain), ("other", "e"), ("e", "late")):
        net.connect(pre, post)
    return net


def test_the_condition_is_checked():
    """The difference of two neighbouring lengths of paths is 5 - 2."""
    found = audit(detour(), t_d=2)
    assert found.passed
    assert found.condition == (
        False, "t_d = 2 must be at least 3 without rest: late is reached over paths of 2 and 5"
    )  # fmt: skip
    assert "NOT MET: t_d = 2 must be" in str(found)
    assert found.properties["nobody in command"]
    found = audit(detour(), t_d=3)
    assert found.condition == (
        True, "t_d = 3, and at least 3 is enough; teachers at least 9 ticks after inputs"
    )  # fmt: skip
    assert found.properties["equal to backpropagation"]
    model = models.FaZIL(t_d=1, sweep=True)
    found = ns.Simulator(detour(), model, rest_after_update=True).audit()
    assert found.condition == (
        True, "any t_d is enough with rest; teachers at least 7 ticks after inputs"
    )  # fmt: skip
    assert found.properties["equal to backpropagation"]
    assert ns.Simulator(detour(), models.FaZIL()).audit().condition is None


def test_what_the_condition_excludes_is_measured():
    """With t_d = 1 a past that reverberates makes phi fire too often."""
    net = ns.Network.layered([4, 5, 6, 5, 3], activation="relu", bias=True, seed=0)
    model = models.FaZIL(t_d=1, sweep=True)
    founds = [
        ns.Simulator(net, model, batch_size=3, dtype="float32", rest_after_update=rest).audit(
            seed=1
        )
        for rest in (False, True)
    ]
    assert [found.condition.passed for found in founds] == [False, True]
    assert [found.properties["equal to backpropagation"] for found in founds] == [False, True]


def test_the_condition_needs_relays_where_projections_span_levels():
    found = ns.Simulator(SPARSE, models.FaZIL(sweep=True), relays=False).audit()
    assert found.condition.passed  # over inputs no error comes back
    net = ns.Network(seed=0)
    for name, size in (("input", 4), ("a", 4), ("b", 4), ("output", 3)):
        net.add_population(name, size, "tanh")
    for pre, post in (("input", "a"), ("a", "b"), ("b", "output"), ("a", "output")):
        net.connect(pre, post)
    found = ns.Simulator(net, models.FaZIL(sweep=True), relays=False).audit()
    assert not found.condition.passed
    assert not found.properties["equal to backpropagation"]
    assert found.properties["nobody in command"]


def test_a_network_of_which_inputs_do_not_reach_all_is_told_of():
    net = ns.Network(seed=0)
    for name, size in (("input", 2), ("a", 3), ("output", 3)):
        net.add_population(name, size, "tanh")
    net.connect("input", "a", rule=connectors.Pairs([(0, 0), (1, 1)]))
    net.connect("a", "output")
    net.add_bias("bias", ["a"])
    found = audit(net)
    assert found.passed
    assert found.condition == (False, "no input reaches all nodes of a")
    assert not found.properties["equal to backpropagation"]


def test_wide_networks_do_not_diverge():
    net = ns.Network.layered([300, 80, 80, 10], activation="relu", seed=0)
    found = audit(net, learning_rate=1e-2)
    assert found.passed
    assert found.difference == 0
