"""Networks that several files describe: one for each thing that a description can say.

All are made by the verbs of a description, with the sizes and the seeds written here.
"""

import numpy as np

import neurosim as ns
from neurosim import connectors

HALF = ns.Activation("half", lambda x: 0.5 * x, lambda x: 0.5)


def populations(*sizes, activation="tanh", seed=3):
    net = ns.Network(seed=seed)
    for n, size in enumerate(sizes):
        net.add_population("abcdefgh"[n], size, activation)
    return net


def layered():
    return ns.Network.layered([5, 4, 11, 2], seed=0)


def biased():
    return ns.Network.layered([3, 4, 2], bias=True, activation="relu", seed=2**128 - 1)


def recurrent():
    return ns.Network.recurrent(2, 3, 2, steps=3, every_output=True, bias=True, seed=1)


def convolutional():
    first = connectors.Convolution((4, 4), 3, out_channels=2, padding=1)
    pool = connectors.AveragePooling(first.result_size, 2, channels=2)
    net = populations(first.pre_size, first.post_size, pool.post_size, 3)
    net.connect("a", "b", rule=first)
    net.connect("b", "c", rule=pool)
    net.connect("c", "d")
    return net


def a_kernel_lent():
    """The same kernel at two places of the network, and a mask with weights of its own."""
    rule = connectors.Convolution(6, 3, padding=1)
    net = populations(6, 6, 6, 2)
    kernel = net.connect("a", "b", rule=rule)
    net.connect("b", "c", rule=rule, weights=kernel)
    mask = np.arange(12).reshape(6, 2) % 3 > 0
    lent = net.connect("b", "d", mask=mask)
    net.connect("c", "d", weights=lent)
    return net


def sparse():
    """With nodes that nothing reaches, and that reach nothing."""
    net = populations(9, 12, 7, 2, seed=5)
    net.connect("a", "b", rule=connectors.FixedProbability(0.1))
    net.connect("b", "c", rule=connectors.FixedInDegree(2), plastic=False)
    net.connect("c", "d", rule=connectors.Pairs([(6, 1), (0, 0)]), weights=[0.5, -0.0])
    connected = {*net.projections["b->c"].pattern.pre}
    assert len(connected) < 12
    return net


def feedback_synapses():
    net = populations(4, 5, 3, 2)
    net.connect("a", "b")
    net.connect("b", "c", feedback="fixed")
    net.connect("c", "d", feedback="plastic", rule=connectors.FixedInDegree(2))
    net.connect("b", "d", feedback="plastic", feedback_weights=np.ones((5, 2)))
    return net


def feedback_of_shared_weights():
    net = populations(4, 4, 4, 2)
    lent = net.connect("a", "b", feedback="plastic")
    net.connect("b", "c", weights=lent, feedback="plastic")
    net.connect("c", "d", feedback="plastic")
    return net


def readouts():
    net = ns.Network(seed=0)
    net.add_population("a", 2)
    net.add_population("b", 3, "tanh", output=True)
    net.add_population("c", 1, "tanh", output=True)
    net.add_population("d", 2)
    for pre, post in (("a", "b"), ("b", "c"), ("c", "d"), ("b", "d"), ("a", "d")):
        net.connect(pre, post)
    return net


def labelled():
    net = ns.Network(seed=0)
    net.add_population("a", 2, labels=["b[0]", "zebra <&> 'ä' \"ß\""])
    net.add_population("c", 12, "softplus")
    net.add_population("d", 1, labels=["the end"])
    net.connect("a", "c")
    net.connect("c", "d")
    net.connect("a", "d")
    return net


def of_one_s_own():
    net = populations(3, 2, 2, activation=HALF)
    net.connect("a", "b")
    net.connect("b", "c")
    return net


NETWORKS = [
    layered,
    biased,
    recurrent,
    convolutional,
    a_kernel_lent,
    sparse,
    feedback_synapses,
    feedback_of_shared_weights,
    readouts,
    labelled,
    of_one_s_own,
]

#: How many nodes the two ends of `skipping` have.
ENDS = (4, 3)


def skipping(activation="tanh", *, sizes=(4, 6, 5, 3), probability=0.7, seed=0):
    """A skip connection, a sparse projection, and feedback synapses of their own, which learn."""
    net = ns.Network(seed=seed)
    for name, size in zip(("input", "a", "b", "output"), sizes, strict=True):
        net.add_population(name, size, "identity" if name == "input" else activation)
    net.connect("input", "a")
    net.connect("a", "b", rule=connectors.FixedProbability(probability))
    net.connect("b", "output", feedback="plastic")
    net.connect("a", "output")
    return net


def skipping_with_bias(seed=0, activation="tanh"):
    """The same with a bias, in other sizes."""
    net = skipping(activation, sizes=(4, 5, 6, 2), probability=0.6, seed=seed)
    net.add_bias("bias", ["a", "b"])
    return net


def overflowing(first=1e200):
    """A linear network in which node 1 of hidden1 overflows where the first input is large."""
    weights = [[[0.0, first, 0.0], [1.0, 1.0, 1.0]], [[1.0, 1.0]] * 3]
    return ns.Network.layered([2, 3, 2], activation="identity", weights=weights)


INPUTS = np.array([[0.0, 1.0], [1.0, 1.0], [1e200, 1.0]])
