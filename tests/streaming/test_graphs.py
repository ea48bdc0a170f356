"""Equality with backpropagation where paths from the inputs differ in length."""

import numpy as np
import pytest
from oracles import networks
from oracles.bits import same_bits
from oracles.stream_worlds import (
    Schedule,
    a_world,
    backpropagated,
    learns_as_backpropagation,
    random_graph,
    several_ends,
    skipping,
    streaming,
)

import neurosim as ns
from neurosim import connectors
from neurosim.description.path_lengths import sweep_needs

GRAPHS = {
    "skips": skipping,
    "several ends": several_ends,
    "convolutions": networks.convolutional,
    "a kernel used twice": networks.a_kernel_lent,
    "feedback of its own": networks.feedback_of_shared_weights,
    "readouts": networks.readouts,
    "unrolled": networks.recurrent,
    "unrolled for long": lambda: ns.Network.recurrent(3, 4, 2, steps=6, seed=2),
    "bias": networks.biased,
}


def exact(sim, count=60, **options):
    """Whether it is, of a simulator that may have no bound.

    Where nobody rests, relays make a network unstable while a teacher stays and after it has gone;
    the next onset has to undo whatever that led to.
    """
    depth = sim.simulation.depth
    return learns_as_backpropagation(
        sim, a_world(sim, count, **{"taught": (depth, depth + 2), **options})
    )


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs(name):
    """Without rest t_d is as paths differ; with rest, and a teacher that stays, it is 1."""
    net = GRAPHS[name]()
    assert exact(streaming(net, t_d=sweep_needs(net).t_d, rate=5e-3, bound=None))
    sim = streaming(net, t_d=1, rate=5e-3, batch=4, rest_after_update=True)
    assert exact(sim, taught=(sim.simulation.depth, 40))


@pytest.mark.parametrize("sparse", [False, True])
def test_random_graphs(sparse):
    needs = set()
    for seed in range(30):
        net = random_graph(seed, hidden=8 + seed % 3, sparse=sparse, bias=seed % 2 == 0)
        need = sweep_needs(net)
        if need.unreached:
            continue
        needs.add(need.t_d)
        t_d = need.t_d + seed % 2
        assert exact(streaming(net, t_d=t_d, event_driven=seed % 3 > 0, bound=None), 25, seed=seed)
        sim = streaming(net, t_d=1 + seed % 3, batch=2, rest_after_update=True)
        assert exact(sim, 25, seed=seed)
    assert needs >= {2, 3}


def pooled(seed=0):
    """Convolution, pooling, a skip and two outputs."""
    net = ns.Network(seed=seed)
    first = connectors.Convolution((5, 5), 3, out_channels=2, stride=2)
    pool = connectors.AveragePooling(first.result_size, 2, channels=2)
    weights = ns.initializers.Normal(0.3)
    net.add_population("image", first.pre_size)
    net.add_population("maps", first.post_size, "tanh")
    net.add_population("pools", pool.post_size, "tanh")
    net.add_population("cells", 6, "sigmoid")
    net.add_population("what", 3)
    net.add_population("where", 2)
    net.connect("image", "maps", rule=first)
    net.connect("maps", "pools", rule=pool)
    net.connect("pools", "cells", weights=weights)
    net.connect("maps", "cells", weights=weights)
    net.connect("cells", "what", weights=weights)
    net.connect("pools", "where", weights=weights)
    return net


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_convolutions_pools_skips_and_two_outputs(dtype):
    sim = streaming(pooled(), batch=5, dtype=dtype, t_d=sweep_needs(pooled()).t_d, bound=None)
    assert exact(sim)


@pytest.mark.parametrize("make", [networks.recurrent, networks.a_kernel_lent])
def test_weights_used_more_than_once_change_when_the_teacher_goes(make):
    """Not while it stays, and all at once then; the pause and the next input find them changed."""
    sim = streaming(make(), rest_after_update=True)
    waiting = {
        name for name, p in sim.wiring.projections.items()
        if sim.simulation.lowered.blocks.records["waits"][
            sim.simulation.lowered.projections[sim.simulation.lowered.projection_index[name]][
                "weights"
            ]
        ]
    }  # fmt: skip
    waiting &= set(sim.weights)
    assert waiting
    world = a_world(sim, 3, missing=0.0, again=0.0)
    for x, y, shown, taught, _ in Schedule(sim, world):
        sim.clamp(x)
        sim.run(shown)
        before = sim.weights
        sim.clamp(y)
        for _ in range(taught):
            sim.run(1)
            assert all(same_bits({0: before[n]}, {0: sim.weights[n]}) for n in waiting)
        for name in y:
            assert all(same_bits({0: before[n]}, {0: sim.weights[n]}) for n in waiting)
            sim.release(name)
        assert all((before[n] != sim.weights[n]).any() for n in waiting)
    assert same_bits(sim.weights, backpropagated(sim, world).weights)


def test_a_network_that_an_onset_does_not_reach_is_told_of():
    net = ns.Network(seed=0)
    for name, size in (("in", 2), ("a", 2), ("alone", 2), ("out", 2)):
        net.add_population(name, size, "identity" if name == "in" else "tanh")
    net.connect("in", "a")
    net.connect("a", "out")
    net.connect("alone", "out")
    net.add_bias("bias", ["alone"])
    assert sweep_needs(net).unreached == ("alone",)
    sim = streaming(net)
    with pytest.warns(UserWarning, match="no onset reaches 'alone'"):
        sim.stream(a_world(sim, 1))
    with pytest.warns(UserWarning, match="no onset reaches 'alone'"):
        sim.fit(np.ones((1, 2)), np.ones((1, 2)), protocol="stream")
