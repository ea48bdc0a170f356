"""Every row and every spike has a tick of its own, whatever the world does meanwhile."""

import numpy as np
import pytest
from oracles.networks import skipping_with_bias
from oracles.programs import World
from oracles.running import started

import neurosim as ns
from neurosim import models
from neurosim.recording import recorder

# Random programs teach networks that have not settled.
pytestmark = pytest.mark.filterwarnings("ignore:.*error nodes are not quiet:UserWarning")


def test_a_teacher_who_comes_late_takes_no_spike_away():
    """T begins anew when the teacher appears; what was recorded of the free phase stays."""
    sim = ns.Simulator(ns.Network.layered([4, 5, 3], seed=1), models.FaZIL(t_d=2))
    phi, x = ns.SpikeMonitor(sim), ns.StateMonitor(sim, "x", every=4)
    sim.clamp("input", np.ones(4))
    sim.settle()
    start = sim.simulation.presentations
    sim.clamp("hidden1", np.linspace(-1, 1, 5))
    sim.run(6)
    free = phi.num_spikes
    assert free > 0
    assert x.t.tolist() == [0, 4]
    sim.clamp("output", np.ones(3))
    sim.run(6)
    assert (phi.num_spikes - free) > 0
    assert x.t.tolist() == [0, 4, 0, 4]
    assert np.diff(x.tick).tolist() == [4, 2, 4]
    assert set(x.presentation) == set(phi.presentation) == {start}
    assert len(x.to_pandas().index.unique()) == 4
    assert (np.diff(phi.tick) >= 0).all()


def test_what_the_world_changes_within_a_tick_replaces_the_row_of_that_tick():
    sim = started(models.ZIL(learning_rate=0.1), batch=1)
    phi, x, theta = (
        ns.SpikeMonitor(sim),
        ns.StateMonitor(sim, "x"),
        ns.StateMonitor(sim, "theta", projections=["hidden3->output"]),
    )
    sim.run(3)
    ticks = x.tick.tolist()
    assert np.diff(ticks).tolist() == [1, 1, 1]
    held = x.x, x.x.copy()
    sim.clamp("hidden1", np.full(6, 0.25))
    sim.set_weights({"hidden3->output": np.ones((8, 3))})
    sim.run(2)
    assert x.tick.tolist() == [*ticks, ticks[-1] + 1, ticks[-1] + 2]
    column = x.nodes.index(("hidden1", 0))
    assert (x.x[3, 0, column : column + 6] == 0.25).all()
    assert (theta.theta[3] == 1).all()
    assert not (theta.theta[2] == 1).any()
    # Nodes that were clamped fire in the same tick; what was listed before is not there twice.
    spikes = list(zip(phi.tick, phi.population, phi.i, phi.replica, strict=True))
    assert len(set(spikes)) == len(spikes)
    # What a user has got is the user's.
    assert np.array_equal(*held)


def test_the_settled_snapshot_has_a_tick_of_its_own():
    sim = started(models.FaZIL())
    x = ns.StateMonitor(sim, "x")
    sim.run(2)
    last, number = x.tick[-1], x.presentation[-1]
    sim.settle()
    sim.run(1)
    assert x.tick.tolist()[-2:] == [last + 1, last + 2]
    assert x.presentation.tolist()[-2:] == [number + 1, number + 1]
    assert x.t.tolist() == [0, 1, 2, 0, 1]


def test_no_row_is_taken_twice():
    sim = started(models.FaZIL())
    whole, parts = ns.StateMonitor(sim, "x"), ns.StateMonitor(sim, "x")
    phi, phi_parts = ns.SpikeMonitor(sim), ns.SpikeMonitor(sim)
    ticks, spikes = [], []
    for n in range(8):
        if n == 3:
            # Somebody else begins in between: what all look at is taken again, but not by `parts`.
            other = ns.StateMonitor(sim, "mu")
        sim.run(n % 3)
        ticks += parts.tick.tolist()
        spikes += phi_parts.tick.tolist()
        parts.clear()
        phi_parts.clear()
        assert len(parts) == phi_parts.num_spikes == 0
    assert ticks == whole.tick.tolist() == sorted(set(ticks))
    assert spikes == phi.tick.tolist()
    assert other.tick.tolist() == whole.tick.tolist()[-len(other) :]
    # Unless it has changed since.
    sim.clamp("output", np.zeros((3, 3)))
    sim.run(1)
    assert parts.tick.tolist() == [ticks[-1], ticks[-1] + 1]


