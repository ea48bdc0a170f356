"""What monitors record of a run."""

import copy

import numpy as np
from oracles.backpropagation import RATE
from oracles.running import in_the_middle, started

import neurosim as ns
from neurosim import models
from neurosim.simulation import ticking, training


def test_monitors_and_handles():
    sim = started(models.FaZIL(learning_rate=0.1), batch=2)
    phi = ns.SpikeMonitor(sim)
    errors = ns.StateMonitor(sim, "epsilon", populations=["hidden1", "output"])
    theta = ns.StateMonitor(sim, "theta", projections=["hidden3->output"], every=2)
    sim.run(4)
    assert errors.t.tolist() == [0, 1, 2, 3, 4]
    assert errors.epsilon.shape == (5, 2, 9)
    assert theta.theta.shape == (3, 8, 3)
    assert (errors.epsilon[-1, :, :6] == sim.state("epsilon", "hidden1")).all()
    due = {name: 2 * sim.network.populations[name].size for name in phi.names}
    assert {name: int(n.sum()) for name, n in phi.count.items()} == due
    assert (np.diff(phi.t) >= 0).all()
    assert (phi.t == [sim.network.levels[name] for name in phi.population]).all()
    assert len(phi.to_pandas()) == phi.num_spikes
    assert errors.to_pandas().shape == (10, 9)
    sim.clamp("output", np.zeros((2, 3)))
    sim.run(1)
    assert errors.t.tolist() == [0, 1, 2, 3, 4, 5]
    node = sim.error_node("hidden1", 3, replica=1)
    assert node.epsilon == node.value_node.x - node.mu or sim.residual > 0
    assert len(node.incoming) == 5
    assert node.incoming[2].pre == sim.value_node("input", 2, replica=1)
    synapse = sim.synapse("hidden1", 3, "hidden2", 1)
    mu = synapse.post.mu
    synapse.theta = synapse.theta + 1.0
    assert synapse.post.mu != mu


def test_recording_stays_in_the_compiled_loop(monkeypatch):
    sim = started(models.FaZIL())
    monitor = ns.StateMonitor(sim, "x")
    sim.simulation.ticks_per_slice = 1000  # however slow the machine has been
    calls = []
    compiled = ticking.engine.run
    monkeypatch.setattr(
        ticking.engine, "run", lambda *arguments: calls.append(1) or compiled(*arguments)
    )
    sim.run(100)
    assert len(monitor.t) == 101
    assert len(calls) <= 2


def test_training_is_recorded_in_the_compiled_loop(monkeypatch):
    """A row for each tick of each presentation, the teacher's onset first, and the same weights."""
    generator = np.random.default_rng(0)
    inputs, targets = generator.normal(size=(30, 5)), generator.normal(size=(30, 3))
    net = ns.Network.layered([5, 6, 3], seed=1)
    sims = [ns.Simulator(net, models.FaZIL(learning_rate=0.1), batch_size=3) for _ in range(3)]
    x, phi = ns.StateMonitor(sims[0], "x", populations=["hidden1"]), ns.SpikeMonitor(sims[0])
    last = ns.StateMonitor(sims[2], "x", populations=["hidden1"])
    calls = []
    compiled = training.loops.train
    monkeypatch.setattr(
        training.loops, "train", lambda *arguments: calls.append(1) or compiled(*arguments)
    )
    for sim in sims[:2]:
        sim.fit(inputs, targets, shuffle=False)
    assert len(calls) == 2
    each = models.FaZIL().ticks(sims[0].wiring.depth) + 1
    assert x.t.tolist() == list(range(each)) * 10
    assert x.presentation.tolist() == np.repeat(np.arange(1, 11), each).tolist()
    assert phi.num_spikes == 30 * (3 + 6)
    assert phi.replica.max() == 2
    for name, weights in sims[1].weights.items():
        assert weights.tobytes() == sims[0].weights[name].tobytes()
    # The verbs one by one show the same.
    for n in range(0, 30, 3):
        sims[2].present(inputs[n : n + 3], targets[n : n + 3], ticks=each - 1)
    assert np.array_equal(last.t, x.t)
    first = x.t == 0
    assert np.array_equal(last.x[first], x.x[first])


def test_a_monitor_that_was_cleared_goes_on_behind_what_it_had():
    sim = started(models.FaZIL())
    x, phi = ns.StateMonitor(sim, "x"), ns.SpikeMonitor(sim)
    sim.run(1)
    spikes = phi.num_spikes
    x.clear()
    phi.clear()
    sim.run(2)
    assert x.t.tolist() == [2, 3]
    assert phi.t.tolist()[0] == 2
    assert spikes > 0


def test_feedback_synapses_are_recorded():
    net = ns.Network(seed=1)
    for name, size in (("a", 4), ("b", 5), ("c", 2)):
        net.add_population(name, size, "tanh")
    net.connect("a", "b")
    net.connect("b", "c", feedback="plastic")
    sim = ns.Simulator(net, models.FaZIL(learning_rate=RATE))
    forth = ns.StateMonitor(sim, "theta", projections=["b->c"])
    back = ns.StateMonitor(sim, "feedback_theta", projections=["b->c"])
    sim.present(np.ones(4), np.ones(2), ticks=4)
    assert np.array_equal(forth.theta, back.feedback_theta)
    assert not np.array_equal(back.feedback_theta[0], back.feedback_theta[-1])


def test_a_monitor_is_copied_with_its_simulator():
    sim = in_the_middle()
    phi, x = ns.SpikeMonitor(sim), ns.StateMonitor(sim, "x")
    sim.run(1)
    twin, other_phi, other_x = copy.deepcopy((sim, phi, x))
    for each in (sim, twin):
        each.run(2)
    assert np.array_equal(x.x, other_x.x)
    assert np.array_equal(phi.t, other_phi.t)
    twin.run(1)
    assert len(other_x) == len(x) + 1
