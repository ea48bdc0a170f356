"""Which nodes are meant: indices, labels, masks; and several populations at once."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


def simulator(batch=3, **options):
    net = ns.Network(seed=0)
    net.add_population("eyes", 3, labels=["left", "right", "eyes"])
    net.add_population("cortex", 4, "tanh")
    net.add_population("hand", 2, labels=["thumb", "other"])
    net.connect("eyes", "cortex")
    net.connect("cortex", "hand")
    net.add_bias("bias", ["hand"])
    return ns.Simulator(net, models.ZIL(learning_rate=0.1), batch_size=batch, **options)


def clamped(sim, population):
    size = sim.network.populations[population].size
    return [i for i in range(size) if sim.value_node(population, i).clamped]


@pytest.mark.parametrize(
    "nodes",
    [
        2, np.int32(2), np.array(2), [2], (2,), np.array([2]), range(2, 3), ["cortex[2]"],
        np.array([False, False, True, False]), np.array(["cortex[2]"]),
    ],
)  # fmt: skip
def test_one_node_may_be_said_in_many_ways(nodes):
    sim = simulator()
    sim.clamp("cortex", [[0.5]] * 3, nodes=nodes)
    assert clamped(sim, "cortex") == [2]
    sim.release("cortex", nodes=nodes)
    assert clamped(sim, "cortex") == []
    sim.silence("cortex", nodes)
    sim.restore("cortex", nodes)


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        (4, "nodes must be in 0 ... 3, not 4"),
        (-1, "nodes must be in 0 ... 3"),
        (True, "list of indices, not True"),
        (np.array(1.0), "whole number"),
        (np.array([]), "different indices"),
        (np.array([[1]]), "whole number"),
        (np.array([True, False]), "whole number"),
        (np.zeros(4, bool), "different indices"),
        (np.ma.array([1, 2], mask=[0, 1]), "masked"),
        ({1, 2}, "list of indices"),
        (slice(1), "list of indices"),
        (["left"], "node 'left' is one of 'eyes', not of 'cortex'"),
        (["cortex[9]"], "no node is called 'cortex.9.'"),
        ([None], "whole number"),
    ],
)
def test_what_is_no_node_is_refused(nodes, words):
    sim = simulator()
    for act in (
        lambda: sim.clamp("cortex", [[0.5]] * 3, nodes=nodes),
        lambda: sim.release("cortex", nodes=nodes),
        lambda: sim.silence("cortex", nodes),
        lambda: sim.restore("cortex", nodes),
        lambda: sim.inject("cortex", [0.5], 1, nodes=nodes),
    ):
        with pytest.raises(NeurosimError, match=words):
            act()


def test_a_node_is_known_by_its_label_wherever_a_population_is():
    sim, plain = simulator(1), simulator(1)
    for act in (
        lambda s, *node: s.clamp("eyes", [0.1, 0.2, 0.3]),
        lambda s, *node: s.settle(),
        lambda s, *node: s.clamp(*node[:1], 0.5, **dict(node[1:])),
        lambda s, *node: s.run(3),
        lambda s, *node: s.release(*node[:1], **dict(node[1:])),
        lambda s, *node: s.inject(*node[:1], 0.25, 4, **dict(node[1:])),
        lambda s, *node: s.run(2),
        lambda s, *node: s.silence(*node[:1], **dict(node[1:])),
        lambda s, *node: s.run(2),
        lambda s, *node: s.restore(*node[:1], **dict(node[1:])),
        lambda s, *node: s.run(2),
    ):
        act(sim, "other")
        act(plain, "hand", ("nodes", [1]))
        for population in sim.network.populations:
            for variable in ("x", "mu", "epsilon"):
                assert np.array_equal(
                    sim.state(variable, population), plain.state(variable, population)
                )


def test_names_of_populations_come_before_labels():
    sim = simulator(1)
    sim.clamp("eyes", [0.1, 0.2, 0.3])
    assert clamped(sim, "eyes") == [0, 1, 2]
    sim.release("eyes", nodes=["eyes"])
    assert clamped(sim, "eyes") == [0, 1]
    with pytest.raises(NeurosimError, match=r"unknown population 'hnad'.*Did you mean 'hand'"):
        sim.clamp("hnad", [0.5])


@pytest.mark.parametrize("event_driven", [True, False])
def test_several_at_once_are_as_one_after_the_other(event_driven):
    sim, plain = (simulator(event_driven=event_driven) for _ in range(2))
    eyes, hand = np.linspace(0, 1, 6).reshape(2, 3), [[0.5, -0.5]] * 2
    sim.clamp({"eyes": eyes, "cortex[1]": [0.25, 0.5]})
    plain.clamp("eyes", eyes)
    plain.clamp("cortex", [[0.25], [0.5]], nodes=[1])
    for each in (sim, plain):
        each.settle()
    sim.clamp({"other": [-0.5, -0.5], "thumb": [0.5, 0.5]})
    plain.clamp("hand", hand)
    for each in (sim, plain):
        each.run(3)
        assert each.t == 3
    arrays = zip(sim.simulation.lowered.state, plain.simulation.lowered.state, strict=True)
    assert all(np.array_equal(a, b) for a, b in arrays if a.dtype.kind != "i")
    assert clamped(sim, "cortex") == [1]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"eyes": np.ones((2, 3)), "hand": np.ones((1, 2))}, "different numbers of replicas"),
        ({"eyes": np.ones((2, 3)), "hand": np.ones((2, 3))}, r"hand.*shape \(any, 2\)"),
        ({"eyes": np.ones((2, 3)), "bias": [1.0, 1.0]}, "'bias' is constant"),
        ({"eyes": np.ones((2, 3)), "thumb": [1.0, np.nan]}, "finite"),
        ({"eyes": np.ones((2, 3)), "thmb": [1.0, 1.0]}, "Did you mean 'thumb'"),
        ({"eyes": np.ones((4, 3))}, "4 replicas.*batch_size is 3"),
        ({"left": np.ones(4)}, "4 replicas.*batch_size is 3"),
        ({}, "names no population"),
    ],
)
def test_of_several_none_is_clamped_if_one_is_refused(given, words):
    sim = simulator()
    before = [array.tobytes() for array in sim.simulation.guard.arrays]
    with pytest.raises(NeurosimError, match=words):
        sim.clamp(given)
    assert [array.tobytes() for array in sim.simulation.guard.arrays] == before


def test_of_several_none_is_clamped_if_one_overflows():
    net = ns.Network(seed=0)
    for name in "abc":
        net.add_population(name, 1)
    net.connect("a", "c", weights=[[-10.0]])
    net.connect("b", "c", weights=[[1.0]])
    sim = ns.Simulator(net, models.ZIL(), bound=None)
    sim.clamp({"a": 1e307, "b": 1.0})
    sim.settle()
    before = [array.tobytes() for array in sim.simulation.guard.arrays]
    with pytest.raises(ns.errors.DivergenceError):
        sim.clamp({"b": 2.0, "c": 1.7e308})
    assert [array.tobytes() for array in sim.simulation.guard.arrays] == before
    sim.clamp({"b": 2.0, "c": 0.0})
    assert sim.state("epsilon", "c")[0, 0] > 0


def test_a_mapping_leaves_no_room_for_other_arguments():
    sim = simulator()
    for act in (
        lambda: sim.clamp({"left": 0.5}, [0.5]),
        lambda: sim.clamp({"left": 0.5}, nodes=[0]),
        lambda: sim.clamp("eyes"),
    ):
        with pytest.raises(NeurosimError, match=r"leave out|are missing"):
            act()


def test_what_is_silent_is_restored_and_the_rest_silenced():
    sim = simulator()
    sim.silence("cortex", [1, 3])
    sim.silence("cortex")
    with pytest.raises(NeurosimError, match="silent already"):
        sim.silence("cortex")
    sim.restore("cortex", [0, 1])
    with pytest.raises(NeurosimError, match="node 1 of 'cortex' is not silent"):
        sim.restore("cortex", [1])
    sim.restore("cortex")
    with pytest.raises(NeurosimError, match="no node of 'cortex' is silent"):
        sim.restore("cortex")
