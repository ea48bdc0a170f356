"""What a paper leaves open, chosen: initialisation, transforms, reduction and rate as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from neurosim import models
from neurosim.description.initializers import Initializer, XavierUniform
from neurosim.network import Network
from neurosim.rules.model import Model
from neurosim.simulator import Simulator

__all__ = ["Preset", "song2020"]


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Everything that has to be chosen, beside the sizes of its layers, before a network learns.

    Other choices are made by `dataclasses.replace`.

    Attributes
    ----------
    name : str
    source : str
        Whose choices these are.
    activation, input_activation : str
        f of hidden layers, and of the input: "identity" lets pixels enter linearly.
    bias : bool
        Whether error nodes are reached by a constant unit, too.
    weights : Initializer
        From which initial weights are drawn.
    targets : tuple of float
        Values of a target's wrong classes and of its right one.
    learning_rate : float
        alpha, of plain stochastic gradient descent.
    batch_size : int
    batch_reduction : {"sum", "mean"}
        Whether an update adds or averages over the batch.
    epochs : int
        Times that all samples are presented.
    seeds : tuple of int
        Each decides weights, orders and noise of one run.

    Examples
    --------
    >>> from dataclasses import replace
    >>> import neurosim as ns
    >>> preset = replace(ns.presets.song2020, batch_size=1)
    >>> network = preset.network([4, 3, 2], seed=0)
    >>> preset.simulator(network, ns.models.FaZIL).learning_rate
    0.001
    """

    name: str
    source: str
    activation: str
    input_activation: str
    bias: bool
    weights: Initializer
    targets: tuple[float, float]
    learning_rate: float
    batch_size: int
    batch_reduction: Literal["sum", "mean"]
    epochs: int
    seeds: tuple[int, ...]

    def network(self, sizes: list[int], *, seed: int) -> Network:
        """Describe layers of these sizes, the input's first."""
        return Network.layered(
            sizes, activation=self.activation, input_activation=self.input_activation,
            bias=self.bias, weights=self.weights, seed=seed,
        )  # fmt: skip

    def simulator(
        self,
        network: Network,
        model: type[Model],
        *,
        dtype: Literal["float64", "float32"] = "float64",
        error_form: Literal["delta", "direct"] = "delta",
        rest_after_update: bool | None = None,
        event_driven: bool = True,
        **numbers: Any,
    ) -> Simulator:
        """Make a simulator of a model, which is given `numbers` beside the preset's own."""
        made = model(
            **{
                "learning_rate": self.learning_rate,
                "batch_reduction": self.batch_reduction,
                **numbers,
            }
        )
        return Simulator(
            network, made, batch_size=self.batch_size, dtype=dtype, error_form=error_form,
            rest_after_update=rest_after_update, event_driven=event_driven,
        )  # fmt: skip

    def backpropagation(
        self,
        network: Network,
        *,
        dtype: Literal["float64", "float32"] = "float64",
        arithmetic: Literal["engine", "blas"] = "engine",
    ) -> models.BP:
        """Make the reference that a simulator of this preset is compared with."""
        return models.BP(
            network, learning_rate=self.learning_rate, batch_size=self.batch_size,
            batch_reduction=self.batch_reduction, arithmetic=arithmetic, dtype=dtype,
        )  # fmt: skip


#: Song, Lukasiewicz, Xu & Bogacz 2020: what its text says, and, for what it does not say, what the
#: same group's later programs use.
song2020 = Preset(
    name="song2020",
    source="Song 2020, Section 5; where silent, the later programs of the same group",
    activation="sigmoid",
    input_activation="identity",
    bias=False,
    weights=XavierUniform(),
    targets=(0.0, 1.0),
    learning_rate=1e-3,
    batch_size=20,
    batch_reduction="sum",
    epochs=64,
    seeds=(1482555873, 698841058, 2283198659),
)
