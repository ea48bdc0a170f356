"""Each verb has happened or has not, whatever exception comes at whatever line."""

import contextlib

import numpy as np
import pytest
from oracles.interruptions import stopped_before_each_line

import neurosim as ns
from neurosim import models

INPUT = np.linspace(-1.0, 1.0, 4)
OUTPUT = np.array([0.75, -0.5])


def simulator(**options):
    net = ns.Network(seed=0)
    for name, size, activation in (("input", 4, "identity"), ("a", 3, "tanh"), ("b", 3, "tanh")):
        net.add_population(name, size, activation)
    net.add_population("output", 2)
    net.connect("input", "a")
    net.connect("a", "b")
    net.connect("b", "output")
    net.connect("a", "output")
    return ns.Simulator(net, models.FaZIL(learning_rate=0.1), batch_size=2, **options)


def taught():
    """Settled, with a teacher, on the way."""
    sim = simulator()
    sim.clamp("input", [INPUT, INPUT[::-1]])
    sim.settle()
    sim.clamp("output", [OUTPUT, OUTPUT])
    sim.run(1)
    return sim


def shared():
    """Weights used twice have learned, and take it when the teacher goes."""
    net = ns.Network.recurrent(2, 3, 2, steps=3, seed=0)
    sim = ns.Simulator(net, models.FaZIL(learning_rate=0.1))
    for step in (1, 2, 3):
        sim.clamp(f"input{step}", [0.5, -0.25 * step])
    sim.settle()
    sim.clamp("output", [1.0, -1.0])
    sim.run(4)
    return sim


def cut_before():
    sim = taught()
    sim.cut("a", 0, "b", 1)
    return sim


def silent_before():
    sim = taught()
    sim.silence("a", [0])
    return sim


def seen_now(sim):
    """All that can be seen of a simulation."""
    names = list(sim.wiring.populations)
    predicted = [name for name in names if sim.simulation.lowered.is_predicted(name)]
    return [
        sim.t,
        sim.replicas,
        sim.gamma,
        str(sim.learning_rate),
        *(sim.state("x", name).tobytes() for name in names),
        *(sim.state(v, name).tobytes() for name in predicted for v in ("mu", "epsilon", "phi")),
        sim.simulation.clamped,
        *((name, weights.tobytes()) for name, weights in sim.weights.items()),
        sim.clock_driven_operations,
    ]


def seen(sim):
    """All that can be seen now, and after some more ticks."""
    now = seen_now(sim)
    sim.run(3)
    return now + seen_now(sim)


VERBS = {
    "clamp": (taught, lambda sim: sim.clamp("b", [[0.5, 0.25, -1.0]] * 2)),
    "clamp a part": (taught, lambda sim: sim.clamp("b", [[0.5]] * 2, nodes=[1])),
    "clamp the teacher": (
        lambda: _without_teacher(), lambda sim: sim.clamp("output", [OUTPUT, -OUTPUT]),
    ),
    "clamp other replicas": (lambda: _let_go(), lambda sim: sim.clamp("input", [INPUT])),
    "release": (taught, lambda sim: sim.release("output")),
    "release a part": (taught, lambda sim: sim.release("input", nodes=[1, 2])),
    "release what weights wait for": (shared, lambda sim: sim.release("output")),
    "settle": (taught, lambda sim: sim.settle()),
    "settle by inference": (
        taught, lambda sim: sim.settle("inference", tolerance=1e-2, max_ticks=500),
    ),
    "inject": (taught, lambda sim: sim.inject("b", [0.5, 0.5, 1.0], 4)),
    "cut": (taught, lambda sim: sim.cut("a", 1, "b", 2)),
    "mend": (cut_before, lambda sim: sim.mend("a", 0, "b", 1)),
    "silence": (cut_before, lambda sim: sim.silence("a")),
    "restore": (silent_before, lambda sim: sim.restore("a", [0])),
    "set_weights": (
        taught,
        lambda sim: sim.set_weights({"a->b": np.eye(3), "input->a": np.ones((4, 3))}),
    ),
    "theta": (taught, lambda sim: setattr(sim.synapse("a", 0, "b", 1), "theta", 0.5)),
    "learning_rate": (taught, lambda sim: setattr(sim, "learning_rate", 0.5)),
    "gamma": (taught, lambda sim: setattr(sim, "gamma", 0.5)),
}  # fmt: skip


