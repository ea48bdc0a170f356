"""Bad input is refused early and clearly, and nothing has changed."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError

NET = ns.Network.layered([4, 3, 2], seed=0)


@pytest.fixture
def sim():
    simulator = ns.Simulator(NET, models.FaZIL(), batch_size=2)
    simulator.clamp("input", np.ones((2, 4)))
    simulator.settle()
    return simulator


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda s: s.clamp("output", np.ones((2, 1))), "output.*shape.*2.*not \\(2, 1\\)"),
        (lambda s: s.clamp("output", np.ones((3, 2))), "3 replicas.*batch_size is 2"),
        (lambda s: s.clamp("output", [[1.0, np.nan]] * 2), "must be finite"),
        (lambda s: s.clamp("output", [["a", "b"]] * 2), "real numbers"),
        (lambda s: s.clamp("outptu", np.ones((2, 2))), "Did you mean 'output'"),
        (lambda s: s.clamp("output", np.ones((1, 2))), "1 replicas.*release"),
        (lambda s: s.release("output"), "not clamped"),
        (lambda s: s.run(-1), "ticks must be in 0 ... 1000000000000, not -1"),
        (lambda s: s.run(1.5), "whole number"),
        (lambda s: s.settle("backwards"), "allowed: 'feedforward', 'inference'"),
        (lambda s: s.state("y", "output"), "allowed: 'x'"),
        (lambda s: s.value_node("output", 2), "index must be in 0 ... 1"),
        (lambda s: s.error_node("input", 0), "no error nodes"),
        (lambda s: s.synapse("input", 0, "output", 0), "projection"),
        (lambda s: s.fit(np.ones((4, 4)), np.ones((3, 2))), "4 samples of inputs, but 3"),
        (lambda s: s.fit(np.ones((4, 4)), np.ones((4, 1))), "not \\(4, 1\\)"),
        (lambda s: s.fit(np.ones((4, 4)), np.ones((4, 2)), epochs=0), "epochs"),
        (lambda s: s.fit(np.full((4, 4), np.inf), np.ones((4, 2))), "finite"),
        (lambda s: s.predict(np.ones((4, 5))), "not \\(4, 5\\)"),
        (lambda s: s.present(np.ones((2, 4)), np.ones((1, 2))), "same number of replicas"),
        (lambda s: s.set_weights({"input->hidden1": np.ones((3, 4))}), "shape"),
        (lambda s: setattr(s.synapse("input", 0, "hidden1", 0), "theta", np.nan), "finite"),
        (lambda s: ns.StateMonitor(s, "v"), "allowed: 'x'"),
        (lambda s: ns.StateMonitor(s, "x", populations=["hidden9"]), "Did you mean"),
        (lambda s: ns.SpikeMonitor(s, populations=["input"]), "allowed"),
        (lambda s: ns.SpikeMonitor("sim"), "must be a Simulator"),
    ],
)
def test_refusals_leave_everything_as_it_was(sim, act, words):
    before = [array.tobytes() for array in sim.simulation.guard.arrays]
    with pytest.raises(NeurosimError, match=words) as caught:
        act(sim)
    assert isinstance(caught.value, (ValueError, TypeError))
    assert [array.tobytes() for array in sim.simulation.guard.arrays] == before
    assert not sim.simulation.recorder.monitors
