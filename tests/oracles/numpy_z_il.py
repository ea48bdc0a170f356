"""Z-IL in NumPy, one presentation, with a choice of what is written before what is read.

Independent of the engine and of backpropagation: levels are a list, sums are products of matrices.
In the right order it makes the updates of backpropagation, in the wrong ones it must not.
"""

import numpy as np


def z_il_in_numpy(weights, inputs, targets, rate, order):
    """The updates of the weights, which are given by name, from the inputs on."""
    names = list(weights)
    theta = [weights[name].copy() for name in reversed(names)]
    start = [w.copy() for w in theta]
    depth = len(theta)

    def f(level):
        return x[level] if level == depth else np.tanh(x[level])

    x = [None] * depth + [inputs]
    for level in range(depth - 1, -1, -1):
        x[level] = f(level + 1) @ theta[level]
    x[0] = targets

    def errors():
        return [x[level] - f(level + 1) @ theta[level] for level in range(depth)]

    def learn(epsilon, t):
        theta[t] = theta[t] + rate * f(t + 1).T @ epsilon[t]

    for t in range(depth):
        epsilon = errors()
        weights = list(theta)
        if order == "weights before x":
            learn(epsilon, t)
            weights = list(theta)
        moved = [
            x[level]
            - epsilon[level]
            + (1 - f(level) ** 2) * (epsilon[level - 1] @ weights[level - 1].T)
            for level in range(1, depth)
        ]
        if order == "simultaneous":
            learn(epsilon, t)
        x[1:depth] = moved
        if order == "x before weights":
            learn(errors(), t)
    return {name: theta[-1 - n] - start[-1 - n] for n, name in enumerate(names)}
