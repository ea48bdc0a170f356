"""Choices: they decide how well a net learns, and not whether Fa-Z-IL is backpropagation."""

from dataclasses import replace

import numpy as np
import pytest

from neurosim.experiments import choices, choices_shown
from neurosim.experiments.experiment import Scale
from neurosim.presets import song2020
from neurosim.sweeps import sweep

QUICK = Scale("quick", "digits")


def learned(choice, epochs=4):
    return choices.run(
        choice=choice, hidden_layers=1, seed=1, epochs=epochs, data="digits", dtype="float32"
    )


@pytest.mark.parametrize("choice", choices.CHOICES)
def test_none_of_them_touches_the_equality(choice):
    seen = learned(choice)
    assert seen["fa_z_il_is_bp"]
    assert seen["early_test_error"] == seen["last_test_error"]


def test_each_changes_one_thing_of_the_preset():
    for name, preset in choices.CHOICES.items():
        changed = [field for field, value in vars(song2020).items() if vars(preset)[field] != value]
        assert len(changed) == (name != "preset")


def test_the_mean_over_a_batch_is_a_twentieth_of_the_rate():
    x = np.random.default_rng(0).random((40, 4))
    mean = choices.CHOICES["mean over the batch"]
    slow = replace(song2020, learning_rate=song2020.learning_rate / 20)
    ends = []
    for preset in (mean, slow):
        bp = preset.backpropagation(preset.network([4, 3, 2], seed=0))
        bp.fit(x, x[:, :2], seed=0)
        ends.append(bp.weights)
    for name in ends[0]:
        assert ends[0][name] == pytest.approx(ends[1][name], rel=1e-12)


def test_the_weights_are_four_times_as_large():
    first, second = (
        choices.CHOICES[name].backpropagation(choices.CHOICES[name].network([4, 3, 2], seed=0))
        for name in ("preset", "four times the weights")
    )
    for name, theta in first.weights.items():
        assert second.weights[name] == pytest.approx(4.0 * theta)


def test_after_more_epochs_the_early_error_is_still_that_of_the_fourth():
    seen = learned("preset", epochs=6)
    assert seen["early_test_error"] == seen["test_error"][3]
    assert seen["last_test_error"] == seen["test_error"][5]


def test_the_page_has_the_errors_of_the_table_and_its_sources():
    cells = [{**cell, "epochs": 5} for cell in choices.cells(QUICK)]
    frame = sweep(choices.run, cells)
    page = choices_shown.page(frame, QUICK)
    assert "the same bits in all weights in 5 of 5 runs" in page
    assert "after 5 epochs" in page
    assert "MetaReview.html" in page
    assert list(choices_shown.figures(frame, QUICK)) == ["choices"]
