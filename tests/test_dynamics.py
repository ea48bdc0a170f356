"""How errors travel, and that the ways of computing them do not differ in a bit."""

import importlib.util
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import neurosim as ns
from neurosim import models

SIZES = [5, 6, 7, 8, 3]
ALL = [
    models.ZIL(learning_rate=0.05),
    models.FaZIL(learning_rate=0.05),
    models.IL(learning_rate=0.05, t_c=6, gamma=0.3),
    models.IncrementalPC(learning_rate=0.05, gamma=0.3),
]


def samples(count, sizes=SIZES, seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(count, sizes[0])), generator.normal(size=(count, sizes[-1]))


def started(model, *, batch=3, net=None, **options):
    net = net or ns.Network.layered(SIZES, seed=1)
    inputs, targets = samples(batch)
    sim = ns.Simulator(net, model, batch_size=batch, **options)
    sim.clamp("input", inputs)
    sim.settle()
    sim.clamp("output", targets)
    return sim


def snapshot(sim):
    """All that a user can see."""
    seen = {name: w.tobytes() for name, w in sim.weights.items()}
    for population in sim.network.populations:
        for variable in ("x", "mu", "epsilon", "phi"):
            seen[population, variable] = sim.state(variable, population).tobytes()
    return seen


def test_the_front():
    sim = started(models.ZIL(learning_rate=1e-3))
    level = sim.network.levels
    y = {name: sim.state("mu", name) for name in level}
    for t in range(sim.network.depth):
        assert sim.t == t
        for name in ("output", "hidden3", "hidden2", "hidden1"):
            epsilon, x = sim.state("epsilon", name), sim.state("x", name)
            if t < level[name]:
                assert not epsilon.any()
                assert (x == y[name]).all()
            if t == level[name]:
                assert epsilon.all()
        sim.step()
    assert (sim.state("x", "hidden1") != y["hidden1"]).all()


def test_one_tick_short_leaves_the_lowest_weights():
    for ticks, untouched in ((3, True), (4, False)):
        sim = started(models.ZIL(learning_rate=0.1))
        before = sim.weights["input->hidden1"]
        sim.run(ticks)
        assert (sim.weights["input->hidden1"] == before).all() == untouched


@pytest.mark.parametrize("model", ALL, ids=lambda m: type(m).__name__)
@pytest.mark.parametrize("error_form", ["delta", "direct"])
def test_event_driven_is_clock_driven(model, error_form):
    pair = [started(model, event_driven=e, error_form=error_form) for e in (True, False)]
    for _ in range(12):
        assert snapshot(pair[0]) == snapshot(pair[1])
        for sim in pair:
            sim.step()
    assert pair[0].operations.total < pair[1].operations.total
    assert pair[0].clock_driven_operations == pair[1].clock_driven_operations


@dataclass(frozen=True, kw_only=True)
class UntimelyGate(models.ZIL):
    """Opens whenever its node is predicted to be bright, error or not."""

    rest = "learned"

    @staticmethod
    def gate(mu):
        return mu > 0


def tangled(seed):
    """Twelve populations between two ends, in an order that their names do not tell."""
    generator = np.random.default_rng(seed)
    net = ns.Network(seed=seed)
    names = ["input", *generator.permutation([f"p{n}" for n in range(12)]), "output"]
    sizes = {"input": 4, "output": 2}
    for name in names:
        kind = ["sigmoid", "tanh", "relu", "identity"][generator.integers(4)]
        size = sizes.get(name, int(generator.integers(1, 5)))
        net.add_population(name, size, kind, output=name == "output")
    lent = {}
    for j in range(1, len(names)):
        nearest = {names[j - 1], names[max(0, j - int(generator.integers(1, 5)))]}
        for pre in sorted(nearest) if names[j] != "output" else [names[j - 1]]:
            shape = net.populations[pre].size, net.populations[names[j]].size
            projection = net.connect(pre, names[j], weights=lent.get(shape))
            if generator.integers(3) == 0:
                lent.setdefault(shape, projection)
    return net


NETWORKS = {
    "layered": lambda seed: ns.Network.layered(
        [4, 5, 3, 4, 2], activation=["sigmoid", "relu"][seed % 2], bias=True, seed=seed
    ),
    "deep": lambda seed: ns.Network.layered([4, *[3] * 12, 2], activation="tanh", seed=seed),
    "tangled": tangled,
}


