"""How long it takes: the longest path and t_d to the teacher, t_d as paths differ; no tick less."""

import numpy as np
import pytest
from oracles.bits import same_bits
from oracles.stream_worlds import (
    a_world,
    backpropagated,
    chain,
    drawn,
    graph,
    layers,
    learns_as_backpropagation,
    skipping,
    streaming,
)

import neurosim as ns
from neurosim.description.path_lengths import sweep_needs


def shown_once(sim, wait, *, taught=40):
    """When phi fired in each population, after the onset; and what each projection has learned."""
    x, y = drawn(sim, sim.batch_size)
    phi = ns.SpikeMonitor(sim)
    begun = int(sim.simulation.lowered.state.clock[0])
    world = ns.world.presentations(x, y, shown=wait, taught=taught)
    bp = backpropagated(sim, world)
    before = sim.weights
    sim.stream(world)
    fired = zip(phi.tick.tolist(), phi.population.tolist(), strict=True)
    spikes = sorted({(tick - begun, name) for tick, name in fired})
    learned = {
        name: "right" if same_bits({0: w}, {0: bp.weights[name]})
        else "nothing" if same_bits({0: w}, {0: before[name]}) else "wrong"
        for name, w in sim.weights.items()
    }  # fmt: skip
    return spikes, learned


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("t_d", [2, 3, 8])
def test_a_tick_too_early_the_output_learns_nothing(t_d, rest):
    """It is not heard while it follows, and changes while it is not quiet; so it does not fire.

    All others learn what they should, from the last tick of its sweep on.
    """
    longest = 4
    for early in range(t_d + 1):
        sim = streaming(layers(longest), t_d=t_d, rest_after_update=rest, batch=2)
        wait = longest + t_d - early
        spikes, learned = shown_once(sim, wait)
        heard = longest + t_d - (early > 0)
        first = [(heard, "output")] if not early else []
        assert spikes == first + [(heard + n, f"hidden{longest - n}") for n in (1, 2, 3)]
        last = learned.pop("hidden3->output")
        assert last == ("nothing" if early else "right")
        assert set(learned.values()) == {"right"}


def test_a_world_that_is_a_tick_too_fast():
    """Over many presentations, of which none is right then."""
    sims = [streaming(layers(4), t_d=4) for _ in range(2)]
    for sim, shown in zip(sims, (8, 7), strict=True):
        world = a_world(sim, 40, shown=shown)
        assert learns_as_backpropagation(sim, world) == (shown == 8)
    assert sweep_needs(sims[0].wiring).shown(4) == 8


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("make", [lambda: layers(5), lambda: layers(4, "relu"), skipping])
def test_a_teacher_may_go_at_once_if_nothing_comes_until_its_front_has_arrived(make, rest):
    """Teacher and pause together last as many ticks as there are levels, and no tick less."""
    for missing in (0, 1):
        sim = streaming(make(), rest_after_update=rest)
        pause = sim.simulation.depth - 1 - missing
        world = a_world(sim, 40, taught=1, pause=(pause, pause + 3))
        assert learns_as_backpropagation(sim, world) == (not missing)


@pytest.mark.parametrize("longer", [3, 5, 6])
def test_two_chains_of_different_lengths(longer):
    """Chains of `longer` nodes and of one: the output needs t_d of as many ticks as they differ in.

    Without rest, where what has been learned reverberates; with rest any t_d will do.
    """
    net, need = chain(longer, 1), longer - 1
    assert sweep_needs(net).t_d == max(2, need)
    taught = sweep_needs(net).longest
    options = {"missing": 0.0, "taught": (taught, taught + 3)}
    for t_d in (need, need + 1, need + 4):
        sim = streaming(net, t_d=t_d, rate=0.1)
        assert learns_as_backpropagation(sim, a_world(sim, 60, seed=1, **options))
    for t_d in (1, need - 1, need):
        sim = streaming(net, t_d=t_d, rate=0.1, rest_after_update=True)
        assert learns_as_backpropagation(sim, a_world(sim, 60, seed=1, **options))
    sim = streaming(net, t_d=need - 1, rate=0.1)
    world = a_world(sim, 60, seed=1, **options)
    words = f"t_d is {need - 1}, but must be at least {sweep_needs(net).t_d} without rest"
    with pytest.warns(UserWarning, match=words):
        assert not learns_as_backpropagation(sim, world)


def test_in_layers_without_rest_t_d_of_two_is_needed_and_enough():
    """A long teacher leaves errors that are zero for a tick when it goes."""
    net = ns.Network.layered([6, 5, 3], activation="sigmoid", seed=3)
    for t_d, rest, exact in ((1, False, False), (2, False, True), (1, True, True)):
        sim = streaming(net, t_d=t_d, rest_after_update=rest)
        world = a_world(sim, 80, taught=(2, 80))
        if exact:
            assert learns_as_backpropagation(sim, world)
        else:
            with pytest.warns(UserWarning, match="t_d is 1, but must be at least 2 without rest"):
                assert not learns_as_backpropagation(sim, world)


def test_errors_that_a_sweep_makes_are_heard_by_nobody():
    """An input over a short way before a long one, in a network that is quiet: no spike at once."""
    net = graph("in->a", "a->b", "b->c", "c->out", "in->out")
    for t_d in (2, 4, 8):
        sim = streaming(net, t_d=t_d)
        sim.clamp("in", np.ones(sim.wiring.populations["in"].size))
        sim.run(30)
        spikes, learned = shown_once(sim, 4 + t_d)
        assert spikes == [(t_d + n, name) for n, name in ((4, "out"), (5, "c"), (6, "b"), (7, "a"))]
        assert set(learned.values()) == {"right"}


def test_the_shortest_world_is_drawn_where_none_is_asked_for():
    sim = streaming(layers(5), t_d=3)
    x, y = drawn(sim, 7)
    states = ns.StateMonitor(sim, "phi")
    world = ns.world.presentations(x, y)
    bp = backpropagated(sim, world)
    sim.stream(world)
    assert len(states.tick) == 7 * (5 + 3 + 5) + 1
    assert same_bits(sim.weights, bp.weights)