def test_replicas_that_are_not_in_use_are_told():
    sim = ns.Simulator(ns.Network.layered([2, 3, 2], seed=0), models.FaZIL(), batch_size=3)
    x, phi = ns.StateMonitor(sim, "x"), ns.StateMonitor(sim, "phi")
    sim.fit(np.ones((4, 2)), np.zeros((4, 2)), shuffle=False, ticks=2)
    assert x.replicas.tolist() == [3, 3, 3, 1, 1, 1]
    assert np.isnan(x.x[3:, 1:]).all()
    assert np.isfinite(x.x[:3]).all()
    assert np.isfinite(x.x[3:, :1]).all()
    assert (phi.phi[3:, 1:] == 0).all()
    assert phi.phi[:3, 2].any()


# A teacher who comes while errors are loud is told of.
@pytest.mark.filterwarnings("ignore:neurosim")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("every", [1, 3])
def test_random_programs_are_recorded_as_they_happen(seed, every, monkeypatch):
    """However small the tape, event-driven or not, with or without monitors: the same ticks."""
    model = models.FaZIL(learning_rate=0.05, gamma=0.2)
    sims, recordings = [], []
    for way, most in ((True, 1 << 21), (False, 3000), (True, 1)):
        monkeypatch.setattr(recorder, "_MOST_BYTES", most)
        sim = ns.Simulator(skipping_with_bias(), model, batch_size=3, event_driven=way)
        monitors = [
            ns.StateMonitor(sim, "x", every=every), ns.StateMonitor(sim, "phi"),
            ns.StateMonitor(sim, "theta", projections=["b->output"], every=5), ns.SpikeMonitor(sim),
        ]  # fmt: skip
        sims.append(sim)
        recordings.append(monitors)
    unseen = ns.Simulator(skipping_with_bias(), model, batch_size=3)
    world = World([*sims, unseen], np.random.default_rng(seed))
    for _ in range(60):
        world.act()
    clocks = [s.simulation.lowered.state.clock[0] for s in world.sims]
    assert len(set(clocks)) == 1
    assert all(s.simulation.presentations == unseen.simulation.presentations for s in sims)
    weights = [{name: w.tobytes() for name, w in s.weights.items()} for s in world.sims]
    assert all(w == weights[-1] for w in weights)
    frames = [[monitor.to_pandas() for monitor in monitors] for monitors in recordings]
    for frame in zip(*frames, strict=True):
        assert len(frame[0]) > 0
        assert frame[0].equals(frame[1])
        assert frame[0].equals(frame[2])
    for x, phi, theta, _ in recordings:
        for monitor in (x, phi, theta):
            assert (np.diff(monitor.tick) > 0).all()
            assert (monitor.t % monitor.every == 0).all()
    # What the spikes are is what the states of phi are.
    _, phi, _, spikes = recordings[0]
    rows = np.searchsorted(phi.tick, spikes.tick)
    columns = [phi.nodes.index(node) for node in zip(spikes.population, spikes.i, strict=True)]
    assert phi.phi[rows, spikes.replica, columns].all()
    assert phi.phi.sum() == spikes.num_spikes


@pytest.mark.parametrize("event_driven", [True, False])
def test_letting_go_of_what_learned_nothing_is_no_change_of_the_snapshot(event_driven):
    rule = ns.connectors.Convolution(4, 3, out_channels=2)
    net = ns.Network(seed=0)
    net.add_population("input", rule.pre_size)
    net.add_population("output", rule.post_size)
    net.connect("input", "output", rule=rule)
    sim = ns.Simulator(net, ns.models.ZIL(), event_driven=event_driven)
    errors = ns.StateMonitor(sim, "epsilon")
    sim.clamp("input", np.ones(rule.pre_size))
    sim.settle()
    sim.step()
    errors.clear()
    sim.release("input")
    sim.run(3)
    # The row of the snapshot before these ticks was there already.
    assert errors.t.tolist() == [2, 3, 4]
