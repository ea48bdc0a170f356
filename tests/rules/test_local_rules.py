"""Rules of a user do what the engine does, and what they say."""

import math
from dataclasses import dataclass

import numba
import numpy as np
import pytest
from oracles.bits import same_bits
from oracles.networks import ENDS, skipping
from oracles.paper_rules import (
    paper_error,
    paper_phi,
    paper_synapse,
    paper_value,
    trained,
    with_rules,
)
from oracles.samples import samples

import neurosim as ns
from neurosim import models
from neurosim.errors import DivergenceError


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_rules_of_the_paper_written_out(activation, batch, dtype):
    """phi, epsilon and Delta x by rules are, bit for bit, what the engine does."""
    rules = {"value_rule": paper_value, "error_rule": paper_error, "detector": paper_phi}
    ruled = with_rules(models.FaZIL, **rules)(learning_rate=0.05)
    options = {"batch_size": batch, "dtype": dtype}
    plain = trained(models.FaZIL(learning_rate=0.05), skipping(activation), **options)
    sim = trained(ruled, skipping(activation), **options)
    assert same_bits(plain.weights, sim.weights)
    for one in (plain, sim):
        one.clamp("input", samples(batch, ENDS)[0])
        one.settle()
        one.clamp("output", samples(batch, ENDS)[1])
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


def test_value_rules_may_act_on_silence():
    """A leak moves a node although nothing that it reads has changed."""

    def leak(x):
        return -0.5 * x

    sim = ns.Simulator(skipping(), with_rules(models.IL, value_rule=leak)())
    sim.clamp("input", samples(1, ENDS)[0])
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
    start = ns.Simulator(skipping(), models.ZIL()).weights
    plain = trained(models.IncrementalPC(presentation=3))
    assert same_bits(quiet.weights, start)
    assert same_bits(eager.weights, plain.weights)


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
    sim = ns.Simulator(skipping(), with_rules(models.IncrementalPC, **rules)())

    def present():
        sim.clamp("input", samples(1, ENDS)[0])
        sim.settle()
        sim.clamp("output", samples(1, ENDS)[1])
        sim.run(9)

    with pytest.raises(DivergenceError):
        present()
    for name in sim.wiring.populations:
        assert np.isfinite(sim.state("epsilon", name)).all()
        assert np.isfinite(sim.state("x", name)).all()
    assert all(np.isfinite(w).all() for w in sim.weights.values())
