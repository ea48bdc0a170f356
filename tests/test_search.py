"""The random search finds what is wrong, and says it in the fewest lines."""

from dataclasses import replace

import pytest
from search import words
from search.performance import replay
from search.printing import as_python
from search.program import Line, Program
from search.shrinking import shrink

import neurosim as ns

PROGRAM = Program(
    ("net = ns.Network.layered([2, 3, 1], activation='tanh', seed=0)",),
    "models.FaZIL(learning_rate=0.05)",
    {"batch_size": "2"},
    lines=(
        Line("sim.clamp('input', numbers(1, 2, 2))", "clamp"),
        Line("sim.settle()", "settle"),
        Line("sim.clamp('output', numbers(2, 2, 1))", "clamp", revival="pickle"),
        Line("sim.cut('input', 0, 'hidden1', 9)", "cut"),
        Line("m1 = ns.StateMonitor(sim, 'x')", "monitor", watches=True),
        Line("sim.run(3)", "run", revival="deepcopy"),
        Line("sim.state('x', 'hidden1')", "state", idle=True),
        Line("sim.release('output', nodes=[0])", "release"),
    ),
)


def ignore(told):
    pass


def found(program=PROGRAM):
    return replay(program, ignore)[0]


def test_where_all_is_well_nothing_is_found():
    assert found() is None


def test_a_refused_call_that_changes_something(monkeypatch):
    cut = ns.Simulator.cut

    def careless(sim, *ends):
        sim.set_weights({"hidden1->output": [[1.0], [2.0], [3.0]]})
        cut(sim, *ends)

    monkeypatch.setattr(ns.Simulator, "cut", careless)
    failure = found()
    assert failure.kind == "refused, but changed"
    failing = PROGRAM.with_lines(list(PROGRAM.lines[:4]))
    shortest = shrink(failing, failure, found, 60.0)
    assert [line.text for line in shortest.lines] == ["sim.cut('input', 0, 'hidden1', 9)"]
    assert shortest.twins == ("event-driven",)
    assert shortest.options == {}


def test_simulators_that_differ(monkeypatch):
    run = ns.Simulator.run

    def hasty(sim, ticks):
        run(sim, ticks if sim.event_driven else ticks + 1)

    monkeypatch.setattr(ns.Simulator, "run", hasty)
    failure = found()
    assert failure.kind == "simulators differ"
    assert failure.twins == ("event-driven", "clock-driven")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (Line("sim.recorder.lowered.view(3, 4)", "run"), "an error of Python's"),
        (
            Line("sim.clamp('input', [[0.0, 1.0]])", refused=True),
            "taken, though it cannot be meant",
        ),
        (Line("sim.clamp('input', [[0.0, 1.0]])", idle=True), "looked, but changed"),
    ],
    ids=["error", "taken", "looked"],
)
def test_other_failures(line, kind):
    assert found(replace(PROGRAM, lines=(line,))).kind == kind


def test_what_is_printed_can_be_pasted():
    failing = replace(PROGRAM, lines=(Line("sim.recorder.lowered.view(3, 4)", "run"),))
    printed = as_python(failing, found(failing), [""])
    with pytest.raises((KeyError, ValueError)):
        exec(printed.replace("tests.search", "search"), {})
    assert "import *" in printed


def test_words_are_what_they_say():
    assert all(hasattr(words, name) for name in words.__all__)
