"""Threads of Python, and processes that are forked."""

import os
import threading

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import ProtocolError

LONG = 10**9


def busy(**options):
    """A simulation that never comes to rest."""
    net = ns.Network.layered([40, 60, 60, 5], activation="tanh", seed=0)
    sim = ns.Simulator(net, models.IncrementalPC(gamma=0.01, learning_rate=1e-6), **options)
    sim.clamp("input", np.linspace(-1, 1, 40))
    sim.settle()
    sim.clamp("output", np.ones(5))
    return sim


def run_until(sim, stop):
    while not stop.is_set():
        sim.run(50)


def test_a_simulator_that_another_thread_uses_is_refused_and_stays_right():
    sim, alone = busy(), busy()
    spikes = ns.SpikeMonitor(sim)
    ticks, done = 4000, threading.Event()

    def work():
        for _ in range(ticks // 100):
            sim.run(100)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    refused = 0
    while not done.is_set():
        for use in (lambda: sim.run(1), lambda: sim.weights, lambda: sim.state("x", "output")):
            try:
                use()
            except ProtocolError as error:
                refused += "another thread" in str(error)
    thread.join()
    assert refused
    alone.run(sim.t)
    assert sim.state("x", "hidden1").tobytes() == alone.state("x", "hidden1").tobytes()
    assert spikes.num_spikes >= 0


def test_kernels_let_other_threads_run():
    """A thread that only counts goes on while a kernel runs; under the lock it could not."""
    sim = busy()
    sim.run(10)
    counted, stop = [0], threading.Event()

    def count():
        while not stop.is_set():
            counted[0] += 1

    thread = threading.Thread(target=count)
    thread.start()
    try:
        # One call of the engine, however long: nothing else is asked for in between.
        sim.simulation.work_per_slice = 1 << 60
        before = counted[0]
        sim.run(20_000)
        assert counted[0] - before > 1000
    finally:
        stop.set()
        thread.join()


def test_a_callback_of_fit_may_use_the_simulator():
    net = ns.Network.layered([3, 4, 2], seed=0)
    sim = ns.Simulator(net, models.FaZIL(), batch_size=2)
    inputs, targets = np.ones((10, 3)), np.ones((10, 2))
    seen = []
    sim.fit(inputs, targets, progress=lambda done, total: seen.append(sim.predict(inputs[:1])))
    other = ns.Simulator(net, models.FaZIL(), batch_size=2)
    other.fit(inputs, targets)
    assert seen
    assert all(w.tobytes() == other.weights[n].tobytes() for n, w in sim.weights.items())


def test_a_turn_that_was_interrupted_is_over():
    sim = busy()

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.fit(np.ones((4, 40)), np.ones((4, 5)), progress=stop)
    sim.run(3)
    failed = []

    def use():
        try:
            sim.run(1)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert failed == []


def in_child(use):
    """Exit code of a forked process that uses something: 0 where it was refused with a word."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            use()
            code = 2
        except ProtocolError as error:
            code = 0 if "forked" in str(error) and "threads=1" in str(error) else 3
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_is_told_that_it_has_no_threads():
    net = ns.Network.layered([64, 64, 64, 10], seed=0)
    sim = ns.Simulator(net, models.ZIL(), batch_size=8, threads=2)
    inputs, targets = np.ones((16, 64)), np.ones((16, 10))
    sim.fit(inputs, targets)
    assert in_child(lambda: sim.fit(inputs, targets)) == 0
    assert in_child(lambda: ns.Simulator(net, models.ZIL(), threads=2)) == 0
    single = ns.Simulator(net, models.ZIL(), batch_size=8)
    assert in_child(lambda: single.fit(inputs, targets)) == 2
    sim.fit(inputs, targets)


def test_a_busy_run_returns_soon_whatever_went_before():
    """A quiet stretch teaches nothing about how long busy ticks take."""
    sim = busy()
    sim.release("output")
    sim.settle()
    sim.run(10**11)
    sim.clamp("output", np.ones(5))
    thread = threading.Timer(0.5, interrupt)
    thread.start()
    begun = sim.t
    with pytest.raises(KeyboardInterrupt):
        sim.run(LONG)
    thread.join()
    assert 0 <= sim.t - begun < LONG


def interrupt():
    import _thread

    _thread.interrupt_main()
