"""Simulators in the middle of something: clamped, taught, and part of the way through.

The state is reached by the public verbs alone, from seeds that are written here.
"""

import pickle

import numpy as np
from oracles.networks import skipping, skipping_with_bias
from oracles.samples import samples

import neurosim as ns
from neurosim import models

SIZES = [5, 6, 7, 8, 3]
MODELS = [
    models.ZIL(learning_rate=0.05),
    models.FaZIL(learning_rate=0.05),
    models.IL(learning_rate=0.05, t_c=6, gamma=0.3),
    models.IncrementalPC(learning_rate=0.05, gamma=0.3),
]


def started(model, *, batch=3, net=None, **options):
    """A simulator whose input has been predicted from, and whose output has just been clamped."""
    net = net or ns.Network.layered(SIZES, seed=1)
    ends = [net.populations[name].size for name in ("input", "output")]
    inputs, targets = samples(batch, ends)
    sim = ns.Simulator(net, model, batch_size=batch, **options)
    sim.clamp("input", inputs)
    sim.settle()
    sim.clamp("output", targets)
    return sim


def started_with_bias(model=None, net=None, **options):
    """The same, of a network that has everything that can be meddled with."""
    model = model or models.FaZIL(learning_rate=0.05)
    return started(model, net=net or skipping_with_bias(), **options)


def in_the_middle(model=None, **options):
    """A simulator in the middle of a presentation, with lesions and a current."""
    generator = np.random.default_rng(0)
    sim = ns.Simulator(skipping(), model or models.FaZIL(learning_rate=0.05), **options)
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


def pickled(sim):
    return pickle.loads(pickle.dumps(sim))
