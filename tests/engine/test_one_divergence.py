"""A divergence is the same, however a network is driven: the node that it names, what it leaves."""

import numpy as np
import pytest
from oracles.bits import snapshot
from oracles.networks import HALF

import neurosim as ns
from neurosim import connectors, models
from neurosim.errors import DivergenceError


def driven(net, model, **options):
    """Simulators that are driven in one way and in the other."""
    return [ns.Simulator(net, model, event_driven=way, **options) for way in (True, False)]


def words_of(call, *args, **options):
    """What is said where a call diverges."""
    with pytest.raises(DivergenceError) as caught:
        call(*args, **options)
    return str(caught.value)


def against_the_alphabet():
    """In the order of names, effects come before their causes."""
    net = ns.Network()
    for name in ("x", "z", "y"):
        net.add_population(name, 2, "relu")
    net.connect("x", "z", weights=np.ones((2, 2)))
    net.connect("z", "y", weights=np.ones((2, 2)))
    return net


@pytest.mark.parametrize("bound", [1e6, None])
def test_the_cause_is_named_before_its_effects(bound):
    sample = [1e30, 1.0] if bound else [1e308, 1e308]
    for sim in driven(against_the_alphabet(), models.ZIL(), bound=bound):
        assert "node 0 of population 'z'" in words_of(sim.predict, [sample])
        assert "node 0 of population 'z'" in words_of(sim.fit, [sample], [[0.0, 0.0]])
        if bound:
            sim.clamp("x", sample)
            assert "node 0 of population 'z'" in words_of(sim.settle)


def test_the_cause_is_named_before_an_error_that_overflows():
    """A prediction of a clamped node, which does not move, is infinite behind it."""
    net = ns.Network()
    for name in ("a", "c", "b"):
        net.add_population(name, 1)
    net.connect("a", "c", weights=[[1e5]])
    net.connect("c", "b", weights=[[1e5]])
    for sim in driven(net, models.ZIL()):
        sim.clamp("b", [0.0])
        sim.clamp("a", [1e301])
        assert "x is beyond the bound of 1e+06 in node 0 of population 'c'" in words_of(sim.settle)


def test_what_does_not_move_settles_beyond_the_bound_no_more_than_what_does():
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[1.0]], [[1e-6]]])
    for sim in driven(net, models.ZIL()):
        sim.clamp("input", [1e7])
        sim.clamp("hidden1", [1e7])
        sim.release("hidden1")
        before = snapshot(sim)
        assert "x is beyond the bound of 1e+06 in node 0" in words_of(sim.settle)
        assert snapshot(sim) == before


@pytest.mark.parametrize("scale", [1e30, 1e8])
@pytest.mark.parametrize("batch", [9, 5])
def test_a_presentation_that_diverges_leaves_the_same_where_weights_are_shared(batch, scale):
    """What is predicted by weights that have just changed is for the next settling to say."""
    first = connectors.Convolution(5, 3, stride=2)
    pool = connectors.AveragePooling(first.result_size, 2)
    net = ns.Network(seed=93)
    for name, size, activation in (
        ("input", 5, "relu"), ("a", first.post_size, HALF), ("b", pool.post_size, "tanh"),
        ("output", 2, "identity"),
    ):  # fmt: skip
        net.add_population(name, size, activation)
    net.connect("input", "a", rule=first)
    net.connect("a", "b", rule=pool)
    net.connect("b", "output")
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(25, 5)), generator.normal(size=(25, 2))
    sims = driven(net, models.ZIL(), batch_size=batch, rest_after_update=False)
    told = []
    for sim in sims:
        sim.fit(x, y, epochs=2, shuffle=False)
        large = np.where(np.arange(25)[:, None] < 2 * batch, x, scale * x)
        told.append([words_of(sim.fit, scale * x, y), words_of(sim.fit, large, y, shuffle=False)])
        assert "epoch 0" in told[0][1]
    assert told[0] == told[1]
    assert snapshot(sims[0]) == snapshot(sims[1])


def test_of_several_replicas_that_leave_the_one_that_is_infinite_is_named():
    """Also where those between them are quiet, so that each moves by itself."""
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[1.0]], [[2.0]]])
    for sim in driven(net, models.IL(gamma=1.0), batch_size=3):
        sim.clamp("input", np.zeros((3, 1)))
        sim.settle()
        sim.clamp("output", [[1e7], [0.0], [1.7e308]])
        before = snapshot(sim)
        words = words_of(sim.run, 3, learning=False)
        assert "the state overflows in node 0 of population 'hidden1' (replica 2)" in words
        assert snapshot(sim) == before
        sim.clamp("output", [[1e7], [0.0], [0.0]])
        words = words_of(sim.run, 3, learning=False)
        assert "x is beyond the bound of 1e+06" in words
        assert "node 0 of population 'hidden1' (replica 0)" in words
