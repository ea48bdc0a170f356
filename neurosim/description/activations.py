"""Activation functions f and their derivatives f', one per population.

An activation is one scalar function that returns the pair (f(x), f'(x)), or two that return one
each. It is compiled into a loop of its own when a simulator first needs it.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from neurosim.checks import choice, name
from neurosim.errors import ArgumentTypeError

__all__ = ["ACTIVATIONS", "Activation", "ActivationLike", "BuiltInActivation", "resolve"]

Scalar = Callable[[float], float]
Pair = Callable[[float], tuple[float, float]]
_NOT_PLAIN = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def _check_function(owner: str, argument: str, function: object) -> None:
    """Refuse what is no plain function of one number, and say what to write in its place."""
    own = getattr(function, "__name__", "f")
    example = "def f(x): return ..."
    if isinstance(function, np.ufunc) or inspect.isbuiltin(function):
        what, example = f"the compiled function {own!r}", f"def f(x): return math.{own}(x)"
    elif isinstance(function, functools.partial):
        what, example = "a partial", "def f(x): return ..., with the constants written in"
    elif isinstance(function, type) or not callable(function):
        what = repr(function)
    else:
        # What numba.njit made has the function that it was made of.
        plain = getattr(function, "py_func", function)
        if not inspect.isfunction(plain):
            what = f"a {type(function).__name__}"
        elif plain.__code__.co_flags & _NOT_PLAIN:
            what = f"{own!r}, which is a generator or a coroutine"
        else:
            try:
                inspect.signature(plain).bind(0.0)
            except TypeError as error:
                raise ArgumentTypeError(
                    f"{owner}: {argument} must be a function of one number, but {own!r} cannot be "
                    f"called with one: {error}"
                ) from None
            return
    raise ArgumentTypeError(
        f"{owner}: {argument} must be a plain function of one number, which can be compiled, not "
        f"{what}; write: {example}"
    )


@dataclass(frozen=True)
class Activation:
    """An activation function of your own.

    Parameters
    ----------
    name : str
        How it is shown.
    function, derivative : callable
        f and f', plain functions of one float that Numba can compile, and of nothing else: a
        constant is written in, or is the default of a second argument.

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
        if not isinstance(self.name, str):
            raise ArgumentTypeError(
                f"Activation: name must be a string, not {self.name!r}; an activation is "
                "Activation(name, function, derivative)"
            )
        name("Activation", "name", self.name)
        for argument in ("function", "derivative"):
            _check_function(f"Activation {self.name!r}", argument, getattr(self, argument))

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
    if callable(activation):
        raise ArgumentTypeError(
            f"{owner}: activation must be a name or an Activation, not {activation!r}; functions "
            "of your own are given as Activation(name, function, derivative)"
        )
    return ACTIVATIONS[choice(owner, "activation", activation, ACTIVATIONS)]
