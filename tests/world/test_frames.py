"""A movie as a world."""

import copy
import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ArgumentError, ArgumentTypeError, DataError, TooLargeError


@pytest.mark.parametrize("shape", [(5, 3), (5, 2, 3), (1, 1)])
def test_each_frame_for_its_ticks(shape):
    movie = np.random.default_rng(0).normal(size=shape)
    source = ns.world.frames(movie, ticks_each=7, population="eye")
    *events, end = source
    assert len(source) == len(events) == len(movie)
    assert [event.after for event in events] == [0, *[7] * (len(movie) - 1)]
    assert end == 7
    for event, frame in zip(events, movie, strict=True):
        assert event.population == "eye"
        assert not event.releases
        assert np.array_equal(event.values, frame)


def test_it_can_be_shown_again_and_by_two_at_a_time():
    source = ns.world.frames(np.eye(2), ticks_each=1)
    first, second = iter(source), iter(source)
    assert [repr(e) for pair in zip(first, second, strict=True) for e in pair][::2] == [
        repr(e) for e in source
    ]


def test_it_is_a_value():
    movie = np.zeros((2, 3))
    source = ns.world.frames(movie, ticks_each=1)
    movie[:] = 1
    for each in source, copy.deepcopy(source), pickle.loads(pickle.dumps(source)):
        assert not each.movie.any()
        assert not each.movie.flags.writeable
        assert repr(each) == repr(source)
    with pytest.raises(AttributeError):
        source.ticks_each = 3


def test_pixels_stay_bytes():
    source = ns.world.frames(np.zeros((4, 6), np.uint8), ticks_each=1)
    assert source.movie.dtype == next(iter(source)).values.dtype == np.uint8


@pytest.mark.parametrize(
    "movie",
    [None, 3, "movie", [1, 2], [], [[]], np.zeros((0, 3)), np.zeros((3, 0)), np.zeros((1, 1, 1, 1)),
     [[1, np.nan]], [[np.inf]], [[1j]], [[1], [1, 2]], np.array([[None]]),
     np.array([["a", 1]], object), {"a": 1}, (frame for frame in np.eye(3)),
     np.ma.array([[1.0]], mask=[[1]])],
)  # fmt: skip
def test_what_is_no_movie(movie):
    with pytest.raises((DataError, ArgumentTypeError), match=r"^frames: movie"):
        ns.world.frames(movie, ticks_each=1)


@pytest.mark.parametrize("ticks", [None, True, 0, -1, 1.0, np.nan, "3", (1, 2), 10**13])
def test_ticks_of_a_frame(ticks):
    with pytest.raises((ArgumentError, ArgumentTypeError), match=r"^frames: ticks_each must be"):
        ns.world.frames(np.eye(2), ticks_each=ticks)


@pytest.mark.parametrize("population", [None, 3, "", ["a"], {"a": 1}])
def test_what_is_clamped_has_a_name(population):
    with pytest.raises((ArgumentError, ArgumentTypeError), match=r"^frames: population must"):
        ns.world.frames(np.eye(2), ticks_each=1, population=population)


def test_it_lasts_no_longer_than_a_stream():
    longest = ns.world.frames(np.eye(2), ticks_each=10**12 // 2)
    assert sum(ticks for ticks, _ in ns.world.event.timed(longest)) == 10**12
    with pytest.raises(ArgumentError, match="must be <= 500000000000 for 2 frames"):
        ns.world.frames(np.eye(2), ticks_each=10**12 // 2 + 1)


def test_a_movie_larger_than_any_memory():
    with pytest.raises(TooLargeError, match="does not fit into memory"):
        ns.world.frames(np.broadcast_to(0.0, (2**30, 2**28)), ticks_each=1)
