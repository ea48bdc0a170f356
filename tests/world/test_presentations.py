"""What presentations of samples are: a value that says how samples are shown."""

import copy
import dataclasses
import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ArgumentError, ArgumentTypeError

SAMPLES = np.zeros((6, 2))


def test_samples_are_kept_as_given():
    x, y = object(), {"output": [[1.0]]}
    world = ns.world.presentations(x, y)
    assert world.inputs is x
    assert world.targets is y


def test_they_are_a_value():
    world = ns.world.presentations(SAMPLES, SAMPLES, shown=[3, 5], taught=(2, 4), again=0.5, seed=3)
    assert world.shown == (3, 5)
    with pytest.raises(dataclasses.FrozenInstanceError):
        world.shown = 3
    for other in copy.deepcopy(world), pickle.loads(pickle.dumps(world)):
        assert repr(other) == repr(world)
        for mine, yours in zip(world.schedule(6, 2, 1, 1), other.schedule(6, 2, 1, 1), strict=True):
            assert np.array_equal(mine, yours)


def test_what_is_shown_of_them_is_what_was_asked_for():
    assert repr(ns.world.presentations({"a": SAMPLES, "b": SAMPLES})) == (
        "presentations(inputs=<2 populations or nodes>)"
    )
    assert repr(ns.world.presentations([[0.0]], SAMPLES, pause=(0, 3), jitter=2, seed=5)) == (
        "presentations(inputs=<list>, targets=<array of shape (6, 2)>, pause=(0, 3), jitter=2, "
        "seed=5)"
    )


@pytest.mark.parametrize("name", ["shown", "taught", "pause"])
@pytest.mark.parametrize(
    "ticks",
    [True, -1, 1.5, np.nan, "3", b"3", (1,), (1, 2, 3), [], (3, 1), (-1, 3), (1, 10**13), (1, None),
     (True, 3), (0.0, 3), {1, 2}, range(2), np.array([1, 2]), 10**12 + 1, 10**100],
)  # fmt: skip
def test_what_is_no_duration(name, ticks):
    with pytest.raises(
        (ArgumentError, ArgumentTypeError), match=rf"^presentations: .*{name} must be"
    ):
        ns.world.presentations(SAMPLES, SAMPLES, **{name: ticks})


def test_a_teacher_that_comes_stays():
    for taught in 0, (0, 3):
        with pytest.raises(ArgumentError, match="taught must be in 1"):
            ns.world.presentations(SAMPLES, SAMPLES, taught=taught)


def test_no_pause_is_zero():
    with pytest.raises(ArgumentTypeError, match="pause must be a number of ticks, not None"):
        ns.world.presentations(SAMPLES, pause=None)


@pytest.mark.parametrize("name", ["missing", "again"])
@pytest.mark.parametrize(
    "chance", [np.nan, np.inf, -0.1, 1.1, True, "0.5", None, 1j, [0.5], 10**400]
)
def test_what_is_no_probability(name, chance):
    with pytest.raises((ArgumentError, ArgumentTypeError), match=f"^presentations: {name} must be"):
        ns.world.presentations(SAMPLES, SAMPLES, **{name: chance})


def test_something_new_is_shown_at_last():
    with pytest.raises(ArgumentError, match=r"again must be <= 0\.99, not 1"):
        ns.world.presentations(SAMPLES, again=1)


@pytest.mark.parametrize("name", ["jitter", "seed"])
@pytest.mark.parametrize("number", [None, True, -1, 0.5, np.nan, "1", (0, 1), 2**128])
def test_jitter_and_seed_are_whole_numbers(name, number):
    with pytest.raises((ArgumentError, ArgumentTypeError), match=f"^presentations: {name} must be"):
        ns.world.presentations(SAMPLES, SAMPLES, **{name: number})


def test_without_targets_nothing_is_said_of_teachers():
    for name, value in {"taught": 5, "missing": 0.5}.items():
        with pytest.raises(ArgumentError, match=f"there are no targets; leave out {name}"):
            ns.world.presentations(SAMPLES, **{name: value})


def test_no_argument_is_mistaken_for_another():
    with pytest.raises(TypeError, match="positional"):
        ns.world.presentations(SAMPLES, SAMPLES, 5)
