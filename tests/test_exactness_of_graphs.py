"""Any acyclic graph of populations learns what backpropagation learns, bit for bit."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracles.backpropagation import RATE, assert_equal_to_backpropagation, learned
from oracles.bits import largest_difference, same_bits
from oracles.samples import named_samples

import neurosim as ns
from neurosim import connectors, models
from neurosim.errors import DivergenceError


@st.composite
def graphs(draw):
    """Connected directed acyclic graphs of populations: skips, diamonds, several ends."""
    count = draw(st.integers(3, 7))
    net = ns.Network(seed=draw(st.integers(0, 99)))
    kinds = st.sampled_from(["identity", "tanh", "sigmoid", "softplus"])
    names = draw(st.permutations([f"p{n}" for n in range(count)]))
    for name in names:
        output = draw(st.booleans())
        net.add_population(name, draw(st.integers(1, 4)), draw(kinds), output=output)
    for j in range(1, count):
        for i in draw(st.sets(st.integers(0, j - 1), min_size=1, max_size=3)):
            rule = draw(st.sampled_from([None, None, connectors.FixedInDegree(1)]))
            feedback = draw(st.sampled_from(["shared", "plastic"]))
            net.connect(names[i], names[j], rule=rule, feedback=feedback)
    if draw(st.booleans()):
        net.add_bias("bias", [names[-1]])
    return net


slow = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@slow
@given(graphs(), st.sampled_from([1, 3]), st.sampled_from([None, False]))
def test_random_graphs_equal_backpropagation(net, batch, rest):
    # With larger steps gradient descent leaves some of these for infinity.
    assert_equal_to_backpropagation(net, batch=batch, rest=rest, rate=1e-4)


@slow
@given(graphs())
def test_without_relays_they_do_not(net):
    data = named_samples(net, 4)
    bp = learned(models.BP(net, learning_rate=1e-3), data)
    sim = ns.Simulator(net, models.ZIL(learning_rate=1e-3), relays=False)
    assume(
        any(
            population.derived
            for population in ns.Simulator(net, sim.model).wiring.populations.values()
            if ".relay" in population.name
        )
    )
    try:
        difference = largest_difference(bp, learned(sim, data))
    except DivergenceError:
        difference = np.inf
    assert difference > 1e-9


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_residual_network(dtype):
    net = ns.Network(seed=2)
    net.add_population("input", 5)
    net.add_population("stem", 6, "tanh")
    net.connect("input", "stem")
    last = "stem"
    for block in range(3):
        first, second = f"block{block}.a", f"block{block}.b"
        net.add_population(first, 6, "relu")
        net.add_population(second, 6, "tanh")
        net.connect(last, first)
        net.connect(first, second)
        net.connect(last, second, rule=connectors.OneToOne(), weights=np.ones(6), plastic=False)
        last = second
    net.add_population("output", 3)
    net.connect(last, "output")
    assert_equal_to_backpropagation(net, dtype=dtype)
    sim = ns.Simulator(net, models.ZIL())
    assert sum(".relay" in name for name in sim.wiring.populations) == 3
    assert sim.wiring.synapse_count == net.synapse_count + 3 * 6


@pytest.mark.parametrize("options", [{}, {"every_output": True}, {"bias": True}], ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_backpropagation_through_time(options, dtype):
    net = ns.Network.recurrent(3, 5, 2, steps=4, seed=0, **options)
    for batch in (1, 3):
        for rest in (None, False):
            assert_equal_to_backpropagation(net, batch=batch, dtype=dtype, rest=rest)
    assert len(models.BP(net).weights) == (5 if options.get("bias") else 3)


def test_weights_used_twice_must_wait_for_their_last_use():
    net = ns.Network.recurrent(3, 5, 2, steps=4, seed=0)
    data = named_samples(net, 3)
    bp = learned(models.BP(net, learning_rate=RATE), data)

    class Hasty(models.ZIL):
        commit = "tick"

    hasty = learned(ns.Simulator(net, Hasty(learning_rate=RATE)), data)
    assert largest_difference(bp, hasty) > 1e-6


def convolutional(dimensions=2):
    size = (6,) * dimensions
    first = connectors.Convolution(size, 3, out_channels=2, padding=1)
    pool = connectors.AveragePooling(first.result_size, 2, channels=2)
    second = connectors.Convolution(pool.result_size, 2, in_channels=2, out_channels=3)
    net = ns.Network(seed=1)
    net.add_population("input", first.pre_size)
    net.add_population("maps", first.post_size, "relu")
    net.add_population("pooled", pool.post_size)
    net.add_population("features", second.post_size, "tanh")
    net.add_population("output", 3)
    net.connect("input", "maps", rule=first)
    net.connect("maps", "pooled", rule=pool)
    net.connect("pooled", "features", rule=second)
    net.connect("features", "output")
    return net


@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize("batch", [1, 5])
def test_convolutions(dimensions, batch):
    assert_equal_to_backpropagation(convolutional(dimensions), batch=batch)


@pytest.mark.parametrize("model", [models.IL(t_c=6, gamma=0.3), models.IncrementalPC(gamma=0.3)])
def test_shared_weights_with_models_that_commit_every_tick(model):
    for net in (ns.Network.recurrent(3, 5, 2, steps=3, seed=0), convolutional()):
        pair = [
            learned(
                ns.Simulator(net, model, batch_size=2, event_driven=event_driven),
                named_samples(net, 5),
            )
            for event_driven in (True, False)
        ]
        assert same_bits(*pair)
        assert not same_bits(pair[0], models.BP(net).weights)
