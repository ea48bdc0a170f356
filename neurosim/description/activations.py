"""Activation functions f and their derivatives f', one per population.

An activation is one scalar function that returns the pair (f(x), f'(x)), or two that return one
each. It is compiled into a loop of its own when a simulator first needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from neurosim.checks import choice, name
from neurosim.errors import ArgumentTypeError

__all__ = ["ACTIVATIONS", "Activation", "ActivationLike", "BuiltInActivation", "resolve"]

Scalar = Callable[[float], float]
Pair = Callable[[float], tuple[float, float]]


@dataclass(frozen=True)
class Activation:
    """An activation function of your own.

    Parameters
    ----------
    name : str
        How it is shown.
    function, derivative : callable
        f and f', plain functions of one float that Numba can compile.

    Examples
    --------
    >>> import neurosim as ns
    >>> square = ns.Activation("square", lambda x: x * x, lambda x: 2.0 * x)
    >>> ns.Network.layered([2, 3, 1], activation=square, seed=0).populations["hidden1"].activation
    Activation('square')
    """

    name: str
    function: Scalar
    derivative: Scalar

    def __post_init__(self) -> None:
        name("Activation", "name", self.name)
        for argument in ("function", "derivative"):
            if not callable(getattr(self, argument)):
                raise ArgumentTypeError(
                    f"Activation {self.name!r}: {argument} must be a function of one number, not "
                    f"{getattr(self, argument)!r}"
                )

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """What is compiled."""
        return self.function, self.derivative

    def __repr__(self) -> str:
        return f"Activation({self.name!r})"


@dataclass(frozen=True)
class BuiltInActivation:
    """An activation of neurosim, named and found in `kernels.nodes.elementary` when compiled."""

    name: str

    @property
    def functions(self) -> tuple[Callable[..., Any], ...]:
        """What is compiled."""
        from neurosim.kernels.nodes import elementary

        return (getattr(elementary, f"{self.name}_pair"),)

    def __repr__(self) -> str:
        return f"Activation({self.name!r})"


#: What users may give.
ActivationLike = str | Activation | BuiltInActivation

#: The activations that a name stands for.
ACTIVATIONS: Mapping[str, BuiltInActivation] = MappingProxyType(
    {
        word: BuiltInActivation(word)
        for word in ("identity", "sigmoid", "tanh", "relu", "leaky_relu", "softplus")
    }
)


def resolve(owner: str, activation: object) -> Activation | BuiltInActivation:
    """Return the activation that a user named or made."""
    if isinstance(activation, (Activation, BuiltInActivation)):
        return activation
    return ACTIVATIONS[choice(owner, "activation", activation, ACTIVATIONS)]
