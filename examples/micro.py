"""Fa-Z-IL in plain Python: the weight updates of backpropagation, and nobody in command.

Three kinds of objects, and each knows only the objects it is wired to:

    value node   its activity x, which moves to reduce the errors around it
    error node   epsilon = x - mu: how far its value node is from mu, the prediction of it
    synapse      theta, from a value node to an error node; learns when that error node fires phi

No object knows its layer or the time. An error node that was quiet and is disturbed from above
fires once, its synapses learn at that very tick, and all of it together is backpropagation.
Letters and equations: Song et al., "Can the Brain Do Backpropagation?", NeurIPS 2020.
"""

import math
from itertools import repeat


def sigmoid(x):
    """Return f(x) and f'(x) of 1 / (1 + exp(-x)), written so that nothing overflows."""
    f = 1.0 / (1.0 + math.exp(-x)) if x >= 0.0 else math.exp(x) / (1.0 + math.exp(x))
    return f, f * (1.0 - f)


class ValueNode:
    """An activity x, free to move or clamped by the world."""

    def __init__(self, activation):
        self.activation, self.x, self.delta_x, self.clamped = activation, 0.0, 0.0, False
        self.error_node, self.outgoing = None, []  # no error node: nothing predicts an input

    def look(self, gamma):
        """Eq. (4): reduce the own error, and the errors of the nodes that x predicts."""
        feedback = 0.0
        for synapse in self.outgoing:
            feedback += synapse.post.epsilon * synapse.theta
        own = self.error_node.epsilon if self.error_node else 0.0
        move = gamma * (-own + self.activation(self.x)[1] * feedback)
        self.delta_x = 0.0 if self.clamped else move

    def clamp(self, x):
        """Set x from outside and hold it; the errors that this touches know at once."""
        delta_x, self.x, self.clamped = x - self.x, x, True
        if self.error_node:
            self.error_node.integrate(delta_x)
        for synapse in self.outgoing:
            synapse.post.integrate(0.0)


class ErrorNode:
    """The error epsilon of a value node, and phi, the detector of its first change."""

    def __init__(self, value_node, t_d):
        self.value_node, self.t_d, self.incoming = value_node, t_d, []
        self.mu, self.epsilon, self.quiet_ticks, self.fed_back = 0.0, 0.0, 0, False
        value_node.error_node = self

    @property
    def phi(self):
        """Quiet for t_d ticks, disturbed now, and by feedback: x moved while mu did not."""
        return self.quiet_ticks >= self.t_d and self.epsilon != 0.0 and self.fed_back

    def predict(self):
        """Eq. (1): mu is the sum of theta f(x)."""
        mu = 0.0
        for synapse in self.incoming:
            mu += synapse.theta * synapse.pre.activation(synapse.pre.x)[0]
        return mu

    def integrate(self, delta_x):
        """Eq. (2) by its changes; the difference x - mu would round small errors away."""
        mu = self.predict()
        self.fed_back = delta_x != 0.0 and mu == self.mu
        self.epsilon += delta_x - (mu - self.mu)
        self.mu = mu

    def settle(self):
        """Have x become its prediction if it is free; what happened before counts as quiet."""
        self.mu = self.predict()
        if not self.value_node.clamped:
            self.value_node.x = self.mu
        self.epsilon, self.quiet_ticks, self.fed_back = self.value_node.x - self.mu, self.t_d, False


class Synapse:
    """The weight theta between a value node and an error node."""

    def __init__(self, pre, post, theta):
        self.pre, self.post, self.theta, self.delta_theta = pre, post, theta, 0.0
        pre.outgoing.append(self)
        post.incoming.append(self)

    def look(self, alpha):
        """Eq. (3) when phi fires: the product of the activities at both ends."""
        change = self.post.epsilon * self.pre.activation(self.pre.x)[0]
        self.delta_theta = alpha * change if self.post.phi else 0.0


class Network:
    """All objects, from weights[projection][pre][post]; it has them move at the same time."""

    def __init__(self, weights, activation=sigmoid, alpha=1.0, gamma=1.0, t_d=4):
        self.alpha, self.gamma, self.errors, self.synapses = alpha, gamma, [], []
        self.layers = [[ValueNode(lambda x: (x, 1.0)) for _ in weights[0]]]  # inputs are linear
        for theta in weights:
            self.layers.append([ValueNode(activation) for _ in theta[0]])
            errors = [ErrorNode(node, t_d) for node in self.layers[-1]]
            self.errors += errors
            for pre, row in zip(self.layers[-2], theta, strict=True):
                self.synapses += map(Synapse, repeat(pre), errors, row)
        self.values = [node for layer in self.layers for node in layer]

    def tick(self):
        """From one snapshot to the next: everyone looks, then everyone moves, errors follow."""
        for value in self.values:
            value.look(self.gamma)
        for synapse in self.synapses:
            synapse.look(self.alpha)
        for value in self.values:
            value.x += value.delta_x
        for synapse in self.synapses:
            synapse.theta += synapse.delta_theta
        for error in self.errors:
            error.quiet_ticks = error.quiet_ticks + 1 if error.epsilon == 0.0 else 0
            error.integrate(error.value_node.delta_x)

    def present(self, inputs, targets, ticks):
        """Show an input, predict, show the teacher, tick; return the phi of t = 0 ... ticks."""
        for node, x in zip(self.layers[0], inputs, strict=True):
            node.clamp(x)
        for error in self.errors:  # each after those that predict it
            error.settle()
        for node, x in zip(self.layers[-1], targets, strict=True):
            node.clamp(x)
        raster = [self.phi()]
        for _ in range(ticks):
            self.tick()
            raster.append(self.phi())
        for node in self.layers[-1]:
            node.clamped = False
        return raster

    def phi(self):
        """Who fires in this snapshot, layer by layer, the input left out."""
        return [[node.error_node.phi for node in layer] for layer in self.layers[1:]]

    def weights(self):
        """Every theta, in the form that the network is made from."""
        return [[[s.theta for s in node.outgoing] for node in layer] for layer in self.layers[:-1]]