@pytest.mark.parametrize("seed", range(18))
@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("kind", NETWORKS)
def test_event_driven_is_clock_driven_whatever_the_world_does(seed, rest, kind):
    """Any order of clamping, releasing, settling, stepping, fitting, injecting, setting weights."""
    generator = np.random.default_rng(seed)
    net = NETWORKS[kind](seed)
    numbers = {
        "learning_rate": 0.02,
        "gamma": 0.2 if kind == "tangled" else 0.7,
        "zero_threshold": [0.0, 0.05][generator.integers(2)],
    }
    model = [
        models.ZIL(**numbers),
        models.FaZIL(t_d=int(generator.integers(1, 6)), **numbers),
        models.IL(t_c=6, **numbers),
        UntimelyGate(**numbers),
    ][seed % 4]
    batch = [9, 1, 8, 19][generator.integers(4)]
    form = ["delta", "direct"][generator.integers(2)]
    options = {"batch_size": batch, "rest_after_update": rest, "error_form": form}
    options["relays"] = bool(generator.integers(4))
    pair = [ns.Simulator(net, model, event_driven=e, **options) for e in (True, False)]
    clamped = {}
    rows = batch

    def everywhere(action, *arguments, **options):
        for sim in pair:
            getattr(sim, action)(*arguments, **options)

    def clamp(name, nodes=None):
        width = net.populations[name].size if nodes is None else len(nodes)
        everywhere("clamp", name, generator.normal(size=(rows, width)), nodes=nodes)
        clamped[name] = True

    def anyone():
        names = sorted(set(net.populations) - {"input", "bias"})
        return names[generator.integers(len(names))]

    clamp("input")
    for _ in range(40):
        choice = generator.integers(12)
        if choice in (0, 11):
            for name in clamped:
                everywhere("release", name)
            clamped.clear()
            if choice == 11:
                count = int(generator.integers(1, 3 * batch))
                data = [generator.normal(size=(count, width)) for width in (4, 2)]
                everywhere("fit", *data, shuffle=False, ticks=int(generator.integers(1, 9)))
            rows = int(generator.integers(1, batch + 1))
            clamp("input")
            everywhere("settle")
        elif choice == 1:
            clamp("input")
        elif choice == 2:
            clamp("output")
        elif choice == 3 and "output" in clamped:
            everywhere("release", "output")
            del clamped["output"]
        elif choice == 4:
            everywhere("settle")
        elif choice == 5:
            name = sorted(pair[0].weights)[generator.integers(len(pair[0].weights))]
            weights = generator.normal(0, 0.5, pair[0].weights[name].shape)
            everywhere("set_weights", {name: weights})
        elif choice == 6:
            name = anyone()
            current = generator.normal(size=net.populations[name].size)
            everywhere("inject", name, current, int(generator.integers(1, 9)))
        elif choice == 7 and generator.integers(3) == 0:
            name = anyone()
            if name not in clamped:
                clamp(name, [0])
        else:
            learning = bool(generator.integers(4))
            everywhere("run", int(generator.integers(1, 7)), learning=learning)
        states = [
            {
                (name, variable): sim.state(variable, name)[:rows].tobytes()
                for name in net.populations
                for variable in ("x", "mu", "epsilon", "phi")
            }
            for sim in pair
        ]
        assert states[0] == states[1]
        weights = [{name: w.tobytes() for name, w in sim.weights.items()} for sim in pair]
        assert weights[0] == weights[1]


@pytest.mark.parametrize("model", ALL[:2], ids=lambda m: type(m).__name__)
def test_rest_comes_to_a_network_that_is_right_already(model):
    """No error, nothing moves, yet time passes: gates open, or rest spreads from the teacher."""
    pair = []
    for event_driven in (True, False):
        sim = ns.Simulator(
            ns.Network.layered(SIZES, seed=1), model, event_driven=event_driven,
            rest_after_update=True,
        )  # fmt: skip
        sim.clamp("input", samples(1)[0])
        sim.settle()
        sim.clamp("output", sim.state("mu", "output"))
        sim.run(3, learning=False)
        sim.run(6)
        sim.clamp("input", samples(1, seed=1)[0])
        pair.append(sim)
    assert not pair[0].state("epsilon", "hidden3").any()
    assert snapshot(pair[0]) == snapshot(pair[1])


