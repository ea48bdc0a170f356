"""Whole-matrix NumPy over BLAS, as fast as it could be written by hand.

Nothing is allocated in a loop: every call has its ``out``. What can be one call for all layers is
one call: activities lie in one flat block of which a layer is a view, and weights in another.
Scalars are arrays without dimensions, which NumPy takes 0.2 microseconds faster than numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.peers import GAMMA, Arrays, initial_activity, measure

NAME = "NumPy/BLAS by hand"
REQUIRES = None

Array = npt.NDArray[Any]
Result = tuple[list[Array], float]


def bp_updates(
    weights: Arrays,
    inputs: Array,
    targets: Array,
    order: Array,
    learning_rate: float,
    dtype: str = "float64",
    threads: int = 1,
) -> Result:
    """Backpropagation: forward, backward, one update."""
    net = _Network(weights, order.shape[1], dtype)
    delta, mu, move, slope = net.epsilon, net.mu, net.move, net.slope
    rate = np.array(learning_rate, dtype)

    def update() -> None:
        net.predict()
        # The rate enters once, with the output's error: every delta is proportional to that.
        np.subtract(net.target, mu[-1], delta[-1])
        np.multiply(delta[-1], rate, delta[-1])
        net.differentiate()
        for k in reversed(range(len(move))):
            delta[k + 1].dot(net.transposed[k + 1], move[k])
            np.multiply(move[k], slope[k], delta[k])
        net.learn_everywhere(delta)

    return _train(net, inputs, targets, order, update, threads)


def zil_updates(
    weights: Arrays,
    inputs: Array,
    targets: Array,
    order: Array,
    learning_rate: float,
    dtype: str = "float64",
    threads: int = 1,
) -> Result:
    """Z-IL: all value nodes move at every tick, each projection learns at its own."""
    net = _Network(weights, order.shape[1], dtype)
    rate = np.array(learning_rate, dtype)

    def update() -> None:
        net.settle()
        for due in reversed(range(len(net.weights))):
            if due:
                net.propose_move()
            np.multiply(net.epsilon[due], rate, net.scaled[due])
            net.learn(due, net.scaled[due])
            if due:
                net.commit_move()

    return _train(net, inputs, targets, order, update, threads)


def il_updates(
    weights: Arrays,
    inputs: Array,
    targets: Array,
    order: Array,
    learning_rate: float,
    dtype: str = "float64",
    threads: int = 1,
    inference_steps: int = 20,
    gamma: float = GAMMA,
) -> Result:
    """IL: a number of moves from the prediction, then one update from the errors."""
    net = _Network(weights, order.shape[1], dtype)
    rate, step = np.array(learning_rate, dtype), np.array(gamma, dtype)

    def update() -> None:
        net.settle()
        for _ in range(inference_steps):
            net.propose_move()
            np.multiply(net.move_flat, step, net.move_flat)
            net.commit_move()
        np.multiply(net.epsilon_flat, rate, net.scaled_flat)
        net.learn_everywhere(net.scaled)

    return _train(net, inputs, targets, order, update, threads)


def tick(weights: Arrays, ticks: int, dtype: str = "float64", threads: int = 1) -> Result:
    """Inference at batch 1 with nothing clamped; one vector holds every population."""
    thetas = [np.ascontiguousarray(w, dtype) for w in weights]
    sizes = [len(thetas[0]), *(w.shape[1] for w in thetas)]
    start = np.concatenate(initial_activity(weights)).astype(dtype)
    x, feedback, mu = start.copy(), np.zeros_like(start), np.zeros_like(start)
    epsilon = np.zeros_like(start)  # that of the input stays zero
    predicted, hidden = slice(sizes[0], None), slice(sizes[0], sum(sizes[:-1]))
    f, slope = np.empty_like(x[hidden]), np.empty_like(x[hidden])
    feedback_of, mu_of, epsilon_of = (_split(a, sizes) for a in (feedback, mu, epsilon))
    sent = [x[: sizes[0]], *_split(f, sizes[1:-1])]
    one, gamma = np.array(1, dtype), np.array(GAMMA, dtype)
    x_hidden, feedback_hidden = x[hidden], feedback[hidden]
    down = list(zip(sent, thetas, mu_of[1:], strict=True))
    up = list(zip(thetas, epsilon_of[1:], feedback_of[:-1], strict=True))
    difference = x[predicted], mu[predicted], epsilon[predicted]

    def refresh() -> None:
        _sigmoid(x_hidden, one, f)
        for f_pre, theta, mu_post in down:
            f_pre.dot(theta, mu_post)
        np.subtract(*difference)

    def run(first: int, last: int) -> None:
        for _ in range(first, last):
            for theta, epsilon_post, feedback_pre in up:
                theta.dot(epsilon_post, feedback_pre)
            np.multiply(f, f, slope)
            np.subtract(f, slope, slope)
            np.multiply(feedback_hidden, slope, feedback_hidden)
            np.subtract(feedback, epsilon, feedback)
            np.multiply(feedback, gamma, feedback)
            np.add(x, feedback, x)
            feedback_of[-1].fill(0)
            refresh()

    def reset() -> None:
        np.copyto(x, start)
        feedback.fill(0)
        refresh()

    with _blas_threads(threads):
        reset()
        seconds = measure(ticks, run, reset)
    return _split(x, sizes), seconds


class _Network:
    """The arrays of a layered network and a batch; k = 0 is the first layer after the input."""

    def __init__(self, weights: Arrays, batch: int, dtype: str) -> None:
        shapes = [w.shape for w in weights]
        above = [batch * post for _, post in shapes]
        layers = [(batch, post) for _, post in shapes]
        self.initial = np.concatenate([np.ravel(w) for w in weights]).astype(dtype)
        self.weights_flat, self.products_flat = self.initial.copy(), np.empty_like(self.initial)
        self.weights = _split(self.weights_flat, [m * n for m, n in shapes], shapes)
        self.products = _split(self.products_flat, [m * n for m, n in shapes], shapes)
        self.transposed = [w.T for w in self.weights]

        x, self.mu_flat, self.epsilon_flat, self.scaled_flat = np.zeros((4, sum(above)), dtype)
        self.x_flat, hidden = x, slice(0, sum(above[:-1]))
        self.x_hidden, self.mu_hidden = x[hidden], self.mu_flat[hidden]
        self.epsilon_hidden = self.epsilon_flat[hidden]
        self.mu = _split(self.mu_flat, above, layers)
        self.epsilon = _split(self.epsilon_flat, above, layers)
        self.scaled = _split(self.scaled_flat, above, layers)
        self.f_flat, self.slope_flat, self.move_flat = np.zeros((3, sum(above[:-1])), dtype)
        self.f = _split(self.f_flat, above[:-1], layers[:-1])
        self.slope = _split(self.slope_flat, above[:-1], layers[:-1])
        self.move = _split(self.move_flat, above[:-1], layers[:-1])

        self.input = np.empty((batch, shapes[0][0]), dtype)
        self.target = _split(x, above, layers)[-1]  # the output is clamped: its x is the target
        self.sent = [self.input, *self.f]
        self.sent_transposed = [f.T for f in self.sent]
        self.one = np.array(1, dtype)

    def predict(self) -> None:
        """Go forward: mu and f of every layer."""
        for k, (f, theta, mu) in enumerate(zip(self.sent, self.weights, self.mu, strict=True)):
            f.dot(theta, mu)
            if k < len(self.f):
                _sigmoid(mu, self.one, self.f[k])

    def settle(self) -> None:
        """Let every hidden x be its prediction; only the output, which is clamped, has errors."""
        self.predict()
        np.copyto(self.x_hidden, self.mu_hidden)
        np.subtract(self.x_flat, self.mu_flat, self.epsilon_flat)

    def differentiate(self) -> None:
        """Compute f' = f (1 - f) of every hidden layer."""
        np.multiply(self.f_flat, self.f_flat, self.slope_flat)
        np.subtract(self.f_flat, self.slope_flat, self.slope_flat)

    def propose_move(self) -> None:
        """Compute by Eq. (4) how far the hidden x move, from the present errors."""
        self.differentiate()
        for k, move in enumerate(self.move, 1):
            self.epsilon[k].dot(self.transposed[k], move)
        np.multiply(self.move_flat, self.slope_flat, self.move_flat)
        np.subtract(self.move_flat, self.epsilon_hidden, self.move_flat)

    def commit_move(self) -> None:
        """Move; then f, mu and epsilon follow. The first mu does not: its senders are clamped."""
        np.add(self.x_hidden, self.move_flat, self.x_hidden)
        _sigmoid(self.x_hidden, self.one, self.f_flat)
        for k, f in enumerate(self.f, 1):
            f.dot(self.weights[k], self.mu[k])
        np.subtract(self.x_flat, self.mu_flat, self.epsilon_flat)

    def learn(self, k: int, delta: Array) -> None:
        """Add the products of the activities at both ends of one projection."""
        self.sent_transposed[k].dot(delta, self.products[k])
        np.add(self.weights[k], self.products[k], self.weights[k])

    def learn_everywhere(self, deltas: Sequence[Array]) -> None:
        """Add the products of all projections."""
        for sent, delta, product in zip(self.sent_transposed, deltas, self.products, strict=True):
            sent.dot(delta, product)
        np.add(self.weights_flat, self.products_flat, self.weights_flat)


