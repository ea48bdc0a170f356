"""A stream is clamping, running and releasing, and nothing else: the same bits, also recorded."""

import numpy as np
import pytest
from oracles.bits import same_bits, snapshot
from oracles.stream_worlds import (
    Schedule,
    a_world,
    as_events,
    by_verbs,
    drawn,
    layers,
    recorded,
    several_ends,
    skipping,
    streaming,
)

import neurosim as ns

WAYS = {
    "stream": lambda sim, world: sim.stream(world),
    "verbs": by_verbs,
    "events": lambda sim, world: sim.stream(as_events(sim, world)),
    "list of events": lambda sim, world: sim.stream(list(as_events(sim, world))),
}
SIMULATORS = {
    "layers": lambda **o: streaming(layers(4), batch=3, **o),
    "skips, with rest": lambda **o: streaming(
        skipping(), batch=3, t_d=2, rest_after_update=True, **o
    ),
    "several ends": lambda **o: streaming(several_ends(), t_d=3, **o),
}


@pytest.mark.parametrize("name", SIMULATORS)
@pytest.mark.parametrize("pace", [{}, {"shown": (0, 12), "taught": (1, 5), "pause": (0, 1)}])
def test_a_stream_is_its_events(name, pace):
    """Also where a teacher is early or goes early, and what has not begun ends in the same tick."""
    make, seen = SIMULATORS[name], {}
    for way, show in WAYS.items():
        sim = make(bound=None)
        world = a_world(sim, 25, seed=4, **{"taught": (4, 9), **pace})
        rows = recorded(sim, lambda sim, world=world, show=show: show(sim, world))
        seen[way] = rows, snapshot(sim), onsets_of(sim)
        unrecorded = make(bound=None)
        show(unrecorded, world)
        assert snapshot(unrecorded) == snapshot(sim)
    rows, *rest = seen.pop("stream")
    assert len(rows["phi tick"]) > 200
    ticks = sum(map(sum, Schedule(sim, world).ticks))
    assert rows["0 tick"].tolist() == list(range(ticks + 1))
    for others, *other_rest in seen.values():
        assert same_bits(rows, others)
        assert rest == other_rest


def onsets_of(sim):
    return sim.simulation.lowered.state.onset.tobytes(), sim.t, sim.simulation.clamped


def test_a_last_batch_that_is_smaller():
    runs = []
    for show in WAYS.values():
        sim = streaming(layers(3), batch=3)
        world = ns.world.presentations(*drawn(sim, 3 * 4 + 2), pause=(0, 3), seed=1)
        assert Schedule(sim, world).samples[-1].tolist() == [12, 13]
        rows = recorded(sim, lambda sim, world=world, show=show: show(sim, world))
        runs.append((snapshot(sim), {word: array.tobytes() for word, array in rows.items()}))
        assert sim.replicas == 2
    assert all(run == runs[0] for run in runs)


def test_presentations_are_numbered_by_their_onsets():
    sim = streaming(layers(3))
    states, phi = ns.StateMonitor(sim, "x"), ns.SpikeMonitor(sim)
    x, y = drawn(sim, 5)
    sim.stream(ns.world.presentations(x, y, shown=9, taught=4, pause=2))
    begun = np.minimum(states.tick // 15, 4)
    assert (states.presentation - states.presentation[0]).tolist() == begun.tolist()
    assert (phi.presentation - states.presentation[0]).tolist() == (phi.tick // 15).tolist()
    # Several inputs that are shown at once begin one presentation.
    sim = streaming(several_ends())
    before = sim.simulation.presentations
    sim.stream(ns.world.presentations(*drawn(sim, 4)))
    assert sim.simulation.presentations - before == 4


def test_without_learning_nothing_is_learned_and_all_else_is_as_ever():
    sim = streaming(layers(4), batch=2)
    before = sim.weights
    world = a_world(sim, 20)
    rows = recorded(sim, lambda sim: sim.stream(world, learning=False))
    assert same_bits(before, sim.weights)
    other = streaming(layers(4), batch=2)
    other.stream(list(as_events(other, world)), learning=False)
    assert snapshot(sim) == snapshot(other)
    assert len(rows["phi tick"]) > 100


def test_progress():
    sim = streaming(layers(3), batch=4)
    world, told = a_world(sim, 30), []
    sim.stream(world, progress=lambda done, total: told.append((done, total)))
    total = len(Schedule(sim, world).ticks)
    assert told[-1] == (total, total)
    assert {n for _, n in told} == {total}
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    told.clear()
    sim.stream([(0, "input", np.ones((4, 6))), 3, 4], progress=lambda *seen: told.append(seen))
    assert told == [(1, 0), (2, 0), (3, 0)]


def test_what_is_shown_may_depend_on_the_network():
    """A source is asked for its next event when the last one has happened."""
    sim, seen = streaming(layers(3)), []

    def until_it_is_quiet():
        yield ns.world.Event("input", np.ones(6))
        while sim.state("phi", "output").any() or not seen or seen[-1] != sim.energy:
            seen.append(sim.energy)
            yield 1
        yield ns.world.Event("output", np.ones(3))
        yield 3

    sim.stream(until_it_is_quiet())
    assert seen[-1] == 0
    assert sim.t == 3


def test_frames_are_onsets():
    sim, other = streaming(layers(3)), streaming(layers(3))
    movie = np.random.default_rng(0).normal(size=(7, 6))
    sim.stream(ns.world.frames(movie, ticks_each=2, population="input"))
    for frame in movie:
        other.clamp("input", frame)
        other.run(2)
    assert snapshot(sim) == snapshot(other)
    assert sim.simulation.presentations - other.simulation.presentations == 0


def test_a_stream_without_end_is_stopped_by_its_source():
    sim = streaming(layers(3))

    def world():
        generator = np.random.default_rng(0)
        while True:
            yield ns.world.Event("input", generator.normal(size=6))
            yield ns.world.Event("output", generator.normal(size=3), after=8)
            yield ns.world.Event("output", after=4)
            if sim.simulation.presentations == 12:
                return

    sim.stream(world())
    assert sim.simulation.presentations == 12
