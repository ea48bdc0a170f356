"""Nothing of a recording is lost, and nothing is there twice, whatever exception comes anywhere."""

import numpy as np
import pytest
from oracles.interruptions import stopped_before_each_line

import neurosim as ns
from neurosim import models
from neurosim.recording import recorder

TICKS = 2
_RNG = np.random.default_rng(0)
X, Y = _RNG.normal(size=(3, 4)), _RNG.normal(size=(3, 2))


def recorded(monkeypatch, most):
    monkeypatch.setattr(recorder, "_MOST_BYTES", most)
    sim = ns.Simulator(
        ns.Network.layered([4, 3, 3, 2], seed=0), models.FaZIL(learning_rate=0.05), batch_size=2
    )
    sim.clamp("input", X[:2])
    sim.settle()
    sim.clamp("output", Y[:2])
    monitors = (
        ns.StateMonitor(sim, "x"),
        ns.StateMonitor(sim, "theta", projections=["hidden1->hidden2"], every=2),
        ns.SpikeMonitor(sim),
        ns.SpikeMonitor(sim, populations=["hidden2"]),
    )
    return sim, monitors


def clock(sim):
    return int(sim.simulation.lowered.state.clock[0])


def all_of(monitors):
    return [
        tuple(column.tobytes() for column in columns)
        for columns in (
            (m.tick, m.t, m.presentation, m.population, m.i, m.replica)
            if isinstance(m, ns.SpikeMonitor)
            else (m.tick, m.t, m.presentation, m.replicas, getattr(m, m.variable))
            for m in monitors
        )
    ]


# What fits on the tape: all, or one snapshot.
@pytest.mark.parametrize("most", [1 << 21, 1])
def test_a_run_that_is_interrupted_is_recorded(monkeypatch, most):
    def prepare():
        return recorded(monkeypatch, most)

    whole, expected = prepare()
    begun = clock(whole)
    whole.run(TICKS)
    expected = all_of(expected)
    for sim, monitors in stopped_before_each_line(prepare, lambda both: both[0].run(TICKS)):
        made = clock(sim) - begun
        if made:
            assert monitors[0].tick.tolist() == list(range(begun, begun + made + 1))
        sim.run(TICKS - made)
        assert all_of(monitors) == expected


@pytest.mark.parametrize("read", [0, 2, 3])
def test_who_reads_may_be_interrupted(monkeypatch, read):
    def prepare():
        sim, monitors = recorded(monkeypatch, 700)
        sim.run(2)
        all_of(monitors)
        sim.clamp("hidden1", np.ones((2, 3)))
        sim.run(3)
        return sim, monitors

    _, expected = prepare()
    expected = all_of(expected)
    for _, monitors in stopped_before_each_line(prepare, lambda both: all_of([both[1][read]])):
        assert all_of(monitors) == expected


def test_who_clears_may_be_interrupted(monkeypatch):
    def prepare():
        sim, monitors = recorded(monkeypatch, 700)
        sim.run(3)
        return sim, monitors

    sim, (x, _, phi, _) = prepare()
    before = x.tick.tolist(), phi.tick.tolist()
    sim.run(2)
    after = x.tick.tolist()[len(before[0]) :], phi.tick.tolist()[len(before[1]) :]

    def call(both):
        both[1][0].clear()
        both[1][2].clear()

    for sim, (x, _, phi, _) in stopped_before_each_line(prepare, call):
        sim.run(2)
        assert x.tick.tolist() in (before[0] + after[0], after[0])
        assert phi.tick.tolist() in (before[1] + after[1], after[1])


def test_who_begins_and_ends_may_be_interrupted(monkeypatch):
    def prepare():
        sim, monitors = recorded(monkeypatch, 700)
        sim.run(2)
        return sim, monitors

    def call(both):
        ns.StateMonitor(both[0], "mu")
        both[1][1].stop()
        both[1][3].remove()

    sim, monitors = prepare()
    sim.run(2)
    expected = all_of([monitors[0], monitors[2]])
    for sim, monitors in stopped_before_each_line(prepare, call):
        sim.run(2)
        assert all_of([monitors[0], monitors[2]]) == expected


@pytest.mark.parametrize("most", [1 << 21, 350])
def test_a_fit_that_is_interrupted_is_recorded(monkeypatch, most):
    count = 3 if most > 350 else 2

    def prepare():
        return recorded(monkeypatch, most)

    sim, monitors = prepare()
    begun = clock(sim)
    sim.fit(X[:count], Y[:count], shuffle=False, ticks=1)
    whole = monitors[0].to_pandas()
    for sim, monitors in stopped_before_each_line(
        prepare, lambda both: both[0].fit(X[:count], Y[:count], shuffle=False, ticks=1)
    ):
        frame = monitors[0].to_pandas()
        # What was begun is there, as far as it went.
        assert frame.equals(whole.iloc[: len(frame)])
        # Settling at the end, or before a teacher, makes a tick that nobody runs from.
        assert clock(sim) - (monitors[0].tick[-1] if len(frame) else begun) in (0, 1)
        sim.present(X[:2], Y[:2], ticks=3)
        ticks = monitors[0].tick
        assert (np.diff(ticks) > 0).all()
        assert monitors[0].t.tolist()[-4:] == [0, 1, 2, 3]


def test_a_step_that_overflows_is_not_recorded(monkeypatch):
    for most in (1 << 21, 1):
        monkeypatch.setattr(recorder, "_MOST_BYTES", most)
        net = ns.Network.layered([1, 1, 1, 1], activation="identity", seed=0)
        sim = ns.Simulator(net, models.IL(learning_rate=0.1, gamma=1e30, t_c=1000), bound=None)
        x = ns.StateMonitor(sim, "x")
        sim.clamp("input", [1.0])
        sim.settle()
        begun = clock(sim)
        sim.clamp("output", [2.0])
        with pytest.raises(ns.errors.DivergenceError):
            sim.run(100)
        assert 3 < sim.t < 99
        assert x.tick.tolist() == list(range(begun, clock(sim) + 1))
        assert np.isfinite(x.x).all()
