"""Weights kept transposed for feedback: the same bits as without, whatever changes the weights."""

from itertools import pairwise

import numpy as np
import pytest
from oracles.bits import snapshot
from oracles.clock import both_ways
from oracles.samples import samples

import neurosim as ns
from neurosim import models
from neurosim.kernels.sums.transposes import DOUBTFUL, MOST_BYTES, READ, TRANSPOSED

SIZES = [20, 17, 33, 5]
INFERENCE = models.IL(t_c=10**6, gamma=0.2)


def described(**connection):
    """Levels, one of them predicted by two; a connection says how theta is fed back through."""
    net = ns.Network(seed=3)
    names = ["input", "first", "second", "output"]
    for name, size in zip(names, SIZES, strict=True):
        net.add_population(name, size, "tanh")
    for pre, post in pairwise(names):
        net.connect(pre, post, **connection)
    net.connect("first", "output", **connection)
    return net


def inferring(batch, dtype="float64", **connection):
    """Both, at the beginning of inference."""
    sims = both_ways(described(**connection), INFERENCE, batch_size=batch, dtype=dtype)
    inputs, targets = samples(batch, SIZES, seed=5)
    for sim in sims:
        sim.clamp("input", inputs)
        sim.settle()
        sim.clamp("output", targets)
    return sims


def transposed(sim):
    return sim.simulation.lowered.state.transposed.tolist()


def assert_same(sims):
    one, other = sims
    assert snapshot(one) == snapshot(other)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch", [1, 2, 20])
@pytest.mark.parametrize("feedback", ["shared", "plastic", "fixed"])
def test_no_bit_depends_on_transposes(feedback, batch, dtype):
    sims = inferring(batch, dtype, feedback=feedback)
    for sim in sims:
        sim.run(7)
        sim.release("output")
        sim.release("input")
        sim.run(7)
    assert TRANSPOSED in transposed(sims[0])
    assert set(transposed(sims[1])) == {DOUBTFUL}
    assert_same(sims)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("batch", [1, 6])
@pytest.mark.parametrize(
    "model",
    [models.IL(t_c=5, gamma=0.2), models.IncrementalPC(gamma=0.2), models.ZIL(), models.FaZIL()],
    ids=["IL", "incremental PC", "Z-IL", "Fa-Z-IL"],
)
def test_what_learns_is_read_anew(model, batch, threads):
    sims = both_ways(described(feedback="plastic"), model, batch_size=batch, threads=threads)
    for sim in sims:
        sim.fit(*samples(4 * batch, SIZES, seed=5), epochs=2, shuffle=False)
    assert_same(sims)


def test_weights_that_are_used_twice_are_read_anew():
    net = ns.Network(seed=1)
    for name in ("a", "b", "c", "d"):
        net.add_population(name, 6, "sigmoid")
    lender = net.connect("a", "b")
    net.connect("b", "c", weights=lender)
    net.connect("c", "d")
    generator = np.random.default_rng(0)
    inputs, targets = generator.normal(size=(2, 12, 6))
    sims = both_ways(net, models.IL(t_c=6, gamma=0.2), batch_size=4)
    for sim in sims:
        sim.fit(inputs, targets, epochs=3, shuffle=False)
    assert_same(sims)


def grow(sim):
    synapse = sim.synapse("second", 4, "output", 2)
    synapse.theta = synapse.theta + 1.0


def replace(sim):
    sim.set_weights({"second->output": np.full((33, 5), 0.125)})


@pytest.mark.parametrize(
    "change", [grow, replace, lambda sim: sim.cut("second", 4, "output", 2)],
    ids=["a weight", "all weights", "a cut"],
)  # fmt: skip
def test_weights_that_python_changes_are_read_anew(change):
    sims = inferring(3)
    for sim in sims:
        sim.run(5)
        change(sim)
        sim.run(1)
    assert_same(sims)
    for sim in sims:
        sim.run(5)
    assert_same(sims)


def test_a_transpose_is_made_only_where_weights_are_read_twice():
    sim, _ = inferring(3)
    sim.step()
    assert set(transposed(sim)) <= {DOUBTFUL, READ}
    sim.run(6)
    assert transposed(sim).count(TRANSPOSED) == 3  # all but those of the clamped input
    learner = ns.Simulator(described(), models.ZIL(), batch_size=3)
    learner.fit(*samples(30, SIZES, seed=5))
    assert set(transposed(learner)) <= {DOUBTFUL, READ}


def test_large_weights_have_none():
    side = int((MOST_BYTES // 8) ** 0.5) + 1
    sim = ns.Simulator(ns.Network.layered([4, 8, side, side], seed=0), INFERENCE)
    lowered = sim.simulation.lowered
    for name, weights in lowered.weights().items():
        record = lowered.blocks.records[
            lowered.projections["weights"][lowered.projection_index[name]]
        ]
        assert (record["transpose"] >= 0) == (weights.size < side * side)


def test_what_never_reads_one_has_no_room_for_it():
    plain = ns.Simulator(described(), INFERENCE, event_driven=False)
    bp = models.BP(described(), learning_rate=0.1)
    for lowered in (plain.simulation.lowered, bp.backpropagation.lowered):
        blocks = lowered.blocks
        assert (blocks.records["transpose"] < 0).all()
        assert blocks.theta.size == blocks.records["size"].sum()
