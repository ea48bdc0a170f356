"""Figure 2: what happens at which t, as it was recorded."""

import pytest

from neurosim.experiments import figure2
from neurosim.experiments.experiment import Scale

LEVELS = range(len(figure2.SIZES) - 1)


def recorded(model, *, rest):
    return figure2.run(model=model, rest=rest, seed=1)


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("model", ["Z-IL", "Fa-Z-IL"])
def test_each_level_learns_once_when_the_error_arrives(model, rest):
    seen = recorded(model, rest=rest)
    assert seen["learned"][:-1] == seen["fired"][:-1] == [[level] for level in LEVELS]
    assert [at[0] for at in seen["in_error"][:-1]] == list(LEVELS)
    # x moves on the way to the tick in which its error is there; the ends are clamped.
    assert [at[0] for at in seen["moving"][1:-1]] == [level - 1 for level in LEVELS[1:]]
    assert seen["moving"][0] == seen["moving"][-1] == []
    assert seen["same_weights"]
    if rest:
        assert seen["moving"][1:-1] == [[level - 1] for level in LEVELS[1:]]


def test_il_relaxes_and_then_all_levels_learn_together():
    seen = recorded("IL", rest=False)
    assert seen["learned"][:-1] == [[figure2.T_C]] * len(LEVELS)
    assert seen["moving"][1] == list(range(figure2.TICKS))
    assert not seen["same_weights"]


def test_backpropagation_updates_all_at_once():
    seen = recorded("BP", rest=False)
    assert seen["learned"][:-1] == [["at once"]] * len(LEVELS)
    assert not any(seen["moving"])
    assert not any(seen["in_error"])


def test_scales_are_the_same():
    assert figure2.cells(Scale("quick", "digits")) == figure2.cells(Scale("full", "mnist"))
