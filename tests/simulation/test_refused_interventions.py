"""Interventions that cannot be are refused, and nothing has changed."""

import numpy as np
import pytest
from oracles.running import started_with_bias

from neurosim.errors import NeurosimError


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda s: s.clamp("b", [[0.0]], nodes=[6]), "nodes must be in 0 ... 5"),
        (lambda s: s.clamp("b", [[0.0, 0.0]], nodes=[1, 1]), "different indices"),
        (lambda s: s.clamp("b", [[0.0]], nodes="1"), "list of indices"),
        (lambda s: s.clamp("b", [[0.0]] * 3, nodes=[1, 2]), "not \\(3, 1\\)"),
        (lambda s: s.clamp("bias", [[1.0]]), "constant"),
        (lambda s: s.release("b"), "'b' is not clamped"),
        (lambda s: s.release("output", nodes=[7]), "nodes must be in 0 ... 1"),
        (lambda s: s.silence("b", []), "different indices"),
        (lambda s: s.silence("c"), "unknown population 'c'"),
        (lambda s: s.restore("b", [1]), "node 1 of 'b' is not silent"),
        (lambda s: s.mend("b", 1, "output", 0), "is not cut"),
        (lambda s: s.cut("b", 1, "output", 2), "index must be in 0 ... 1"),
        (lambda s: s.cut("b", 1, "input", 0), "unknown projection"),
        (lambda s: s.inject("b", [1.0], 1, nodes=[1, 2]), "not \\(1,\\)"),
        (lambda s: s.inject("b", [np.nan], 1, nodes=[1]), "must be finite"),
        (lambda s: s.inject("b", [1.0], 0, nodes=[1]), "ticks must be in 1"),
        (lambda s: s.inject("b", [[1.0]] * 2, 1, nodes=[1]), "2 rows, but 3 replicas"),
    ],
)
def test_refusals_leave_everything_as_it_was(act, words):
    sim = started_with_bias()
    before = [array.tobytes() for array in sim.simulation.guard.arrays]
    with pytest.raises(NeurosimError, match=words):
        act(sim)
    assert [array.tobytes() for array in sim.simulation.guard.arrays] == before
