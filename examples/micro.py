"""Fa-Z-IL in plain Python: the weight updates of backpropagation, and nobody in command.

Three kinds of objects, and each knows only the objects it is wired to:

    value node   its activity x, which moves to reduce the errors around it
    error node   epsilon = x - mu: how far its value node is from mu, the prediction of it
    synapse      theta, from a value node to an error node; learns when that error node fires phi

No object knows its layer or the time. An error node that was quiet and is disturbed from above
fires once, its synapses learn at that very tick, and all of it together is backpropagation.

Song, Lukasiewicz, Xu, Bogacz, "Can the Brain Do Backpropagation?", NeurIPS 2020, with its letters
and equation numbers. Run ``python examples/micro.py``.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise
from operator import add, mul
from typing import NamedTuple

Weights = list[list[list[float]]]  # [projection][pre][post]


class Activation(NamedTuple):
    """A function of one activity and its derivative."""

    f: Callable[[float], float]
    derivative: Callable[[float], float]


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), written so that nothing overflows."""
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0.0 else math.exp(x) / (1.0 + math.exp(x))


SIGMOID = Activation(logistic, lambda x: logistic(x) * (1.0 - logistic(x)))
RELU = Activation(lambda x: max(x, 0.0), lambda x: 1.0 if x > 0.0 else 0.0)
IDENTITY = Activation(lambda x: x, lambda x: 1.0)


def ordered_sum(terms: Iterable[float]) -> float:
    """Add from left to right and no more: since Python 3.12 ``sum`` compensates its rounding."""
    total = 0.0
    for term in terms:
        total += term
    return total


@dataclass(eq=False)
class ValueNode:
    """An activity x, free to move or clamped by the world."""

    activation: Activation
    gamma: float
    x: float = 0.0
    delta_x: float = 0.0
    clamped: bool = False
    error_node: ErrorNode | None = None  # None: an input, which nothing predicts
    outgoing: list[Synapse] = field(default_factory=list)

    def look(self) -> None:
        """Eq. (4): reduce the own error, and the errors of the nodes that x predicts."""
        own = self.error_node.epsilon if self.error_node else 0.0
        feedback = ordered_sum(synapse.post.epsilon * synapse.theta for synapse in self.outgoing)
        move = self.gamma * (-own + self.activation.derivative(self.x) * feedback)
        self.delta_x = 0.0 if self.clamped else move

    def commit(self) -> None:
        """Move."""
        self.x += self.delta_x

    def clamp(self, x: float) -> None:
        """Set x from outside and hold it; the errors that this touches know at once."""
        delta_x, self.x, self.clamped = x - self.x, x, True
        if self.error_node:
            self.error_node.integrate(delta_x)
        for synapse in self.outgoing:
            synapse.post.integrate(0.0)

    def relax(self) -> bool:
        """Predict: become what is predicted, whatever comes back. True if that was a move."""
        before = self.x
        if self.error_node and not self.clamped:
            self.x = self.error_node.mu
        return abs(self.x - before) > 0.0


