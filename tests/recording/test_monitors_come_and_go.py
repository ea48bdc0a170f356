"""Monitors that end, that nobody holds any more, and that are copied."""

import copy
import gc
import pickle
import threading
import weakref

import numpy as np
import pytest
from oracles.running import in_the_middle, pickled, started

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError
from neurosim.recording.recorder import Recorder


def test_a_monitor_stops_and_starts():
    sim = started(models.FaZIL())
    whole, x, phi = ns.StateMonitor(sim, "x"), ns.StateMonitor(sim, "x"), ns.SpikeMonitor(sim)
    first = int(sim.simulation.lowered.state.clock[0])
    sim.run(2)
    for monitor in (x, phi):
        assert monitor.is_recording
        monitor.stop()
        monitor.stop()
        assert not monitor.is_recording
    heard = phi.num_spikes
    sim.run(2)
    assert len(x) == 3
    assert phi.num_spikes == heard
    x.start()
    x.start()
    phi.start()
    sim.run(2)
    assert (x.tick - first).tolist() == [0, 1, 2, 4, 5, 6]
    assert np.array_equal(x.x, whole.x[[0, 1, 2, 4, 5, 6]])
    # The last level fires at t = 3.
    assert sorted({*(phi.tick - first).tolist()}) == [0, 1, 2]
    assert len(sim.simulation.recorder.monitors) == 3


def test_a_monitor_is_removed():
    sim = started(models.FaZIL())
    x = ns.StateMonitor(sim, "x")
    with ns.SpikeMonitor(sim) as phi:
        sim.run(2)
    assert not phi.is_recording
    assert sim.simulation.recorder.monitors == [x]
    heard = phi.num_spikes
    assert heard > 0
    x.remove()
    x.remove()
    sim.run(2)
    assert len(x) == 3
    assert phi.num_spikes == heard
    x.stop()
    with pytest.raises(NeurosimError, match=r"StateMonitor.start: this monitor was removed"):
        x.start()
    x.clear()
    assert len(x) == 0
    with pytest.raises(NeurosimError), ns.StateMonitor(sim, "x") as other:
        sim.run(-1)
    assert not other.is_recording
    sim.run(1)
    assert len(other) == 0


def test_a_monitor_that_nobody_holds_records_nothing():
    sim = started(models.FaZIL())
    kept = [ns.StateMonitor(sim, "x")]
    x = ns.StateMonitor(sim, "x")
    sim.run(1)
    leaving = weakref.ref(x)
    del x
    gc.collect()
    assert leaving() is None
    assert sim.simulation.recorder.monitors == kept
    sim.run(2)
    assert len(kept[0]) == 4
    kept.clear()
    gc.collect()
    assert not sim.simulation.recorder.is_on
    sim.run(1)


def test_monitors_come_and_go_while_a_network_is_trained():
    sim = ns.Simulator(ns.Network.layered([3, 4, 2], seed=0), models.FaZIL(), batch_size=2)
    kept = [ns.StateMonitor(sim, "x"), ns.SpikeMonitor(sim)]
    seen = []

    def look(done, total):
        seen.append(len(kept[-1].tick))
        if len(seen) == 1:
            kept.append(ns.SpikeMonitor(sim))
        elif len(seen) == 3:
            del kept[:]
            kept.append(ns.StateMonitor(sim, "phi"))

    # Two slices of 16 batches in each epoch.
    sim.fit(np.ones((64, 3)), np.zeros((64, 2)), epochs=4, ticks=2, progress=look)
    assert len(seen) >= 4
    assert sim.simulation.recorder.monitors == kept
    # All that one sees was learned from, and change detectors are followed for whoever comes.
    assert kept[0].phi.any()
    assert (np.diff(kept[0].tick) == 1).all()
    kept.clear()
    sim.run(3)


def test_a_run_that_finds_its_last_monitor_gone_goes_on(monkeypatch):
    sim = started(models.FaZIL())
    monkeypatch.setattr(Recorder, "is_on", True)
    sim.run(3)
    assert sim.t == 3