def test_replicas_that_come_back_into_use_have_no_spike_of_old():
    """A last, smaller batch that ends while phi fires, and a whole one after it."""
    weights = []
    for event_driven in (True, False):
        net = ns.Network.layered([4, 5, 6, 3, 2], seed=1)
        model = models.FaZIL(learning_rate=0.05)
        sim = ns.Simulator(net, model, batch_size=8, event_driven=event_driven)
        inputs, targets = samples(12, [4, 2])
        sim.fit(inputs, targets, ticks=3, shuffle=False)
        sim.fit(inputs[:8], targets[:8], shuffle=False)
        weights.append({name: w.tobytes() for name, w in sim.weights.items()})
    assert weights[0] == weights[1]


def test_a_second_look_in_a_snapshot_adds_to_the_first_in_each_replica():
    """One replica is at rest, the other was evaluated in the snapshot in which the world clamps."""
    spikes = []
    for event_driven in (True, False):
        net = ns.Network.layered([1, 1, 1], activation="identity", seed=0)
        model = UntimelyGate(learning_rate=0.1, gamma=0.5, zero_threshold=0.5)
        sim = ns.Simulator(
            net, model, batch_size=2, event_driven=event_driven, rest_after_update=True
        )
        sim.set_weights({name: [[1.0]] for name in sim.weights})
        sim.clamp("input", [[1.0], [-1.0]])
        sim.settle()
        sim.clamp("output", [[2.0], [-1.1]])
        sim.run(2)
        sim.clamp("output", [[5.0], [-5.0]])
        spikes.append(sim.state("phi", "output").ravel().tolist())
    assert spikes == [[0, 0], [0, 0]]


def test_a_tick_looks_only_at_those_that_may_be_woken():
    net = ns.Network.layered([5, *[3] * 40, 3], seed=0)
    sim = started(models.FaZIL(learning_rate=0.1), net=net, batch=2, rest_after_update=True)
    looked = []
    for _ in range(41):
        sim.step()
        looked.append(int(sim._lowered.state.agenda[0]))
    assert looked[0] == len(net.populations)
    assert max(looked[1:]) <= 8
    assert sim.state("epsilon", "hidden1").all()


def test_clamped_ends_save_most_of_the_work():
    net = ns.Network.layered([784, 32, 32, 10], seed=0)
    sim = ns.Simulator(net, models.IL(t_c=10**6, gamma=0.1))
    sim.clamp("input", np.linspace(0, 1, 784))
    sim.settle()
    sim.clamp("output", np.eye(10)[0])
    sim.run(5)
    before = sim.operations, sim.clock_driven_operations
    sim.run(100)
    done = sim.operations.total - before[0].total
    clock = sim.clock_driven_operations
    dense = clock.prediction + clock.feedback - before[1].prediction - before[1].feedback
    assert done == 100 * 2 * (32 * 32 + 32 * 10)
    assert done / dense == pytest.approx(0.0508, abs=1e-3)


def test_a_quiet_network_does_nothing():
    pair = [started(models.FaZIL(), event_driven=True) for _ in range(2)]
    for sim in pair:
        sim.release("output")
        sim.settle()
    done = pair[0].operations
    pair[0].run(10**6)
    assert pair[0].operations == done
    assert pair[0].t == 10**6
    for _ in range(20):
        pair[1].run(50_000)
    assert snapshot(pair[0]) == snapshot(pair[1])


@pytest.mark.parametrize("model", ALL, ids=lambda m: type(m).__name__)
def test_stepping_is_running(model):
    stepped, run = started(model), started(model)
    for _ in range(9):
        stepped.step()
    run.run(9)
    assert snapshot(stepped) == snapshot(run)


@pytest.mark.parametrize("rest", [True, False])
def test_threads_and_rest_change_no_weight(rest):
    net = ns.Network.layered([300, 700, 900, 5], seed=1)
    inputs, targets = samples(8, [300, 5])
    learned = []
    for threads in (1, 2):
        sim = ns.Simulator(
            net, models.ZIL(learning_rate=1e-3), batch_size=4, threads=threads,
            rest_after_update=rest,
        )  # fmt: skip
        sim.fit(inputs, targets)
        learned.append(sim.weights)
    bp = models.BP(net, learning_rate=1e-3, batch_size=4)
    bp.fit(inputs, targets)
    for name, weights in bp.weights.items():
        assert all((w[name] == weights).all() for w in learned)


