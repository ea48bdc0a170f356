"""How errors travel: a front from the teacher down, one level a tick."""

import numpy as np
from oracles.running import started

from neurosim import models


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


def test_inference_lowers_the_energy():
    sim = started(models.IL(t_c=10**6, gamma=0.02))
    energies = []
    for _ in range(200):
        energies.append(sim.energy)
        sim.step()
    assert (np.diff(energies) < 0).all()
