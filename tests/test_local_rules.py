"""Rules of a user: as fast as they are local, and refused where they are not."""

import importlib.util
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors, models
from neurosim.errors import DivergenceError, NeurosimError

ROOT = Path(__file__).parent.parent
TABLE = np.ones(3)


def paper_value(slope, feedback, epsilon, gamma):
    return gamma * (slope * feedback - epsilon)


def paper_error(epsilon, delta_x, delta_mu):
    return epsilon + delta_x - delta_mu


def paper_phi(epsilon, quiet_for, x_moved, mu_moved, zero_threshold, t_d):
    return abs(epsilon) > zero_threshold and quiet_for >= t_d and x_moved and not mu_moved


def paper_synapse(epsilon, f, alpha):
    return alpha * (epsilon * f)


def network(activation="tanh"):
    net = ns.Network(seed=0)
    for name, size in (("input", 4), ("a", 6), ("b", 5), ("output", 3)):
        net.add_population(name, size, "identity" if name == "input" else activation)
    net.connect("input", "a")
    net.connect("a", "b", rule=connectors.FixedProbability(0.7))
    net.connect("b", "output", feedback="plastic")
    net.connect("a", "output")
    return net


def samples(count, seed=0):
    generator = np.random.default_rng(seed)
    return generator.normal(size=(count, 4)), generator.normal(size=(count, 3))


def trained(model, net=None, **options):
    sim = ns.Simulator(net or network(), model, **options)
    sim.fit(*samples(23), epochs=2)
    return sim


def same_bits(first, second):
    return all(first[name].tobytes() == second[name].tobytes() for name in first)


def with_rules(base, **rules):
    namespace = {kind: staticmethod(rule) for kind, rule in rules.items()}
    return dataclass(frozen=True, kw_only=True)(type("Ruled", (base,), namespace))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_rules_of_the_paper_written_out(activation, batch, dtype):
    """phi, epsilon and Delta x by rules are, bit for bit, what the engine does."""
    rules = {"value_rule": paper_value, "error_rule": paper_error, "detector": paper_phi}
    ruled = with_rules(models.FaZIL, **rules)(learning_rate=0.05)
    options = {"batch_size": batch, "dtype": dtype}
    plain = trained(models.FaZIL(learning_rate=0.05), network(activation), **options)
    sim = trained(ruled, network(activation), **options)
    assert same_bits(plain.weights, sim.weights)
    for one in (plain, sim):
        one.clamp("input", samples(batch)[0])
        one.settle()
        one.clamp("output", samples(batch)[1])
    for _ in range(8):
        for variable in ("x", "mu", "epsilon", "phi"):
            for name in plain.wiring.populations:
                first, second = plain.state(variable, name), sim.state(variable, name)
                assert first.tobytes() == second.tobytes()
        for one in (plain, sim):
            one.step()
    assert same_bits(plain.weights, sim.weights)


def test_a_synapse_rule_that_is_the_papers():
    """Equal on numbers for which floating point is exact, and close on others."""
    ruled = with_rules(models.FaZIL, synapse_rule=paper_synapse)
    for batch in (1, 5):
        plain = trained(models.FaZIL(learning_rate=0.05), batch_size=batch)
        sim = trained(ruled(learning_rate=0.05), batch_size=batch)
        assert all(
            np.allclose(w, sim.weights[name], rtol=0, atol=1e-13)
            for name, w in plain.weights.items()
        )
        assert same_bits({"b->output": sim.weights["b->output"]}, sim.feedback_weights)
    generator = np.random.default_rng(7)
    weights = [generator.integers(-8, 9, shape) / 8 for shape in ((4, 6), (6, 3))]
    data = [generator.integers(-8, 9, (6, n)) / 8 for n in (4, 3)]
    net = ns.Network.layered([4, 6, 3], activation="relu", weights=weights)
    learned = []
    for model in (
        models.ZIL(learning_rate=0.25),
        with_rules(models.ZIL, synapse_rule=paper_synapse)(learning_rate=0.25),
    ):
        sim = ns.Simulator(net, model, batch_size=3)
        sim.fit(data[0][:3], data[1][:3])
        learned.append(sim.weights)
    assert same_bits(*learned)


@pytest.mark.parametrize("event_driven", [True, False])
def test_synapse_rules_are_the_same_event_driven_and_clock_driven(event_driven):
    def oja(theta, epsilon, f, alpha):
        return alpha * (epsilon * f - f * f * theta)

    model = with_rules(models.IL, synapse_rule=oja)(learning_rate=0.05, t_c=5, gamma=0.3)
    pair = [trained(model, batch_size=4, event_driven=e) for e in (True, False)]
    assert same_bits(pair[0].weights, pair[1].weights)