def test_a_simulator_goes_when_nobody_holds_it():
    """No circle keeps its arrays until the collector comes."""
    gc.disable()
    try:
        sim = started(models.FaZIL())
        x = ns.StateMonitor(sim, "x")
        sim.run(1)
        lowered = weakref.ref(sim.simulation.lowered)
        del sim
        assert lowered() is not None
        x.remove()
        assert lowered() is None
        assert len(x) == 2
    finally:
        gc.enable()


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled])
def test_a_copy_is_recorded_by_what_was_copied_with_it(duplicate):
    sim = in_the_middle()
    phi, x = ns.SpikeMonitor(sim), ns.StateMonitor(sim, "x")
    sim.run(1)
    alone = duplicate(sim)
    assert alone.simulation.recorder.monitors == []
    twin, other_phi, other_x = duplicate((sim, phi, x))
    assert twin.simulation.recorder.monitors == [other_phi, other_x]
    for each in (sim, twin, alone):
        each.run(2)
    assert np.array_equal(x.x, other_x.x)
    assert np.array_equal(x.tick, other_x.tick)
    assert np.array_equal(phi.tick, other_phi.tick)
    assert len(x) == 4
    twin.run(1)
    assert len(x) == 4
    assert len(other_x) == 5
    first, _ = duplicate((x, sim))
    assert first.is_recording
    other_x.stop()
    assert not duplicate((twin, other_x))[1].is_recording
    x.remove()
    # Without the simulation, which has no part in it any more.
    assert len(pickle.dumps(x)) < 20_000
    assert np.array_equal(duplicate(x).x, x.x)


@pytest.mark.parametrize("name", ["every", "variable", "names", "nodes", "segments", "ever"])
def test_nothing_is_set_without_effect(name):
    sim = started(models.FaZIL())
    monitor = ns.StateMonitor(sim, "x")
    with pytest.raises(NeurosimError, match=name):
        setattr(monitor, name, 2)
    monitor.nodes.clear()
    monitor.names.clear()
    sim.run(1)
    assert monitor.to_pandas().shape == (6, 29)
    with pytest.raises(ValueError, match="read-only"):
        monitor.x[0] = 1
    with pytest.raises(AttributeError, match="records 'x', not 'mu'"):
        _ = monitor.mu


def test_what_another_thread_is_recording_is_read_when_it_is_there():
    sim = ns.Simulator(ns.Network.layered([3, 4, 2], seed=0), models.FaZIL(), batch_size=2)
    sim.fit(np.ones((2, 3)), np.zeros((2, 2)))
    x = ns.StateMonitor(sim, "x", every=3)
    done = threading.Event()

    def train():
        sim.fit(np.ones((60_000, 3)), np.zeros((60_000, 2)), ticks=3)
        done.set()

    thread = threading.Thread(target=train)
    thread.start()
    seen = 0
    while not done.is_set():
        rows = x.x
        assert len(rows) >= seen
        assert len(x.t) >= len(rows)
        seen = len(rows)
    thread.join()
    assert len(x) == 60_000
    assert x.t.tolist() == [0, 3] * 30_000


def test_who_reads_in_another_thread_stops_nobody():
    """Nor does who begins to record there, or ends."""
    sim = started(models.FaZIL())
    whole, failed, done = ns.StateMonitor(sim, "x"), [], threading.Event()

    def step():
        try:
            for _ in range(3000):
                sim.step()
        except BaseException as error:
            failed.append(error)
        done.set()

    thread = threading.Thread(target=step)
    thread.start()
    others = []
    while not done.is_set():
        assert (np.diff(whole.tick) == 1).all()
        with ns.StateMonitor(sim, "mu") as other:
            others.append(other)
    thread.join()
    assert failed == []
    assert (np.diff(whole.tick) == 1).all()
    assert len(whole) == 3001
    assert all((np.diff(other.tick) == 1).all() for other in others)