def _train(
    net: _Network,
    inputs: Array,
    targets: Array,
    order: Array,
    update: Callable[[], None],
    threads: int,
) -> Result:
    dtype = net.weights_flat.dtype
    inputs, targets = np.ascontiguousarray(inputs, dtype), np.ascontiguousarray(targets, dtype)

    def run(first: int, last: int) -> None:
        for samples in order[first:last]:
            # mode="raise" would copy by way of a buffer.
            inputs.take(samples, 0, net.input, "clip")
            targets.take(samples, 0, net.target, "clip")
            update()

    def reset() -> None:
        np.copyto(net.weights_flat, net.initial)

    with _blas_threads(threads):
        seconds = measure(len(order), run, reset)
    return [w.copy() for w in net.weights], seconds


def _sigmoid(x: Array, one: Array, out: Array) -> None:
    np.negative(x, out)
    np.exp(out, out)
    np.add(out, one, out)
    np.reciprocal(out, out)


def _split(
    flat: Array, lengths: Sequence[int], shapes: Sequence[tuple[int, ...]] | None = None
) -> list[Array]:
    """Return consecutive views of a flat array."""
    ends = np.cumsum([0, *lengths])
    parts = [flat[start:stop] for start, stop in pairwise(ends)]
    return parts if shapes is None else [p.reshape(s) for p, s in zip(parts, shapes, strict=True)]


def _blas_threads(threads: int) -> AbstractContextManager[object]:
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # then the environment decides, as check.py sets it
        return nullcontext()
    limits: AbstractContextManager[object] = threadpool_limits(limits=threads)
    return limits
