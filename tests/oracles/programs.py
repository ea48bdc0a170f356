"""Random programs: the verbs of a simulator in any order, the same ones to several simulators.

The generator alone decides what is done; nothing that a simulation computes does. So simulators
that differ in how they compute must show the same after each step of a program.
"""

from neurosim.errors import NeurosimError
from neurosim.kernels.arrays import layout


class Experimenter:
    """Lesions, currents, handles and refusals besides, of the network `skipping_with_bias`."""

    def __init__(self, sims, generator):
        self.sims, self.generator = sims, generator
        self.rows = sims[0].batch_size
        self.wiring = sims[0].wiring

    def do(self, action, *arguments, **options):
        outcomes = []
        for sim in self.sims:
            try:
                outcomes.append(getattr(sim, action)(*arguments, **options))
            except NeurosimError as error:
                outcomes.append(str(error))
        assert len(set(outcomes)) == 1, outcomes
        return outcomes[0]

    def values(self, count):
        return self.generator.normal(size=(self.rows, count))

    def act(self):
        draw = self.generator.integers
        name = ["a", "b", "b", "output", "a.relay1"][draw(5)]
        size = self.wiring.populations[name].size
        nodes = sorted(map(int, self.generator.permutation(size)[: draw(1, size + 1)]))
        choice = draw(15)
        if choice == 0:
            self.do("clamp", "input", self.values(4))
            self.do("settle")
        elif choice == 1:
            self.do("clamp", name, self.values(len(nodes)), nodes=nodes)
        elif choice == 2:
            self.do("release", name, nodes=nodes[:1])
        elif choice == 3:
            self.do("silence", name, nodes[:1])
        elif choice == 4:
            self.do("restore", name, nodes[:1])
        elif choice in (5, 6):
            pre, post = [("a", "b"), ("b", "output"), ("input", "a")][draw(3)]
            ends = (pre, int(draw(4)), post, int(draw(2)))
            self.do("cut" if choice == 5 else "mend", *ends)
        elif choice == 7:
            ticks = int(draw(1, 6))
            self.do("inject", name, self.values(len(nodes)), ticks, nodes=nodes)
        elif choice == 8:
            for sim in self.sims:
                synapse = sim.synapse("input", 1, "a", 2)
                if not synapse.is_cut:
                    synapse.theta = 0.125
        elif choice == 9:
            self.do("set_weights", {"b->output": self.generator.normal(size=(6, 2))})
        elif choice == 10:
            rows, before = int(draw(1, self.sims[0].batch_size + 1)), self.rows
            self.rows = rows
            pair = self.values(4), self.values(2)
            if self.do("present", *pair, ticks=int(draw(1, 8))) is not None:
                self.rows = before
        elif choice == 11 and self.may_fit:
            count = self.sims[0].batch_size + int(draw(1, 4))
            data = self.generator.normal(size=(count, 4)), self.generator.normal(size=(count, 2))
            self.do("fit", *data, shuffle=False)
            self.rows = int(self.sims[0].simulation.lowered.state.clock[layout.ROWS])
        else:
            self.do("run", int(draw(1, 7)), learning=bool(draw(4)))

    @property
    def may_fit(self):
        """Nodes that are held in some replicas only would be where others put them."""
        return not any(n not in ("input", "output") for n in self.sims[0].simulation.clamped)


class World:
    """Clamps, releases, settles, steps, fits, injects and sets weights, of any network."""

    def __init__(self, sims, generator):
        self.sims, self.generator = sims, generator
        self.net = sims[0].network
        self.rows = self.batch = sims[0].batch_size
        self.clamped = {}
        self.clamp("input")

    def everywhere(self, action, *arguments, **options):
        for sim in self.sims:
            getattr(sim, action)(*arguments, **options)

    def clamp(self, name, nodes=None):
        width = self.net.populations[name].size if nodes is None else len(nodes)
        values = self.generator.normal(size=(self.rows, width))
        self.everywhere("clamp", name, values, nodes=nodes)
        self.clamped[name] = True

    def anyone(self):
        names = sorted(set(self.net.populations) - {"input", "bias"})
        return names[self.generator.integers(len(names))]

    def act(self):
        generator, batch = self.generator, self.batch
        choice = generator.integers(12)
        if choice in (0, 11):
            for name in self.clamped:
                self.everywhere("release", name)
            self.clamped.clear()
            if choice == 11:
                count = int(generator.integers(1, 3 * batch))
                data = [generator.normal(size=(count, width)) for width in (4, 2)]
                self.everywhere("fit", *data, shuffle=False, ticks=int(generator.integers(1, 9)))
            self.rows = int(generator.integers(1, batch + 1))
            self.clamp("input")
            self.everywhere("settle")
        elif choice == 1:
            self.clamp("input")
        elif choice == 2:
            self.clamp("output")
        elif choice == 3 and "output" in self.clamped:
            self.everywhere("release", "output")
            del self.clamped["output"]
        elif choice == 4:
            self.everywhere("settle")
        elif choice == 5:
            before = self.sims[0].weights
            name = sorted(before)[generator.integers(len(before))]
            weights = generator.normal(0, 0.5, before[name].shape)
            self.everywhere("set_weights", {name: weights})
        elif choice == 6:
            name = self.anyone()
            current = generator.normal(size=self.net.populations[name].size)
            self.everywhere("inject", name, current, int(generator.integers(1, 9)))
        elif choice == 7 and generator.integers(3) == 0:
            name = self.anyone()
            if name not in self.clamped:
                self.clamp(name, [0])
        else:
            learning = bool(generator.integers(4))
            self.everywhere("run", int(generator.integers(1, 7)), learning=learning)
