"""A network begins quiet: what is shown first is learned as all else, though nobody settles it."""

import numpy as np
import pytest
from oracles.bits import same_bits, snapshot
from oracles.stream_worlds import (
    a_world,
    drawn,
    layers,
    learns_as_backpropagation,
    random_graph,
    streaming,
)

import neurosim as ns
from neurosim import connectors, models


def bright_before_it_is_shown_anything():
    """b predicts out from f(0) = 1/2, and the onset reaches one node of b later than the other."""
    net = ns.Network(seed=50)
    for name, size, activation in (
        ("in", 2, "identity"), ("a1", 1, "tanh"), ("a2", 1, "tanh"), ("b", 2, "sigmoid"),
        ("out", 2, "identity"),
    ):  # fmt: skip
        net.add_population(name, size, activation)
    net.connect("in", "a1")
    net.connect("a1", "a2")
    net.connect("in", "b", rule=connectors.Pairs([(0, 0), (1, 0)]))
    net.connect("a2", "b", rule=connectors.Pairs([(0, 1)]))
    net.connect("b", "out")
    return net


@pytest.mark.parametrize("rest", [False, True])
def test_the_first_presentation(rest):
    """Errors that a network would be made with are heard by nobody, whatever t_d."""
    net = bright_before_it_is_shown_anything()
    for t_d in (1, 2, 4) if rest else (2, 4):
        sim = streaming(net, t_d=t_d, rest_after_update=rest)
        phi = ns.SpikeMonitor(sim)
        x, y = [[1.0, 0.5]], [[1.0, -1.0]]
        bp = models.BP(net, learning_rate=sim.learning_rate)
        bp.fit(x, y)
        sim.stream(ns.world.presentations(x, y))
        assert same_bits(sim.weights, bp.weights)
        assert phi.tick.min() == 4 + t_d
        assert phi.num_spikes == 6


@pytest.mark.parametrize("seed", range(8))
def test_graphs_with_biases(seed):
    net = random_graph(seed, hidden=5, sparse=True, bias=True)
    net.add_bias("another", [name for name in net.populations if name.startswith("h")])
    sim = streaming(net, t_d=1, rest_after_update=True)
    world = a_world(sim, 3, seed=seed, missing=0.0)
    assert learns_as_backpropagation(sim, world)


@pytest.mark.parametrize("way", [True, False])
def test_it_has_predicted_from_nothing(way):
    """Time passes, and nothing happens; no tick was made, no operation, no presentation before."""
    sim = streaming(layers(4, "sigmoid", bias=True), batch=2, event_driven=way)
    assert (sim.t, sim.simulation.presentations, sim.operations.total) == (0, 0, 0)
    assert not sim.simulation.begun
    for name in ("hidden1", "hidden2", "hidden3", "output"):
        assert sim.state("x", name).tobytes() == sim.state("mu", name).tobytes()
    np.testing.assert_array_equal(sim.state("x", "output"), sim.predict(np.zeros((2, 6))))
    before = {name: sim.state("x", name).tobytes() for name in sim.wiring.populations}
    phi = ns.SpikeMonitor(sim)
    sim.stream([30])
    assert {name: sim.state("x", name).tobytes() for name in sim.wiring.populations} == before
    assert phi.num_spikes == 0
    # Without a sweep nothing has been predicted before something is shown.
    plain = ns.Simulator(layers(4, "sigmoid", bias=True), models.FaZIL())
    assert (plain.state("x", "output") == 0).all()


def test_waiting_before_anything_is_shown():
    sims = [streaming(layers(4, "sigmoid", bias=True), event_driven=way) for way in (True, False)]
    for sim in sims:
        sim.stream([7, (5, "input", np.ones(6)), (8, "output", np.ones(3)), 9])
    assert snapshot(sims[0]) == snapshot(sims[1])
    assert int(sims[0].simulation.lowered.state.clock[0]) == 29


def test_a_network_that_predicts_beyond_its_bound_from_nothing():
    """It can be made, as without a sweep, and says so when it is shown something."""
    weights = [np.full((2, 30), 0.5), np.full((30, 1), 0.5)]
    net = ns.Network.layered([2, 30, 1], activation="sigmoid", weights=weights)
    sim = streaming(net, bound=1.0)
    assert (sim.state("x", "output") == 0).all()
    with pytest.raises(ns.errors.DivergenceError, match="beyond the bound of 1 in node 0 of"):
        sim.stream([(0, "input", [0.0, 0.0]), 9])


@pytest.mark.parametrize("t_d", [1, 2])
def test_replicas_that_come_back(t_d):
    """A last batch that is smaller leaves some as they are, while the weights go on."""
    net = ns.Network.layered([5, 2, 7, 2, 4, 2], activation="relu", bias=True, seed=47)
    sim = streaming(net, t_d=t_d, batch=8, rate=1e-3)
    x, y = drawn(sim, 31, seed=1)
    bp = models.BP(net, learning_rate=1e-3, batch_size=8)
    for _ in range(4):
        sim.fit(x, y, protocol="stream")
        bp.fit(x, y)
        assert same_bits(sim.weights, bp.weights)
