"""Words that programs are written in, beside NumPy's and neurosim's; reproductions import them."""

import copy
import pickle
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import numpy as np
from numpy import inf, nan
from oracles import networks, paper_rules
from oracles.untimely_gate import UntimelyGate

import neurosim as ns
from neurosim import connectors, initializers, models

__all__ = [
    "HALF", "Fraction", "Momentum", "OutOfRange", "Ruled", "Undrawn", "UntimelyGate", "Wavering",
    "connectors", "copy", "inf", "initializers", "models", "nan", "networks", "np", "ns", "numbers",
    "partial", "pickle", "replace", "running", "spoiled",
]  # fmt: skip


def half(x):
    return 0.5 * x


def slope_of_half(x):
    return 0.5


HALF = ns.Activation("half", half, slope_of_half)


def numbers(seed, *shape, scale=1.0, dtype="float64"):
    """Normally distributed numbers."""
    return (scale * np.random.default_rng(seed).normal(size=shape)).astype(dtype)


def spoiled(array, value):
    """The same array with another last element."""
    array = np.array(array)
    array[(-1,) * array.ndim] = value
    return array


@dataclass(frozen=True, kw_only=True)
class Ruled(models.ZIL):
    """Z-IL with the rules of the paper written out."""

    value_rule = staticmethod(paper_rules.paper_value)
    error_rule = staticmethod(paper_rules.paper_error)
    detector = staticmethod(paper_rules.paper_phi)
    synapse_rule = staticmethod(paper_rules.paper_synapse)


def momentum(epsilon, f, alpha, memory):
    velocity = 0.5 * memory + alpha * epsilon * f
    return velocity, velocity


@dataclass(frozen=True, kw_only=True)
class Momentum(models.ZIL):
    """Z-IL whose synapses go on in the direction in which they went."""

    synapse_rule = staticmethod(momentum)


@dataclass(frozen=True)
class OutOfRange:
    """A connector of one's own that names nodes which there are not."""

    index: int = 10**7

    def pattern(self, owner, shape, draws):
        from neurosim.description.pattern import Pattern

        return Pattern(shape, np.array([0]), np.array([self.index]), None, 1)


@dataclass(frozen=True)
class Undrawn:
    """An initializer of one's own that draws whatever it was made with."""

    value: object

    def draw(self, generator, shape, fan_in, fan_out):
        return self.value


@dataclass(frozen=True)
class Wavering:
    """An initializer whose weights have the shape that was asked for, and one value in them."""

    value: object

    def draw(self, generator, shape, fan_in, fan_out):
        return np.full(shape, self.value)


def running(activation="tanh", *, dtype="float64", **connection):
    """What a small network gives whose first projection is connected so."""
    net = ns.Network(seed=0)
    net.add_population("a", 3)
    net.add_population("b", 4, activation)
    net.add_population("c", 2)
    net.connect("a", "b", **connection)
    net.connect("b", "c")
    sim = ns.Simulator(net, models.ZIL(), dtype=dtype)
    sim.fit(numbers(0, 3, 3), numbers(1, 3, 2))
    return sim.weights
