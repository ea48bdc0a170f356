"""Samples to learn from: checked once, one matrix for all inputs and one for all targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from neurosim import checks
from neurosim.description.naming import find_node, labels_of
from neurosim.engine.lowering import Lowered
from neurosim.errors import ArgumentError, ArgumentTypeError, DataError

__all__ = [
    "Progress", "at_most_a_batch", "check_progress", "matrix", "named", "one_batch", "paired",
    "predicted", "replicas",
]  # fmt: skip

#: Called with (samples done, samples in all), a few times a second.
Progress = Callable[[int, int], object]
FloatArray = npt.NDArray[Any]


@dataclass
class Rows:
    """Values of some nodes, a row for each sample, and whether they were given as one sample."""

    values: FloatArray
    #: None where a vector may be that or a column: a population of one node.
    alone: bool | None


def _rows(
    owner: str, what: str, given: object, size: int, lowered: Lowered, least: int = 1
) -> Rows:
    """Values of so many nodes: a matrix, a vector of one sample, or one of samples of one node."""
    array = checks.real_array(owner, what, given)
    alone: bool | None = False
    if not array.size and array.ndim == 1:
        array = array.reshape(0, size)
    elif array.ndim < 2 and size == 1:
        array, alone = array.reshape(-1, 1), None if array.ndim else True
    elif array.ndim == 1 and len(array) == size:
        array, alone = array[None], True
    if array.ndim != 2 or array.shape[1] != size:
        raise DataError(
            f"{owner}: {what} must have shape (any, {size}), not {array.shape}"
            f"{_about_labels(array, size)}"
        )
    return Rows(
        checks.finite_array(owner, what, array, (None, size), lowered.dtype, least=least), alone
    )


def _about_labels(array: FloatArray, size: int) -> str:
    """Remedy for numbers of classes that are given in the place of a row for each sample."""
    flat = array.reshape(-1)
    if array.ndim not in (1, 2) or len(flat) != len(array) or not len(flat):
        return ""
    if not np.isfinite(flat).all() or (flat != np.floor(flat)).any():
        return ""
    if flat.min() < 0 or flat.max() >= size:
        return ""
    return f"; if these are labels of classes, np.eye({size})[labels] has a row for each"


def named(
    owner: str,
    argument: str,
    given: Mapping[Any, object],
    lowered: Lowered,
    least: int = 1,
    wanted: str = "keys must be populations or labels of nodes",
) -> dict[str, tuple[npt.NDArray[np.int64], Rows]]:
    """Read a mapping of populations, and of nodes by their labels.

    What is the name of a population is not read as a label. Nodes of a graph that are called by
    numbers have these, as words, as labels.

    Returns
    -------
    dict of str to (nodes, rows)
        By population, in the order of the network.
    """
    populations = lowered.network.populations
    whole: dict[str, Rows] = {}
    single: dict[str, dict[int, FloatArray]] = {}
    for key, value in given.items():
        label = key if isinstance(key, str) else str(key)
        if label in populations:
            what = f"{argument} of population {label!r}"
            whole[label] = _rows(owner, what, value, populations[label].size, lowered, least)
            continue
        name, index = find_node(populations, label, f"{owner}: {wanted}")
        array = checks.real_array(owner, f"{argument} of node {label!r}", value)
        if array.ndim > 1:
            raise DataError(
                f"{owner}: {argument} of node {label!r} must be a number, or a vector of samples, "
                f"not of shape {array.shape}"
            )
        if index in single.setdefault(name, {}):
            raise ArgumentError(f"{owner}: {argument} names node {label!r} twice")
        single[name][index] = array
    found = {name: (np.arange(populations[name].size), rows) for name, rows in whole.items()}
    for name, columns in single.items():
        if name in whole:
            label = labels_of(populations[name])[next(iter(columns))]
            raise ArgumentError(
                f"{owner}: {argument} names population {name!r} and its node {label!r}"
            )
        found[name] = _of_nodes(owner, f"{argument} of nodes of {name!r}", columns, lowered, least)
    return {name: found[name] for name in populations if name in found}


def _of_nodes(
    owner: str, what: str, columns: dict[int, FloatArray], lowered: Lowered, least: int
) -> tuple[npt.NDArray[np.int64], Rows]:
    """Nodes and rows of values that are given node by node."""
    nodes = sorted(columns)
    shapes = {columns[i].shape for i in nodes}
    if len(shapes) > 1:
        raise DataError(f"{owner}: {what} have different numbers of samples: {sorted(shapes)}")
    values = np.stack([columns[i] for i in nodes], axis=-1)
    rows = _rows(owner, what, values, len(nodes), lowered, least)
    # A number for each node is one sample; vectors are samples, however many there are.
    return np.array(nodes, np.int64), Rows(rows.values, values.ndim == 1)


def _by_population(
    owner: str,
    argument: str,
    given: object,
    lowered: Lowered,
    names: tuple[str, ...],
    least: int = 1,
) -> dict[str, Rows]:
    """Values of all nodes of some populations, all of the same number of samples."""
    populations = lowered.network.populations
    if not isinstance(given, Mapping):
        if len(names) != 1:
            raise ArgumentTypeError(
                f"{owner}: {argument} must be a mapping with an array for each of {list(names)}"
            )
        what = f"{argument} of population {names[0]!r}"
        return {names[0]: _rows(owner, what, given, populations[names[0]].size, lowered, least)}
    wanted = f"{argument} must have the keys {list(names)}, or all of their nodes"
    found = named(owner, argument, given, lowered, least, wanted)
    others = [name for name in found if name not in names]
    if others:
        raise ArgumentError(f"{owner}: {wanted}, but not population {others[0]!r} or its nodes")
    for name in names:
        size = populations[name].size
        nodes = found[name][0] if name in found else np.zeros(0, np.int64)
        if len(nodes) < size:
            left = np.setdiff1d(np.arange(size), nodes)
            label = labels_of(populations[name])[int(left[0])]
            more = f" (and {len(left) - 1:,} more)" if len(left) > 1 else ""
            raise ArgumentError(
                f"{owner}: {wanted}; node {label!r} of population {name!r}{more} is left out"
            )
    lengths = {name: len(found[name][1].values) for name in names}
    if len(set(lengths.values())) != 1:
        raise DataError(f"{owner}: {argument} have different numbers of samples: {lengths}")
    return {name: found[name][1] for name in names}


def _joined(
    rows: dict[str, Rows], lowered: Lowered, names: tuple[str, ...]
) -> tuple[FloatArray, bool]:
    """The columns of the populations side by side, and whether they were given as one sample."""
    columns = lowered.columns(names)
    ordered = sorted(names, key=lambda name: columns[name].start)
    parts = [rows[name].values for name in ordered]
    kinds = {each.alone for each in rows.values()}
    alone = True in kinds and False not in kinds
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1), alone


def matrix(
    owner: str, argument: str, given: object, lowered: Lowered, names: tuple[str, ...]
) -> FloatArray:
    """One row per sample, the columns of the populations side by side.

    Parameters
    ----------
    given : array_like of shape (samples, nodes), or mapping of population or node to such an array
        A mapping is needed where there are several populations. One sample may be a vector, as
        samples of one node may be.
    """
    return _joined(_by_population(owner, argument, given, lowered, names), lowered, names)[0]


def predicted(
    owner: str, given: object, lowered: Lowered, names: tuple[str, ...]
) -> tuple[FloatArray, bool]:
    """Samples to predict from, also none, and whether they were given as one."""
    return _joined(_by_population(owner, "inputs", given, lowered, names, 0), lowered, names)


def paired(
    owner: str, inputs: object, targets: object, lowered: Lowered
) -> tuple[FloatArray, FloatArray]:
    """Inputs and targets, as many of one as of the other."""
    network = lowered.network
    x = matrix(owner, "inputs", inputs, lowered, network.inputs)
    y = matrix(owner, "targets", targets, lowered, network.outputs)
    if len(x) != len(y):
        remedy = _about_labels(y[0], y.shape[1]) if len(y) == 1 else ""
        raise DataError(f"{owner}: {len(x)} samples of inputs, but {len(y)} of targets{remedy}")
    return x, y


def at_most_a_batch(
    owner: str, population: str, values: FloatArray, lowered: Lowered
) -> FloatArray:
    """Return values, a row per replica, if there are so many replicas."""
    if len(values) > lowered.batch_size:
        raise DataError(
            f"{owner}: {len(values)} replicas for population {population!r}, but batch_size is "
            f"{lowered.batch_size}"
        )
    return values


def replicas(
    owner: str, population: str, values: object, lowered: Lowered, nodes: int | None = None
) -> FloatArray:
    """Values of all, or some, nodes of a population, a row per replica; one may be a vector."""
    size = lowered.network.populations[population].size if nodes is None else nodes
    rows = _rows(owner, f"values of population {population!r}", values, size, lowered)
    return at_most_a_batch(owner, population, rows.values, lowered)


def one_batch(
    owner: str, inputs: object, targets: object, lowered: Lowered
) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
    """Values of the inputs, and of the outputs, by population: one row per replica."""
    network = lowered.network
    x, y = (
        {
            name: at_most_a_batch(owner, name, rows.values, lowered)
            for name, rows in _by_population(owner, argument, given, lowered, names).items()
        }
        for argument, given, names in (
            ("inputs", inputs, network.inputs), ("targets", targets, network.outputs),
        )
    )  # fmt: skip
    if len({len(a) for a in (*x.values(), *y.values())}) != 1:
        raise DataError(f"{owner}: inputs and targets must have the same number of replicas")
    return x, y


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
