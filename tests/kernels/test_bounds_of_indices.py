"""Compiled code reads and writes within its arrays."""

from oracles.processes import printed_apart

TRAIN = """
import numpy as np
import neurosim as ns

class Ruled(ns.models.FaZIL):
    value_rule = staticmethod(lambda slope, feedback, epsilon: slope * feedback - epsilon)
    error_rule = staticmethod(lambda epsilon, delta_x, delta_mu: epsilon + delta_x - delta_mu)
    detector = staticmethod(lambda epsilon, quiet_for: epsilon != 0.0 and quiet_for > 0)
    synapse_rule = staticmethod(lambda epsilon, f, alpha: alpha * epsilon * f)

net = ns.Network(seed=0)
net.add_population("pixels", 70)
net.add_population("hidden", 5, "tanh")
net.add_population("out", 2)
net.connect("pixels", "hidden")
net.connect("hidden", "out", rule=ns.connectors.FixedInDegree(3))
random = np.random.default_rng(0)
x = np.where(random.random((7, 70)) < 0.8, 0.0, random.random((7, 70)))
y = random.random((7, 2))
for model in ns.models.IL(gamma=0.1, t_c=3), ns.models.FaZIL(), Ruled():
    sim = ns.Simulator(net, model, batch_size=3)
    sim.fit(x, y)
    print({name: weights.tolist() for name, weights in sim.weights.items()})
"""


def test_no_index_is_out_of_bounds(tmp_path):
    # What Numba raises in a loop that is called by address is dropped, but the bits would differ.
    checked = printed_apart(TRAIN, tmp_path / "a", NUMBA_BOUNDSCHECK="1")
    assert checked == printed_apart(TRAIN, tmp_path / "b", NUMBA_BOUNDSCHECK="0")
