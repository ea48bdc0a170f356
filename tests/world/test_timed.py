"""How long to wait for each thing that a source yields."""

import itertools

import numpy as np
import pytest

from neurosim import checks
from neurosim.errors import ArgumentError, ArgumentTypeError, DataError
from neurosim.world import Event, frames, presentations
from neurosim.world.event import timed


def waits(source):
    return [(ticks, event and event.population) for ticks, event in timed(source)]


def test_ticks_since_the_one_before_and_since_the_beginning():
    events = [
        Event("a", 1.0, after=2), Event("b", 1.0, tick=9), Event("c", after=3), Event("d", tick=12),
        Event("e"), 5, Event("f", tick=20), Event("g", after=1), 0,
    ]  # fmt: skip
    assert waits(events) == [
        (2, "a"), (7, "b"), (3, "c"), (0, "d"), (0, "e"), (5, None), (3, "f"), (1, "g"), (0, None),
    ]  # fmt: skip


def test_tuples_are_events():
    (ticks, shown), (then, gone), (last, both) = timed(
        [(np.int8(3), "a", [1, 2]), (0, "a", None), (1, {"a": 1, "b": 2}, None)]
    )
    assert (ticks, then, last) == (3, 0, 1)
    assert shown.values.tolist() == [1, 2]
    assert gone.releases
    assert list(both.population) == ["a", "b"]


def test_an_event_is_handed_on_as_it_is():
    event = Event("a", 1.0)
    assert next(timed([event]))[1] is event


def test_nothing_at_all():
    assert waits([]) == waits(iter(())) == []


def test_nothing_is_read_ahead():
    read = []

    def world():
        for n in itertools.count():
            read.append(n)
            yield Event("a", float(n), after=1)

    stream = timed(world())
    assert read == []
    for n in range(1000):
        ticks, event = next(stream)
        assert (ticks, float(event.values)) == (1, n)
        assert read[-1] == n


def test_a_source_may_listen():
    heard, stream = [], None

    def world():
        while len(heard) < 3:
            yield len(heard)

    stream = timed(world())
    for ticks, _ in stream:
        heard.append(ticks)
    assert heard == [0, 1, 2]


def test_what_a_source_raises_is_its_own():
    def world():
        yield 1
        raise KeyError("mine")

    stream = timed(world())
    assert next(stream) == (1, None)
    with pytest.raises(KeyError, match="mine"):
        next(stream)


@pytest.mark.parametrize("source", [None, 3, "abc", b"abc", {"a": 1}, Event, object(), np.array(3)])
def test_a_source_is_refused_at_once(source):
    with pytest.raises(ArgumentTypeError, match=r"^Simulator\.stream: source must be an iterable"):
        timed(source, "Simulator.stream")


def test_presentations_are_no_events():
    """When they come depends on the network, which a simulator knows."""
    with pytest.raises(ArgumentTypeError, match="iterable of events, not presentations"):
        timed(presentations([[1.0]]))


def test_one_event_is_a_list_of_one():
    with pytest.raises(ArgumentTypeError, match=r"one event is \[event\]"):
        timed(Event("a"))


@pytest.mark.parametrize(
    "item",
    [None, True, np.True_, 1.0, np.float64(1), "a", (), (0, "a"), (0, "a", 1.0, 2), [0, "a", 1.0],
     {"a": 1}, np.zeros(3), Event, np.array(3)],
)  # fmt: skip
def test_what_is_no_event_is_told_by_its_number(item):
    stream = timed([1, 1, item], "here")
    assert [next(stream)[0] for _ in range(2)] == [1, 1]
    with pytest.raises(ArgumentTypeError, match=r"^here: event 2 must be an Event, a tuple"):
        next(stream)


@pytest.mark.parametrize(
    ("item", "error", "words"),
    [
        ((0, "a", [np.nan]), DataError, "here: event 1: Event: values of 'a' must be finite"),
        ((0, 3, 1.0), ArgumentTypeError, "here: event 1: Event: population must be the name"),
        ((-1, "a", 1.0), ArgumentError, "here: event 1: after must be in 0"),
        ((None, "a", 1.0), ArgumentTypeError, "here: event 1: after must be a whole number"),
        ((True, "a", 1.0), ArgumentTypeError, "here: event 1: after must be a whole number"),
        ((1.5, "a", 1.0), ArgumentTypeError, "here: event 1: after must be a whole number"),
        (-1, ArgumentError, "here: event 1: a wait must be in 0"),
        (10**30, ArgumentError, "here: event 1: a wait must be in 0"),
        (np.timedelta64(1, "s"), ArgumentTypeError, "here: event 1: a wait must be a whole number"),
        (Event("a", tick=4), ArgumentError,
         "here: event 1: tick must not go backwards, but be >= 5, not 4"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_event_is_told_by_its_number(item, error, words):
    stream = timed([Event("a", after=5), item], "here")
    next(stream)
    with pytest.raises(error, match=f"^{words}"):
        next(stream)


def test_a_stream_ends_before_the_clock_does():
    most = checks.MOST_TICKS
    assert waits([most - 1, Event("a", after=1), Event("b", tick=most)])[-1] == (0, "b")
    for last in 1, Event("a", after=1), (1, "a", 1.0):
        stream = timed([most, last])
        next(stream)
        with pytest.raises(ArgumentError, match=r"event 1 would be at tick 1000000000001, but"):
            next(stream)


def test_a_movie_is_a_source():
    assert waits(frames(np.eye(3), ticks_each=4)) == [
        (0, "input"), (4, "input"), (4, "input"), (4, None),
    ]  # fmt: skip
