"""The stream: exact from l_max + t_d on, and not a tick sooner."""

import pytest

from neurosim.experiments import stream
from neurosim.experiments.experiment import Scale


def shown(late, *, jitter=0, depth=3, t_d=2, activation="sigmoid", rest=False):
    return stream.run(
        depth=depth, t_d=t_d, activation=activation, rest=rest, late=late, jitter=jitter, seed=1,
        presentations=12, data="digits", dtype="float32",
    )  # fmt: skip


@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize(("depth", "t_d"), [(2, 4), (3, 2)])
def test_one_tick_decides(depth, t_d, activation, rest):
    options = {"depth": depth, "t_d": t_d, "activation": activation, "rest": rest}
    for late in (0, 1, 30):
        seen = shown(late, **options)
        assert seen["exact"]
        assert seen["largest_difference"] == seen["difference"] == seen["too_early"] == 0.0
        assert (seen["phi_due"], seen["phi_missed"], seen["phi_untimely"]) == (1.0, 0.0, 0.0)
    early = shown(-1, **options)
    assert not early["exact"]
    assert early["too_early"] == 1.0
    # Of each presentation the outputs alone are missed.
    assert early["phi_missed"] * early["awaited"] == pytest.approx(12 * 10)
    assert early["phi_due"] + early["phi_missed"] == pytest.approx(1.0)


def test_jitter_does_no_harm_where_the_earliest_teacher_is_late_enough():
    assert shown(4, jitter=4)["exact"]
    drawn = shown(4, jitter=8)
    assert 0.0 < drawn["too_early"] < 1.0
    assert not drawn["exact"]


def test_inputs_come_before_their_teachers():
    for scale in (Scale("quick", "digits"), Scale("full", "mnist")):
        for cell in stream.cells(scale):
            assert cell["depth"] + cell["t_d"] + cell["late"] - cell["jitter"] >= 1
