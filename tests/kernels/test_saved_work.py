"""What an event-driven simulation does not do: the work that it saves, counted."""

import numpy as np
import pytest
from oracles.bits import snapshot
from oracles.running import started
from oracles.untimely_gate import UntimelyGate

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


def quiet_for(ticks, **options):
    """A simulator that was quiet for so many ticks, and what was recorded of it."""
    sim = started(models.FaZIL(learning_rate=0.05), **options)
    phi, rarely = ns.SpikeMonitor(sim), ns.StateMonitor(sim, "x", every=700)
    sim.run(9)
    sim.release("output")
    sim.settle()
    sim.run(ticks)
    sim.clamp("output", np.full((3, 3), 0.5))
    sim.run(ticks)
    kept = phi.tick, phi.population, phi.i, phi.replica, rarely.tick, rarely.t, rarely.x
    return sim, [array.tobytes() for array in kept]


@pytest.mark.parametrize("rest", [None, True])
def test_a_quiet_network_is_recorded_as_if_every_snapshot_were_looked_at(rest):
    (one, seen), (other, looked_at) = (
        quiet_for(2500, event_driven=way, rest_after_update=rest) for way in (True, False)
    )
    assert seen == looked_at
    assert snapshot(one) == snapshot(other)
    assert one.clock_driven_operations == other.clock_driven_operations
    assert len(seen[0]) > 0


@pytest.mark.parametrize("every", [None, 10**10])
def test_a_quiet_network_takes_no_time_where_only_spikes_are_recorded(every):
    """Or where a state is recorded so rarely that a hundred thousand million ticks are few rows."""
    sim = started(models.FaZIL())
    sim.release("output")
    sim.settle()
    phi = ns.SpikeMonitor(sim)
    states = ns.StateMonitor(sim, "x", every=every) if every else None
    sim.run(10**11)
    assert sim.t == 10**11
    if every:
        assert states.t.tolist() == list(range(0, 10**11 + 1, every))
    sim.clamp("output", np.ones((3, 3)))
    sim.step()
    assert phi.num_spikes > 0
    assert set(phi.tick - phi.tick[0]) <= {0, 1}
    sim.fit(np.zeros((3, 5)), np.zeros((3, 3)), ticks=10**11)
    assert phi.tick[-1] > 10**11


@pytest.mark.parametrize("event_driven", [True, False])
@pytest.mark.parametrize("batch", [1, 3])
def test_a_gate_that_reads_a_state_which_stays_is_not_asked_for_ever(batch, event_driven):
    """Nodes that it opens come to rest; whoever is left never will, so that nothing is to do."""
    ticks = 10**11 if event_driven else 50
    sim = started(
        UntimelyGate(learning_rate=0.05),
        batch=batch, rest_after_update=True, event_driven=event_driven,
    )  # fmt: skip
    sim.release("output")
    sim.settle()
    phi = ns.SpikeMonitor(sim)
    sim.run(3)
    resting = {
        name: sim.simulation.lowered.view("resting", name)[:batch].copy()
        for name in ("hidden1", "hidden2", "hidden3", "output")
    }
    for name, rests in resting.items():
        assert (rests == (sim.state("mu", name) > 0)).all()
        assert not rests.all()
    before = snapshot(sim)
    sim.run(ticks)
    assert snapshot(sim) == before
    for name, rests in resting.items():
        assert (sim.simulation.lowered.view("resting", name)[:batch] == rests).all()
    assert phi.num_spikes == 0
