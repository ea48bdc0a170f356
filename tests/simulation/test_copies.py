"""Copies of simulators, in this process and in others, go on alone from where the original was."""

import copy
import pickle

import numpy as np
import pytest
from oracles.processes import printed_by
from oracles.running import in_the_middle, pickled


def go_on(sim):
    sim.run(4)
    sim.mend("b", 1, "output", 2)
    sim.restore("a", [3])
    sim.run(2)
    sim.release("output")
    sim.fit(np.full((3, 4), 0.5), np.full((3, 3), -0.5))
    weights = {name: w.tobytes() for name, w in sim.weights.items()}
    return weights, sim.predict(np.ones((1, 4))).tobytes(), sim.t


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled])
@pytest.mark.parametrize("options", [{}, {"dtype": "float32"}, {"event_driven": False}], ids=str)
def test_a_copy_goes_on_alone(duplicate, options):
    sim = in_the_middle(**options)
    twin = duplicate(sim)
    before = {name: w.tobytes() for name, w in sim.weights.items()}
    later = go_on(twin)
    assert {name: w.tobytes() for name, w in sim.weights.items()} == before
    assert go_on(sim) == later


def test_another_process_goes_on(tmp_path):
    """Where every compiled function and every array has another address."""
    sim = in_the_middle()
    path = tmp_path / "simulator.pickle"
    path.write_bytes(pickle.dumps(sim))
    script = (
        "import pickle, sys; sim = pickle.load(open(sys.argv[1], 'rb')); sim.run(4); "
        "print({n: float(w.sum()).hex() for n, w in sim.weights.items()})"
    )
    printed = printed_by(script, str(path))
    sim.run(4)
    expected = {n: float(w.sum()).hex() for n, w in sim.weights.items()}
    assert printed.strip() == str(expected)
