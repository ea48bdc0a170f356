"""Phi fires once for each error of each presentation, when the front reaches it, and never else."""

import numpy as np
import pytest
from oracles.bits import same_bits
from oracles.stream_worlds import (
    Schedule,
    a_world,
    backpropagated,
    chain,
    drawn,
    layers,
    random_graph,
    several_ends,
    skipping,
    streaming,
)
from oracles.streams import Wiring
from oracles.streams import backpropagated as exact_changes

import neurosim as ns
from neurosim.description.path_lengths import sweep_needs


def fired(phi, populations):
    """Spikes as rows of tick, population, node and replica, in that order."""
    index = {name: n for n, name in enumerate(populations)}
    names = np.array([index[name] for name in phi.population], np.int64)
    rows = np.column_stack([phi.tick, names, phi.i, phi.replica])
    return rows[np.lexsort(rows.T[::-1])]


def due(sim, world, *, nodes=None):
    """When the front reaches each node with an error: as many ticks after the teacher as levels.

    `nodes` says of a presentation by its number which nodes have one; all, if it is not given.
    """
    populations = list(sim.wiring.populations)
    predicted = [name for name in populations if sim.simulation.lowered.is_predicted(name)]
    rows, now = [], 0
    for n, (_, _, shown, taught, pause) in enumerate(Schedule(sim, world)):
        for name in predicted if taught else ():
            level = sim.wiring.levels[name]
            size = sim.wiring.populations[name].size
            marks = np.ones((sim.batch_size, size), bool) if nodes is None else nodes(n)[name]
            replica, node = np.nonzero(marks)
            each = np.empty((len(node), 4), np.int64)
            each[:, 0], each[:, 1] = now + shown + level, populations.index(name)
            each[:, 2], each[:, 3] = node, replica
            rows.append(each)
        now += shown + taught + pause
    rows = np.concatenate(rows)
    return rows[np.lexsort(rows.T[::-1])]


def test_a_million_times():
    """Once per node, replica and presentation with a teacher; not in sweeps, pauses, aftermaths."""
    net = ns.Network.layered([32, 64, 64, 64, 64, 16], activation="tanh", seed=0)
    sim = streaming(net, batch=20, t_d=3, rate=1e-3)
    world = a_world(sim, 260, again=0.2, missing=0.2, taught=(5, 15), pause=(0, 8))
    phi = ns.SpikeMonitor(sim)
    sim.stream(world)
    expected = due(sim, world)
    assert len(expected) > 10**6
    np.testing.assert_array_equal(fired(phi, sim.wiring.populations), expected)
    assert same_bits(sim.weights, backpropagated(sim, world).weights)


GRAPHS = {
    "skips": skipping,
    "several ends": several_ends,
    "random": lambda: random_graph(3),
    "another": lambda: random_graph(8),
    "chains of 3 and 1": lambda: chain(3, 1),
}


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("rest", [False, True])
def test_in_graphs(name, rest):
    """In relays and in readouts as in all other nodes."""
    net = GRAPHS[name]()
    t_d = 1 if rest else sweep_needs(net).t_d
    sim = streaming(net, batch=3, t_d=t_d, rest_after_update=rest)
    world = a_world(sim, 60, taught=(sim.simulation.depth, sim.simulation.depth + 2))
    phi = ns.SpikeMonitor(sim)
    sim.stream(world)
    np.testing.assert_array_equal(fired(phi, sim.wiring.populations), due(sim, world))


@pytest.mark.parametrize(("batch", "rest"), [(1, False), (5, True)])
def test_nodes_without_an_error_do_not_fire(batch, rest):
    """Rectified nodes that are silent have none; who has one is found by NumPy."""
    sim = streaming(layers(5, "relu"), batch=batch, rest_after_update=rest)
    world = a_world(sim, 120, taught=(5, 12))
    wiring = Wiring(sim.network)
    theta, marks = dict(wiring.start), {}
    for n, (x, y, _, taught, _) in enumerate(Schedule(sim, world)):
        if taught:
            theta, marks[n] = exact_changes(wiring, theta, x, y, sim.learning_rate)
    phi = ns.SpikeMonitor(sim)
    sim.stream(world)
    expected = due(sim, world, nodes=marks.get)
    assert 0.2 < len(expected) / len(due(sim, world)) < 0.9
    np.testing.assert_array_equal(fired(phi, sim.wiring.populations), expected)


def test_in_a_sweep_of_what_was_never_taught():
    """Inputs that change as fast as ticks go, for long, and no teacher: no spike at all."""
    sim = streaming(skipping(), t_d=2)
    phi = ns.SpikeMonitor(sim)
    x, _ = drawn(sim, 400)
    sim.stream(ns.world.presentations(x, shown=(0, 6), seed=3))
    assert phi.num_spikes == 0
