"""Measure the edges of the stream, for the tables of docs/stream.md: ``python docs/edges.py``.

Each edge is one thing that the world does otherwise than the theorem asks for. What is learned from
it is compared with what backpropagation learns from the same input and teacher, with the weights
that there were before: in the weights into hidden nodes, and in those into the output.
"""

from pathlib import Path

import numpy as np

import neurosim as ns
from neurosim.errors import DivergenceError

PAGE = Path(__file__).parent / "stream.md"
BEGIN, END = "<!-- {}: written by docs/edges.py -->\n", "<!-- end -->"
T_D, RATE = 4, 0.01
LONG = 30
# Without rest, strong weights may let what a teacher has stirred up grow without end.
WEAK = ns.initializers.XavierUniform(0.5)


def chain():
    """Four levels."""
    return ns.Network.layered([6, 5, 5, 5, 3], activation="tanh", weights=WEAK, seed=3)


def two_ways(length):
    """Two inputs, of which the right one comes to the node where both meet by way of `length`."""
    net = ns.Network(seed=0)
    right = [f"right{n}" for n in range(1, length + 1)]
    for name in ("input", "left", *right, "both", "right", "output"):
        is_end = name in ("input", "right", "output")
        net.add_population(name, 4, "identity" if is_end else "tanh")
    ways = [("input", "left"), ("left", "both"), ("both", "output")]
    ways += zip(["right", *right], [*right, "both"], strict=True)
    for pre, post in ways:
        net.connect(pre, post, weights=WEAK)
    return net


class World:
    """A network in a stream, what it is shown, and what it learns from it."""

    def __init__(self, net, rest):
        model = ns.models.FaZIL(t_d=T_D, sweep=True, learning_rate=RATE)
        self.net, self.sim = net, ns.Simulator(net, model, rest_after_update=rest)
        self.least = net.depth + T_D
        self._generator = np.random.default_rng(1)
        self._inputs, self._untaught = {}, []

    def show(self, *names, ticks=LONG):
        """Show these inputs, all if not told."""
        for name in names or self.net.inputs:
            self._inputs[name] = self.draw(name)
            self.sim.clamp(name, self._inputs[name])
        self.sim.run(ticks)

    def teach(self, ticks=LONG, nodes=None):
        """Show a teacher to these nodes of the output, to all if not told."""
        self.target = self.draw("output")
        chosen = slice(None) if nodes is None else nodes
        self.sim.clamp("output", self.target[:, chosen], nodes=nodes)
        everyone = range(self.target.shape[1])
        self._untaught = [] if nodes is None else [i for i in everyone if i not in nodes]
        self.sim.run(ticks)

    def present(self):
        """Show all inputs and a teacher, as the theorem asks for."""
        self.show()
        self.teach(10)
        self.sim.release("output")

    def draw(self, name):
        """Values of a population that nobody has seen."""
        return self._generator.normal(size=(1, self.net.populations[name].size))

    def begin(self):
        """Say that what is learned from here on counts."""
        self._before = {name: np.array(w) for name, w in self.sim.weights.items()}
        self._phi = ns.SpikeMonitor(self.sim)

    def cells(self):
        """Differences from BP into hidden nodes and into the output, and who fired."""
        bp = ns.models.BP(self.net, learning_rate=RATE)
        bp.set_weights(self._before)
        target = self.target.copy()
        target[:, self._untaught] = bp.predict(self._inputs)[:, self._untaught]
        bp.fit(self._inputs, target)
        last = {p.name for p in self.net.projections.values() if p.post == "output"}
        found = []
        for names in (self._before.keys() - last, last):
            off = _norm(self.sim.weights[name] - bp.weights[name] for name in names)
            due = _norm(bp.weights[name] - self._before[name] for name in names)
            found.append("0" if off == 0 else f"{off / due:.1g}")
        at_output = int(np.sum(self._phi.population == "output"))
        return [*found, f"{len(self._phi.population) - at_output} + {at_output}"]


def _norm(arrays):
    return float(np.sqrt(sum((a**2).sum() for a in arrays)))


def as_asked(world):
    """All as the theorem asks for."""
    world.present()
    world.begin()
    world.show(ticks=world.least)
    world.teach(world.net.depth)


def early(world):
    """The teacher comes a tick too early."""
    world.begin()
    world.show(ticks=world.least - 1)
    world.teach()


def flash(world):
    """The teacher is there for one tick, and the next input comes as soon as it may."""
    world.begin()
    _hurry(world, world.net.depth)


def hurried(world):
    """The next input comes a tick too early after the teacher's onset."""
    world.begin()
    _hurry(world, world.net.depth - 1)


def _hurry(world, ticks):
    """A teacher of one tick, and so many ticks after its onset another input without teacher."""
    world.show()
    world.teach(1)
    world.sim.release("output")
    world.sim.run(ticks - 1)
    world.sim.clamp("input", world.draw("input"))
    world.sim.run(LONG)


