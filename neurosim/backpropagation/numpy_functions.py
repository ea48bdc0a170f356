"""Activation functions as NumPy calls that allocate nothing: each has an ``out`` of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["ACTIVATIONS", "SLOPES", "Call"]

Array = npt.NDArray[Any]
#: A function, and what it is called with.
Call = tuple[Callable[..., Any], tuple[Any, ...]]


def _number(like: Array, value: float) -> Array:
    """An array without dimensions, which NumPy takes faster than a number."""
    return np.array(value, like.dtype)


def _larger(a: Array, b: Array, out: Array) -> Call:
    """The only one whose ``out`` NumPy wants to be called by its name."""
    return partial(np.maximum, out=out), (a, b)


def _sigmoid(y: Array, f: Array) -> list[Call]:
    """F = 1 / (1 + exp(-y)): where exp overflows, to infinity, it is the 0 that it should be."""
    return [
        (np.negative, (y, f)),
        (np.exp, (f, f)),
        (np.add, (f, _number(f, 1), f)),
        (np.reciprocal, (f, f)),
    ]


def _tanh(y: Array, f: Array) -> list[Call]:
    return [(np.tanh, (y, f))]


def _relu(y: Array, f: Array) -> list[Call]:
    return [_larger(y, _number(y, 0), f)]


def _leaky_relu(y: Array, f: Array) -> list[Call]:
    return [(np.multiply, (y, _number(y, 0.01), f)), _larger(y, f, f)]


def _softplus(y: Array, f: Array) -> list[Call]:
    return [(np.logaddexp, (y, _number(y, 0), f))]


def _slope_of_sigmoid(y: Array, f: Array, slope: Array) -> list[Call]:
    return [(np.multiply, (f, f, slope)), (np.subtract, (f, slope, slope))]


def _slope_of_tanh(y: Array, f: Array, slope: Array) -> list[Call]:
    return [(np.multiply, (f, f, slope)), (np.subtract, (_number(f, 1), slope, slope))]


def _slope_of_relu(y: Array, f: Array, slope: Array) -> list[Call]:
    return [(np.greater, (y, _number(y, 0), slope))]


def _slope_of_leaky_relu(y: Array, f: Array, slope: Array) -> list[Call]:
    # The larger of the two, of which one is exactly 1 or 0.
    return [
        (np.greater, (y, _number(y, 0), slope)),
        _larger(slope, _number(y, 0.01), slope),
    ]


def _slope_of_softplus(y: Array, f: Array, slope: Array) -> list[Call]:
    return _sigmoid(y, slope)


#: From y to f(y).
ACTIVATIONS: dict[str, Callable[[Array, Array], list[Call]]] = {
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": _relu,
    "leaky_relu": _leaky_relu,
    "softplus": _softplus,
}
#: From y and f(y) to f'(y).
SLOPES: dict[str, Callable[[Array, Array, Array], list[Call]]] = {
    "sigmoid": _slope_of_sigmoid,
    "tanh": _slope_of_tanh,
    "relu": _slope_of_relu,
    "leaky_relu": _slope_of_leaky_relu,
    "softplus": _slope_of_softplus,
}
