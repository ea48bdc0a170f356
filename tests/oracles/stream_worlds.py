"""Streams for the engine: worlds of many presentations, and learners that live through them.

A world is a value: `ns.world.presentations`, or the schedule that it draws. It is shown as it is,
by the verbs of a simulator, or as events; and to backpropagation, which is given the samples that
have a teacher and knows no time. What they learn is compared byte by byte.
"""

from itertools import pairwise

import numpy as np
from oracles.bits import same_bits

import neurosim as ns
from neurosim import models
from neurosim.description.path_lengths import sweep_needs

RATE = 0.02


WIDTHS = (6, 5, 7, 4, 6, 3, 5, 4, 6, 5, 3)


def layers(depth, activation="tanh", *, bias=False, seed=2):
    sizes = [*WIDTHS[:depth], 3]
    return ns.Network.layered(sizes, activation=activation, bias=bias, seed=seed)


def skipping():
    """Relays, a projection that reaches few nodes, a bias, and feedback synapses of their own."""
    net = ns.Network(seed=4)
    weights = ns.initializers.Normal(0.3)
    sizes = {"left": 4, "right": 3, "a": 6, "b": 5, "c": 4, "out": 3}
    for name, size in sizes.items():
        net.add_population(name, size, "identity" if name in ("left", "right") else "tanh")
    net.connect("left", "a", rule=ns.connectors.FixedInDegree(2))
    net.connect("a", "b", weights=weights)
    net.connect("right", "b", rule=ns.connectors.FixedInDegree(1))
    net.connect("b", "c", feedback="plastic")
    net.connect("a", "out", weights=weights)
    net.connect("c", "out", weights=weights)
    net.add_bias("bias", ["b", "out"])
    return net


def several_ends():
    """Two inputs, an output in the middle that is read, and two at the end."""
    net = ns.Network(seed=1)
    for name, size in {"ear": 3, "eye": 4, "a": 5, "hand": 2, "mouth": 3}.items():
        net.add_population(name, size, "identity" if name in ("ear", "eye") else "tanh")
    net.add_population("b", 4, "sigmoid", output=True)
    for pre, post in (
        ("ear", "a"), ("eye", "a"), ("a", "b"), ("eye", "b"), ("b", "hand"), ("a", "mouth"),
        ("b", "mouth"),
    ):  # fmt: skip
        net.connect(pre, post, weights=ns.initializers.Normal(0.3))
    return net


def graph(*edges, seed=0, scale=0.3, bias=(), sparse=False):
    """A network of small populations, named by its edges; what nothing predicts is an input."""
    generator = np.random.default_rng(seed)
    ends = [edge.split("->") for edge in edges]
    predicted = {post for _, post in ends}
    net = ns.Network(seed=seed)
    for name in dict.fromkeys(name for pair in ends for name in pair):
        hidden = name in predicted and any(pre == name for pre, _ in ends)
        net.add_population(name, int(generator.integers(2, 6)), "tanh" if hidden else "identity")
    for pre, post in ends:
        i, j = np.indices((net.populations[pre].size, net.populations[post].size))
        # Every node predicts some node, and is predicted by some.
        mask = (j % len(i) == i) | (i % i.shape[1] == j) if sparse else None
        net.connect(pre, post, mask=mask, weights=ns.initializers.Normal(scale))
    if bias:
        net.add_bias("bias", list(bias))
    return net


def chain(longer, shorter):
    """Two chains from the input, of so many nodes, that meet at the output."""
    edges = []
    for letter, length in (("a", longer), ("b", shorter)):
        names = ["in", *(f"{letter}{n}" for n in range(1, length + 1)), "out"]
        edges += [f"{pre}->{post}" for pre, post in pairwise(names)]
    return graph(*edges)


def random_graph(seed, *, hidden=5, sparse=False, bias=False):
    """Populations in a row, each predicted by some of those before it; one or two are inputs."""
    generator = np.random.default_rng(seed)
    inputs = int(generator.integers(1, 3))
    names = [f"in{n}" for n in range(inputs)] + [f"h{n}" for n in range(hidden)] + ["out"]
    edges = set()
    for n in range(inputs, len(names)):
        chosen = generator.random(n) < 0.5 / n
        chosen[generator.integers(n)] = True
        edges |= {f"{names[i]}->{names[n]}" for i in np.flatnonzero(chosen)}
    leading = {edge.split("->")[0] for edge in edges}
    edges |= {f"{name}->out" for name in names[:-1] if name not in leading}
    return graph(*sorted(edges), seed=seed, sparse=sparse, bias=["out"] if bias else ())


def streaming(net, *, model=models.FaZIL, rate=RATE, t_d=4, batch=1, **options):
    """A simulator with a sweep."""
    given = {
        name: options.pop(name)
        for name in ("batch_reduction", "feedback_gate", "zero_threshold", "gamma")
        if name in options
    }
    model = model(learning_rate=rate, t_d=t_d, sweep=True, **given)
    return ns.Simulator(net, model, batch_size=batch, **options)


