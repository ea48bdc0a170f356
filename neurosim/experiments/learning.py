"""Learning as the paper's experiments have it: epoch by epoch, tested after each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim.datasets.dataset import Dataset
from neurosim.datasets.mnist_files import fashion_mnist, mnist
from neurosim.datasets.scikit_digits import digits
from neurosim.errors import DivergenceError
from neurosim.network import Network
from neurosim.presets import Preset

__all__ = [
    "CHANCE", "Course", "course_of_backpropagation", "described", "learn", "load", "same_bits",
    "sizes_of",
]  # fmt: skip

Weights = Mapping[str, npt.NDArray[Any]]

# A net that is wrong this often predicts by chance: of ten classes, or of the most frequent one.
CHANCE = 0.85
# Of the logistic function: beyond |x| = 6.9 nothing that comes back has an effect.
FLAT = 1e-3
# For how many epochs a net is seen to be beyond return before it is given up.
PATIENCE = 3


@lru_cache(maxsize=2)
def load(data: str, folder: str | None, dtype: str, targets: tuple[float, float]) -> Dataset:
    """Return the samples called "digits", "mnist" or "fashion-mnist", once per process."""
    if data == "digits":
        return digits(dtype=dtype, targets=targets)
    read = {"mnist": mnist, "fashion-mnist": fashion_mnist}[data]
    return read(folder, dtype=dtype, targets=targets, verify=True)


def sizes_of(data: Dataset, hidden_layers: int, width: int = 32) -> list[int]:
    """Sizes of the paper's networks: so many hidden layers of 32."""
    return [data.train_inputs.shape[1], *[width] * hidden_layers, data.classes]


def described(
    preset: Preset, data: str, folder: str | None, hidden_layers: int, seed: int, dtype: str
) -> tuple[Dataset, Network]:
    """Return the samples, and the network of a preset that is to learn them."""
    samples = load(data, folder, dtype, preset.targets)
    return samples, preset.network(sizes_of(samples, hidden_layers), seed=seed)


def same_bits(own: Weights, theirs: Weights) -> bool:
    """Whether weights are the same, to the last bit."""
    return all(own[name].tobytes() == each.tobytes() for name, each in theirs.items())


@dataclass
class Course:
    """What became of a learner.

    Attributes
    ----------
    test_error : list of float
        Part of the test samples that is classified wrongly, after each epoch.
    weights : mapping of str to ndarray
        In the end.
    diverged : int or None
        The epoch, the first one is 1, in which it left every sensible range.
    because : str or None
        How that was seen.
    """

    test_error: list[float] = field(default_factory=list)
    weights: Weights = field(default_factory=dict)
    diverged: int | None = None
    because: str | None = None

    @property
    def last_test_error(self) -> float | None:
        """That after the last epoch; None if there was none."""
        return self.test_error[-1] if self.test_error else None

    def has_bits_of(self, other: Course) -> bool:
        """Whether it did not diverge, and ended with the very weights of another one."""
        return self.diverged is None and same_bits(self.weights, other.weights)

    def apart_from(self, other: Course) -> dict[str, float | None]:
        """The paper's two measures: of test errors, and of final weights; None where one diverged.

        The mean over the epochs of the absolute difference of test errors, and the sum over layers
        of the Euclidean distance of weights.
        """
        if self.diverged is not None or other.diverged is not None:
            return {"error_divergence": None, "weight_divergence": None}
        pairs = zip(self.test_error, other.test_error, strict=True)
        errors = float(np.mean([abs(own - theirs) for own, theirs in pairs]))
        distances = [
            np.linalg.norm(np.subtract(self.weights[name], theirs, dtype=np.float64))
            for name, theirs in other.weights.items()
        ]
        return {"error_divergence": errors, "weight_divergence": float(sum(distances))}


def learn(learner: Any, data: Dataset, epochs: int, seed: int, **options: Any) -> Course:
    """Have a simulator, or BP, learn for some epochs; it is given up where it has diverged.

    That is where a state leaves its bound, or where a net is at chance with units so saturated
    that nothing comes back through them, `PATIENCE` epochs in a row.
    """
    course, lost = Course(), 0
    for epoch in range(1, epochs + 1):
        again = {"seed": seed} if epoch == 1 else {}
        try:
            learner.fit(data.train_inputs, data.train_targets, **again, **options)
            answers = learner.predict(data.test_inputs).argmax(axis=1)
        except DivergenceError as error:
            course.diverged, course.because = epoch, f"bound: {error.population}"
            break
        course.test_error.append(float(np.mean(answers != data.test_labels)))
        at_chance = course.test_error[-1] > CHANCE
        lost = lost + 1 if at_chance and saturated(learner.weights, data) else 0
        if lost == PATIENCE:
            course.diverged, course.because = epoch - PATIENCE + 1, "at chance, saturated"
            break
    course.weights = learner.weights
    return course


def saturated(weights: Weights, data: Dataset, samples: int = 500) -> bool:
    """Whether f' is flat in 95 % of all pairs of a sample and a unit of some layer of sigmoids."""
    f = data.test_inputs[:samples]
    for theta in list(weights.values())[:-1]:
        # The logistic function, written so that nothing overflows.
        f = 0.5 + 0.5 * np.tanh(0.5 * (f @ theta))
        if np.mean(f * (1.0 - f) < FLAT) > 0.95:
            return True
    return False


@lru_cache(maxsize=4)
def course_of_backpropagation(
    preset: Preset, data: str, folder: str | None, hidden_layers: int, epochs: int, seed: int,
    dtype: Any,
) -> Course:  # fmt: skip
    """What backpropagation learns, in the engine's order of summation; once per process."""
    samples, network = described(preset, data, folder, hidden_layers, seed, dtype)
    return learn(preset.backpropagation(network, dtype=dtype), samples, epochs, seed)
