"""The gradient of the squared error of a layered network with tanh, in two ways.

Automatic differentiation (autograd) and central differences of the energy. Neither knows the
package: the network is written out here, in NumPy's products of matrices.
"""


def energy_of(inputs, targets):
    """The energy as a function of the weights, which autograd can differentiate."""
    import autograd.numpy as anp

    def energy(weights):
        y = inputs @ weights[0]
        for w in weights[1:]:
            y = anp.tanh(y) @ w
        return 0.5 * anp.sum((targets - y) ** 2)

    return energy


def automatic(energy, theta):
    """The gradient by every weight, by automatic differentiation."""
    import autograd

    return autograd.grad(energy)(theta)


def by_differences(energy, theta, n, index, step=1e-6):
    """The derivative by one weight, by a central difference."""
    ends = []
    for sign in (1, -1):
        moved = [w.copy() for w in theta]
        moved[n][index] += sign * step
        ends.append(energy(moved))
    return (ends[0] - ends[1]) / (2 * step)
