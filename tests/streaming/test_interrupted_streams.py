"""Whatever exception comes at whatever line of a stream: what was shown has happened, in whole."""

import numpy as np
import pytest
from oracles.bits import snapshot
from oracles.interruptions import stopped_before_each_line
from oracles.stream_worlds import (
    acts,
    as_events,
    backpropagated,
    drawn,
    layers,
    several_ends,
    streaming,
)

import neurosim as ns

MAKE = {
    "layers": lambda: streaming(layers(3), batch=2, rest_after_update=True),
    "several ends": lambda: streaming(several_ends(), batch=2),
    "unrolled": lambda: streaming(ns.Network.recurrent(2, 3, 2, steps=3, seed=0)),
}


def in_short_slices(make):
    """A simulator of which few ticks at a time are made in compiled code."""
    sim = make()
    sim.simulation.work_per_slice = 1
    return sim


def without_rest():
    return in_short_slices(lambda: streaming(layers(3), batch=2))


def a_short_world(sim, count=2, **durations):
    durations = durations or {"shown": (5, 7), "taught": (2, 4), "pause": 1}
    return ns.world.presentations(*drawn(sim, count * sim.batch_size), seed=1, **durations)


def seen(sim):
    clock = sim.simulation.lowered.state.clock
    onset = sim.simulation.lowered.state.onset.tobytes()
    return snapshot(sim), sim.replicas, int(clock[0]), sim.t, str(sim.simulation.clamped), onset


def stages(sim, world):
    """All that may be seen in between two acts of a world, or two ticks."""
    found = [seen(sim)]
    for verb, *arguments in acts(sim, world):
        for _ in range(arguments[0] if verb == "run" else 1):
            getattr(sim, verb)(*([1] if verb == "run" else arguments))
            found.append(seen(sim))
    return found


def learns_as_ever(sim):
    if sim.simulation.begun:
        # What has been taught yet travels on.
        sim.run(10)
    for name in list(sim.simulation.clamped):
        sim.release(name)
    world = a_short_world(sim, shown=16, taught=8)
    before = sim.weights
    bp = backpropagated(sim, world, weights=before)
    sim.stream(world)
    assert all(bp.weights[name].tobytes() == sim.weights[name].tobytes() for name in before)


@pytest.mark.parametrize(
    ("name", "way"),
    [(name, "presentations") for name in MAKE] + [("layers", "events"), ("unrolled", "events")],
)
def test_what_was_shown_has_happened(name, way):
    world = a_short_world(MAKE[name](), 2 if way == "presentations" else 1)
    allowed = stages(MAKE[name](), world)

    def show(sim):
        sim.stream(world if way == "presentations" else as_events(sim, world))

    outcomes = set()
    for n, sim in enumerate(stopped_before_each_line(lambda: in_short_slices(MAKE[name]), show)):
        outcomes.add(allowed.index(seen(sim)))
        assert sim.simulation.is_whole
        if n % 20 == 0:
            learns_as_ever(sim)
    assert len(outcomes) > 4
    assert {0, len(allowed) - 1} <= outcomes


@pytest.mark.parametrize("way", ["presentations", "events"])
def test_what_was_shown_is_recorded(way):
    """No row is missing, and none is there twice; what comes next is recorded behind it."""
    world = a_short_world(MAKE["layers"](), 2 if way == "presentations" else 1)

    def prepare():
        sim = in_short_slices(MAKE["layers"])
        return sim, ns.StateMonitor(sim, "x"), ns.SpikeMonitor(sim)

    def show(things):
        sim = things[0]
        sim.stream(world if way == "presentations" else as_events(sim, world))

    _, rows, spikes = whole = prepare()
    show(whole)
    lengths = set()
    for sim, states, phi in stopped_before_each_line(prepare, show):
        made = int(sim.simulation.lowered.state.clock[0])
        lengths.add(made)
        count = len(states.tick)
        assert count in ((made + 1,) if made else (0, 1))
        assert states.tick.tolist() == list(range(count))
        # The last one may be changed by the world yet.
        assert states.x[: max(count - 1, 0)].tobytes() == rows.x[: max(count - 1, 0)].tobytes()
        before, due = phi.tick[phi.tick < made], spikes.tick[spikes.tick < made]
        assert before.tolist() == due.tolist()
        if not sim.simulation.begun:
            continue
        sim.run(2)
        assert states.tick.tolist() == list(range(made + 3))
    assert len(lengths) > 4


def test_a_last_batch_that_is_smaller_and_fits():
    """Replicas come and go, and nodes rest in `fit` alone, wherever it ends."""
    for protocol in ("stream", "fit"):

        def show(sim, protocol=protocol):
            x, y = drawn(sim, 5)
            if protocol == "fit":
                sim.fit(x, y, protocol="stream", shuffle=False)
            else:
                sim.stream(ns.world.presentations(x, y))

        ended = set()
        for n, sim in enumerate(stopped_before_each_line(without_rest, show)):
            ended.add(sim.replicas)
            assert sim.simulation.is_whole
            assert not sim.simulation.lowered.plan.setting[0]["rest"]
            assert sim.simulation.lowered.plan.setting[0]["watch"]
            if protocol == "fit":
                assert "output" not in sim.simulation.clamped
            if n % 20 == 0:
                learns_as_ever(sim)
        assert ended == {1, 2}


def test_ctrl_c_in_a_source():
    """What raises in the middle of its events has shown those before, and nothing of the next."""
    sim, other = MAKE["layers"](), MAKE["layers"]()

    def world():
        yield ns.world.Event("input", np.ones((2, 6)))
        yield 5
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sim.stream(world())
    other.clamp("input", np.ones((2, 6)))
    other.run(5)
    assert seen(sim) == seen(other)
    learns_as_ever(sim)