def drawn(sim, count, seed=0):
    """Samples for all inputs and all outputs of a simulator, by their names."""
    generator = np.random.default_rng(seed)
    return tuple(
        {n: generator.normal(size=(count, sim.wiring.populations[n].size)) for n in names}
        for names in (sim.wiring.inputs, sim.wiring.outputs)
    )


def a_world(sim, count=200, *, seed=0, **options):
    """Presentations of random lengths: inputs shown again, teachers that stay away, or stay long.

    The shortest are as short as the network allows.
    """
    options = {"missing": 0.3, "again": 0.3, "jitter": 0, "pause": (0, 12), **options}
    needs = sweep_needs(sim.wiring)
    shown = needs.shown(sim.model.t_d)
    taught = max(sim.simulation.depth, 1)
    options.setdefault("shown", (shown, shown + 9))
    options.setdefault("taught", (taught, taught + 30))
    return ns.world.presentations(*drawn(sim, count * sim.batch_size, seed), seed=seed, **options)


class Schedule:
    """What a world shows a simulator, and when, presentation after presentation."""

    def __init__(self, sim, world):
        needs = sweep_needs(sim.wiring)
        count = len(next(iter(world.inputs.values())))
        shown, taught = needs.shown(sim.model.t_d), sim.simulation.depth
        chosen, sizes, ticks = world.schedule(count, sim.batch_size, shown, taught)
        ends = np.cumsum(sizes)
        self.world = world
        self.samples = [chosen[end - size : end] for end, size in zip(ends, sizes, strict=True)]
        self.ticks = ticks.tolist()
        self.taught = [n for n, (_, taught, _) in enumerate(self.ticks) if taught]

    def __iter__(self):
        """Inputs, targets, and for how many ticks each is shown, taught and followed by a pause."""
        for samples, ticks in zip(self.samples, self.ticks, strict=True):
            x = {name: values[samples] for name, values in self.world.inputs.items()}
            y = {name: values[samples] for name, values in self.world.targets.items()}
            yield x, y, *ticks


def acts(sim, world):
    """What the world does, as calls of a simulator's verbs."""
    for x, y, shown, taught, pause in Schedule(sim, world):
        for name in sorted(x):
            yield "clamp", name, x[name]
        yield "run", shown
        if taught:
            for name in sorted(y):
                yield "clamp", name, y[name]
            yield "run", taught
            for name in sim.wiring.outputs:
                yield "release", name
        yield "run", pause


def lessons(deeds):
    """Input and target of each teacher that comes, of acts on one input and one output."""
    shown = None
    for verb, name, *values in deeds:
        if verb == "clamp" and (shown is None or name == shown[0]):
            shown = name, *values
        elif verb == "clamp":
            yield shown[1], *values


def by_verbs(sim, world):
    """Show a world by clamping, running and releasing."""
    for verb, *arguments in acts(sim, world):
        getattr(sim, verb)(*arguments)


def as_events(sim, world):
    """The same as a source of events."""
    for verb, *arguments in acts(sim, world):
        yield arguments[0] if verb == "run" else ns.world.Event(*arguments)


def backpropagated(sim, world, *, weights=None):
    """Backpropagation that has learned each sample that has a teacher in a world, in that order.

    From the weights of the description, or from others.
    """
    bp = models.BP(
        sim.network, learning_rate=sim.learning_rate, batch_size=sim.batch_size,
        batch_reduction=sim.model.batch_reduction, dtype=sim.dtype.name,
    )  # fmt: skip
    if weights is not None:
        bp.set_weights(weights)
    schedule = Schedule(sim, world)
    for n in schedule.taught:
        x = {name: values[schedule.samples[n]] for name, values in world.inputs.items()}
        y = {name: values[schedule.samples[n]] for name, values in world.targets.items()}
        bp.fit(x, y, shuffle=False)
    return bp


def learns_as_backpropagation(sim, world, show=None):
    """Whether a simulator that is shown a world has then learned what backpropagation learns."""
    bp = backpropagated(sim, world)
    (show or sim.__class__.stream)(sim, world)
    return same_bits(bp.weights, sim.weights)


def recorded(sim, show):
    """All that is recorded, tick by tick, of a simulator that `show` is called with, and of phi."""
    monitors = [ns.StateMonitor(sim, variable) for variable in ("x", "mu", "epsilon", "phi")]
    monitors += [
        ns.StateMonitor(sim, "theta", projections=[name]) for name in sim.wiring.projections
    ]
    phi = ns.SpikeMonitor(sim)
    show(sim)
    rows = {
        f"{n} {word}": getattr(monitor, word)
        for n, monitor in enumerate(monitors)
        for word in (monitor.variable, "tick", "t", "presentation")
    }
    spikes = {
        f"phi {word}": getattr(phi, word)
        for word in ("tick", "t", "presentation", "population", "i", "replica")
    }
    return {**rows, **spikes}


def onsets(sim):
    """The tick of the latest onset of each node; before the first one, a time long ago."""
    lowered, found = sim.simulation.lowered, {}
    for name in sim.wiring.populations:
        record = lowered.populations[lowered.index[name]]
        first = int(record["place"])
        found[name] = lowered.state.onset[first : first + int(record["size"])].copy()
    return found