def test_settling_by_ticks_is_settling_by_a_sweep():
    pair = [started(models.FaZIL(), event_driven=e) for e in (True, False)]
    for sim in pair:
        sim.run(7)
        sim.release("output")
        sim.settle()
        assert not any(sim.state("epsilon", n).any() for n in ("hidden1", "hidden2", "output"))
    assert snapshot(pair[0]) == snapshot(pair[1])


def test_settling_by_inference():
    sim = started(models.FaZIL())
    sim.release("output")
    sim.clamp("input", samples(3, seed=5)[0])
    sim.settle("inference", gamma=0.2, tolerance=1e-12)
    for name in ("hidden1", "hidden2", "hidden3", "output"):
        assert np.abs(sim.state("epsilon", name)).max() < 1e-10
    sim.clamp("input", samples(3, seed=6)[0])
    with pytest.raises(ns.errors.ConvergenceError, match="not quiet after 2 ticks"):
        sim.settle("inference", gamma=0.01, max_ticks=2)


def test_creation_order_changes_no_bit():
    described = {"a": (5, "identity"), "b": (6, "tanh"), "c": (4, "tanh"), "d": (3, "identity")}
    links = [("a", "b"), ("b", "c"), ("c", "d")]
    learned = []
    for names, edges in ((list(described), links), (list(described)[::-1], links[::-1])):
        net = ns.Network(seed=3)
        for name in names:
            net.add_population(name, *described[name])
        for pre, post in edges:
            net.connect(pre, post)
        sim = ns.Simulator(net, models.FaZIL(learning_rate=0.1), batch_size=2)
        sim.fit(*samples(10, [5, 3]), epochs=2)
        learned.append({name: w.tobytes() for name, w in sim.weights.items()})
    assert learned[0] == learned[1]


def test_a_batch_is_the_sum_of_its_samples():
    inputs, targets = samples(6)
    net = ns.Network.layered(SIZES, seed=1)
    start = models.BP(net).weights

    def update(batch, order):
        sim = ns.Simulator(net, models.FaZIL(learning_rate=0.1), batch_size=batch)
        sim.present(inputs[order], targets[order])
        return {name: w - start[name] for name, w in sim.weights.items()}

    whole, turned = update(6, np.arange(6)), update(6, np.arange(6)[::-1])
    singles = [update(1, [n]) for n in range(6)]
    for name, step in whole.items():
        assert np.allclose(step, turned[name], rtol=0, atol=1e-15)
        assert np.allclose(step, sum(s[name] for s in singles), rtol=0, atol=1e-14)


def test_light_cone():
    """After k ticks a perturbation has reached value nodes k hops away, and none further."""
    chain = ["input", "hidden1", "hidden2", "hidden3", "output"]
    runs = []
    for nudge in (0.0, 1e-3):
        sim = started(models.IL(t_c=10**6, gamma=0.2), batch=1)
        sim.release("output")
        sim.run(3)
        sim._lowered.view("epsilon", "output")[0, 0] += nudge
        states = []
        for _ in range(4):
            states.append({name: sim.state("x", name) for name in chain})
            sim.step()
        runs.append(states)
    for k in range(4):
        for distance, name in enumerate(reversed(chain)):
            same = (runs[0][k][name] == runs[1][k][name]).all()
            if name != "input" and distance >= k:
                assert same or distance < k + 1
            if name != "input" and distance > k:
                assert same


@pytest.mark.parametrize("variable", ["x", "epsilon"])
def test_a_node_reads_only_what_it_is_wired_to(variable):
    """Poisoning the siblings of a value node, and all that is two hops away, changes nothing."""
    clean, poisoned = (started(models.IL(t_c=10**6, gamma=0.2), batch=1) for _ in range(2))
    for sim in (clean, poisoned):
        sim.run(4)
    poisoned._lowered.view(variable, "hidden2")[0, 1:] = 1e6
    poisoned._lowered.view(variable, "output")[0, :] = -1e6
    for sim in (clean, poisoned):
        sim.step()
    assert clean.value_node("hidden2", 0).x == poisoned.value_node("hidden2", 0).x
    assert (clean.state("x", "hidden2") != poisoned.state("x", "hidden2"))[0, 1:].all()