def test_a_synapse_rule_by_hand():
    """With memory and the model's own number: momentum, replica after replica."""

    def momentum(epsilon, f, alpha, memory, inertia):
        velocity = inertia * memory + epsilon * f
        return alpha * velocity, velocity

    ruled = dataclass(frozen=True, kw_only=True)(
        type(
            "Momentum",
            (models.ZIL,),
            {
                "__annotations__": {"inertia": float},
                "inertia": 0.5,
                "synapse_rule": staticmethod(momentum),
            },
        )
    )
    net = ns.Network.layered([2, 1], weights=[[[0.0], [0.0]]])
    sim = ns.Simulator(net, ruled(learning_rate=0.5, inertia=0.25), batch_size=2)
    theta, memory = np.zeros(2), np.zeros(2)
    x = np.array([[1.0, 0.5], [0.25, -1.0]])
    y = np.array([1.0, -0.5])
    for _ in range(3):
        change = np.zeros(2)
        for r in range(2):
            error = y[r] - x[r] @ theta
            memory = 0.25 * memory + error * x[r]
            change += 0.5 * memory
        theta = theta + change
        sim.fit(x, y[:, None], shuffle=False)
        assert np.allclose(sim.weights["input->output"][:, 0], theta, rtol=0, atol=1e-15)


def test_memory_of_nodes_survives_a_second_look_at_the_same_snapshot():
    """Clamping in a snapshot evaluates errors again; each tick still counts once."""

    def counts(epsilon, memory):
        return memory == 2, memory + 1

    sim = ns.Simulator(network(), with_rules(models.FaZIL, detector=counts)())
    sim.clamp("input", samples(1)[0])
    sim.settle()
    sim.clamp("output", samples(1)[1])
    sim.clamp("output", samples(1, 1)[1])
    fired = []
    for _ in range(4):
        fired.append(bool(sim.state("phi", "output").all()))
        sim.step()
    assert fired == [False, False, True, False]


def momentum(epsilon, f, alpha, memory):
    velocity = 0.5 * memory + epsilon * f
    return alpha * velocity, velocity


def lazy(slope, feedback, epsilon, gamma, memory):
    moved = 0.5 * memory + gamma * (slope * feedback - epsilon)
    return moved, moved


@pytest.mark.parametrize(
    "rules", [{"synapse_rule": momentum}, {"value_rule": lazy}], ids=["synapse", "node"]
)
def test_memory_counts_a_step_once_near_an_overflow(rules):
    """A step that may overflow is tried twice; large weights beside the network make it so."""
    weights = []
    for large in (1.0, 1e300):
        net = ns.Network(seed=0)
        for name, size in (("x", 2), ("h", 3), ("y", 1), ("other", 1), ("end", 1)):
            net.add_population(name, size)
        net.connect("x", "h")
        net.connect("h", "y")
        net.connect("other", "end", weights=[[large]], plastic=False)
        sim = ns.Simulator(net, with_rules(models.IncrementalPC, **rules)(gamma=0.2))
        sim.clamp("x", [1.0, 2.0])
        sim.clamp("other", [1e7])
        sim.settle()
        sim.clamp("y", [1.0])
        sim.run(5)
        weights.append({name: sim.weights[name] for name in ("x->h", "h->y")})
    assert same_bits(*weights)


def inverse(x, mu):
    return (x - mu) / mu


def test_rules_leave_the_padding_alone():
    """Where mu is 0, and nothing of the network is."""
    net = ns.Network.layered([2, 3, 1], seed=0)
    sim = ns.Simulator(net, with_rules(models.IL, error_rule=inverse)(gamma=0.1))
    sim.clamp("input", [0.5, 1.0])
    sim.settle()
    sim.clamp("output", [1.0])
    sim.run(3)
    x, mu = sim.state("x", "output"), sim.state("mu", "output")
    assert np.array_equal(sim.state("epsilon", "output"), (x - mu) / mu)


def test_a_helper_that_is_defined_anew_is_compiled_anew():
    def simulated():
        sim = ns.Simulator(network(), with_rules(models.IL, value_rule=scaled)())
        sim.clamp("input", samples(1)[0])
        sim.settle()
        sim.step()
        return sim.state("x", "b")

    states = []
    for factor in (0.25, 0.75):
        exec(f"@numba.njit\ndef factor_of(x, k={factor}):\n    return k * x", globals())
        states.append(simulated())
    assert not np.array_equal(*states)


def scaled(x):
    return factor_of(x)  # noqa: F821


def test_value_rules_may_act_on_silence():
    """A leak moves a node although nothing that it reads has changed."""

    def leak(x):
        return -0.5 * x

    sim = ns.Simulator(network(), with_rules(models.IL, value_rule=leak)())
    sim.clamp("input", samples(1)[0])
    sim.settle()
    before = sim.state("x", "b")
    sim.run(3)
    assert np.array_equal(sim.state("x", "b"), before / 8)


@numba.njit
def helper(x):
    return math.sqrt(abs(x))


def test_gates_read_the_models_own_numbers_and_helpers():
    def loud(epsilon, limit):
        return helper(epsilon) > limit

    namespace = {"__annotations__": {"limit": float}, "limit": 0.0, "gate": staticmethod(loud)}
    kind = dataclass(frozen=True, kw_only=True)(type("Loud", (models.IncrementalPC,), namespace))
    quiet, eager = (trained(kind(limit=limit, presentation=3)) for limit in (1e9, 0.0))
    start = ns.Simulator(network(), models.ZIL()).weights
    plain = trained(models.IncrementalPC(presentation=3))
    assert same_bits(quiet.weights, start)
    assert same_bits(eager.weights, plain.weights)


