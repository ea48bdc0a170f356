"""What is no stream is refused, and leaves all as it was, or as the events before have made it."""

import numpy as np
import pytest
from oracles.bits import snapshot
from oracles.stream_worlds import drawn, layers, several_ends, streaming

import neurosim as ns
from neurosim import models
from neurosim.errors import ArgumentError, ArgumentTypeError, DataError, ProtocolError

ONES = np.ones((1, 6))


def seen(sim):
    return snapshot(sim), sim.replicas, sim.t, str(sim.simulation.clamped), sim.epochs


@pytest.fixture
def sim():
    """In the middle of a sweep."""
    sim = streaming(layers(3))
    sim.stream([(0, "input", ONES), 2])
    return sim


@pytest.mark.parametrize("model", [models.FaZIL, models.ZIL, models.IL, models.IncrementalPC])
def test_a_model_without_a_sweep(model):
    sim = ns.Simulator(layers(3), model())
    before = seen(sim)
    words = f"{model.__name__} has no sweep.*make it as {model.__name__}\\(sweep=True\\)"
    with pytest.raises(ProtocolError, match=f"Simulator.stream: {words}"):
        sim.stream([(0, "input", ONES)])
    with pytest.raises(ProtocolError, match=f"Simulator.stream: {words}"):
        sim.stream(ns.world.presentations(ONES, ONES[:, :3]))
    with pytest.raises(ProtocolError, match=f"Simulator.fit: {words}"):
        sim.fit(ONES, ONES[:, :3], protocol="stream")
    assert seen(sim) == before


@pytest.mark.parametrize(
    "source",
    [None, 3, "input", b"input", {"input": ONES}, ONES, ns.world.Event("input", ONES), models, len],
    ids=lambda source: type(source).__name__,
)
def test_no_source(sim, source):
    before = seen(sim)
    with pytest.raises(ArgumentTypeError, match=r"Simulator\.stream: source must be an iterable"):
        sim.stream(source)
    assert seen(sim) == before