@dataclass(eq=False)
class ErrorNode:
    """The error epsilon of one value node, and phi, the detector of its first change."""

    value_node: ValueNode
    t_d: int
    mu: float = 0.0
    epsilon: float = 0.0
    quiet_ticks: int = 0
    fed_back: bool = False
    incoming: list[Synapse] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Wire the pair."""
        self.value_node.error_node = self

    @property
    def phi(self) -> bool:
        """Quiet for t_d ticks, disturbed now, and by feedback: x moved while mu did not."""
        return self.quiet_ticks >= self.t_d and self.epsilon != 0.0 and self.fed_back

    def predict(self) -> float:
        """Eq. (1): mu is the sum of theta f(x)."""
        return ordered_sum(s.theta * s.pre.activation.f(s.pre.x) for s in self.incoming)

    def integrate(self, delta_x: float) -> None:
        """Eq. (2) by its changes; the difference x - mu would round small errors away."""
        mu = self.predict()
        self.fed_back = delta_x != 0.0 and mu == self.mu
        self.epsilon += delta_x - (mu - self.mu)
        self.mu = mu

    def commit(self) -> None:
        """Leave this tick, quiet or not, and take in what moved during it."""
        self.quiet_ticks = self.quiet_ticks + 1 if self.epsilon == 0.0 else 0
        self.integrate(self.value_node.delta_x)

    def settle(self) -> None:
        """Eq. (2) as it stands; what happened before counts as quiet."""
        self.mu = self.predict()
        self.epsilon = self.value_node.x - self.mu
        self.quiet_ticks, self.fed_back = self.t_d, False


@dataclass(eq=False)
class Synapse:
    """The weight theta between a value node and an error node."""

    pre: ValueNode
    post: ErrorNode
    theta: float
    alpha: float
    delta_theta: float = 0.0

    def __post_init__(self) -> None:
        """Wire the two ends."""
        self.pre.outgoing.append(self)
        self.post.incoming.append(self)

    def look(self) -> None:
        """Eq. (3) when phi fires: the product of the activities at both ends."""
        change = self.alpha * (self.post.epsilon * self.pre.activation.f(self.pre.x))
        self.delta_theta = change if self.post.phi else 0.0

    def commit(self) -> None:
        """Learn."""
        self.theta += self.delta_theta


@dataclass(eq=False)
class Network:
    """All objects; it makes them move at the same time and tells them nothing."""

    populations: list[list[ValueNode]]
    values: list[ValueNode] = field(default_factory=list)
    errors: list[ErrorNode] = field(default_factory=list)
    synapses: list[Synapse] = field(default_factory=list)

    def tick(self) -> None:
        """From one snapshot to the next: everyone looks, then everyone moves, errors follow."""
        for value in self.values:
            value.look()
        for synapse in self.synapses:
            synapse.look()
        for value in self.values:
            value.commit()
        for synapse in self.synapses:
            synapse.commit()
        for error in self.errors:
            error.commit()

    def settle(self) -> None:
        """Predict until quiet, without feedback and without learning."""
        moved = 1
        while moved:
            for error in self.errors:
                error.settle()
            moved = sum(value.relax() for value in self.values)

    def phi(self) -> list[list[bool]]:
        """Who fires in this snapshot, population by population, the input left out."""
        rest = self.populations[1:]
        return [[node.error_node.phi for node in nodes if node.error_node] for nodes in rest]

    def weights(self) -> Weights:
        """Every theta."""
        senders = self.populations[:-1]
        return [[[synapse.theta for synapse in node.outgoing] for node in s] for s in senders]


def build(
    sizes: Sequence[int],
    weights: Weights,
    *,
    activation: Activation = SIGMOID,
    alpha: float = 1.0,
    gamma: float = 1.0,
    t_d: int = 4,
) -> Network:
    """Wire layers of the given sizes, input first; the input is linear."""
    functions = [IDENTITY] + [activation] * (len(sizes) - 1)
    nodes = [[ValueNode(f, gamma) for _ in range(n)] for f, n in zip(functions, sizes, strict=True)]
    network = Network(nodes, values=[node for population in nodes for node in population])
    for (senders, receivers), theta in zip(pairwise(nodes), weights, strict=True):
        errors = [ErrorNode(receiver, t_d) for receiver in receivers]
        network.errors += errors
        for sender, row in zip(senders, theta, strict=True):
            for error, weight in zip(errors, row, strict=True):
                network.synapses.append(Synapse(sender, error, weight, alpha))
    return network


def predict(network: Network, inputs: Sequence[float]) -> list[float]:
    """Show an input and let the network settle on its prediction."""
    for node, x in zip(network.populations[0], inputs, strict=True):
        node.clamp(x)
    network.settle()
    return [node.x for node in network.populations[-1]]


def present(
    network: Network, inputs: Sequence[float], targets: Sequence[float], ticks: int
) -> list[list[list[bool]]]:
    """Show an input, predict, show the teacher (t = 0), tick; phi of all t = 0 ... ticks."""
    predict(network, inputs)
    for node, x in zip(network.populations[-1], targets, strict=True):
        node.clamp(x)
    raster = [network.phi()]
    for _ in range(ticks):
        network.tick()
        raster.append(network.phi())
    for node in network.populations[-1]:
        node.clamped = False
    return raster


def backpropagation(
    weights: Weights,
    inputs: Sequence[float],
    targets: Sequence[float],
    *,
    activation: Activation = SIGMOID,
    alpha: float = 1.0,
) -> Weights:
    """Descend the gradient of half the squared error by one step: the weights to equal."""
    y, f = [list(inputs)], [list(inputs)]
    for w in weights:
        columns = zip(*w, strict=True)
        y.append([ordered_sum(map(mul, column, f[-1])) for column in columns])
        f.append([activation.f(value) for value in y[-1]])
    delta = [target - value for target, value in zip(targets, y[-1], strict=True)]
    updated: Weights = []
    for w, below, sent in zip(weights[::-1], y[-2::-1], f[-2::-1], strict=True):
        steps = [[alpha * (d * a) for d in delta] for a in sent]
        updated.insert(0, [list(map(add, *rows)) for rows in zip(w, steps, strict=True)])
        back = [ordered_sum(map(mul, delta, row)) for row in w]
        delta = [activation.derivative(x) * b for x, b in zip(below, back, strict=True)]
    return updated


def largest_difference(first: Weights, second: Weights) -> float:
    """Compare weight by weight."""
    rows = zip(chain(*first), chain(*second), strict=True)
    return max(abs(a - b) for pair in rows for a, b in zip(*pair, strict=True))


def main() -> None:
    """Watch one presentation tick by tick, then learn exclusive or beside BP."""
    sizes, random_weight = [3, 4, 3, 1], random.Random(1).uniform
    bp = [[[random_weight(-1, 1) for _ in range(n)] for _ in range(m)] for m, n in pairwise(sizes)]
    network = build(sizes, bp)
    samples = [([a, b, 1.0], [float(a != b)]) for a in (0.0, 1.0) for b in (0.0, 1.0)]

    print("phi, tick by tick, from the moment the teacher appears:\n")
    print("   t   hidden1   hidden2   output")
    for t, snapshot in enumerate(present(build(sizes, bp), *samples[1], ticks=5)):
        marks = ["".join(".|"[fires] for fires in population) for population in snapshot]
        print(f"{t:4d}   {marks[0]:7}   {marks[1]:7}   {marks[2]}")

    print("\nLearning exclusive or:\n\n  epoch   squared error   largest |weight - BP's weight|")
    for epoch in range(501):
        if epoch % 100 == 0:
            error = sum((s - predict(network, x)[0]) ** 2 for x, (s,) in samples)
            print(f"{epoch:7d}   {error:13.6f}   {largest_difference(network.weights(), bp)}")
        for inputs, targets in samples:
            present(network, inputs, targets, ticks=3)
            bp = backpropagation(bp, inputs, targets)
            assert network.weights() == bp


if __name__ == "__main__":
    main()