def _let_go():
    sim = taught()
    sim.release("output")
    sim.release("input")
    return sim


def _without_teacher():
    sim = taught()
    sim.release("output")
    return sim


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_happened_or_has_not(verb):
    prepare, call = VERBS[verb]
    done = prepare()
    call(done)
    before, after = seen(prepare()), seen(done)
    assert before != after
    outcomes = [seen(sim) for sim in stopped_before_each_line(prepare, call)]
    assert len(outcomes) > 5
    assert all(outcome in (before, after) for outcome in outcomes)
    assert before in outcomes


@pytest.mark.parametrize("verb", ["clamp", "set_weights", "mend"])
def test_a_verb_that_overflows_and_is_interrupted_has_not_happened(verb):
    huge = 1e308

    def prepare():
        sim = simulator(bound=None)
        sim.clamp("input", [INPUT, INPUT])
        sim.settle()
        if verb == "mend":
            # What it gives back is too much for what has been clamped since.
            sim.set_weights({"a->b": np.full((3, 3), huge / 4)})
            sim.cut("a", 0, "b", 0)
            sim.clamp("a", [[4.0, 0.0, 0.0]] * 2)
        return sim

    calls = {
        "clamp": lambda sim: sim.clamp("b", [[huge] * 3] * 2),
        "set_weights": lambda sim: sim.set_weights({"a->b": np.full((3, 3), huge)}),
        "mend": lambda sim: sim.mend("a", 0, "b", 0),
    }

    def call(sim):
        with contextlib.suppress(ns.errors.DivergenceError):
            calls[verb](sim)

    done = prepare()
    call(done)
    allowed = [seen_now(prepare()), seen_now(done)]
    for sim in stopped_before_each_line(prepare, call):
        assert seen_now(sim) in allowed


def test_what_was_simulated_is_recorded():
    def prepare():
        sim = taught()
        return sim, ns.StateMonitor(sim, "x"), ns.SpikeMonitor(sim)

    def call(things):
        things[0].run(6)

    whole = prepare()
    call(whole)
    begun = prepare()[0].t
    lengths = set()
    for sim, states, spikes in stopped_before_each_line(prepare, call):
        made = sim.t - begun
        # Nothing is missing, and nothing is there twice.
        assert (
            states.t.tolist()[: made + 1] == list(range(begun, begun + made + 1))[: len(states.t)]
        )
        assert len(states.t) in ((made + 1,) if made else (0, 1))
        lengths.add(made)
        sim.run(6 - made)
        np.testing.assert_array_equal(states.t, whole[1].t)
        np.testing.assert_array_equal(states.x, whole[1].x)
        np.testing.assert_array_equal(spikes.t, whole[2].t)
        np.testing.assert_array_equal(spikes.i, whole[2].i)
    assert 0 in lengths
    assert 6 in lengths


def test_a_fit_that_is_interrupted_stands_between_two_batches_or_in_one():
    inputs = np.random.default_rng(0).normal(size=(6, 4))
    targets = np.random.default_rng(1).normal(size=(6, 2))

    def call(sim):
        sim.fit(inputs, targets, shuffle=False)

    whole = simulator()
    call(whole)
    for sim in stopped_before_each_line(simulator, call):
        # Whatever comes next works, and nodes rest only in `fit`.
        sim.present(inputs[:2], targets[:2])
        assert not sim.simulation.lowered.view("resting", "a").any()
        assert not sim.simulation.lowered.plan.setting[0]["rest"]
        assert sim.simulation.lowered.plan.setting[0]["watch"]
        assert "output" not in sim.simulation.clamped
