"""Figure 3 in small: zero in both measures only where C1, C2 and C3 hold."""

import numpy as np
import pandas
import pytest

from neurosim.experiments import figure3
from neurosim.experiments.experiment import Scale
from neurosim.experiments.learning import Course, learn, load, saturated
from neurosim.presets import song2020

COMMON = {"hidden_layers": 2, "seed": 5, "epochs": 2, "data": "digits"}


def run(**settings):
    return figure3.run(**{**COMMON, "dtype": "float64", "sigma": 0.0, "gamma": 1.0, **settings})


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_with_all_conditions_the_divergence_is_exactly_zero(dtype):
    result = run(t="l", dtype=dtype)
    assert result["error_divergence"] == result["weight_divergence"] == 0.0
    assert result["test_error"] == run(t="BP", dtype=dtype)["test_error"]


@pytest.mark.parametrize(
    "settings",
    [{"t": "l", "sigma": 1e-4}, {"t": "l", "gamma": 0.5}, {"t": "1"}, {"t": "2"}, {"t": "0"}],
)
def test_without_one_of_them_it_is_not(settings):
    assert run(**settings)["weight_divergence"] > 0.0


def test_at_t_0_gamma_makes_no_difference():
    one, other = run(t="0"), run(t="0", gamma=10.0)
    assert one == other


def test_a_run_that_leaves_its_bound_is_told_with_its_epoch():
    result = run(t="64", gamma=10.0)
    assert result["diverged_in_epoch"] == 1
    assert result["diverged_because"].startswith("bound")
    assert result["error_divergence"] is result["weight_divergence"] is None
    assert result["last_test_error"] is None


class Net:
    """Answers at random from some epoch on, with weights that are too large for its units."""

    def __init__(self, lost_from, weights):
        self.epoch, self.lost_from, self.weights = 0, lost_from, weights

    def fit(self, inputs, targets, **_):
        self.epoch += 1

    def predict(self, inputs):
        data = load("digits", None, "float64", (0.0, 1.0))
        right = np.eye(10)[data.test_labels]
        return np.roll(right, 1, axis=1) if self.epoch >= self.lost_from else right


@pytest.mark.parametrize(
    ("lost_from", "size", "diverged"), [(2, 1e3, 2), (4, 1e3, 4), (5, 1e3, None), (2, 1e-3, None)]
)
def test_a_net_at_chance_with_saturated_units_is_given_up(lost_from, size, diverged):
    data = load("digits", None, "float64", (0.0, 1.0))
    net = Net(lost_from, {"a": np.full((64, 3), size), "b": np.ones((3, 10))})
    course = learn(net, data, 6, 0)
    assert course.diverged == diverged
    assert course.because == (diverged and "at chance, saturated")
    assert len(course.test_error) == (6 if diverged is None else diverged + 2)


def test_saturated_is_what_passes_nothing_back():
    data = load("digits", None, "float64", (0.0, 1.0))
    for size, wanted in ((1e-3, False), (100.0, True)):
        assert saturated({"a": np.full((64, 3), size), "b": np.ones((3, 2))}, data) is wanted
    # The last weights lead to no units that pass anything on.
    assert not saturated({"a": np.full((64, 3), 100.0)}, data)


def test_the_two_measures():
    own = Course([0.5, 0.25], {"a": np.array([[3.0, 4.0]]), "b": np.array([[1.0]])})
    other = Course([0.5, 0.5], {"a": np.zeros((1, 2)), "b": np.array([[0.0]])})
    assert own.apart_from(other) == {"error_divergence": 0.125, "weight_divergence": 6.0}
    assert own.apart_from(own) == {"error_divergence": 0.0, "weight_divergence": 0.0}


def table(**changed):
    """A table of runs as a sweep returns it: BP, and others at t = l, with equal divergences."""
    rows = [
        {
            "hidden_layers": 1, "seed": seed, "t": t, "gamma": gamma, "sigma": sigma, "epochs": 2,
            "error_divergence": 15e-4 / 64 * (sigma or 0), "weight_divergence": sigma,
            "last_test_error": 0.1, "diverged_in_epoch": None, "status": "done",
        }
        for seed in (1, 2, 3)
        for t, gamma, sigma in (("BP", np.nan, np.nan), ("l", 1.0, 0.0), ("l", 1.0, 1.0))
    ]  # fmt: skip
    frame = pandas.DataFrame(rows)
    for column, values in changed.items():
        for row, value in values.items():
            frame.loc[row, column] = value
    return frame


def test_equal_divergences_can_be_drawn():
    # Their mean may be an ulp beside them, and bars are not negative.
    figure3.figures(table(), Scale("full", "mnist"))


def test_the_page_counts_what_was_seen_and_nothing_else():
    page = figure3.page(table(status={1: "failed"}), Scale("full", "mnist"))
    assert "2 of 2 runs are at exactly zero" in page
    assert "1 run failed" in page
    assert "nan" not in page
    page = figure3.page(
        table(status={0: "failed", 3: "failed", 6: "failed"}), Scale("full", "mnist")
    )
    assert "not measured" in page
    assert "nan" not in page


def test_the_page_says_where_runs_are_at_chance_or_diverged():
    frame = table(
        last_test_error={2: 0.9}, diverged_in_epoch={5: 2.0},
        error_divergence={5: np.nan}, weight_divergence={5: np.nan},
    )  # fmt: skip
    page = figure3.page(frame, Scale("full", "mnist"))
    assert "1 diverged" in page
    assert "1 more runs end at chance" in page
    assert "1 at chance; diverged: epoch 2" in page


def test_a_reference_that_diverged_is_no_reference():
    own, other = Course([0.5, 0.25], {}), Course([0.5], {}, diverged=2)
    assert own.apart_from(other) == {"error_divergence": None, "weight_divergence": None}


def test_full_scale_is_the_papers():
    cells = figure3.cells(Scale("full", "mnist"))
    assert {cell["seed"] for cell in cells} == {*song2020.seeds}
    assert {cell["hidden_layers"] for cell in cells} == {1, 2, 3}
    assert {cell["epochs"] for cell in cells} == {64}
    one = [c for c in cells if c["seed"] == song2020.seeds[0] and c["hidden_layers"] == 1]
    # 8 times x 6 gammas, of which six with t = 0 are one run; 7 sigmas more; and BP.
    assert len(one) == 48 - 5 + 7 + 1
    assert len({str(cell) for cell in cells}) == len(cells) == 9 * len(one)
