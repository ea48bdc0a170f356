"""What networks are shown: normally distributed numbers, from NumPy's generator and a seed.

Independent of the package's own seeds and of how it checks, orders and cuts samples.
"""

import numpy as np

from neurosim import models


def samples(count, sizes, seed=0, dtype="float64"):
    """Inputs and targets of a network with populations of these sizes, first to last."""
    generator = np.random.default_rng(seed)
    inputs = generator.normal(size=(count, sizes[0])).astype(dtype)
    targets = generator.normal(size=(count, sizes[-1])).astype(dtype)
    return inputs, targets


def named_samples(net, count=5, seed=0):
    """Inputs and targets of any network, by the names of its ends."""
    generator = np.random.default_rng(seed)
    wiring = models.BP(net).backpropagation.lowered.network
    return tuple(
        {name: generator.normal(size=(count, wiring.populations[name].size)) for name in names}
        for names in (net.inputs, net.outputs)
    )
