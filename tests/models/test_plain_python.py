"""Fa-Z-IL in plain Python, in a stream: it is backpropagation, and what the engine does."""

import math
import random

import numpy as np
import pytest
from oracles.examples import example

import neurosim as ns
from neurosim import models

micro = example("micro")

RATE = 1 / 16


def tanh(x):
    return math.tanh(x), 1.0 - math.tanh(x) ** 2


def leaky(x):
    """Its values at dyadic numbers are dyadic, and no node is ever silent."""
    return (x, 1.0) if x > 0.0 else (0.25 * x, 0.25)


LEAKY = ns.Activation(
    "leaky", lambda x: x if x > 0.0 else 0.25 * x, lambda x: 1.0 if x > 0.0 else 0.25
)


def total(terms):
    """The sum in the order given, from the left; `sum` has ways of its own for floats."""
    result = 0.0
    for term in terms:
        result += term
    return result


def backpropagated(theta, f, inputs, targets):
    """Every weight after one sample, by the formulas of backpropagation."""
    sent = [[(x, 1.0) for x in inputs]]
    for w in theta:
        columns = zip(*w, strict=True)
        y = [total(a * s for a, (s, _) in zip(c, sent[-1], strict=True)) for c in columns]
        sent.append([f(each) for each in y])
    delta, learned = [t - each for t, each in zip(targets, y, strict=True)], []
    for w, pre in zip(reversed(theta), reversed(sent[:-1]), strict=True):
        learned.append(
            [
                [a + RATE * (d * s) for a, d in zip(row, delta, strict=True)]
                for row, (s, _) in zip(w, pre, strict=True)
            ]
        )
        delta = [
            slope * total(d * a for a, d in zip(row, delta, strict=True))
            for row, (_, slope) in zip(w, pre, strict=True)
        ]
    return learned[::-1]


class World:
    """Draws inputs, teachers and how long they stay; (verb, argument) is all it ever says."""

    def __init__(self, levels, t_d, seed, grid=64):
        self.grid, self.generator = grid, random.Random(f"{levels} {t_d} {seed}")
        self.sizes = [3, *[4] * (levels - 2), 2]
        self.depth, self.t_d, self.inputs = levels - 1, t_d, None

    def numbers(self, count):
        grid = self.grid
        return [self.generator.randint(-grid, grid) / grid * 0.75 for _ in range(count)]

    def weights(self):
        between = zip(self.sizes[:-1], self.sizes[1:], strict=True)
        return [[self.numbers(post) for _ in range(pre)] for pre, post in between]

    def presentation(self, early=0):
        """What is said of one input, and the sample that is to be learned of it, if any."""
        draw, long = self.generator.random, self.generator.randrange
        if self.inputs is None or draw() < 0.7:
            self.inputs = self.numbers(self.sizes[0])
        before = self.depth + self.t_d - early + (0 if early else long(9))
        said = [("show", self.inputs), ("run", before)]
        if draw() < 0.3:
            return said, None
        targets = self.numbers(self.sizes[-1])
        stays = self.depth + (long(40) if draw() < 0.5 else 0)
        said += [("teach", targets), ("run", stays), ("release", None)]
        if draw() < 0.5:
            said.append(("run", long(20)))
        return said, (self.inputs, targets)


class Observed:
    """A network in plain Python, what it hears, and when its phi fires."""

    def __init__(self, weights, f, t_d):
        self.net = micro.Network(weights, f, alpha=RATE, t_d=t_d)
        self.now, self.taught, self.fired = 0, 0, []

    def hear(self, verb, argument):
        first, last = self.net.layers[0], self.net.layers[-1]
        if verb == "run":
            for _ in range(argument):
                self.look()
                self.net.tick()
                self.now += 1
        elif verb == "release":
            for node in last:
                node.clamped = False
        else:
            for node, x in zip(first if verb == "show" else last, argument, strict=True):
                node.clamp(x)
            self.taught = self.now if verb == "teach" else self.taught

    def look(self):
        """Note phi: ticks since the teacher's onset, level, node."""
        for level, row in enumerate(reversed(self.net.phi())):
            since = self.now - self.taught
            self.fired += [(since, level, i) for i, fires in enumerate(row) if fires]


def streamed(levels, t_d, f, count, seed=0, early=0):
    """Weights after a stream, those of backpropagation, spikes, and how many are due."""
    world = World(levels, t_d, seed)
    theta = world.weights()
    observed, due = Observed(theta, f, t_d), 0
    for _ in range(count):
        said, sample = world.presentation(early)
        for verb, argument in said:
            observed.hear(verb, argument)
        if sample:
            theta = backpropagated(theta, f, *sample)
            due += sum(world.sizes[1:])
    return observed.net.weights(), theta, observed.fired, due


@pytest.mark.parametrize("f", [micro.sigmoid, tanh, leaky], ids=["sigmoid", "tanh", "leaky"])
@pytest.mark.parametrize("t_d", [2, 4, 8])
@pytest.mark.parametrize("levels", [2, 3, 4, 5])
def test_a_stream_is_backpropagation(levels, t_d, f):
    """To the last bit, sums being in the same order; phi fires once where due, and never else."""
    weights, expected, fired, due = streamed(levels, t_d, f, count=100)
    assert weights == expected
    assert len(fired) == due
    assert all(since == level for since, level, _ in fired)


@pytest.mark.parametrize("t_d", [2, 4, 8])
@pytest.mark.parametrize("levels", [2, 3, 4, 5])
def test_a_teacher_that_comes_a_tick_too_early_breaks_it(levels, t_d):
    weights, expected, fired, due = streamed(levels, t_d, tanh, count=12, early=1)
    assert weights != expected
    assert len(fired) < due


