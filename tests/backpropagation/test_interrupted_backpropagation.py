"""Each call of backpropagation has happened or has not, whatever exception comes at what line."""

import numpy as np
import pytest
from oracles.interruptions import stopped_before_each_line

import neurosim as ns
from neurosim import models

INPUTS = np.random.default_rng(0).normal(size=(6, 3))
TARGETS = np.random.default_rng(1).normal(size=(6, 2))
CALLS = {
    "fit": lambda bp: bp.fit(INPUTS, TARGETS),
    "set_weights": lambda bp: bp.set_weights(
        {"input->hidden1": np.ones((3, 4)), "hidden1->output": np.eye(4, 2)}
    ),
    "learning_rate": lambda bp: setattr(bp, "learning_rate", 0.5),
}


def seen(bp):
    """What can be seen, and what it learns next."""
    now = [bp.learning_rate, {name: w.tobytes() for name, w in bp.weights.items()}]
    bp.fit(INPUTS, TARGETS, seed=1)
    return [*now, {name: w.tobytes() for name, w in bp.weights.items()}]


@pytest.mark.parametrize("arithmetic", ["engine", "blas"])
@pytest.mark.parametrize("call", CALLS)
def test_a_call_has_happened_or_has_not(call, arithmetic):
    def prepare():
        net = ns.Network.layered([3, 4, 2], activation="tanh", seed=0)
        return models.BP(net, learning_rate=0.1, batch_size=2, arithmetic=arithmetic)

    done = prepare()
    CALLS[call](done)
    allowed = [seen(prepare()), seen(done)]
    assert allowed[0] != allowed[1]
    outcomes = [seen(bp) for bp in stopped_before_each_line(prepare, CALLS[call])]
    assert len(outcomes) > 5
    assert all(outcome in allowed for outcome in outcomes)
