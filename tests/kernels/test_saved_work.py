"""What an event-driven simulation does not do: the work that it saves, counted."""

import numpy as np
import pytest
from oracles.bits import snapshot
from oracles.running import started

import neurosim as ns
from neurosim import models


def test_a_tick_looks_only_at_those_that_may_be_woken():
    net = ns.Network.layered([5, *[3] * 40, 3], seed=0)
    sim = started(models.FaZIL(learning_rate=0.1), net=net, batch=2, rest_after_update=True)
    looked = []
    for _ in range(41):
        sim.step()
        looked.append(int(sim.simulation.lowered.state.agenda[0]))
    assert looked[0] == len(net.populations)
    assert max(looked[1:]) <= 8
    assert sim.state("epsilon", "hidden1").all()


def test_clamped_ends_save_most_of_the_work():
    net = ns.Network.layered([784, 32, 32, 10], seed=0)
    sim = ns.Simulator(net, models.IL(t_c=10**6, gamma=0.1))
    sim.clamp("input", np.linspace(0, 1, 784))
    sim.settle()
    sim.clamp("output", np.eye(10)[0])
    sim.run(5)
    before = sim.operations, sim.clock_driven_operations
    sim.run(100)
    done = sim.operations.total - before[0].total
    clock = sim.clock_driven_operations
    dense = clock.prediction + clock.feedback - before[1].prediction - before[1].feedback
    assert done == 100 * 2 * (32 * 32 + 32 * 10)
    assert done / dense == pytest.approx(0.0508, abs=1e-3)


def test_a_quiet_network_does_nothing():
    pair = [started(models.FaZIL(), event_driven=True) for _ in range(2)]
    for sim in pair:
        sim.release("output")
        sim.settle()
    done = pair[0].operations
    pair[0].run(10**6)
    assert pair[0].operations == done
    assert pair[0].t == 10**6
    for _ in range(20):
        pair[1].run(50_000)
    assert snapshot(pair[0]) == snapshot(pair[1])


def test_errors_of_replicas_that_are_not_in_use_wait_for_nothing():
    net = ns.Network.layered([3, 4, 2], seed=0)
    # Weights stay as they are, so that a target which is predicted now still is one batch later.
    sim = ns.Simulator(net, models.IL(learning_rate=1e-300, gamma=0.1, t_c=5), batch_size=20)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(37, 3)), random.normal(size=(37, 2))
    y[20:] = sim.predict(x[20:])
    sim.fit(x, y, shuffle=False)
    synapses = 3 * 4 + 4 * 2
    assert sim.clock_driven_operations.plasticity == 20 * 6 * synapses
