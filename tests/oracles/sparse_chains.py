"""The sums over chosen pairs of nodes as plain loops, pair by pair, in the order of the pairs.

Independent of the tables that the engine goes by, of lanes and of how many replicas there are; only
the multiply-add is the engine's own.
"""

from numba import njit

from neurosim.kernels.machine.arithmetic import fma


@njit
def chain_prediction(f, pre, post, weight, theta, mu):
    for n in range(len(pre)):
        for r in range(len(mu)):
            mu[r, post[n]] = fma(f[r, pre[n]], theta[weight[n]], mu[r, post[n]])


@njit
def chain_feedback(epsilon, pre, post, weight, theta, feedback):
    chain_prediction(epsilon, post, pre, weight, theta, feedback)


@njit
def chain_learning(f, drive, pre, post, weight, theta, alpha):
    zero = alpha - alpha
    for n in range(len(pre)):
        change = zero
        for r in range(len(f)):
            change = fma(f[r, pre[n]], drive[r, post[n]], change)
        theta[weight[n]] = fma(alpha, change, theta[weight[n]]) + zero
