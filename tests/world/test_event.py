"""One thing that happens: what it may be, and that it stays what it was."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ArgumentError, ArgumentTypeError, DataError, TooLargeError
from neurosim.world import Event


def test_it_says_what_and_when():
    event = Event("input", [[0, 1], [2, 3]], nodes=[1, "left"], after=4)
    assert (event.population, event.nodes, event.after, event.tick) == (
        "input",
        (1, "left"),
        4,
        None,
    )
    assert np.array_equal(event.values, [[0, 1], [2, 3]])
    assert not event.releases


def test_without_values_it_is_a_release():
    event = Event("output", tick=7)
    assert event.releases
    assert (event.values, event.nodes, event.after, event.tick) == (None, None, None, 7)


def test_it_happens_at_once_if_nothing_is_said():
    assert Event("output").after == 0
    assert Event("output", tick=0).after is None


def test_several_at_once():
    event = Event({"left": 0.5, "right": [1.0], 3: [[2.0]]}, after=2)
    assert not event.releases
    assert list(event.population) == ["left", "right", "3"]
    assert [v.shape for v in event.population.values()] == [(), (1,), (1, 1)]
    with pytest.raises(TypeError):
        event.population["left"] = 1


@pytest.mark.parametrize(
    "dtype", ["bool", "uint8", "int64", "float16", "float32", "float64", ">f4"]
)
def test_values_keep_their_type(dtype):
    event = Event("input", np.ones(3, dtype))
    assert event.values.dtype == dtype


def test_numbers_among_objects_are_numbers():
    assert Event("input", np.array([1, 0.5, True], object)).values.dtype == np.float64


def test_nobody_changes_it_afterwards():
    values, mask, nodes = np.zeros(2), np.array([True, False]), [0, 1]
    events = Event("a", values, nodes=mask), Event({"a": values}), Event("a", values, nodes=nodes)
    values[:], mask[:], nodes[0] = 9, False, 5
    assert not events[0].values.any()
    assert events[0].nodes.tolist() == [True, False]
    assert not events[1].population["a"].any()
    assert events[2].nodes == (0, 1)
    for array in events[0].values, events[0].nodes, events[1].population["a"]:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        events[0].after = 3


@pytest.mark.parametrize(
    "event",
    [
        Event("a", np.arange(6.0).reshape(2, 3), nodes=[0, 2, 4], after=3),
        Event({"a": [1.0], "b": 2}, tick=9),
        Event("a", nodes=np.array([True, False])),
        Event("a"),
    ],
)
@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))]
)
def test_a_copy_is_the_same_and_as_fixed(event, again):
    other = again(event)
    assert repr(other) == repr(event)
    assert (other.after, other.tick) == (event.after, event.tick)
    arrays = event.values, *([] if isinstance(event.population, str) else event.population.values())
    others = other.values, *([] if isinstance(other.population, str) else other.population.values())
    for mine, yours in zip(arrays, others, strict=True):
        assert np.array_equal(mine, yours)
        assert yours is None or not yours.flags.writeable


def test_large_arrays_are_shown_by_their_shape():
    large = Event({"a": np.zeros((20, 784)), "b": 1}, after=5)
    assert repr(large) == "Event({'a': <array of shape (20, 784)>, 'b': 1}, after=5)"
    assert repr(Event("a", nodes=range(9), tick=2)) == "Event('a', nodes=range(0, 9), tick=2)"
    assert repr(Event("a", nodes=[*range(9)])) == "Event('a', nodes=<9 nodes>, after=0)"


@pytest.mark.parametrize(
    ("nodes", "kept"),
    [(3, [3]), (np.int32(3), [3]), (np.array(3), [3]), (np.array([2, 1], "u1"), [2, 1]),
     (("a", 0), ["a", 0]), (np.array(["a", "b"]), ["a", "b"]), (range(1, 3), [1, 2]),
     (np.array(["a", 0], object), ["a", 0]), (np.array([True, False]), [True, False])],
)  # fmt: skip
def test_nodes_may_be_named_in_all_ways_that_clamp_knows(nodes, kept):
    assert list(Event("a", nodes=nodes).nodes) == kept


def test_more_nodes_than_memory_holds_are_not_listed():
    assert Event("a", nodes=range(10**15)).nodes == range(10**15)
    with pytest.raises(TooLargeError, match="nodes do not fit into memory"):
        Event("a", nodes=np.broadcast_to(1, 2**58))
    with pytest.raises(ArgumentTypeError, match="not of shape"):
        Event("a", nodes=np.broadcast_to(1, (2**30, 2**28)))


@pytest.mark.parametrize(
    "nodes",
    [True, "left", b"left", [True], [0.5], [None], [[0]], [-1], -1, [], (), range(0), range(-1, 3),
     range(3, -2, -1), np.zeros((2, 2), bool), np.zeros((2, 2), int), np.array(1.5),
     np.array([2, -1]), np.array([]), np.array([1], "m8[ns]"), np.array([True], object), {0: 1},
     {0, 1}, iter([1]), np.ma.array([1, 2], mask=[0, 1])],
)  # fmt: skip
def test_nodes_that_cannot_be(nodes):
    with pytest.raises((ArgumentError, ArgumentTypeError), match=r"^Event: nodes"):
        Event("a", nodes=nodes)


@pytest.mark.parametrize("population", [None, 3, b"a", ["a"], ("a", "b"), 1.5, Event, np.zeros(3)])
def test_only_words_name_something(population):
    with pytest.raises(ArgumentTypeError, match=r"^Event: population must be the name of"):
        Event(population, 1.0)


@pytest.mark.parametrize(
    "values",
    ["1", [1j], [None], [np.nan], np.inf, [[1, 2], [3]], [], np.zeros((0, 3)), np.zeros((1, 1, 1)),
     {"a": 1}, {1, 2}, object(), (n for n in [1]), np.array([None, 1], object), [10**400],
     np.array(["2020"], "M8[Y]"), np.ma.array([1.0, 2.0], mask=[0, 1]), np.array([1, "a"], object)],
)  # fmt: skip
@pytest.mark.parametrize("within", [False, True])
def test_values_that_cannot_be_shown(values, within):
    with pytest.raises((DataError, ArgumentTypeError), match=r"^Event: values of 'a'"):
        Event({"a": values} if within else "a", *([] if within else [values]))


def test_the_element_is_named_that_is_not_finite():
    with pytest.raises(DataError, match=r"values of 'a' must be finite, but element \(1, 0\)"):
        Event("a", [[0, 1], [np.nan, 1]])
    with pytest.raises(
        DataError, match=r"have shape \(replicas, nodes\) or \(nodes,\) or \(\), not"
    ):
        Event("a", np.zeros((1, 2, 3)))


def test_values_larger_than_any_memory():
    with pytest.raises(TooLargeError, match="does not fit into memory"):
        Event("a", np.broadcast_to(0.0, (2**30, 2**28)))
    with pytest.raises(TooLargeError, match="does not fit into memory"):
        Event("a", range(2**60))


@pytest.mark.parametrize("name", ["after", "tick"])
@pytest.mark.parametrize(
    "ticks", [True, 1.0, np.nan, "1", -1, 10**12 + 1, [1], np.timedelta64(3, "s"), 10**100]
)
def test_when_is_a_number_of_ticks(name, ticks):
    with pytest.raises((ArgumentError, ArgumentTypeError), match=f"^Event: {name} must be"):
        Event("a", **{name: ticks})
    assert getattr(Event("a", **{name: np.int16(3)}), name) == 3


def test_when_is_said_once():
    with pytest.raises(
        ArgumentError, match=r"either after or tick says when, not both \(0 and 3\)"
    ):
        Event("a", after=0, tick=3)


def test_a_mapping_says_it_all():
    with pytest.raises(ArgumentTypeError, match="leave out values and nodes"):
        Event({"a": 1}, 2.0)
    with pytest.raises(ArgumentTypeError, match="leave out values and nodes"):
        Event({"a": 1}, nodes=[0])
    with pytest.raises(ArgumentError, match="names no population"):
        Event({})
    with pytest.raises(ArgumentError, match="names '3' twice"):
        Event({3: 1, "3": 2})
    with pytest.raises(ArgumentTypeError, match="values of 'a' are missing; what is released"):
        Event({"a": None})
    with pytest.raises(ArgumentError, match="must not be empty"):
        Event({"": 1})
    with pytest.raises(ArgumentError, match="must not be empty"):
        Event("")


def test_where_and_when_are_never_mixed_up():
    """A third positional argument could be taken for nodes, or for ticks."""
    with pytest.raises(TypeError, match="positional"):
        ns.world.Event("a", 1.0, 3)
