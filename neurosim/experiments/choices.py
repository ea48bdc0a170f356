"""What the paper leaves open, and how much it matters.

It does not say how weights begin, how pixels enter, what targets are, or whether a batch's updates
are added up or averaged. Each is chosen in the preset `song2020`; here each is chosen otherwise,
one at a time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from neurosim import models
from neurosim.description.initializers import XavierUniform
from neurosim.experiments.choices_shown import figures, page
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import course_of_backpropagation, described, learn, same_bits
from neurosim.presets import Preset, song2020

__all__ = ["CHOICES", "EARLY", "EXPERIMENT", "cells", "run"]

#: Choices by name, each of them the preset with one thing replaced.
CHOICES: dict[str, Preset] = {
    "preset": song2020,
    "input through the sigmoid": replace(song2020, input_activation="sigmoid"),
    "mean over the batch": replace(song2020, batch_reduction="mean"),
    "targets 0.03 and 0.97": replace(song2020, targets=(0.03, 0.97)),
    # Of each projection: U(-a, a), a = 4 sqrt(6 / (n_in + n_out)).
    "four times the weights": replace(song2020, weights=XavierUniform(gain=4.0)),
}
#: After so many epochs, too, test errors are told, and Fa-Z-IL is compared with backpropagation.
EARLY = 4


def cells(scale: Scale) -> list[dict[str, Any]]:
    """All choices, in all structures."""
    full = scale.full
    return [
        {
            "choice": choice, "hidden_layers": hidden, "seed": seed,
            "epochs": song2020.epochs if full or scale.data == "digits" else EARLY,
            "data": scale.data, "dtype": "float32",
        }
        for hidden in ((1, 2, 3) if full else (2,))
        for choice in CHOICES
        for seed in (song2020.seeds if full else song2020.seeds[:1])
    ]  # fmt: skip


def run(
    *, choice: str, hidden_layers: int, seed: int, epochs: int, data: str, dtype: Any,
    folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Learn with one choice, by backpropagation, and for the first epochs by Fa-Z-IL."""
    preset = CHOICES[choice]
    setting = preset, data, folder, hidden_layers
    course = course_of_backpropagation(*setting, epochs, seed, dtype)
    early = course_of_backpropagation(*setting, min(EARLY, epochs), seed, dtype)
    samples, network = described(*setting, seed, dtype)
    simulator = preset.simulator(network, models.FaZIL, dtype=dtype)
    autonomous = learn(simulator, samples, min(EARLY, epochs), seed)
    return {
        "early_test_error": early.last_test_error,
        "last_test_error": course.last_test_error,
        "least_test_error": min(course.test_error, default=None),
        "fa_z_il_is_bp": same_bits(autonomous.weights, early.weights),
        "diverged_in_epoch": course.diverged,
        "diverged_because": course.because,
        "test_error": course.test_error,
    }


EXPERIMENT = Experiment(
    name="choices",
    title="What the paper leaves open, and what its reviewers objected to",
    claim=(
        "The paper does not say how weights begin, how pixels enter, what targets are, or whether "
        "updates are added up over a batch; each changes the test error, and none the equality of "
        "Fa-Z-IL with backpropagation."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
