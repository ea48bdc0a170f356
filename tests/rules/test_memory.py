"""Rules with a memory, of nodes and of synapses."""

from dataclasses import dataclass

import numpy as np
import pytest
from oracles.bits import same_bits
from oracles.networks import ENDS, skipping
from oracles.paper_rules import with_rules
from oracles.samples import samples

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError


def with_numbers(base, rule, **numbers):
    """A model that learns by a synapse rule which reads numbers of the model."""
    namespace = {"__annotations__": dict.fromkeys(numbers, float), **numbers}
    namespace["synapse_rule"] = staticmethod(rule)
    return dataclass(frozen=True, kw_only=True)(type("Ruled", (base,), namespace))


def with_inertia(hebb, alpha, memory, inertia):
    velocity = inertia * memory + hebb
    return alpha * velocity, velocity


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("rule", [None, ns.connectors.Pairs([(0, 0), (2, 0), (2, 1), (1, 1)])])
def test_momentum_by_hand(rule, reduction):
    """One step per update, whatever the number of replicas, and of what all of them add up to."""
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(50, 3)), generator.normal(size=(50, 2))
    mask = np.ones((3, 2)) if rule is None else np.array([[1, 0], [0, 1], [1, 1]])
    net = ns.Network()
    net.add_population("input", 3)
    net.add_population("output", 2)
    # A sparse projection has a weight for each of its pairs.
    net.connect(
        "input", "output", rule=rule, weights=np.zeros(np.shape(mask) if rule is None else 4)
    )
    model = with_numbers(models.ZIL, with_inertia, inertia=0.5)
    model = model(learning_rate=0.02, inertia=0.75, batch_reduction=reduction)
    sim = ns.Simulator(net, model, batch_size=20)
    sim.fit(x, y, epochs=3, shuffle=False)
    theta, velocity = np.zeros((3, 2)), np.zeros((3, 2))
    for _ in range(3):
        # The last of them has but ten samples.
        for batch in (slice(0, 20), slice(20, 40), slice(40, 50)):
            hebb = mask * (x[batch].T @ (y[batch] - x[batch] @ theta))
            velocity = 0.75 * velocity + (hebb if reduction == "sum" else hebb / len(x[batch]))
            theta = theta + 0.02 * velocity
    assert np.abs(theta).max() > 0.01
    assert np.allclose(sim.predict(x), x @ theta, rtol=0, atol=1e-12)


def sinks(theta, sink):
    return -sink * theta


def sinks_beside_epsilon(theta, epsilon, f, alpha, sink):
    return alpha * (epsilon * f) * 0.0 - sink * theta


@pytest.mark.parametrize(
    ("rule", "reduction", "times"),
    [
        (sinks, "sum", 1),
        (sinks, "mean", 1),
        (sinks_beside_epsilon, "mean", 1),
        (sinks_beside_epsilon, "sum", 8),
    ],
)
def test_decay_goes_once_per_update_or_is_reduced_as_the_model_says(rule, reduction, times):
    """What reads epsilon or f is asked by each replica, and the rest once; the mean is of all."""
    net = ns.Network.layered([3, 4, 2], seed=0, activation="tanh")
    model = with_numbers(models.ZIL, rule, sink=0.01)(batch_reduction=reduction)
    sim = ns.Simulator(net, model, batch_size=8)
    before = sim.weights
    generator = np.random.default_rng(0)
    sim.fit(generator.normal(size=(8, 3)), generator.normal(size=(8, 2)))
    for name, theta in sim.weights.items():
        assert np.allclose(theta, before[name] * (1 - 0.01 * times), rtol=1e-14, atol=0)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_the_mean_of_what_a_rule_returns_is_the_engines(reduction):
    """The paper's rule, per replica and once, beside the engine's own update."""
    net = ns.Network.layered([3, 4, 2], seed=0, activation="tanh")
    generator = np.random.default_rng(0)
    x, y = generator.normal(size=(23, 3)), generator.normal(size=(23, 2))
    weights = []
    for rule in (
        None,
        lambda epsilon, f, alpha: alpha * (epsilon * f),
        lambda hebb, alpha: alpha * hebb,
    ):
        model = models.ZIL if rule is None else with_rules(models.ZIL, synapse_rule=rule)
        model = model(learning_rate=0.05, batch_reduction=reduction)
        sim = ns.Simulator(net, model, batch_size=8)
        sim.fit(x, y, epochs=2)
        weights.append(sim.weights)
    for name, theta in weights[0].items():
        for other in weights[1:]:
            assert np.allclose(theta, other[name], rtol=0, atol=1e-14)


