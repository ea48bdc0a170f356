"""Other data, and another net: Fashion-MNIST, and a convolutional net.

Nothing in the theorem is about digits, or about layers that connect all to all. A weight of a
kernel is used at many places, and takes the sum of their changes when the teacher has gone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from neurosim import models
from neurosim.datasets.known_sets import KNOWN
from neurosim.description.connectors import Convolution
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.fashion_shown import figures, page
from neurosim.experiments.learning import learn, load, sizes_of
from neurosim.network import Network
from neurosim.presets import song2020

__all__ = ["EXPERIMENT", "NETS", "cells", "convolutional", "folder_of", "run"]

#: Hidden layers of the paper's nets, by name.
NETS = {"one hidden": 1, "two hidden": 2, "three hidden": 3}
CONVOLUTIONAL = "convolutional"


def cells(scale: Scale) -> list[dict[str, Any]]:
    """The paper's nets on Fashion-MNIST, the convolutional one on all that there is."""
    full = scale.full
    common = {"dtype": "float32"}
    if not full:
        epochs = 32 if scale.data == "digits" else 1
        nets = ["two hidden", CONVOLUTIONAL]
        return [
            {"data": scale.data, "net": net, "seed": song2020.seeds[0], "epochs": epochs, **common}
            for net in nets
        ]
    return [
        {
            "data": data, "net": net, "seed": seed,
            "epochs": 20 if net == CONVOLUTIONAL else song2020.epochs, **common,
        }
        for data, nets in (
            ("fashion-mnist", [*NETS, CONVOLUTIONAL]),
            ("mnist", [CONVOLUTIONAL]),
        )
        for net in nets
        for seed in song2020.seeds
    ]  # fmt: skip


def run(
    *, data: str, net: str, seed: int, epochs: int, dtype: Any, folder: str | None = None
) -> dict[str, Any]:
    """Learn by backpropagation and by Fa-Z-IL, and compare."""
    samples = load(data, folder_of(data, folder), dtype, song2020.targets)
    if net == CONVOLUTIONAL:
        side = round(samples.train_inputs.shape[1] ** 0.5)
        network = convolutional(side, samples.classes, seed)
    else:
        network = song2020.network(sizes_of(samples, NETS[net]), seed=seed)
    reference = learn(song2020.backpropagation(network, dtype=dtype), samples, epochs, seed)
    simulator = song2020.simulator(network, models.FaZIL, dtype=dtype)
    course = learn(simulator, samples, epochs, seed)
    return {
        **course.apart_from(reference),
        "same_bits": course.has_bits_of(reference),
        "last_test_error": course.last_test_error,
        "last_test_error_of_bp": reference.last_test_error,
        "least_test_error": min(course.test_error, default=None),
        "synapses": network.synapse_count,
        "weights": sum(theta.size for theta in reference.weights.values()),
        "diverged_in_epoch": course.diverged,
        "diverged_because": course.because,
        "test_error": course.test_error,
        "test_error_of_bp": reference.test_error,
    }


def convolutional(side: int, classes: int, seed: int) -> Network:
    """Describe two convolutions with a stride of 2, and a layer that connects all to all."""
    first = Convolution((side, side), 5, out_channels=4, stride=2, padding=2)
    second = Convolution(first.result_size, 3, in_channels=4, out_channels=8, stride=2, padding=1)
    network = Network(seed=seed)
    network.add_population("input", first.pre_size)
    network.add_population("maps1", first.post_size, "relu")
    network.add_population("maps2", second.post_size, "relu")
    network.add_population("output", classes)
    network.connect("input", "maps1", rule=first)
    network.connect("maps1", "maps2", rule=second)
    network.connect("maps2", "output")
    return network


def folder_of(data: str, folder: str | None) -> str | None:
    """Return the folder to read a data set from: the user's is MNIST's, unless it has both."""
    other = folder is not None and data != "mnist" and data in {known.name for known in KNOWN}
    if folder is None or (other and not (Path(folder) / data).is_dir()):
        # The environment, the cache, or the network may have it.
        return None
    return os.fspath(folder)


EXPERIMENT = Experiment(
    name="fashion",
    title="Fashion-MNIST, and a convolutional net",
    claim=(
        "Fa-Z-IL is backpropagation, bit for bit, on other data and in nets with convolutions, "
        "whose weights are used at many places."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