def test_inference_lowers_the_energy():
    sim = started(models.IL(t_c=10**6, gamma=0.02))
    energies = []
    for _ in range(200):
        energies.append(sim.energy)
        sim.step()
    assert (np.diff(energies) < 0).all()


def test_the_readable_reference_agrees():
    path = Path(__file__).parent.parent / "examples" / "micro.py"
    spec = importlib.util.spec_from_file_location("micro", path)
    micro = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(micro)
    generator = np.random.default_rng(3)
    for activation, f, draw, tolerance in (
        (
            "relu", lambda x: (max(x, 0.0), float(x > 0.0)),
            lambda *s: generator.integers(-4, 5, s) / 4, 0.0,
        ),
        ("sigmoid", micro.sigmoid, lambda *s: generator.normal(size=s), 1e-12),
    ):  # fmt: skip
        weights = [draw(3, 4), draw(4, 3), draw(3, 2)]
        inputs, targets = draw(3), draw(2)
        net = ns.Network.layered([3, 4, 3, 2], activation=activation, weights=weights)
        sim = ns.Simulator(net, models.FaZIL(learning_rate=0.5, t_d=2))
        phi = ns.SpikeMonitor(sim)
        sim.present(inputs, targets, ticks=3)
        reference = micro.Network([w.tolist() for w in weights], f, alpha=0.5, t_d=2)
        raster = reference.present(inputs.tolist(), targets.tolist(), ticks=3)
        names = ["input->hidden1", "hidden1->hidden2", "hidden2->output"]
        for name, expected in zip(names, reference.weights(), strict=True):
            assert np.abs(sim.weights[name] - np.array(expected)).max() <= tolerance
        fired = {
            (t, name, i)
            for t, snap in enumerate(raster)
            for name, row in zip(["hidden1", "hidden2", "output"], snap, strict=True)
            for i, spike in enumerate(row)
            if spike
        }
        assert fired == set(zip(phi.t, phi.population, phi.i, strict=True))


def test_monitors_and_handles():
    sim = started(models.FaZIL(learning_rate=0.1), batch=2)
    phi = ns.SpikeMonitor(sim)
    errors = ns.StateMonitor(sim, "epsilon", populations=["hidden1", "output"])
    theta = ns.StateMonitor(sim, "theta", projections=["hidden3->output"], every=2)
    sim.run(4)
    assert errors.t.tolist() == [0, 1, 2, 3, 4]
    assert errors.epsilon.shape == (5, 2, 9)
    assert theta.theta.shape == (3, 8, 3)
    assert (errors.epsilon[-1, :, :6] == sim.state("epsilon", "hidden1")).all()
    due = {name: 2 * sim.network.populations[name].size for name in phi.names}
    assert {name: int(n.sum()) for name, n in phi.count.items()} == due
    assert (np.diff(phi.t) >= 0).all()
    assert (phi.t == [sim.network.levels[name] for name in phi.population]).all()
    assert len(phi.to_pandas()) == phi.num_spikes
    assert errors.to_pandas().shape == (10, 9)
    sim.clamp("output", np.zeros((2, 3)))
    sim.run(1)
    assert errors.t.tolist() == [0, 1, 2, 3, 4, 5]
    node = sim.error_node("hidden1", 3, replica=1)
    assert node.epsilon == node.value_node.x - node.mu or sim.residual > 0
    assert len(node.incoming) == 5
    assert node.incoming[2].pre == sim.value_node("input", 2, replica=1)
    synapse = sim.synapse("hidden1", 3, "hidden2", 1)
    mu = synapse.post.mu
    synapse.theta = synapse.theta + 1.0
    assert synapse.post.mu != mu