@pytest.mark.parametrize("levels", [2, 3, 4])
def test_a_detector_of_a_single_tick(levels):
    """It is exact where nothing reverberates: for the first sample, and where no layer is hidden.

    Otherwise not: a teacher stays until nothing moves, and goes. Then each error is exactly zero
    for a tick, the next layer's a tick after this one's; which is quiet enough for t_d = 1.
    """
    f = micro.sigmoid
    if levels == 2:
        weights, expected, fired, due = streamed(levels, 1, f, count=60)
        assert weights == expected
        assert len(fired) == due
    for t_d in (1, 2):
        world = World(levels, t_d, seed=0)
        theta = [[[0.5 * a for a in row] for row in w] for w in world.weights()]
        observed = Observed(theta, f, t_d)
        inputs, targets = world.numbers(3), world.numbers(2)
        for said in [
            ("show", inputs), ("run", world.depth + t_d), ("teach", targets), ("run", world.depth),
        ]:  # fmt: skip
            observed.hear(*said)
        expected = backpropagated(theta, f, inputs, targets)
        assert observed.net.weights() == expected
        observed.hear("run", 2000)
        # It stays until nothing moves, not even the last bit.
        still = [node.x for node in observed.net.values]
        observed.hear("run", 1)
        assert still == [node.x for node in observed.net.values]
        observed.hear("release", None)
        observed.hear("run", 20)
        wrongly = t_d == 1 and levels > 2
        assert (observed.net.weights() != expected) == wrongly
        assert (len(observed.fired) > sum(world.sizes[1:])) == wrongly


def test_objects_have_no_order():
    """Whatever is asked first, all looks at the same snapshot, and the same bits come out."""
    results = []
    for seed in range(3):
        world = World(4, 4, seed=1)
        observed = Observed(world.weights(), micro.sigmoid, 4)
        for objects in (observed.net.values, observed.net.errors, observed.net.synapses):
            random.Random(seed).shuffle(objects)
        for _ in range(20):
            for verb, argument in world.presentation()[0]:
                observed.hear(verb, argument)
        results.append((observed.net.weights(), observed.fired))
    assert results[0] == results[1] == results[2]


def test_onsets_travel_one_synapse_a_tick():
    observed = Observed(World(5, 2, seed=0).weights(), tanh, 2)
    layers = observed.net.layers
    observed.hear("run", 7)
    assert not any(node.onset for node in observed.net.values)
    for _ in range(2):
        observed.hear("show", [0.5, -0.25, 1.0])
        for n in range(8):
            assert [layer[0].onset for layer in layers] == [level == n for level in range(5)]
            observed.hear("run", 1)


class Simulated:
    """The same in the engine, which hears the same."""

    def __init__(self, weights, f, t_d):
        sizes = [len(weights[0]), *(len(w[0]) for w in weights)]
        activation = "sigmoid" if f is micro.sigmoid else LEAKY
        arrays = [np.array(w) for w in weights]
        self.network = ns.Network.layered(sizes, activation=activation, weights=arrays)
        model = models.FaZIL(t_d=t_d, sweep=True, learning_rate=RATE)
        self.sim = ns.Simulator(self.network, model)
        self.phi = ns.SpikeMonitor(self.sim)

    def hear(self, verb, argument):
        if verb == "run":
            self.sim.run(argument)
        elif verb == "release":
            self.sim.release("output")
        else:
            self.sim.clamp("input" if verb == "show" else "output", argument)

    def weights(self):
        return [w.tolist() for w in self.sim.weights.values()]


@pytest.mark.parametrize("t_d", [1, 2, 4, 8])
@pytest.mark.parametrize("levels", [2, 3, 4, 5])
def test_the_engine_does_the_same_on_dyadic_numbers(levels, t_d):
    """With so few digits nothing is rounded, in whatever order, before a sample is learned."""
    for seed in range(5):
        world = World(levels, t_d, seed, grid=4)
        theta = world.weights()
        observed, simulated = Observed(theta, leaky, t_d), Simulated(theta, leaky, t_d)
        said = []
        for extra in (0, 5, 1):
            inputs = world.numbers(world.sizes[0])
            said += [("show", inputs), ("run", world.depth + t_d + extra)]
        targets = world.numbers(world.sizes[-1])
        for verb, argument in [*said, ("teach", targets), ("run", world.depth)]:
            observed.hear(verb, argument)
            simulated.hear(verb, argument)
        expected = backpropagated(theta, leaky, inputs, targets)
        assert observed.net.weights() == expected
        assert simulated.weights() == expected


@pytest.mark.parametrize("f", [micro.sigmoid, leaky], ids=["sigmoid", "leaky"])
@pytest.mark.parametrize("t_d", [2, 4])
@pytest.mark.parametrize("levels", [2, 3, 4, 5])
def test_the_engine_does_the_same_in_a_stream(levels, t_d, f):
    """Up to what the two round differently; the engine's own backpropagation to the last bit."""
    world = World(levels, t_d, seed=2)
    theta = world.weights()
    observed, simulated = Observed(theta, f, t_d), Simulated(theta, f, t_d)
    bp = models.BP(simulated.network, learning_rate=RATE)
    for _ in range(40):
        said, sample = world.presentation()
        for verb, argument in said:
            observed.hear(verb, argument)
            simulated.hear(verb, argument)
        if sample:
            bp.fit([sample[0]], [sample[1]])
            theta = backpropagated(theta, f, *sample)
    assert observed.net.weights() == theta
    for name, w in zip(bp.weights, theta, strict=True):
        assert (simulated.sim.weights[name] == bp.weights[name]).all()
        assert np.abs(simulated.sim.weights[name] - np.array(w)).max() <= 1e-12
    assert len(simulated.phi.t) == len(observed.fired)
