"""What two learners or simulations show, compared byte by byte.

Independent of everything but what is public: arrays are read as users read them, and compared as
bytes, so that the sign of a zero counts and no tolerance can hide a difference.
"""

import numpy as np

VARIABLES = ("x", "mu", "epsilon", "phi")


def same_array(first, second):
    return first.dtype == second.dtype and first.tobytes() == second.tobytes()


def same_bits(first, second):
    """Whether two dictionaries of arrays are the same."""
    return first.keys() == second.keys() and all(
        first[name].tobytes() == second[name].tobytes() for name in first
    )


def largest_difference(first, second):
    return max(np.abs(first[name] - second[name]).max() for name in first)


def states(sim, rows=None):
    """Every variable of every population, relays and readouts too, of the first replicas."""
    return {
        (variable, name): sim.state(variable, name)[:rows].tobytes()
        for name in sim.wiring.populations
        for variable in VARIABLES
    }


def snapshot(sim, rows=None):
    """All that a user can see, of the first replicas."""
    weights = {name: w.tobytes() for name, w in sim.weights.items()}
    feedback = {name: w.tobytes() for name, w in sim.feedback_weights.items()}
    return states(sim, rows), weights, feedback
