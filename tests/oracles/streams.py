"""Fa-Z-IL in a stream, in NumPy: the world clamps and releases, and nobody settles or resets.

Whole populations are matrices of (replicas, nodes). Independent of the engine and of how it keeps
dates, sets of nodes and sums; of the package it uses the description of a network alone. Nodes do
not rest. `Stream` has the simulator's verbs, so that one script drives both. Its switches spoil the
rule in one place each; what equals backpropagation with them spoilt is not tested by that.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LONG_AGO = -(10**9)


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


#: f and f' by the name of the activation.
ACTIVATIONS = {
    "identity": (lambda x: x, np.ones_like),
    "sigmoid": (_sigmoid, lambda x: _sigmoid(x) * (1 - _sigmoid(x))),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "relu": (lambda x: np.maximum(x, 0.0), lambda x: (x > 0).astype(float)),
    "softplus": (lambda x: np.logaddexp(0.0, x), _sigmoid),
}


@dataclass(frozen=True)
class Link:
    """A projection; `root` is the one whose weights it uses, which may be itself."""

    name: str
    pre: str
    post: str
    root: str
    pattern: object
    plastic: bool
    waits: bool

    def matrix(self, weights):
        return weights if self.pattern is None else self.pattern.matrix(weights)

    def gathered(self, change, like):
        """A change of each pair as a change of the weights."""
        if self.pattern is None:
            return change
        pairs = change[self.pattern.pre, self.pattern.post]
        index = self.pattern.weight
        return pairs if index is None else np.bincount(index, pairs, minlength=len(like))

    def reaches(self, nodes):
        """Which nodes get a bit that some of the presynaptic nodes send."""
        if self.pattern is None:
            return nodes.any(axis=1, keepdims=True)
        return nodes @ self.pattern.matrix(np.ones(self.pattern.weight_count)) > 0


class Wiring:
    """Who predicts whom, relays and readouts included, and the lengths of all paths from inputs."""

    def __init__(self, net):
        net = net.wired(relays=True)
        self.sizes = {name: p.size for name, p in net.populations.items()}
        self.activation = {name: p.activation.name for name, p in net.populations.items()}
        self.constant = {name for name, p in net.populations.items() if p.constant}
        self.inputs, self.outputs, self.depth = net.inputs, net.outputs, net.depth
        lent = {p.shares for p in net.projections.values()}
        self.links = []
        self.start = {}
        for name, p in net.projections.items():
            assert p.feedback == "shared"
            many = p.pattern is not None and p.pattern.shares_weights
            waits = many or name in lent or p.shares is not None
            self.links.append(
                Link(name, p.pre, p.post, p.shares or name, p.pattern, p.plastic, waits)
            )
            if p.shares is None:
                self.start[name] = np.concatenate([rows for _, rows in p.blocks(net.seed)]) + 0.0
        self.into = {q: [k for k in self.links if k.post == q] for q in self.sizes}
        self.out = {p: [k for k in self.links if k.pre == p] for p in self.sizes}
        self.predicted = [q for q in self._in_order() if self.into[q]]
        self.lengths = {p: {0} if p in self.inputs else set() for p in self.sizes}
        for q in self.predicted:
            self.lengths[q] = {1 + n for k in self.into[q] for n in self.lengths[k.pre]}

    def _in_order(self):
        order = []
        while len(order) < len(self.sizes):
            order += [
                p for p in self.sizes
                if p not in order and all(k.pre in order for k in self.into[p])
            ]  # fmt: skip
        return order

    @property
    def longest(self):
        """L of each population that an input reaches."""
        return {p: max(lengths) for p, lengths in self.lengths.items() if lengths}

    @property
    def ticks_to_teacher(self):
        """How long an input is shown at least before its teacher comes, but for t_d."""
        return max(self.longest.values())

    @property
    def least_t_d(self):
        """The least t_d that is exact from any past, without rest: see docs/stream.md."""
        least = 1 if self.depth == 1 else 2
        for q in self.predicted:
            hidden = [self.longest[k.pre] + 1 for k in self.into[q] if k.pre in self.predicted]
            lengths = sorted(self.lengths[q])
            for shorter, longer in pairwise(lengths):
                if hidden and shorter >= min(hidden):
                    least = max(least, longer - shorter)
        return least


class Stream:
    """A network in a stream, from the state in which every x is 0.

    Parameters
    ----------
    net : Network
    alpha, t_d
        Of the model.
    batch : int
        Replicas.
    window : int, optional
        Ticks for which a node follows its prediction; t_d, if not given.
    silent : bool
        Whether the errors of nodes that are swept are heard by nobody.
    hears_in_sweep : bool
        Whether nodes that are swept hear feedback nevertheless.
    recompute : bool
        Whether epsilon = x - mu anew where x <- mu, and is not integrated as elsewhere.
    everywhere_at_once : bool
        Whether an onset is told to all nodes in the tick of the input, and does not travel.
    withheld : (population, node), optional
        A node that gets no onset, and so passes none on.
    """

    def __init__(
        self, net, *, alpha=0.01, t_d=4, batch=1, window=None, silent=True, hears_in_sweep=False,
        recompute=True, everywhere_at_once=False, withheld=None,
    ):  # fmt: skip
        self.wiring = wiring = Wiring(net)
        self.alpha, self.t_d, self.window = alpha, t_d, window or t_d
        self.silent, self.hears_in_sweep, self.recompute = silent, hears_in_sweep, recompute
        self.everywhere_at_once, self.withheld = everywhere_at_once, withheld
        self.theta = {name: w.copy() for name, w in wiring.start.items()}
        self.pending = {}

        def each(value, dtype=float):
            return {p: np.full((batch, n), value, dtype) for p, n in wiring.sizes.items()}

        self.x, self.mu, self.epsilon = each(0), each(0), each(0)
        for p in wiring.constant:
            self.x[p][:] = 1
        self.clamped = each(False, bool)
        self.onset, self.quiet = each(LONG_AGO, int), each(10**6, int)
        self.phi, self.fired = each(False, bool), each(0, int)
        self.now, self.spikes = 0, []
        self._begin_snapshot()

    @property
    def weights(self):
        """The weights that learn, by projection."""
        return {k.name: self.theta[k.root] for k in self.wiring.links if k.plastic}

    def state(self, variable, population):
        return getattr(self, variable)[population].copy()

    def f(self, p):
        return ACTIVATIONS[self.wiring.activation[p]][0](self.x[p])

    def _matrix(self, link):
        return link.matrix(self.theta[link.root])

    # What the world does

    def clamp(self, population, values, *, nodes=slice(None), replicas=slice(None)):
        """Hold nodes at values; where they are an input, it is an onset."""
        x = self.x[population]
        values = np.asarray(values, float)
        if values.ndim == 1:
            values = values[None]
        # One view of the chosen replicas, one of the chosen nodes in them.
        new = x.copy()
        rows = new[replicas]
        rows[:, nodes] = values
        new[replicas] = rows
        held = self.clamped[population][replicas]
        held[:, nodes] = True
        self.clamped[population][replicas] = held
        delta = {population: new - x}
        self.x[population] = new
        if population in self.wiring.inputs:
            for p in self.wiring.sizes if self.everywhere_at_once else [population]:
                at = self.onset[p][replicas]
                at[:, nodes if p == population else slice(None)] = self.now
                self.onset[p][replicas] = at
        self._look(delta)

    def release(self, population, *, replicas=slice(None)):
        """Let nodes go; with the last of the outputs, weights that wait for it change."""
        self.clamped[population][replicas] = False
        self._commit_pending()
        self._look({})

    def settle(self):
        """Every x = mu and every past quiet: what a stream does without."""
        for q in self.wiring.predicted:
            free = ~self.clamped[q]
            self.mu[q] = self._predict(q)
            self.x[q] = np.where(free, self.mu[q], self.x[q])
            self.epsilon[q] = self.x[q] - self.mu[q]
            self.quiet[q][:] = 10**6
            self.phi[q][:] = False
        self._begin_snapshot()

    def run(self, ticks):
        for _ in range(ticks):
            self._tick()

    # What nodes do

    def _predict(self, q):
        return sum(self.f(k.pre) @ self._matrix(k) for k in self.wiring.into[q])

    def _begin_snapshot(self):
        self.x_moved = {p: np.zeros(x.shape, bool) for p, x in self.x.items()}
        self.mu_moved = {p: np.zeros(x.shape, bool) for p, x in self.x.items()}

    def _look(self, delta, adopted=None):
        """Error nodes look at what is new in this snapshot, after a tick or after the world."""
        for q in self.wiring.predicted:
            mu, delta_x = self._predict(q), delta.get(q, 0.0)
            self.x_moved[q] |= delta_x != 0
            self.mu_moved[q] |= mu != self.mu[q]
            epsilon = self.epsilon[q] + (delta_x - (mu - self.mu[q]))
            if adopted and self.recompute:
                epsilon = np.where(adopted[q], self.x[q] - mu, epsilon)
            self.mu[q], self.epsilon[q] = mu, epsilon
            by_feedback = self.x_moved[q] & ~self.mu_moved[q]
            self.phi[q] = (self.quiet[q] >= self.t_d) & (epsilon != 0) & by_feedback

    def _reached(self, q):
        """Which nodes are predicted by one that has an onset now."""
        reached = np.zeros(self.x[q].shape, bool)
        if self.everywhere_at_once:
            return reached
        for link in self.wiring.into[q]:
            reached |= link.reaches(self.onset[link.pre] == self.now)
        if self.withheld and self.withheld[0] == q:
            reached[:, self.withheld[1]] = False
        return reached

    def _tick(self):
        """All read the snapshot, then all commit."""
        wiring = self.wiring
        reached = {q: self._reached(q) for q in wiring.predicted}
        last = self.window - (0 if self.everywhere_at_once else 1)
        swept = {q: reached[q] | (self.now - self.onset[q] < last) for q in wiring.predicted}
        heard = {
            q: np.where(swept[q], 0.0, self.epsilon[q]) if self.silent else self.epsilon[q]
            for q in wiring.predicted
        }
        delta, following, adopted = {}, dict(self.x), {}
        for q in wiring.predicted:
            slope = ACTIVATIONS[wiring.activation[q]][1](self.x[q])
            feedback = np.zeros_like(self.x[q])
            for link in wiring.out[q]:
                feedback += heard[link.post] @ self._matrix(link).T
            feedback = slope * feedback
            free = ~self.clamped[q]
            adopted[q] = swept[q] & free
            follows = self.mu[q] + feedback if self.hears_in_sweep else self.mu[q]
            step = np.where(swept[q], follows - self.x[q], feedback - self.epsilon[q])
            delta[q] = np.where(free, step, 0.0)
            following[q] = np.where(adopted[q], follows, self.x[q] + delta[q])
        self._learn()
        self.x, self.now = following, self.now + 1
        for q in wiring.predicted:
            self.onset[q][reached[q]] = self.now
            self.quiet[q] = np.where(self.epsilon[q] == 0, self.quiet[q] + 1, 0)
        self._commit_pending()
        self._begin_snapshot()
        self._look(delta, adopted)

    def _learn(self):
        for q in self.wiring.predicted:
            if self.phi[q].any():
                self.fired[q] += self.phi[q]
                self.spikes.append((self.now, q, int(self.phi[q].sum())))
        changes = []
        for link in self.wiring.links:
            if link.plastic and self.phi[link.post].any():
                driven = np.where(self.phi[link.post], self.epsilon[link.post], 0.0)
                like = self.theta[link.root]
                changes.append((link, link.gathered(self.f(link.pre).T @ driven, like)))
        for link, change in changes:
            if link.waits:
                self.pending[link.root] = self.pending.get(link.root, 0.0) + change
            else:
                self.theta[link.root] = self.theta[link.root] + self.alpha * change

    def _commit_pending(self):
        """What is used more than once changes when the teacher has gone."""
        if self.pending and not any(self.clamped[p].any() for p in self.wiring.outputs):
            for root, change in self.pending.items():
                self.theta[root] = self.theta[root] + self.alpha * change
            self.pending = {}


def backpropagated(wiring, theta, inputs, targets, alpha):
    """The weights after one update, and the nodes with an error, relays included, by replica."""
    y, rows = {}, len(next(iter(inputs.values())))
    functions = {p: ACTIVATIONS[name] for p, name in wiring.activation.items()}
    matrix = {k.name: k.matrix(theta[k.root]) for k in wiring.links}
    for p in wiring.sizes:
        if p in wiring.constant:
            y[p] = np.ones((rows, 1))
    y.update(inputs)
    for q in wiring.predicted:
        y[q] = sum(functions[k.pre][0](y[k.pre]) @ matrix[k.name] for k in wiring.into[q])
    delta = {}
    for q in reversed(wiring.predicted):
        if q in wiring.outputs:
            delta[q] = targets[q] - y[q] if q in targets else np.zeros_like(y[q])
        else:
            back = sum(delta[k.post] @ matrix[k.name].T for k in wiring.out[q])
            delta[q] = functions[q][1](y[q]) * back
    result = dict(theta)
    for k in wiring.links:
        if k.plastic:
            change = k.gathered(functions[k.pre][0](y[k.pre]).T @ delta[k.post], theta[k.root])
            result[k.root] = result[k.root] + alpha * change
    return result, {q: d != 0 for q, d in delta.items()}