def reads_level(x, level):
    return x * level


def reads_table(x):
    return x * TABLE[0]


def has_default(x, f=1.0):
    return x


def uses_text(x):
    return x + "a"


def uses_nothing(x):
    return math.no_such(x)


async def later(x):
    return x


def gives_nothing(x):
    _ = x


def nested(x):
    return (lambda: x)()


def around():
    inner = np.ones(2)

    def rule(x):
        return x * inner[0]

    return rule


@pytest.mark.parametrize(
    ("kind", "rule", "words"),
    [
        ("value_rule", reads_level, "reads 'level'; allowed: x, f, slope, epsilon, feedback"),
        ("value_rule", reads_table, "uses 'TABLE', which is not among its arguments"),
        ("value_rule", around(), "uses 'inner'"),
        ("value_rule", has_default, "'f' must be a plain argument"),
        ("value_rule", uses_text, r"add\(float64, .*line \d+: return x \+ .a.\)"),
        ("value_rule", uses_nothing, "cannot be compiled: .*'no_such'"),
        ("value_rule", 3, "must be a plain function"),
        ("value_rule", later, "must be a plain function"),
        ("value_rule", gives_nothing, "cannot be compiled"),
        ("value_rule", nested, "uses '<lambda>'"),
        ("synapse_rule", paper_error, "reads 'delta_x'"),
        ("detector", paper_synapse, "reads 'f'"),
        ("gate", paper_value, "reads 'slope'; allowed: epsilon, mu, phi, timer, level, signal"),
    ],
)
def test_rules_that_are_not_local_are_refused(kind, rule, words):
    model = with_rules(models.ZIL, **{kind: rule})
    with pytest.raises(NeurosimError, match=words):
        ns.Simulator(network(), model())


def test_a_synapse_rule_and_weights_in_common_are_refused():
    model = with_rules(models.ZIL, synapse_rule=paper_synapse)
    with pytest.raises(NeurosimError, match="used more than once"):
        ns.Simulator(ns.Network.recurrent(2, 3, 1, steps=2), model())


def explodes(epsilon, delta_x, delta_mu):
    return (epsilon + delta_x - delta_mu) * 1e300 * 1e300


def explodes_too(epsilon, f, alpha):
    return alpha * epsilon * f * 1e300 * 1e300


def runs_away(x):
    return x * 1e300


@pytest.mark.parametrize(
    "rules", [{"error_rule": explodes}, {"synapse_rule": explodes_too}, {"value_rule": runs_away}]
)
def test_what_is_not_finite_is_an_error_and_is_not_kept(rules):
    sim = ns.Simulator(network(), with_rules(models.IncrementalPC, **rules)())

    def present():
        sim.clamp("input", samples(1)[0])
        sim.settle()
        sim.clamp("output", samples(1)[1])
        sim.run(9)

    with pytest.raises(DivergenceError):
        present()
    for name in sim.wiring.populations:
        assert np.isfinite(sim.state("epsilon", name)).all()
        assert np.isfinite(sim.state("x", name)).all()
    assert all(np.isfinite(w).all() for w in sim.weights.values())


SCRIPT = """
import sys
from dataclasses import dataclass
import numpy as np
import neurosim as ns
from neurosim import rules
import own

@dataclass(frozen=True, kw_only=True)
class Own(ns.models.ZIL):
    decay: float = 0.5
    synapse_rule = staticmethod(own.rule)

sim = ns.Simulator(ns.Network.layered([2, 2, 1], seed=0), Own(learning_rate=1.0))
sim.fit([[0.5, 1.0]], [[1.0]])
hits = sum(loop.cache_hits for loop in rules._loops.values())
print(repr(float(sim.weights["input->hidden1"].sum())), hits, len(rules._loops))
"""


def test_rules_are_cached_across_processes_and_never_stale(tmp_path):
    environment = {
        **os.environ,
        "PYTHONPATH": str(tmp_path),
        "NUMBA_CACHE_DIR": str(tmp_path / "numba"),
        "NEUROSIM_CACHE_DIR": str(tmp_path / "rules"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def run():
        result = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return result.stdout.split()

    rule = "def rule(theta, epsilon, f, alpha, decay):\n    return alpha * epsilon * f{}\n"
    (tmp_path / "own.py").write_text(rule.format(""))
    first, second = run(), run()
    assert first[0] == second[0]
    assert (first[1], second[1]) == ("0", second[2])
    (tmp_path / "own.py").write_text(rule.format(" - decay * theta"))
    assert run()[0] != first[0]


def test_the_worked_examples(capsys):
    path = ROOT / "examples" / "local_rules.py"
    specification = importlib.util.spec_from_file_location("local_rules", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules["local_rules"] = module
    specification.loader.exec_module(module)
    module.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("LeakyFaZIL: as Fa-Z-IL: True")
    assert lines[1].startswith("DecayingFaZIL: as Fa-Z-IL: False")
