"""Common networks: layers one after the other, and recurrent ones unrolled over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurosim import checks
from neurosim.description.activations import ActivationLike
from neurosim.description.connecting import WeightsLike
from neurosim.description.initializers import Constant, Initializer, XavierUniform
from neurosim.description.network import Description
from neurosim.errors import ArgumentError

__all__ = ["build_layers", "build_recurrent"]


def build_layers(
    network: Description,
    sizes: Sequence[int],
    activation: ActivationLike,
    input_activation: ActivationLike,
    bias: bool,
    weights: Initializer | Sequence[WeightsLike] | None,
) -> None:
    """Fill an empty network with layers; see `Network.layered`."""
    owner = "Network.layered"
    layers = checks.sequence(owner, "sizes", sizes, "whole numbers")
    if len(layers) < 2:
        raise ArgumentError(f"{owner}: sizes must name at least an input and an output layer")
    names = ["input", *(f"hidden{i}" for i in range(1, len(layers) - 1)), "output"]
    for name, size in zip(names, layers, strict=True):
        network.add_population(name, size, input_activation if name == "input" else activation)
    count = len(layers) - 1
    if weights is None:
        weights = XavierUniform()
    if isinstance(weights, np.ndarray) or not isinstance(weights, Sequence):
        weights = [weights] * count
    if len(weights) != count:
        raise ArgumentError(
            f"{owner}: weights must have one entry for each of the {count} projections, "
            f"not {len(weights)}"
        )
    for pre, post, initial in zip(names[:-1], names[1:], weights, strict=True):
        network.connect(pre, post, weights=initial)
    if checks.boolean(owner, "bias", bias):
        network.add_bias("bias", names[1:])


def build_recurrent(
    network: Description,
    input_size: int,
    hidden_size: int,
    output_size: int,
    steps: int,
    every_output: bool,
    activation: ActivationLike,
    bias: bool,
) -> None:
    """Fill an empty network with the steps of a recurrent one; see `Network.recurrent`."""
    steps = checks.integer("Network.recurrent", "steps", steps, 1)
    every_output = checks.boolean("Network.recurrent", "every_output", every_output)
    bias = checks.boolean("Network.recurrent", "bias", bias)
    weights: dict[str, WeightsLike] = {}

    def connect(kind: str, pre: str, post: str) -> None:
        projection = network.connect(pre, post, weights=weights.get(kind))
        weights.setdefault(kind, projection)

    if bias:
        network.add_bias("bias", [])
        weights["hidden bias"] = weights["output bias"] = Constant(0.0)
    for step in range(1, steps + 1):
        hidden = f"hidden{step}"
        network.add_population(f"input{step}", input_size)
        network.add_population(hidden, hidden_size, activation)
        connect("input", f"input{step}", hidden)
        if step > 1:
            connect("hidden", f"hidden{step - 1}", hidden)
        targets = [(hidden, "hidden bias")]
        if every_output or step == steps:
            output = f"output{step}" if every_output else "output"
            network.add_population(output, output_size)
            connect("output", hidden, output)
            targets.append((output, "output bias"))
        for target, kind in targets if bias else []:
            projection = network.connect("bias", target, weights=weights[kind])
            weights[kind] = projection