def standing(world):
    """The input changes under a standing teacher."""
    world.show()
    world.teach()
    world.begin()
    world.show()


def exchanged(world):
    """The teacher changes, the input does not."""
    world.show()
    world.teach()
    world.begin()
    world.teach()


def again(world):
    """The teacher goes, and another comes for the same input."""
    world.present()
    world.sim.run(LONG)
    world.begin()
    world.teach()


def before(world):
    """The teacher is there before any input."""
    world.teach()
    world.begin()
    world.show()


def in_part(world):
    """Two of three nodes of the output are taught."""
    world.begin()
    world.show()
    world.teach(nodes=[0, 2])


def apart(world):
    """Two inputs are shown 10 ticks apart."""
    world.present()
    world.begin()
    world.show("input", ticks=10)
    world.show("right")
    world.teach()


def anew(world):
    """One input of two is shown anew; no teacher since both were shown."""
    world.show()
    world.begin()
    world.show("input")
    world.teach()


def anew_after(world):
    """One input of two is shown anew after a teacher."""
    world.present()
    world.begin()
    world.show("input")
    world.teach()


EDGES = [
    (as_asked, chain, "all as the theorem asks"),
    (early, chain, "the teacher comes a tick too early"),
    (flash, chain, "a teacher of one tick, the next input l_max ticks after it"),
    (hurried, chain, "the same, the next input l_max − 1 ticks after it"),
    (standing, chain, "the input changes under a standing teacher"),
    (before, chain, "the teacher is there before any input"),
    (exchanged, chain, "the teacher changes, the input does not"),
    (again, chain, "the teacher goes, another comes, no onset"),
    (in_part, chain, "two of three output nodes are taught"),
    (apart, lambda: two_ways(3), "two inputs are shown 10 ticks apart"),
    (anew, lambda: two_ways(3), "one of two inputs anew, no teacher since both"),
    (anew_after, lambda: two_ways(1), "one of two inputs anew after a teacher, short way"),
    (anew_after, lambda: two_ways(3), "one of two inputs anew after a teacher, long way"),
]


def edges():
    """A line for each edge."""
    yield ["what the world does", *["hidden", "output", "φ"] * 2]
    for edge, net, told in EDGES:
        cells = [told]
        for rest in (False, True):
            world = World(net(), rest)
            edge(world)
            cells += world.cells()
        yield cells


NETS, PRESENTATIONS = 60, 12


def aftermath():
    """How many networks of each activation leave backpropagation, by rest and t_d."""
    settings = [(rest, t_d) for rest in (False, True) for t_d in (1, 2, 3, 4)]
    yield [f"of {NETS} each", *[f"t_d = {t_d}" for _, t_d in settings]]
    for activation in ("tanh", "sigmoid", "relu", "softplus"):
        yield [activation, *(_count(activation, rest, t_d) for rest, t_d in settings)]


def _count(activation, rest, t_d):
    """How many differ from BP; in brackets, how many went beyond the bound."""
    found = [_is_exact(activation, rest, t_d, seed) for seed in range(NETS)]
    beyond = found.count(None)
    return f"{found.count(False)}" + (f" ({beyond})" if beyond else "")


def _is_exact(activation, rest, t_d, seed):
    """Whether layers that long teachers stir up end with BP's weights; None if x diverges."""
    generator = np.random.default_rng(seed)
    depth, gain = int(generator.integers(1, 9)), generator.choice([0.5, 1.0, 2.0])
    sizes = [5] * depth + [3]
    weights = ns.initializers.XavierUniform(gain)
    net = ns.Network.layered(sizes, activation=activation, weights=weights, seed=seed)
    model = ns.models.FaZIL(t_d=t_d, sweep=True, learning_rate=RATE / 10)
    sim = ns.Simulator(net, model, rest_after_update=rest)
    bp = ns.models.BP(net, learning_rate=RATE / 10)
    try:
        for _ in range(PRESENTATIONS):
            x, y = generator.normal(size=(1, sizes[0])), generator.normal(size=(1, 3))
            sim.clamp("input", x)
            sim.run(net.depth + t_d)
            sim.clamp("output", y)
            sim.run(net.depth + int(generator.integers(0, 60)))
            sim.release("output")
            sim.run(int(generator.integers(0, 20)))
            bp.fit(x, y)
    except DivergenceError:
        return None
    return all((sim.weights[name] == w).all() for name, w in bp.weights.items())


def _written(rows):
    head, *others = rows
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *others]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    text = PAGE.read_text()
    for name, rows in (("edges", edges()), ("aftermath", aftermath())):
        begin = BEGIN.format(name)
        first, rest = text.split(begin)
        text = first + begin + _written(rows) + END + rest.split(END, 1)[1]
    PAGE.write_text(text)