#: What comes third, the error, and words of it.
EVENTS = {
    "junk": (object(), ArgumentTypeError, "event 2 must be an Event, a tuple"),
    "words": ("output", ArgumentTypeError, "event 2 must be"),
    "pair": ((0, "output"), ArgumentTypeError, "event 2 must be"),
    "nan": ((0, "output", [np.nan, 0, 0]), DataError, "event 2: Event: values of 'output'"),
    "backwards": (ns.world.Event("output", tick=1), ArgumentError, "event 2: tick must not"),
    "negative": ((-1, "output", ONES[0, :3]), ArgumentError, "event 2: after must be in 0"),
    "fraction": (2.5, ArgumentTypeError, "event 2 must be"),
    "width": ((0, "output", ONES[0, :2]), DataError, "Simulator.clamp: .*output"),
    "replicas": ((0, "output", np.ones((2, 3))), DataError, "Simulator.clamp"),
    "nobody": ((0, "no such", ONES), ArgumentError, "no such"),
    "not held": ((0, "output", None), ProtocolError, "Simulator.release: .*not clamped"),
    "node": (ns.world.Event("output", [0.0], nodes=[3]), ArgumentError, "Simulator.clamp"),
    "mapping": (
        ns.world.Event({"output": ONES[0, :3], "hidden9": [1.0]}), ArgumentError, "hidden9"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EVENTS)
def test_events_that_are_refused(sim, name):
    """Those before have happened, and nothing of this one."""
    event, error, words = EVENTS[name]
    other = streaming(layers(3))
    other.stream([(0, "input", ONES), 2])
    other.clamp("input", -ONES)
    other.run(3)
    with pytest.raises(error, match=words):
        sim.stream([(0, "input", -ONES), 3, event, (5, "output", ONES[0, :3])])
    assert seen(sim) == seen(other)


WORLDS = {
    "inputs that are missing": (lambda x, y: ({"ear": x["ear"]}, y), ArgumentError),
    "targets that are missing": (lambda x, y: (x, {"hand": y["hand"]}), ArgumentError),
    "no number": (lambda x, y: ({**x, "ear": x["ear"] * np.nan}, y), DataError),
    "another width": (lambda x, y: ({**x, "ear": x["ear"][:, :2]}, y), DataError),
    "another length": (lambda x, y: (x, {n: v[:-1] for n, v in y.items()}), DataError),
    "no sample": (lambda x, y: ({n: v[:0] for n, v in x.items()}, y), DataError),
    "an array for two": (lambda x, y: (x["ear"], y), ArgumentTypeError),
    "names of nobody": (lambda x, y: ({**x, "nose": x["ear"]}, y), (ArgumentError, DataError)),
}


@pytest.mark.parametrize("name", WORLDS)
def test_worlds_that_are_refused(name):
    change, error = WORLDS[name]
    sim = streaming(several_ends(), batch=2)
    x, y = drawn(sim, 4)
    sim.clamp({n: values[:2] for n, values in x.items()})
    before = seen(sim)
    with pytest.raises(error):
        sim.stream(ns.world.presentations(*change(x, y)))
    with pytest.raises(error):
        sim.fit(*change(x, y), protocol="stream")
    assert seen(sim) == before


def test_a_world_while_a_teacher_is_there(sim):
    sim.clamp("output", ONES[:, :3])
    before = seen(sim)
    with pytest.raises(ProtocolError, match="a teacher holds 'output'; release it"):
        sim.stream(ns.world.presentations(ONES, ONES[:, :3]))
    assert seen(sim) == before


def test_fewer_replicas_while_others_are_held():
    """Known before anything is shown."""
    sim = streaming(layers(3), batch=2)
    sim.clamp("hidden1", np.ones((2, 5)))
    x, y = drawn(sim, 3)
    before = seen(sim)
    words = r"1 replicas, but \['hidden1'\] are clamped to 2; release them"
    with pytest.raises(ProtocolError, match=f"Simulator.stream: {words}"):
        sim.stream(ns.world.presentations(x, y))
    with pytest.raises(ProtocolError, match=f"Simulator.fit: {words}"):
        sim.fit(x, y, protocol="stream")
    assert seen(sim) == before
    sim.stream(ns.world.presentations(*drawn(sim, 4)))
    assert sim.simulation.clamped["hidden1"] == [0, 1, 2, 3, 4]


def test_arguments(sim):
    world = ns.world.presentations(ONES, ONES[:, :3])
    before = seen(sim)
    for options, words in (
        ({"learning": "yes"}, "Simulator.stream: learning"),
        ({"learning": 1}, "Simulator.stream: learning"),
        ({"progress": 3}, "Simulator.stream: progress"),
        ({"ticks": 3}, "ticks"),
    ):
        with pytest.raises((ArgumentTypeError, TypeError), match=words):
            sim.stream(world, **options)
    for options, words in (
        ({"protocol": "streams"}, "unknown protocol 'streams'; allowed: 'settled', 'stream'"),
        ({"protocol": None}, "Simulator.fit: protocol"),
        ({"protocol": "stream", "ticks": 0}, "in a stream ticks must be at least 1"),
        ({"protocol": "stream", "ticks": -1}, "ticks"),
        ({"protocol": "stream", "epochs": 0}, "epochs"),
    ):
        with pytest.raises((ArgumentError, ArgumentTypeError), match=words):
            sim.fit(ONES, ONES[:, :3], **options)
    with pytest.raises(ArgumentTypeError, match="sweep"):
        models.FaZIL(sweep=1)
    assert seen(sim) == before


def test_what_raises_in_a_source_comes_out_as_it_is(sim):
    other = streaming(layers(3))
    other.stream([(0, "input", ONES), 2, (1, "input", -ONES)])

    def world():
        yield 1, "input", -ONES
        raise LookupError("the world has ended")

    with pytest.raises(LookupError, match="the world has ended"):
        sim.stream(world())
    assert seen(sim) == seen(other)


def test_what_overflows_is_where_it_was_before(sim):
    """The tick that would lead beyond the bound is not made; all before has happened."""
    narrow = streaming(layers(3, "identity"), bound=50.0)
    world = ns.world.presentations(
        np.array([ONES[0], 100 * ONES[0], ONES[0]]), np.ones((3, 3)), shown=7, taught=3
    )
    x = narrow.state("x", "output")
    assert (x == 0).all()
    with pytest.raises(ns.errors.DivergenceError, match="beyond the bound of 50"):
        narrow.stream(world)
    assert narrow.simulation.presentations == 2
    assert int(narrow.simulation.lowered.state.clock[0]) >= 10
    assert all(np.abs(narrow.state("x", f"hidden{n}")).max() <= 50 for n in (1, 2))
    # As ever, what it is about to do is not to be done: settling with another input ends that.
    narrow.clamp("input", ONES)
    narrow.settle()
    narrow.stream(ns.world.presentations(ONES, np.ones((1, 3))))
