"""What an experimenter does to a running network, and that it goes on correctly from there."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors, models
from neurosim.errors import DivergenceError, NeurosimError
from neurosim.kernels.arrays import layout


def network(seed=0, activation="tanh"):
    """A skip connection, a sparse projection, feedback synapses of their own, and a bias."""
    net = ns.Network(seed=seed)
    for name, size in (("input", 4), ("a", 5), ("b", 6), ("output", 2)):
        net.add_population(name, size, "identity" if name == "input" else activation)
    net.connect("input", "a")
    net.connect("a", "b", rule=connectors.FixedProbability(0.6))
    net.connect("b", "output", feedback="plastic")
    net.connect("a", "output")
    net.add_bias("bias", ["a", "b"])
    return net


def started(model=None, net=None, batch=3, **options):
    model = model or models.FaZIL(learning_rate=0.05)
    sim = ns.Simulator(net or network(), model, batch_size=batch, **options)
    generator = np.random.default_rng(0)
    sim.clamp("input", generator.normal(size=(batch, 4)))
    sim.settle()
    sim.clamp("output", generator.normal(size=(batch, 2)))
    return sim


def seen(sim, rows):
    """All that a user can see."""
    states = {
        (variable, name): sim.state(variable, name)[:rows].tobytes()
        for name in sim.wiring.populations
        for variable in ("x", "mu", "epsilon", "phi")
    }
    weights = {n: w.tobytes() for n, w in sim.weights.items()}
    return states, weights, {n: w.tobytes() for n, w in sim.feedback_weights.items()}


class Experimenter:
    """Does the same to several simulators."""

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
            self.rows = int(self.sims[0]._lowered.state.clock[layout.ROWS])
        else:
            self.do("run", int(draw(1, 7)), learning=bool(draw(4)))

    @property
    def may_fit(self):
        """Nodes that are held in some replicas only would be where others put them."""
        return not any(name not in ("input", "output") for name in self.sims[0]._clamped)


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("rest", [False, True])
def test_event_driven_is_clock_driven_whatever_is_done(seed, rest):
    generator = np.random.default_rng(seed)
    kinds = [models.ZIL, models.FaZIL, models.IL, models.IncrementalPC]
    model = kinds[seed % 4](learning_rate=0.02, gamma=0.3 if seed % 4 == 3 else 0.7)
    net = network(seed, ["tanh", "relu"][seed % 2])
    batch = [1, 3, 9][seed % 3]
    rest = rest and model.rest != "never"
    sims = [
        started(model, net, batch, event_driven=e, rest_after_update=rest) for e in (True, False)
    ]
    experimenter = Experimenter(sims, generator)
    for _ in range(40):
        experimenter.act()
        assert seen(sims[0], experimenter.rows) == seen(sims[1], experimenter.rows)
    assert sims[0].operations.total < sims[1].operations.total


def test_a_silent_node_is_as_good_as_not_there():
    """x of all others, and all weights, as in a network without the node."""
    full, smaller = ns.Network(seed=0), ns.Network(seed=0)
    generator = np.random.default_rng(1)
    w1, w2 = generator.normal(size=(4, 5)), generator.normal(size=(5, 2))
    others = [0, 1, 3, 4]
    for net, a, b in ((full, w1, w2), (smaller, w1[:, others], w2[others])):
        net.add_population("input", 4)
        net.add_population("h", a.shape[1], "sigmoid")
        net.add_population("output", 2)
        net.connect("input", "h", weights=a)
        net.connect("h", "output", weights=b)
    sims = [ns.Simulator(n, models.FaZIL(learning_rate=0.1), batch_size=2) for n in (full, smaller)]
    sims[0].silence("h", [2])
    data = generator.normal(size=(7, 4)), generator.normal(size=(7, 2))
    for sim in sims:
        sim.fit(*data, epochs=3)
    assert np.array_equal(sims[0].weights["input->h"][:, others], sims[1].weights["input->h"])
    assert np.array_equal(sims[0].weights["h->output"][others], sims[1].weights["h->output"])
    assert not sims[0].weights["input->h"][:, 2].any()
    assert np.array_equal(sims[0].predict(data[0]), sims[1].predict(data[0]))
    sims[0].restore("h", [2])
    assert np.array_equal(sims[0].weights["input->h"][:, 2], w1[:, 2])
    assert np.array_equal(sims[0].weights["h->output"][2], w2[2])


def test_a_cut_synapse_stays_cut_until_it_is_mended():
    sim = started()
    synapse = sim.synapse("input", 1, "a", 2)
    theta = synapse.theta
    sim.cut("input", 1, "a", 2)
    assert synapse.is_cut
    assert synapse.theta == 0
    sim.run(6)
    sim.set_weights({"input->a": np.ones((4, 5))})
    assert synapse.theta == 0
    assert sim.weights["input->a"].sum() == 19
    with pytest.raises(NeurosimError, match="is cut; mend it first"):
        synapse.theta = 1.0
    sim.mend("input", 1, "a", 2)
    assert synapse.theta == theta
    assert not synapse.is_cut


def test_silencing_both_ends_of_a_synapse():
    sim = started()
    before = sim.weights
    sim.silence("b", [0])
    sim.silence("output", [0])
    sim.restore("b", [0])
    assert sim.synapse("b", 0, "output", 0).is_cut
    assert not sim.synapse("b", 0, "output", 1).is_cut
    sim.restore("output", [0])
    assert all(np.array_equal(before[name], w) for name, w in sim.weights.items())


def test_a_current_moves_a_node_and_no_more_than_that():
    """An uncoupled integrator: x rises by gamma I per tick, minus what epsilon takes back."""
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[0.0]], [[0.0]]])
    sim = ns.Simulator(net, models.ZIL(gamma=0.5))
    sim.clamp("input", [1.0])
    sim.settle()
    sim.inject("hidden1", [1.0], 3)
    x = 0.0
    for t in range(6):
        x += 0.5 * ((1.0 if t < 3 else 0.0) - x)
        sim.step(learning=False)
        assert sim.value_node("hidden1", 0).x == x
    sim.run(2000, learning=False)  # x halves until it is zero
    done = sim.operations
    sim.run(1000, learning=False)
    assert sim.operations == done


def test_a_steady_current_ends_in_time():
    """Even where a node stood still under it, so that nothing that it reads has changed."""
    for event_driven in (True, False):
        net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[0.0]], [[0.0]]])
        sim = ns.Simulator(net, models.ZIL(), event_driven=event_driven)
        sim.clamp("input", [1.0])
        sim.settle()
        sim.inject("hidden1", [0.25], 10)
        sim.run(10, learning=False)
        assert sim.value_node("hidden1", 0).x == 0.25
        sim.step(learning=False)
        assert sim.value_node("hidden1", 0).x == 0.0


def test_settling_ends_currents():
    sim = started()
    sim.inject("b", np.ones(6), 100)
    sim.run(3)
    sim.release("output")
    sim.settle()
    before = sim.state("x", "b")
    sim.run(5)
    assert np.array_equal(before, sim.state("x", "b"))


def test_clamped_hidden_nodes_hold_through_settling_and_training():
    net = ns.Network.layered([3, 4, 2], activation="tanh", seed=0)
    sim = ns.Simulator(net, models.FaZIL(learning_rate=0.1))
    sim.clamp("hidden1", [[0.5, -0.5]], nodes=[1, 3])
    sim.clamp("input", [1.0, 2.0, 3.0])
    sim.settle()
    x = sim.state("x", "hidden1")[0]
    assert x[1] == 0.5
    assert x[3] == -0.5
    assert x[0] == sim.state("mu", "hidden1")[0, 0]
    sim.fit([[1.0, 2.0, 3.0]], [[1.0, 0.0]])
    x = sim.state("x", "hidden1")[0]
    assert x[1] == 0.5
    assert x[3] == -0.5
    sim.release("hidden1")
    sim.settle()
    assert (sim.state("x", "hidden1") == sim.state("mu", "hidden1")).all()


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda s: s.clamp("b", [[0.0]], nodes=[6]), "nodes must be in 0 ... 5"),
        (lambda s: s.clamp("b", [[0.0, 0.0]], nodes=[1, 1]), "different indices"),
        (lambda s: s.clamp("b", [[0.0]], nodes="1"), "list of indices"),
        (lambda s: s.clamp("b", [[0.0]] * 3, nodes=[1, 2]), "not \\(3, 1\\)"),
        (lambda s: s.clamp("bias", [[1.0]]), "constant"),
        (lambda s: s.release("b"), "'b' is not clamped"),
        (lambda s: s.release("output", nodes=[7]), "nodes must be in 0 ... 1"),
        (lambda s: s.silence("b", []), "different indices"),
        (lambda s: s.silence("c"), "unknown population 'c'"),
        (lambda s: s.restore("b", [1]), "node 1 of 'b' is not silent"),
        (lambda s: s.mend("b", 1, "output", 0), "is not cut"),
        (lambda s: s.cut("b", 1, "output", 2), "index must be in 0 ... 1"),
        (lambda s: s.cut("b", 1, "input", 0), "unknown projection"),
        (lambda s: s.inject("b", [1.0], 1, nodes=[1, 2]), "not \\(1, 1\\)"),
        (lambda s: s.inject("b", [np.nan], 1, nodes=[1]), "must be finite"),
        (lambda s: s.inject("b", [1.0], 0, nodes=[1]), "ticks must be in 1"),
        (lambda s: s.inject("b", [[1.0]] * 2, 1, nodes=[1]), "2 rows, but 3 replicas"),
    ],
)
def test_refusals_leave_everything_as_it_was(act, words):
    sim = started()
    before = [array.tobytes() for array in sim._guard.arrays]
    with pytest.raises(NeurosimError, match=words):
        act(sim)
    assert [array.tobytes() for array in sim._guard.arrays] == before


def test_weights_in_common_cannot_be_cut():
    net = ns.Network.recurrent(2, 3, 1, steps=2, seed=0)
    sim = ns.Simulator(net, models.ZIL())
    with pytest.raises(NeurosimError, match="in common with others"):
        sim.cut("input1", 0, "hidden1", 0)
    with pytest.raises(NeurosimError, match="in common with others"):
        sim.silence("hidden1", [0])
    assert not sim._lesions.cuts


def test_learning_again_after_a_run_without_learning():
    """An error that waits for a gate which was not asked is not quiet."""
    weights = []
    for event_driven in (True, False):
        sim = started(models.IncrementalPC(learning_rate=0.1, gamma=0.3), event_driven=event_driven)
        sim.run(200, learning=False)
        before = sim.weights
        sim.run(3)
        assert any((before[name] != w).any() for name, w in sim.weights.items())
        weights.append({name: w.tobytes() for name, w in sim.weights.items()})
    assert weights[0] == weights[1]


def test_errors_of_replicas_that_are_not_in_use_wait_for_nothing():
    net = ns.Network.layered([3, 4, 2], seed=0)
    # Weights stay as they are, so that a target which is predicted now still is one batch later.
    sim = ns.Simulator(net, models.IL(learning_rate=1e-300, gamma=0.1, t_c=5), batch_size=20)
    random = np.random.default_rng(0)
    x, y = random.normal(size=(37, 3)), random.normal(size=(37, 2))
    y[20:] = sim.predict(x[20:])
    sim.fit(x, y, shuffle=False)
    synapses = 3 * 4 + 4 * 2
    assert sim.clock_driven_operations.plasticity == 20 * 6 * synapses


def test_a_release_that_overflows_lets_go():
    """Changes that cannot be made are dropped, and the simulator goes on."""
    net = ns.Network.recurrent(2, 3, 1, steps=2, activation="identity", seed=0)
    sim = ns.Simulator(net, models.ZIL(learning_rate=1e307))
    inputs = {"input1": [[1.0, 2.0]], "input2": [[3.0, 1.0]]}
    with pytest.raises(DivergenceError):
        sim.present(inputs, [[100.0]])
    assert all(np.isfinite(w).all() for w in sim.weights.values())
    before = sim.weights
    sim.present(inputs, [[0.0]], ticks=0)
    assert all(np.array_equal(before[name], w) for name, w in sim.weights.items())


def test_a_clamp_that_overflows_changes_nothing():
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[1e10]], [[1.0]]])
    sim = ns.Simulator(net, models.IL(), batch_size=3)
    sim.clamp("input", [[1.0], [2.0]])
    sim.settle()
    sim.run(5)
    before = seen(sim, 2)
    with pytest.raises(DivergenceError):
        sim.clamp("input", np.full((2, 1), 1e300))
    assert sim.t == 5
    assert seen(sim, 2) == before
    sim.release("input")
    with pytest.raises(DivergenceError):
        sim.clamp("input", np.full((3, 1), 1e300))
    assert sim._lowered.state.clock[layout.ROWS] == 2
    assert seen(sim, 2) == before


def test_a_refused_presentation_has_released_nothing():
    sim = started(batch=3)
    sim.clamp("b", np.zeros((3, 1)), nodes=[0])
    with pytest.raises(NeurosimError, match="clamped to 3"):
        sim.present(np.ones((2, 4)), np.ones((2, 2)))
    sim.release("output")


def test_a_synapse_of_a_silent_node_is_not_mended_alone():
    sim = started()
    sim.silence("b", [2])
    with pytest.raises(NeurosimError, match="node 2 of 'b' is silent"):
        sim.mend("b", 2, "output", 0)


def test_a_lesion_that_cannot_be_undone_stays():
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[1e10]], [[1.0]]])
    sim = ns.Simulator(net, models.IL())
    sim.clamp("input", [1.0])
    sim.settle()
    sim.cut("input", 0, "hidden1", 0)
    sim.clamp("input", [1e300])
    before = seen(sim, 1)
    with pytest.raises(DivergenceError):
        sim.mend("input", 0, "hidden1", 0)
    assert sim.synapse("input", 0, "hidden1", 0).is_cut
    assert seen(sim, 1) == before
    sim.run(2)
    assert sim.synapse("input", 0, "hidden1", 0).theta == 0
    sim.clamp("input", [1.0])
    sim.mend("input", 0, "hidden1", 0)
    assert sim.synapse("input", 0, "hidden1", 0).theta == 1e10
