"""An onset travels along synapses, one in a tick, and tells nobody else."""

import numpy as np
import pytest
from oracles.bits import VARIABLES, same_bits
from oracles.stream_worlds import (
    a_world,
    acts,
    by_verbs,
    drawn,
    layers,
    lessons,
    onsets,
    streaming,
)

import neurosim as ns
from neurosim import models
from neurosim.kernels.arrays.layout import LONG_AGO

CHAIN = ["input", "hidden1", "hidden2", "hidden3", "hidden4", "output"]


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("past", [0, 3])
def test_light_cone(past, rest):
    """After k ticks, what is shown has changed nothing that is more than k synapses away.

    Nor does it differ there from a network that has been shown nothing.
    """
    sims = [streaming(layers(5), rest_after_update=rest, t_d=2) for _ in range(3)]
    for sim in sims:
        x, y = drawn(sim, past + 1)
        sim.stream([(0, "input", np.ones(6)), 20])
        if past:
            world = {name: values[:past] for name, values in x.items()}
            sim.stream(ns.world.presentations(world, {"output": y["output"][:past]}, pause=3))
    sims[0].clamp("input", x["input"][-1:])
    sims[1].clamp("input", -x["input"][-1:])
    begun = int(sims[0].simulation.lowered.state.clock[0])
    for k in range(len(CHAIN)):
        assert [name for name in CHAIN if (onsets(sims[0])[name] == begun + k).any()] == [CHAIN[k]]
        # At a node k + 1 away, mu has changed, and epsilon, as f(x) has; and no x.
        for distance, name in enumerate(CHAIN):
            for variable in VARIABLES if distance > k + 1 else ("x",) if distance > k else ():
                assert len({sim.state(variable, name).tobytes() for sim in sims}) == 1
            if distance == k:
                assert sims[0].state("x", name).tobytes() != sims[1].state("x", name).tobytes()
        for sim in sims:
            sim.run(1)


def test_nodes_of_a_population_are_reached_at_different_ticks():
    """Each a tick after the first of those that predict it, and anew for each that does later."""
    net = ns.Network(seed=0)
    for name, size in (("in", 2), ("a", 3), ("b", 3), ("c", 4), ("out", 2)):
        net.add_population(name, size, "identity" if name == "in" else "tanh")
    net.connect("in", "a", rule=ns.connectors.Pairs([(0, 0), (0, 1), (1, 1), (1, 2)]))
    net.connect("a", "b", rule=ns.connectors.OneToOne())
    net.connect("in", "c", rule=ns.connectors.Pairs([(0, 0), (1, 1), (1, 2)]))
    net.connect("a", "c", rule=ns.connectors.Pairs([(0, 1), (2, 3)]))
    net.connect("b", "c", rule=ns.connectors.Pairs([(0, 0), (1, 2), (2, 3)]))
    net.connect("c", "out")
    # Lengths of the paths to each node of c; between a and c there are relays.
    lengths = [{1, 3}, {1, 3}, {1, 3}, {3}]
    for way in (True, False):
        sim = streaming(net, t_d=2, event_driven=way, rest_after_update=True)
        sim.clamp("in", [0.5, -1.0])
        for now in range(8):
            expected = [max((n for n in found if n <= now), default=LONG_AGO) for found in lengths]
            assert onsets(sim)["c"].tolist() == expected
            sim.run(1)
        assert set(onsets(sim)["out"].tolist()) == {4}
        # An input of which one node is shown anew reaches only what it leads to.
        begun = 8
        sim.clamp("in", [[1.5]], nodes=[1])
        sim.run(8)
        assert [int(n) - begun if n >= begun else None for n in onsets(sim)["a"]] == [None, 1, 1]
        assert [int(n) - begun if n >= begun else None for n in onsets(sim)["c"]] == [None, 1, 3, 3]
        # And all of that is backpropagation's, too.
        sim = streaming(net, t_d=1, event_driven=way, rest_after_update=True)
        world = a_world(sim, 40)
        bp = models.BP(net, learning_rate=sim.learning_rate)
        by_verbs(sim, world)
        for x, y in lessons(acts(sim, world)):
            bp.fit(x, y)
        assert same_bits(bp.weights, sim.weights)


def halves(*names):
    """Networks of `names` side by side in one description, with no synapse between them."""
    net = ns.Network(seed=0)
    for n, name in enumerate(names):
        sizes = ((4, 6, 5, 3), (3, 5, 4, 2))[name == "two"]
        for level, size in enumerate(sizes):
            net.add_population(f"{name}{level}", size, "tanh" if level else "identity")
        for level in range(3):
            weights = 0.5 * np.random.default_rng(
                [n if len(names) > 1 else name == "two", level]
            ).normal(size=sizes[level : level + 2])
            net.connect(f"{name}{level}", f"{name}{level + 1}", weights=weights)
    return net


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("way", [True, False])
def test_two_halves_that_are_shown_things_at_different_times(rest, way):
    """Each learns what it learns alone, tick by tick, and what backpropagation learns."""
    options = {"rest_after_update": rest, "event_driven": way}
    both = streaming(halves("one", "two"), **options)
    due, alone = [], {}
    for n, name in enumerate(("one", "two")):
        sim = alone[name] = streaming(halves(name), **options)
        world, now = a_world(sim, 25, seed=n, taught=(3, 12)), 3 + n
        bp = models.BP(sim.network, learning_rate=sim.learning_rate)
        for verb, *arguments in acts(sim, world):
            if verb == "run":
                now += arguments[0]
                continue
            due.append((now, len(due), name, verb, arguments))
        for x, y in lessons(acts(sim, world)):
            bp.fit(x, y)
        due.append((now, len(due), name, "learned", bp.weights))
    now, overlaps = 0, 0
    for at, _, name, verb, arguments in sorted(due, key=lambda act: act[:2]):
        both.run(at - now) if both.simulation.begun else None
        for sim in alone.values():
            if sim.simulation.begun:
                sim.run(at - now)
        now = at
        for other, sim in alone.items():
            for population in sim.wiring.populations:
                for variable in VARIABLES:
                    first = sim.state(variable, population)
                    assert first.tobytes() == both.state(variable, population).tobytes(), other
        if verb == "learned":
            assert same_bits(alone[name].weights, arguments)
            assert all(both.weights[n].tobytes() == w.tobytes() for n, w in arguments.items())
            continue
        overlaps += both.simulation.is_taught() and verb == "clamp"
        getattr(both, verb)(*arguments)
        getattr(alone[name], verb)(*arguments)
    assert overlaps > 20
