"""Feedback synapses: equal ones are backpropagation, unequal ones stay as unequal as they are."""

import numpy as np
import pytest

from neurosim import models
from neurosim.experiments import feedback, feedback_shown
from neurosim.experiments.experiment import Scale
from neurosim.presets import song2020
from neurosim.sweeps import sweep

QUICK = Scale("quick", "digits")


def learned(way, mismatch=0.0, decay=0.0, *, hidden_layers=2, dtype="float64"):
    return feedback.run(
        hidden_layers=hidden_layers, seed=1, feedback=way, mismatch=mismatch, decay=decay,
        epochs=2, data="digits", dtype=dtype,
    )  # fmt: skip


@pytest.mark.parametrize("hidden_layers", [1, 2])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_begins_equal_is_backpropagation(hidden_layers, dtype):
    for way in ("shared", "plastic"):
        seen = learned(way, hidden_layers=hidden_layers, dtype=dtype)
        assert seen["error_divergence"] == seen["weight_divergence"] == 0.0
        assert seen["distance_at_first"] == seen["distance_in_the_end"] == 0.0
    assert seen["angle_at_first"] == seen["angle_in_the_end"] == 0.0


def test_what_begins_unequal_keeps_its_distance():
    for mismatch in (0.1, 1.0):
        seen = learned("plastic", mismatch)
        assert seen["weight_divergence"] > 0.01
        assert seen["distance_at_first"] > 0.1
        assert seen["change_of_difference"] < 1e-14
    part, whole = (learned("plastic", each)["distance_at_first"] for each in (0.1, 1.0))
    assert part == pytest.approx(0.1 * whole)


def test_fixed_feedback_is_not_backpropagation():
    seen = learned("fixed", 1.0)
    assert seen["weight_divergence"] > 0.01
    assert seen["change_of_difference"] > 1e-3
    assert seen["angle_at_first"] == pytest.approx(90.0, abs=10.0)


def test_decay_brings_them_together_by_its_own_part():
    """Each update leaves 1 - decay of the difference, whatever it learns."""
    decay, batches = 1e-3, 2 * 72
    seen = learned("plastic", 1.0, decay)
    left = seen["distance_in_the_end"] / seen["distance_at_first"]
    assert left == pytest.approx((1.0 - decay) ** batches, rel=1e-6)
    assert learned("shared", decay=decay)["weight_divergence"] == 0.0
    # They are compared with shared synapses that decay, too.
    assert seen["weight_divergence"] > 0.0


def test_without_decay_the_rule_is_the_papers():
    sizes, x = [4, 3, 3, 2], np.random.default_rng(0).random((40, 4))
    weights = []
    for model in (models.FaZIL, feedback.Decaying):
        simulator = song2020.simulator(song2020.network(sizes, seed=2), model)
        simulator.fit(x, x[:, :2])
        weights.append(simulator.weights)
    assert all((weights[0][name] == weights[1][name]).all() for name in weights[0])


def test_networks_differ_in_their_feedback_alone():
    described = song2020.network([4, 3, 3, 2], seed=5)
    for way in ("shared", "plastic", "fixed"):
        simulator = song2020.simulator(feedback.network_of([4, 3, 3, 2], way, 5), models.FaZIL)
        first = song2020.simulator(described, models.FaZIL).weights
        assert all((simulator.weights[name] == first[name]).all() for name in first)
        own = [] if way == "shared" else ["hidden1->hidden2", "hidden2->output"]
        assert list(simulator.feedback_weights) == own


def test_angles():
    one, other = {"a": np.array([[1.0, 0.0]])}, {"a": np.array([[0.0, 2.0]])}
    assert feedback.angle(one, other) == pytest.approx(90.0)
    assert feedback.angle(other, other) == 0.0
    assert feedback.angle(one, {"a": -one["a"]}) == pytest.approx(180.0)
    assert feedback.angle(one, {}) is None


def test_the_page_counts_what_the_table_has():
    cells = [{**cell, "epochs": 1} for cell in feedback.cells(QUICK)]
    frame = sweep(feedback.run, cells)
    assert "1 of 1 run with plastic feedback" in feedback_shown.page(frame, QUICK)
    assert list(feedback_shown.figures(frame, QUICK)) == ["feedback"]
    frame.loc[frame["feedback"] == "plastic", "weight_divergence"] = 1.0
    frame.loc[0, "status"] = "failed"
    page = feedback_shown.page(frame, QUICK)
    assert "0 of 1 run with plastic feedback" in page
    assert "1 run failed" in page
