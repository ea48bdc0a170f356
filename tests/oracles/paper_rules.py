"""The rules of the paper written out, as a user would write them.

Independent of the engine's own epsilon, phi, Delta x and Delta theta: plain functions of what a
node or a synapse may read, compiled one by one.
"""

from dataclasses import dataclass

from oracles.networks import ENDS, skipping
from oracles.samples import samples

import neurosim as ns


def paper_value(slope, feedback, epsilon, gamma):
    return gamma * (slope * feedback - epsilon)


def paper_error(epsilon, delta_x, delta_mu):
    return epsilon + delta_x - delta_mu


def paper_phi(epsilon, quiet_for, x_moved, mu_moved, zero_threshold, t_d):
    return abs(epsilon) > zero_threshold and quiet_for >= t_d and x_moved and not mu_moved


def paper_synapse(epsilon, f, alpha):
    return alpha * (epsilon * f)


def with_rules(base, **rules):
    """A model that has these rules in place of its own."""
    namespace = {kind: staticmethod(rule) for kind, rule in rules.items()}
    return dataclass(frozen=True, kw_only=True)(type("Ruled", (base,), namespace))


def trained(model, net=None, **options):
    """A simulator after two epochs."""
    sim = ns.Simulator(net or skipping(), model, **options)
    sim.fit(*samples(23, ENDS), epochs=2)
    return sim
