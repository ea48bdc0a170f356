"""Large weights read once a tick: the bits of reading them twice."""

import numpy as np
import pytest
from oracles.bits import states
from oracles.samples import samples

import neurosim as ns
from neurosim.errors import DivergenceError
from neurosim.kernels.arrays import layout
from neurosim.kernels.machine.registers import VECTOR_BYTES
from neurosim.kernels.nodes.one_pass import BLOCK_BYTES, LEAST_BYTES, nodes_of_pass

SIZES = (20, 645, 650, 10)
CUBE = ns.Activation("cube", lambda x: x * x * x, lambda x: 3.0 * x * x)


def in_one_pass(sim):
    """Whether the last tick predicted some population in one pass."""
    return bool(sim.simulation.lowered.state.row[layout.FORETOLD].any())


def same_state(first, *others):
    return all(states(first) == states(other) for other in others)


def variants(activation, model, rows, dtype, error_form="delta"):
    """In one pass; event-driven, but reading weights twice; clock-driven."""
    net = ns.Network.layered(SIZES, activation=activation, seed=0)
    options = {"batch_size": rows, "dtype": dtype, "error_form": error_form}
    sims = [ns.Simulator(net, model, **options) for _ in range(2)]
    assert sims[1].simulation.lowered.plan.setting[0]["one_pass"]
    sims[1].simulation.lowered.plan.setting[0]["one_pass"] = 0
    return [*sims, ns.Simulator(net, model, event_driven=False, **options)]


def go(sims, ticks, learning=True):
    """Step all, comparing every bit; in how many ticks the first one read weights once."""
    passes = 0
    for _ in range(ticks):
        for sim in sims:
            sim.step(learning=learning)
        assert same_state(*sims)
        assert sims[0].operations == sims[1].operations
        passes += in_one_pass(sims[0])
        assert not any(in_one_pass(sim) for sim in sims[1:])
    return passes


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("rows", [1, 3, 8])
@pytest.mark.parametrize("activation", ["sigmoid", "relu", "identity", CUBE], ids=str)
def test_ticks_in_one_pass_have_the_same_bits(activation, rows, dtype):
    sims = variants(activation, ns.models.IL(gamma=0.01, t_c=4), rows, dtype)
    x, y = samples(rows, SIZES)
    for sim in sims:
        sim.clamp("input", x)
        sim.settle()
        sim.clamp("output", y)
    # From t = 1 on hidden1 hears of errors; at t = 4 weights learn, and are read twice.
    assert go(sims, 7) == 5
    for sim in sims:
        sim.clamp("hidden1", np.full((rows, 3), 0.25), nodes=[0, 40, 644])
        sim.inject("hidden1", np.full((rows, 1), 0.5), nodes=[7], ticks=2)
    assert go(sims, 4, learning=False) == 2
    for sim in sims:
        sim.release("output")
        sim.release("input")
    assert go(sims, 3, learning=False) == 3
    for sim in sims:
        sim.set_weights({"hidden1->hidden2": sim.weights["hidden1->hidden2"] * 0.5})
    assert go(sims, 2, learning=False) == 2
    weights = [sim.weights for sim in sims]
    for name in weights[0]:
        assert weights[0][name].tobytes() == weights[1][name].tobytes()
        assert weights[0][name].tobytes() == weights[2][name].tobytes()


@pytest.mark.parametrize("model", [ns.models.ZIL, ns.models.FaZIL])
def test_training_in_one_pass_has_the_same_bits(model):
    sims = variants("tanh", model(learning_rate=0.01), 4, "float64")
    for sim in sims:
        sim.fit(*samples(10, SIZES), ticks=6)
    assert same_state(*sims)
    for name, weights in sims[0].weights.items():
        assert all(weights.tobytes() == sim.weights[name].tobytes() for sim in sims[1:])


@pytest.mark.parametrize("error_form", ["delta", "direct"])
def test_replicas_of_which_only_some_move(error_form):
    sims = variants("relu", ns.models.IL(gamma=0.1), 5, "float64", error_form)
    x, y = samples(5, SIZES)
    for sim in sims:
        sim.clamp("input", x)
        sim.settle()
        output = sim.state("x", "output")
        output[[1, 4]] = y[[1, 4]]
        sim.clamp("output", output)
    assert go(sims, 6, learning=False) > 0


def test_what_is_refused_is_as_it_was():
    """A step that overflows changes nothing, and none after it reads what was foretold."""
    sims = variants(CUBE, ns.models.IL(gamma=1e6), 2, "float64")
    x, y = samples(2, SIZES)
    for sim in sims:
        sim.clamp("input", x)
        sim.settle()
        sim.clamp("output", y)
        with pytest.raises(DivergenceError):
            sim.run(50, learning=False)
    assert in_one_pass(sims[0])
    assert same_state(*sims)
    for sim in sims:
        sim.clamp("hidden1", np.zeros((2, SIZES[1])))
        sim.clamp("hidden2", np.ones((2, SIZES[2])))
    assert same_state(*sims)


def test_which_projections_may():
    def chosen(net, **options):
        lowered = ns.Simulator(net, ns.models.ZIL(), **options).simulation.lowered
        return dict(zip(lowered.projection_names, lowered.projections["pass_nodes"], strict=True))

    net = ns.Network.layered(SIZES, seed=0)
    least = 2 * VECTOR_BYTES // 8
    assert chosen(net) == {
        "input->hidden1": 0,
        "hidden1->hidden2": BLOCK_BYTES // (656 * 8) // least * least,
        "hidden2->output": 0,
    }
    assert not any(chosen(net, threads=2).values())
    for kind, rule in (("fixed", None), ("plastic", None), (None, ns.connectors.OneToOne())):
        net = ns.Network(seed=0)
        for name, size in (("a", 600), ("b", 600)):
            net.add_population(name, size)
        options = {"feedback": kind} if kind else {"rule": rule}
        net.connect("a", "b", **options)
        assert not any(chosen(net).values())
    net = ns.Network(seed=0)
    for name in "abc":
        net.add_population(name, 600)
    net.connect("a", "c")
    net.connect("b", "c")
    assert not any(chosen(net).values())


def test_blocks_of_rows():
    assert nodes_of_pass(1000, 1, 8) == 0
    assert nodes_of_pass(LEAST_BYTES // 8192, 8192, 8) > 0
    for itemsize in (4, 8):
        least = 2 * VECTOR_BYTES // itemsize
        for row_bytes in (64, 1000, 8192, 30000):
            nodes = nodes_of_pass(10**6, row_bytes, itemsize)
            assert nodes % least == 0
            assert nodes * row_bytes <= max(BLOCK_BYTES, least * row_bytes)
        assert nodes_of_pass(10**6, 10**6, itemsize) == 0
