"""What a node reads: only what it is wired to."""

from itertools import pairwise

import numpy as np
import pytest
from oracles.running import SIZES, started
from oracles.samples import samples

import neurosim as ns
from neurosim import models


def test_light_cone():
    """After k ticks a perturbation has reached value nodes k hops away, and none further."""
    chain = ["input", "hidden1", "hidden2", "hidden3", "output"]
    runs = []
    for nudge in (0.0, 1e-3):
        sim = started(models.IL(t_c=10**6, gamma=0.2), batch=1)
        sim.release("output")
        sim.run(3)
        sim.simulation.lowered.view("epsilon", "output")[0, 0] += nudge
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
    model = models.IL(t_c=10**6, gamma=0.2)
    clean, poisoned = (started(model, batch=1, bound=None) for _ in range(2))
    for sim in (clean, poisoned):
        sim.run(4)
    poisoned.simulation.lowered.view(variable, "hidden2")[0, 1:] = 1e6
    poisoned.simulation.lowered.view(variable, "output")[0, :] = -1e6
    for sim in (clean, poisoned):
        sim.step()
    assert clean.value_node("hidden2", 0).x == poisoned.value_node("hidden2", 0).x
    assert (clean.state("x", "hidden2") != poisoned.state("x", "hidden2"))[0, 1:].all()


@pytest.mark.parametrize("variable", ["x", "epsilon", "mu", "slope"])
def test_nan_in_what_a_node_is_not_wired_to(variable):
    """The next x of a node is the same bits; the engine refuses the step for the poisoned ones."""
    clean, poisoned = (started(models.IL(t_c=10**6, gamma=0.2), batch=1) for _ in range(2))
    for sim in (clean, poisoned):
        sim.run(4)
    for name in ("hidden3", "output"):
        poisoned.simulation.lowered.view(variable, name)[:] = np.nan
    poisoned.simulation.lowered.view(variable, "hidden1")[0, 1:] = np.nan
    clean.step()
    with pytest.raises(ns.errors.DivergenceError):
        poisoned.run(2)
    if poisoned.t == 4:  # refused before anything was committed: what the node was about to do
        x = poisoned.simulation.lowered.view("x_next", "hidden1")[0, 0]
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
        inputs, targets = samples(1, SIZES)
        sim.clamp(names[0], inputs)
        sim.settle()
        sim.clamp(names[-1], targets)
        sim.run(4)
        sim.release(names[-1])
        sims.append(sim)
    clean, poisoned = sims
    view = poisoned.simulation.lowered.view
    fields = ("x", "f", "slope", "mu", "epsilon", "delta_x", "feedback")
    for n, name in enumerate(names):
        for field in fields:
            if n == position:
                view(field, name)[:, 1:] = np.nan
            elif (n, field) != (position + 1, "epsilon"):
                view(field, name)[:] = np.nan
    for k in range(len(net.projections)):
        name = f"{names[k]}->{names[k + 1]}"
        block = poisoned.simulation.lowered.theta_block(name)
        block[1 if k == position else 0 :] = np.nan
    clean.step()
    with pytest.raises(ns.errors.DivergenceError):
        poisoned.step()
    # Refused before anything was committed: this is what the node was about to do.
    assert view("x_next", "a")[0, 0] == clean.value_node("a", 0).x
    assert clean.value_node("a", 0).x != poisoned.value_node("a", 0).x
