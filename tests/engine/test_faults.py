"""Where something overflowed, and when, is said."""

import pickle

import numpy as np
import pytest
from oracles.networks import (
    INPUTS,
    overflowing,
)

import neurosim as ns
from neurosim import models
from neurosim.errors import DivergenceError


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_divergence_keeps_the_last_finite_snapshot(dtype):
    def start():
        net = ns.Network.layered([4, 5, 5, 2], activation="identity", seed=0)
        sim = ns.Simulator(net, models.IL(t_c=10**6, gamma=10.0), dtype=dtype, bound=None)
        sim.clamp("input", np.ones(4))
        sim.settle()
        sim.clamp("output", np.ones(2))
        return sim

    sim = start()
    with pytest.raises(DivergenceError, match="population 'hidden") as caught:
        sim.run(10_000)
    error = caught.value
    assert isinstance(error, ArithmeticError)
    assert sim.t == error.tick
    again = start()
    again.run(error.tick)
    for name in sim.network.populations:
        for variable in ("x", "mu", "epsilon"):
            state = sim.state(variable, name)
            assert np.isfinite(state).all()
            assert (state == again.state(variable, name)).all()
    with pytest.raises(DivergenceError):
        again.step()


def simulated(net):
    return ns.Simulator(net, models.FaZIL(), batch_size=3, bound=None)


def backpropagated(net):
    return models.BP(net, batch_size=3, bound=None)


@pytest.mark.parametrize("make", [simulated, backpropagated])
def test_an_overflowing_prediction_is_located(make):
    learner = make(overflowing())
    for _ in range(2):
        with pytest.raises(DivergenceError, match="node 1 of population 'hidden1'") as caught:
            learner.predict(INPUTS)
        error = caught.value
        assert (error.population, error.node, error.replica) == ("hidden1", 1, 2)
        assert error.tick is None
        assert "tick" not in str(error)
        again = pickle.loads(pickle.dumps(error))
        assert (vars(again), str(again)) == (vars(error), str(error))
    assert (learner.predict(INPUTS[:1]) == 3.0).all()


@pytest.mark.parametrize("make", [simulated, backpropagated])
def test_a_large_prediction_is_given(make):
    """Whose bounds alone would not exclude that it overflows."""
    predicted = make(overflowing(1e108)).predict(INPUTS)
    assert np.isfinite(predicted).all()
    assert predicted[2] == pytest.approx([1e308, 1e308])
