"""The rules of a model: those that it has, what they read, and their compiled loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.rules.loops import compile_rule, parameter_values
from neurosim.rules.model import Model
from neurosim.rules.reading import OF_A_REPLICA, READS, owner_of, reads

__all__ = ["ADDRESSES", "Rules"]

#: Fields of the engine's settings in which the addresses of compiled rules are.
ADDRESSES = ("gate", "value_rule", "error_rule", "detector")


@dataclass(frozen=True)
class Rules:
    """Rules of a model, and the numbers that they may read.

    Attributes
    ----------
    gate : callable or None
        When synapses learn; none in backpropagation.
    value_rule, error_rule, detector, synapse_rule : callable or None
        What replaces the equations of the paper.
    parameters : mapping of str to float
        The model's own numbers.
    """

    gate: Callable[..., Any] | None = None
    value_rule: Callable[..., Any] | None = None
    error_rule: Callable[..., Any] | None = None
    detector: Callable[..., Any] | None = None
    synapse_rule: Callable[..., Any] | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, model: Model | None) -> Rules:
        """Rules of a model, each checked; none without a model."""
        if model is None:
            return cls()
        parameters = model.parameters
        rules = {kind: getattr(type(model), kind, None) for kind in READS}
        if rules["gate"] is None:
            raise ArgumentTypeError(f"{type(model).__name__}: a model needs a gate")
        for kind, rule in rules.items():
            if rule is not None:
                reads(kind, rule, parameters)
        return cls(**rules, parameters=parameters)

    def check_replicas(self, batch_size: int) -> None:
        """Refuse a synapse rule that cannot be applied to so many replicas."""
        names = set(self.reads("synapse_rule"))
        if batch_size > 1 and "memory" in names and OF_A_REPLICA & names:
            raise ArgumentError(
                f"{owner_of('synapse_rule', self.synapse_rule)} reads memory, which makes one step "
                f"per update, and epsilon or f, of which each of the {batch_size} replicas has its "
                'own; read hebb, the sum (with batch_reduction="mean" the mean) over the replicas '
                "of epsilon f, in their place"
            )

    def reads(self, kind: str) -> tuple[str, ...]:
        """Names of what the rule of a kind reads; none if the model has none."""
        rule = getattr(self, kind)
        return () if rule is None else reads(kind, rule, self.parameters)

    @property
    def may_wait(self) -> bool:
        """Whether a gate may open while nothing that its error node reads has changed."""
        names = self.reads("gate")
        if names != ("phi",) or self.gate is None:
            return True
        return bool(self.gate(False))

    @property
    def of_nodes(self) -> bool:
        """Whether any is applied to nodes: all of these then work at every tick."""
        return any((self.value_rule, self.error_rule, self.detector))

    @property
    def values(self) -> list[float]:
        """The numbers, in the order in which the engine keeps them."""
        return parameter_values(self.parameters)

    def apply_to(self, setting: Any, dtype: np.dtype[Any]) -> None:
        """Compile the rules of nodes, and tell the engine of all."""
        for kind in ADDRESSES:
            rule = getattr(self, kind)
            if rule is not None:
                setting[kind] = compile_rule(kind, rule, self.parameters, dtype)
        setting["synapse_rule"] = self.synapse_rule is not None

    def synapse_loop(self, dtype: np.dtype[Any], *, sparse: bool) -> int:
        """Address of the loop of the synapse rule."""
        assert self.synapse_rule is not None
        return compile_rule(
            "synapse_rule", self.synapse_rule, self.parameters, dtype, sparse=sparse
        )