@pytest.mark.parametrize("variable", ["x", "epsilon", "mu", "slope"])
def test_nan_in_what_a_node_is_not_wired_to(variable):
    """The next x of a node is the same bits; the engine refuses the step for the poisoned ones."""
    clean, poisoned = (started(models.IL(t_c=10**6, gamma=0.2), batch=1) for _ in range(2))
    for sim in (clean, poisoned):
        sim.run(4)
    for name in ("hidden3", "output"):
        poisoned._lowered.view(variable, name)[:] = np.nan
    poisoned._lowered.view(variable, "hidden1")[0, 1:] = np.nan
    clean.step()
    with pytest.raises(ns.errors.DivergenceError):
        poisoned.run(2)
    if poisoned.t == 4:  # refused before anything was committed: what the node was about to do
        x = poisoned._lowered.view("x_next", "hidden1")[0, 0]
    else:  # nothing that moves reads mu: the refusal came a tick later
        x = poisoned.value_node("hidden1", 0).x
    assert x == clean.value_node("hidden1", 0).x


@pytest.mark.parametrize("position", range(1, 5))
def test_nan_in_all_that_a_node_is_not_wired_to(position):
    """At any depth: the next x of a node is the same bits, where all but what it reads is NaN.

    Populations are looked at by name, and the step is refused at the first one that is not finite;
    so the one with the node is called such that it comes first.
    """
    names = ["e", "d", "c", "b", "f"]
    names[position] = "a"
    net = ns.Network(seed=1)
    for name, size in zip(names, SIZES, strict=True):
        net.add_population(name, size, "tanh")
    for pre, post in pairwise(names):
        net.connect(pre, post)
    sims = []
    for _ in range(2):
        sim = ns.Simulator(net, models.IL(t_c=10**6, gamma=0.2), event_driven=False)
        inputs, targets = samples(1)
        sim.clamp(names[0], inputs)
        sim.settle()
        sim.clamp(names[-1], targets)
        sim.run(4)
        sim.release(names[-1])
        sims.append(sim)
    clean, poisoned = sims
    view = poisoned._lowered.view
    fields = ("x", "f", "slope", "mu", "epsilon", "delta_x", "feedback")
    for n, name in enumerate(names):
        for field in fields:
            if n == position:
                view(field, name)[:, 1:] = np.nan
            elif (n, field) != (position + 1, "epsilon"):
                view(field, name)[:] = np.nan
    for k in range(len(net.projections)):
        name = f"{names[k]}->{names[k + 1]}"
        block = poisoned._lowered.theta_block(name)
        block[1 if k == position else 0 :] = np.nan
    clean.step()
    with pytest.raises(ns.errors.DivergenceError):
        poisoned.step()
    # Refused before anything was committed: this is what the node was about to do.
    assert view("x_next", "a")[0, 0] == clean.value_node("a", 0).x
    assert clean.value_node("a", 0).x != poisoned.value_node("a", 0).x


def test_recording_stays_in_the_compiled_loop(monkeypatch):
    from neurosim import simulator

    sim = started(models.FaZIL())
    monitor = ns.StateMonitor(sim, "x")
    sim._ticks_per_slice = 1000  # however slow the machine has been
    calls = []
    compiled = simulator.engine.run
    monkeypatch.setattr(
        simulator.engine, "run", lambda *arguments: calls.append(1) or compiled(*arguments)
    )
    sim.run(100)
    assert len(monitor.t) == 101
    assert len(calls) <= 2


def test_direct_form_within_its_elementwise_bound():
    exact, direct = (
        started(models.ZIL(learning_rate=1e-3), error_form=form) for form in ("delta", "direct")
    )
    levels = exact.network.levels
    eps = np.finfo(float).eps
    seen = 0.0
    for t in range(exact.network.depth):
        for name, level in levels.items():
            if level == t and name != "input":
                delta, mu = exact.state("epsilon", name), exact.state("mu", name)
                gap = np.abs(direct.state("epsilon", name) - delta)
                scale = np.abs(mu).max() + np.abs(delta)
                assert (gap <= 4 * eps * scale).all()
                seen = max(seen, gap.max())
        exact.step()
        direct.step()
    assert seen > 0


def test_a_monitor_that_was_cleared_begins_with_the_present_snapshot():
    sim = started(models.FaZIL())
    x, phi = ns.StateMonitor(sim, "x"), ns.SpikeMonitor(sim)
    sim.run(1)
    spikes = phi.num_spikes
    x.clear()
    phi.clear()
    sim.run(2)
    assert x.t.tolist() == [1, 2, 3]
    assert phi.t.tolist()[0] == 1
    assert spikes > 0
