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
