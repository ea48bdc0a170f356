"""Fa-Z-IL in plain Python, in a stream: the weight updates of backpropagation, nobody in command.

Three kinds of objects, and each knows only the objects it is wired to:

    value node   its activity x, which moves to reduce the errors around it
    error node   epsilon = x - mu: how far its value node is from mu, the prediction of it
    synapse      theta, from a value node to an error node; learns when that error node fires phi

The world clamps inputs and teachers and releases them, when it likes. Synapses tell the rest:

    onset   an input that is clamped, be it to the same as before, has one; any other value node
            has one a tick after a node that predicts it
    sweep   a node that is told of an onset takes on its prediction, x <- mu, for t_d ticks; it
            hears no errors meanwhile, and its own, which the sweep itself makes, is not heard
    phi     an error node that was quiet for t_d ticks fires when its x moves and mu does not

With n layers beside the input, and t_d >= 2: if a teacher comes at least n + t_d ticks after the
input, and stays for n ticks or more, each error node in error fires once, its synapses learn at
that very tick, and all of it together is backpropagation, to the last bit.
Letters and equations: Song et al., "Can the Brain Do Backpropagation?", NeurIPS 2020.
"""

import math


def sigmoid(x):
    """Return f(x) and f'(x) of 1 / (1 + exp(-x)), written so that nothing overflows."""
    f = 1.0 / (1.0 + math.exp(-x)) if x >= 0.0 else math.exp(x) / (1.0 + math.exp(x))
    return f, f * (1.0 - f)


class ValueNode:
    """An activity x, free to move or clamped by the world."""

    def __init__(self, activation):
        self.activation, self.x, self.delta_x, self.clamped = activation, 0.0, 0.0, False
        self.error_node, self.outgoing = None, []  # no error node: nothing predicts an input
        self.onset, self.told, self.sweep = False, False, 0  # sweep: ticks that are left of it

    @property
    def swept(self):
        """Whether x follows its prediction; its error is heard by nobody then."""
        return self.sweep > 0 or (self.error_node is not None and self.error_node.told)

    def look(self):
        """Follow the prediction, or reduce the own error and those of what x predicts: Eq. (7)."""
        feedback, error, self.adopts = 0.0, self.error_node, self.swept and not self.clamped
        for synapse in self.outgoing:
            feedback += synapse.post.heard * synapse.theta
        move = (-error.epsilon if error else 0.0) + self.activation(self.x)[1] * feedback
        self.delta_x = error.mu - self.x if self.adopts else 0.0 if self.clamped else move
        self.told = error is not None and error.told

    def move(self):
        """Do so, and pass on what one was told."""
        self.x = self.error_node.mu if self.adopts else self.x + self.delta_x
        self.sweep = self.error_node.t_d - 1 if self.told else max(0, self.sweep - 1)
        self.onset = self.told

    def clamp(self, x):
        """Set x from outside and hold it; the errors that this touches know at once."""
        delta_x, self.x, self.clamped = x - self.x, x, True
        if self.error_node:
            self.error_node.integrate(delta_x)
        else:
            self.onset = True
        for synapse in self.outgoing:
            synapse.post.integrate(0.0)


class ErrorNode:
    """The error epsilon of a value node, and phi, the detector of its first change."""

    def __init__(self, value_node, t_d):
        self.value_node, self.t_d, self.incoming = value_node, t_d, []
        self.mu, self.epsilon, self.quiet_ticks = 0.0, 0.0, 0
        self.x_moved, self.mu_moved = False, False  # in this tick
        # Nobody has to bring x to its prediction in the beginning: it is born in a sweep.
        value_node.error_node, value_node.sweep = self, math.inf

    @property
    def told(self):
        """Whether a node that predicts this one has an onset."""
        return any(synapse.pre.onset for synapse in self.incoming)

    @property
    def heard(self):
        """What the nodes that predict this one hear of epsilon."""
        return 0.0 if self.value_node.swept else self.epsilon

    @property
    def phi(self):
        """Quiet for t_d ticks, disturbed now, and by feedback: x moved while mu did not."""
        disturbed = self.epsilon != 0.0 and self.x_moved and not self.mu_moved
        return disturbed and self.quiet_ticks >= self.t_d

    def integrate(self, delta_x, adopted=False):
        """Eqs. (1) and (2), by changes: the difference x - mu would round small errors away."""
        mu = 0.0
        for synapse in self.incoming:
            mu += synapse.theta * synapse.pre.activation(synapse.pre.x)[0]
        self.x_moved, self.mu_moved = self.x_moved or delta_x != 0.0, self.mu_moved or mu != self.mu
        by_changes = self.epsilon + (delta_x - (mu - self.mu))
        # An x that has just been a prediction has no small errors: what was rounded is forgotten.
        self.epsilon, self.mu = self.value_node.x - mu if adopted else by_changes, mu

    def follow(self):
        """See what has become of x and mu in a tick."""
        self.quiet_ticks = self.quiet_ticks + 1 if self.epsilon == 0.0 else 0
        self.x_moved = self.mu_moved = False
        self.integrate(self.value_node.delta_x, self.value_node.adopts)


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

    def __init__(self, weights, activation=sigmoid, alpha=1.0, t_d=4):
        self.alpha, self.errors, self.synapses = alpha, [], []
        self.layers = [[ValueNode(lambda x: (x, 1.0)) for _ in weights[0]]]  # inputs are linear
        for theta in weights:
            self.layers.append([ValueNode(activation) for _ in theta[0]])
            errors = [ErrorNode(node, t_d) for node in self.layers[-1]]
            self.errors += errors
            for pre, row in zip(self.layers[-2], theta, strict=True):
                self.synapses += [Synapse(pre, *end) for end in zip(errors, row, strict=True)]
        self.values = [node for layer in self.layers for node in layer]

    def tick(self):
        """From one snapshot to the next: everyone looks, then everyone moves, errors follow."""
        for value in self.values:
            value.look()
        for synapse in self.synapses:
            synapse.look(self.alpha)
        for value in self.values:
            value.move()
        for synapse in self.synapses:
            synapse.theta += synapse.delta_theta
        for error in self.errors:
            error.follow()

    def phi(self):
        """Who fires in this snapshot, layer by layer, the input left out."""
        return [[node.error_node.phi for node in layer] for layer in self.layers[1:]]

    def weights(self):
        """Every theta, in the form that the network is made from."""
        return [[[s.theta for s in node.outgoing] for node in layer] for layer in self.layers[:-1]]
