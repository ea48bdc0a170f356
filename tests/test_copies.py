"""Copies of simulators, in this process and in others, go on alone from where the original was."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors, models


def network():
    net = ns.Network(seed=0)
    for name, size in (("input", 4), ("a", 6), ("b", 5), ("output", 3)):
        net.add_population(name, size, "tanh" if name != "input" else "identity")
    net.connect("input", "a")
    net.connect("a", "b", rule=connectors.FixedProbability(0.7))
    net.connect("b", "output", feedback="plastic")
    net.connect("a", "output")
    return net


def in_the_middle(model=None, **options):
    """A simulator in the middle of a presentation, with lesions and a current."""
    generator = np.random.default_rng(0)
    sim = ns.Simulator(network(), model or models.FaZIL(learning_rate=0.05), **options)
    sim.fit(generator.normal(size=(20, 4)), generator.normal(size=(20, 3)))
    sim.predict(np.ones((2, 4)))
    sim.cut("b", 1, "output", 2)
    sim.silence("a", [3])
    sim.clamp("input", generator.normal(size=4))
    sim.settle()
    sim.clamp("output", generator.normal(size=3))
    sim.inject("b", np.ones(5), 3)
    sim.step()
    return sim


def go_on(sim):
    sim.run(4)
    sim.mend("b", 1, "output", 2)
    sim.restore("a", [3])
    sim.run(2)
    sim.release("output")
    sim.fit(np.full((3, 4), 0.5), np.full((3, 3), -0.5))
    weights = {name: w.tobytes() for name, w in sim.weights.items()}
    return weights, sim.predict(np.ones((1, 4))).tobytes(), sim.t


def pickled(sim):
    return pickle.loads(pickle.dumps(sim))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled])
@pytest.mark.parametrize("options", [{}, {"dtype": "float32"}, {"event_driven": False}], ids=str)
def test_a_copy_goes_on_alone(duplicate, options):
    sim = in_the_middle(**options)
    twin = duplicate(sim)
    before = {name: w.tobytes() for name, w in sim.weights.items()}
    later = go_on(twin)
    assert {name: w.tobytes() for name, w in sim.weights.items()} == before
    assert go_on(sim) == later


def test_a_monitor_is_copied_with_its_simulator():
    sim = in_the_middle()
    phi, x = ns.SpikeMonitor(sim), ns.StateMonitor(sim, "x")
    sim.run(1)
    twin, other_phi, other_x = copy.deepcopy((sim, phi, x))
    for each in (sim, twin):
        each.run(2)
    assert np.array_equal(x.x, other_x.x)
    assert np.array_equal(phi.t, other_phi.t)
    twin.run(1)
    assert len(other_x) == len(x) + 1


@pytest.mark.parametrize("arithmetic", ["engine", "blas"])
def test_backpropagation_is_copied(arithmetic):
    bp = models.BP(network(), arithmetic=arithmetic)
    twin = pickled(bp)
    data = np.ones((5, 4)), np.ones((5, 3))
    start = bp.weights
    twin.fit(*data)
    assert all(np.array_equal(start[name], w) for name, w in bp.weights.items())
    bp.fit(*data)
    assert all(np.array_equal(twin.weights[name], w) for name, w in bp.weights.items())


def test_another_process_goes_on(tmp_path):
    """Where every compiled function and every array has another address."""
    sim = in_the_middle()
    path = tmp_path / "simulator.pickle"
    path.write_bytes(pickle.dumps(sim))
    script = (
        "import pickle, sys; sim = pickle.load(open(sys.argv[1], 'rb')); sim.run(4); "
        "print({n: float(w.sum()).hex() for n, w in sim.weights.items()})"
    )
    result = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    sim.run(4)
    expected = {n: float(w.sum()).hex() for n, w in sim.weights.items()}
    assert result.stdout.strip() == str(expected)
