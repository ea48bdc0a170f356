"""What is drawn for presentations, and when they begin and end."""

import itertools

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ArgumentError, ArgumentTypeError, TooLargeError

SAMPLES = np.zeros((4, 2))


def schedule(samples=1000, batch_size=1, targets=SAMPLES, **settings):
    """For a network that needs 6 ticks until the teacher, and 3 while it stays."""
    world = ns.world.presentations(SAMPLES, targets, **settings)
    return world.schedule(samples, batch_size, shown=6, taught=3)


def same(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def presented(drawn):
    """Samples of each presentation, as tuples."""
    ends = np.cumsum(drawn.sizes)
    return [tuple(part.tolist()) for part in np.split(drawn.chosen, ends)[:-1]]


def as_often(count, of, chance):
    """Within five standard deviations; of a right draw 6e-7 are not."""
    return abs(count - of * chance) <= 5 * np.sqrt(of * chance * (1 - chance))


def test_as_short_as_possible_if_nothing_is_said():
    drawn = schedule(5)
    assert drawn.ticks.tolist() == [[6, 3, 0]] * 5
    assert drawn.chosen.tolist() == [0, 1, 2, 3, 4]
    assert {array.dtype for array in drawn} == {np.dtype(np.int64)}


def test_as_told():
    assert schedule(2, shown=0, taught=1, pause=4).ticks.tolist() == [[0, 1, 4]] * 2
    assert schedule(2, targets=None, pause=1).ticks.tolist() == [[6, 0, 1]] * 2
    told = schedule(2, shown=9, taught=(8, 8), pause=[7, 7])
    assert told.ticks.tolist() == [[9, 8, 7]] * 2


@pytest.mark.parametrize(
    ("samples", "batch_size"), [(1, 1), (7, 3), (6, 3), (5, 20), (20, 20), (3, 2**31 - 1)]
)
@pytest.mark.parametrize("again", [0.0, 0.5, 0.99])
def test_every_sample_is_shown_in_order(samples, batch_size, again):
    for seed in range(20):
        drawn = schedule(samples, batch_size, again=again, seed=seed)
        assert drawn.sizes.sum() == len(drawn.chosen)
        assert len(drawn.sizes) == len(drawn.ticks)
        batches = [batch for batch, _ in itertools.groupby(presented(drawn))]
        assert [n for batch in batches for n in batch] == [*range(samples)]
        assert all(len(batch) == batch_size for batch in batches[:-1])
        if not again:
            assert len(drawn.sizes) == len(batches)


def test_same_seed_same_draws_every_time():
    settings = {"shown": (3, 50), "jitter": 4, "missing": 0.3, "again": 0.3}
    world = ns.world.presentations(SAMPLES, SAMPLES, seed=5, **settings)
    first = world.schedule(100, 3, 6, 3)
    assert same(first, world.schedule(100, 3, 6, 3))
    assert same(
        first, ns.world.presentations(None, SAMPLES, seed=5, **settings).schedule(100, 3, 6, 3)
    )
    other = ns.world.presentations(SAMPLES, SAMPLES, seed=6, **settings).schedule(100, 3, 6, 3)
    assert not same(first, other)


def test_whoever_has_a_schedule_may_change_it():
    world = ns.world.presentations(SAMPLES)
    for array in world.schedule(3, 1, 6, 3):
        array[:] = 9
    assert world.schedule(3, 1, 6, 3).chosen.tolist() == [0, 1, 2]


def test_global_randomness_is_left_alone():
    np.random.seed(1)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first = schedule(shown=(1, 9), again=0.5)
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002
    np.random.seed(2)  # noqa: NPY002
    assert same(first, schedule(shown=(1, 9), again=0.5))


@pytest.mark.parametrize("seed", [0, 1, 2**128 - 1])
def test_durations_are_uniform_with_both_ends(seed):
    world = ns.world.presentations(
        SAMPLES, SAMPLES, shown=(2, 5), taught=(1, 3), pause=(0, 1), seed=seed
    )
    ticks = world.schedule(6000, 1, 99, 99).ticks
    for column, values in enumerate(([2, 3, 4, 5], [1, 2, 3], [0, 1])):
        found, counts = np.unique(ticks[:, column], return_counts=True)
        assert found.tolist() == values
        assert all(as_often(count, 6000, 1 / len(values)) for count in counts)


def test_jitter_is_added_to_each_by_itself():
    ticks = schedule(6000, jitter=2, pause=5).ticks - [6, 3, 5]
    found, counts = np.unique(ticks, axis=0, return_counts=True)
    assert found.tolist() == [list(each) for each in itertools.product(range(3), repeat=3)]
    assert all(as_often(count, 6000, 1 / 27) for count in counts)


@pytest.mark.parametrize("chance", [0.01, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(5))
def test_teachers_are_missing_as_often_as_told(chance, seed):
    ticks = schedule(10_000, missing=chance, jitter=3, seed=seed).ticks
    assert as_often((ticks[:, 1] == 0).sum(), 10_000, chance)
    assert ticks[ticks[:, 1] > 0, 1].min() == 3


def test_teachers_always_and_never():
    assert (schedule(missing=0).ticks[:, 1] == 3).all()
    assert (schedule(missing=1, jitter=3).ticks[:, 1] == 0).all()
    assert (schedule(targets=None, jitter=3).ticks[:, 1] == 0).all()


@pytest.mark.parametrize("chance", [0.01, 0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("seed", range(5))
def test_samples_are_shown_again_as_often_as_told(chance, seed):
    """After each presentation the next is the same with this probability, whatever was before."""
    drawn = schedule(5000, again=chance, seed=seed)
    again = np.diff(drawn.chosen) == 0
    # Stopped at so many samples, the number of trials is random: the first ones are looked at.
    trials = again[:4900]
    assert as_often(trials.sum(), len(trials), chance)
    after = trials[1:][trials[:-1]]
    assert as_often(after.sum(), len(after), chance)


def test_what_is_shown_again_has_times_and_a_chance_of_its_own():
    drawn = schedule(2000, again=0.5, missing=0.5, shown=(1, 100))
    same_again = np.flatnonzero(np.diff(drawn.chosen) == 0)
    first, second = drawn.ticks[same_again], drawn.ticks[same_again + 1]
    assert as_often((first[:, 0] == second[:, 0]).sum(), len(first), 1 / 100)
    assert as_often(((first[:, 1] == 0) == (second[:, 1] == 0)).sum(), len(first), 1 / 2)


def test_what_is_drawn_for_one_purpose_changes_nothing_of_another():
    plain = ns.world.presentations(SAMPLES, SAMPLES, shown=(1, 50), taught=(5, 9), pause=(0, 4))
    base = plain.schedule(500, 1, 6, 3).ticks

    def with_settings(**settings):
        given = {"shown": (1, 50), "taught": (5, 9), "pause": (0, 4), **settings}
        return ns.world.presentations(SAMPLES, SAMPLES, **given).schedule(500, 1, 6, 3).ticks

    taught = with_settings(missing=0.5)
    assert np.array_equal(taught[:, [0, 2]], base[:, [0, 2]])
    assert np.array_equal(taught[taught[:, 1] > 0, 1], base[taught[:, 1] > 0, 1])
    assert np.array_equal(with_settings(shown=3)[:, 1:], base[:, 1:])
    assert np.array_equal(with_settings(again=0.5)[:500], base)
    added = with_settings(jitter=2) - base
    assert (added.min(), added.max()) == (0, 2)


def test_missing_more_often_misses_the_same_ones_too():
    seldom, often = (schedule(missing=p).ticks[:, 1] == 0 for p in (0.2, 0.4))
    assert (often >= seldom).all()


@pytest.mark.parametrize(
    ("argument", "bad"),
    [(name, bad) for name in ("samples", "batch_size", "shown", "taught")
     for bad in (None, True, -1, 1.5, "3", 10**13)]
    + [("samples", 0), ("batch_size", 0), ("taught", 0)],
)  # fmt: skip
def test_a_network_that_cannot_be(argument, bad):
    needs = {"samples": 3, "batch_size": 1, "shown": 6, "taught": 3, argument: bad}
    with pytest.raises(
        (ArgumentError, ArgumentTypeError), match=rf"^Presentations\.schedule: {argument} must be"
    ):
        ns.world.presentations(SAMPLES, SAMPLES).schedule(**needs)


def test_more_than_memory_holds_is_refused_before_it_is_drawn():
    with pytest.raises(TooLargeError, match="100,000,001 samples, each shown 1 times, are more"):
        schedule(10**8 + 1, batch_size=1000)
    with pytest.raises(TooLargeError, match="1,000,001 samples, each shown 100 times"):
        schedule(1_000_001, again=0.99)


def test_a_schedule_ends_before_the_clock_does():
    assert schedule(2, pause=10**12 // 2 - 9).ticks.sum() == 10**12
    with pytest.raises(ArgumentError, match=r"2 presentations last 1e\+12 ticks, more than 1e\+12"):
        schedule(2, pause=10**12 // 2 - 8)
    with pytest.raises(ArgumentError, match=r"3,000,000 presentations last .* more than"):
        schedule(3_000_000, pause=(10**12, 10**12), jitter=10**12)