def test_what_has_no_one_meaning_for_several_replicas_is_refused():
    net = ns.Network.layered([2, 1], seed=0)
    ruled = with_rules(models.ZIL, synapse_rule=momentum)
    ns.Simulator(net, ruled())
    with pytest.raises(NeurosimError, match=r"each of the 20 replicas .* read hebb, the sum"):
        ns.Simulator(net, ruled(), batch_size=20)
    both = with_rules(models.ZIL, synapse_rule=lambda hebb, f: hebb * f)
    with pytest.raises(NeurosimError, match="read one or the other"):
        ns.Simulator(net, both())


def test_memory_of_nodes_survives_a_second_look_at_the_same_snapshot():
    """Clamping in a snapshot evaluates errors again; each tick still counts once."""

    def counts(epsilon, memory):
        return memory == 2, memory + 1

    sim = ns.Simulator(skipping(), with_rules(models.FaZIL, detector=counts)())
    sim.clamp("input", samples(1, ENDS)[0])
    sim.settle()
    sim.clamp("output", samples(1, ENDS)[1])
    sim.clamp("output", samples(1, ENDS, 1)[1])
    fired = []
    for _ in range(4):
        fired.append(bool(sim.state("phi", "output").all()))
        sim.step()
    assert fired == [False, False, True, False]


def momentum(epsilon, f, alpha, memory):
    velocity = 0.5 * memory + epsilon * f
    return alpha * velocity, velocity


def gathers(hebb, alpha, memory):
    velocity = 0.5 * memory + hebb
    return alpha * velocity, velocity


def lazy(slope, feedback, epsilon, gamma, memory):
    moved = 0.5 * memory + gamma * (slope * feedback - epsilon)
    return moved, moved


@pytest.mark.parametrize(
    "rules",
    [{"synapse_rule": momentum}, {"synapse_rule": gathers}, {"value_rule": lazy}],
    ids=["replica", "synapse", "node"],
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
        model = with_rules(models.IncrementalPC, **rules)(gamma=0.2)
        sim = ns.Simulator(net, model, bound=None)
        sim.clamp("x", [1.0, 2.0])
        sim.clamp("other", [1e7])
        sim.settle()
        sim.clamp("y", [1.0])
        sim.run(5)
        weights.append({name: sim.weights[name] for name in ("x->h", "h->y")})
    assert same_bits(*weights)


@pytest.mark.parametrize("event_driven", [True, False])
@pytest.mark.parametrize("rule", [gathers, momentum])
def test_a_cut_synapse_remembers_what_it_did_until_it_is_mended(rule, event_driven):
    """All others go on."""
    net, pairs = ns.Network(seed=0), [(0, 0), (0, 1), (1, 0), (2, 1), (2, 2)]
    for name, size in (("x", 3), ("h", 3), ("y", 2)):
        net.add_population(name, size, "identity" if name == "x" else "tanh")
    net.connect("x", "h", rule=ns.connectors.Pairs(pairs))
    net.connect("h", "y", feedback="plastic")
    model = with_rules(models.ZIL, synapse_rule=rule)(learning_rate=0.1)
    sim = ns.Simulator(net, model, event_driven=event_driven)
    lowered = sim.simulation.lowered

    def remembered():
        """By projection and direction, beside where the synapse is that is going to be cut."""
        found = {}
        for name, field, index in (
            ("x->h", "weights", 2), ("h->y", "weights", (1, 1)), ("h->y", "back_weights", (1, 1)),
        ):  # fmt: skip
            b = int(lowered.projections[lowered.projection_index[name]][field])
            found[name, field] = lowered.blocks.view(b, "memory").copy(), index
        return found

    x, y = samples(6, [3, 2])
    sim.fit(x[:3], y[:3])
    before, weights = remembered(), sim.weights
    sim.cut("x", 1, "h", 0)
    sim.cut("h", 1, "y", 1)
    sim.fit(x[3:], y[3:], epochs=2)
    for key, (after, index) in remembered().items():
        assert after[index] == before[key][0][index] != 0
        assert (after != before[key][0]).sum() == after.size - 1
    sim.mend("x", 1, "h", 0)
    sim.mend("h", 1, "y", 1)
    for name, index in (("x->h", 2), ("h->y", (1, 1))):
        assert sim.weights[name][index] == weights[name][index]
