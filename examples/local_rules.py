"""Two rules of one's own: decay on the synapse, and a leaky change detector.

A rule is a small function. The names of its arguments say what it reads: state of its own object,
what arrives there, and numbers of the model. It is compiled into the tick; anything that is not
local has no name that it could ask for.

Run with: python examples/local_rules.py
"""

from dataclasses import dataclass

import numpy as np

import neurosim as ns


def oja(theta, epsilon, f, alpha, decay):
    """Delta theta: error times activity, less what keeps weights from growing (Oja 1982)."""
    return alpha * (epsilon * f - decay * f * f * theta)


@dataclass(frozen=True, kw_only=True)
class DecayingFaZIL(ns.models.FaZIL):
    """Fa-Z-IL whose synapses forget a little whenever they learn."""

    decay: float = 0.1
    synapse_rule = staticmethod(oja)


def leaky_detector(epsilon, last_epsilon, x_moved, mu_moved, memory, leak, threshold):
    """Phi: fires when an error appears where a leaky trace of past errors has faded."""
    fires = epsilon != 0 and memory <= threshold and x_moved and not mu_moved
    return fires, leak * memory + abs(epsilon)


@dataclass(frozen=True, kw_only=True)
class LeakyFaZIL(ns.models.FaZIL):
    """Fa-Z-IL whose change detector is a leaky integrator instead of a window of t_d ticks."""

    leak: float = 0.5
    threshold: float = 0.0
    detector = staticmethod(leaky_detector)


def main() -> None:
    """Train each beside Fa-Z-IL, and compare the weights."""
    generator = np.random.default_rng(0)
    inputs, targets = generator.normal(size=(200, 8)), generator.normal(size=(200, 3))
    net = ns.Network.layered([8, 12, 12, 3], activation="tanh", seed=0)
    plain = ns.Simulator(net, ns.models.FaZIL(learning_rate=0.01))
    plain.fit(inputs, targets)
    for model in (LeakyFaZIL(learning_rate=0.01), DecayingFaZIL(learning_rate=0.01)):
        sim = ns.Simulator(net, model)
        sim.fit(inputs, targets)
        same = all(np.array_equal(sim.weights[n], plain.weights[n]) for n in sim.weights)
        norm = sum(float(np.sum(w**2)) for w in sim.weights.values()) ** 0.5
        print(f"{type(model).__name__}: as Fa-Z-IL: {same}, norm of the weights {norm:.3f}")


if __name__ == "__main__":
    main()
