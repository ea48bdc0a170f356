"""Samples to learn from: checked once, one matrix for all inputs and one for all targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError, ArgumentTypeError, DataError

__all__ = ["Progress", "check_progress", "matrix", "one_batch", "orders", "paired", "replicas"]

#: Called with (samples done, samples in all), a few times a second.
Progress = Callable[[int, int], object]


def matrix(
    owner: str, argument: str, given: object, lowered: Lowered, names: tuple[str, ...]
) -> npt.NDArray[Any]:
    """One row per sample, the columns of the populations side by side.

    Parameters
    ----------
    given : array_like of shape (samples, nodes), or mapping of population to such an array
        A mapping is needed where there are several populations.
    """
    columns = lowered.columns(names)
    if not isinstance(given, Mapping):
        if len(names) != 1:
            raise ArgumentTypeError(
                f"{owner}: {argument} must be a mapping with an array for each of {list(names)}"
            )
        given = {names[0]: given}
    if set(given) != set(names):
        raise ArgumentError(
            f"{owner}: {argument} must have the keys {list(names)}, not {list(given)}"
        )
    parts = {
        name: checks.finite_array(
            owner,
            f"{argument} of population {name!r}",
            given[name],
            (None, lowered.network.populations[name].size),
            lowered.dtype,
        )
        for name in names
    }
    lengths = {name: len(part) for name, part in parts.items()}
    if len(set(lengths.values())) != 1:
        raise DataError(f"{owner}: {argument} have different numbers of samples: {lengths}")
    if len(names) == 1:
        return parts[names[0]]
    ordered = sorted(names, key=lambda name: columns[name].start)
    return np.concatenate([parts[name] for name in ordered], axis=1)


def paired(
    owner: str, inputs: object, targets: object, lowered: Lowered
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Inputs and targets, as many of one as of the other."""
    network = lowered.network
    x = matrix(owner, "inputs", inputs, lowered, network.inputs)
    y = matrix(owner, "targets", targets, lowered, network.outputs)
    if len(x) != len(y):
        raise DataError(f"{owner}: {len(x)} samples of inputs, but {len(y)} of targets")
    return x, y


def replicas(
    owner: str, population: str, values: object, lowered: Lowered, nodes: int | None = None
) -> npt.NDArray[Any]:
    """Values of all, or some, nodes of a population, a row per replica; one may be a vector."""
    size = lowered.network.populations[population].size if nodes is None else nodes
    try:
        alone = np.ndim(values) == 1  # type: ignore[arg-type]
    except ValueError:
        raise DataError(f"{owner}: values of population {population!r} are ragged") from None
    if alone:
        values = [values]
    array = checks.finite_array(
        owner, f"values of population {population!r}", values, (None, size), lowered.dtype
    )
    if len(array) > lowered.batch_size:
        raise DataError(
            f"{owner}: {len(array)} replicas for population {population!r}, but batch_size is "
            f"{lowered.batch_size}"
        )
    return array


def one_batch(
    owner: str, inputs: object, targets: object, lowered: Lowered
) -> tuple[dict[str, npt.NDArray[Any]], dict[str, npt.NDArray[Any]]]:
    """Values of the inputs, and of the outputs, by population: one row per replica."""
    network = lowered.network
    x = _by_population(owner, "inputs", inputs, lowered, network.inputs)
    y = _by_population(owner, "targets", targets, lowered, network.outputs)
    if len({len(a) for a in (*x.values(), *y.values())}) != 1:
        raise DataError(f"{owner}: inputs and targets must have the same number of replicas")
    return x, y


def _by_population(
    owner: str, argument: str, given: object, lowered: Lowered, names: tuple[str, ...]
) -> dict[str, npt.NDArray[Any]]:
    if not isinstance(given, Mapping):
        if len(names) != 1:
            raise ArgumentTypeError(f"{owner}: {argument} must be a mapping of {list(names)}")
        given = {names[0]: given}
    if set(given) != set(names):
        raise ArgumentError(f"{owner}: {argument} must have the keys {list(names)}")
    return {name: replicas(owner, name, given[name], lowered) for name in names}


def orders(owner: str, samples: int, epochs: object, shuffle: object, seed: object) -> Any:
    """Yield the order of the samples of each epoch."""
    epochs = checks.integer(owner, "epochs", epochs, 1)
    shuffle = checks.boolean(owner, "shuffle", shuffle)
    start = checks.integer(owner, "seed", seed, 0)

    def generate() -> Any:
        generator = np.random.Generator(np.random.PCG64(start))
        for _ in range(epochs):
            yield generator.permutation(samples) if shuffle else np.arange(samples)

    return epochs, generate()


def check_progress(owner: str, progress: object) -> Progress:
    """A function that can always be called."""
    if progress is None:
        return lambda done, total: None
    if not callable(progress):
        raise ArgumentTypeError(
            f"{owner}: progress must be a function of (samples done, samples in all) or None, "
            f"not {progress!r}"
        )
    return progress
