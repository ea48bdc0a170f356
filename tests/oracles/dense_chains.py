"""The dense synaptic sums as plain loops: one chain of multiply-adds per result, in one order.

Independent of blocks, lanes, threads, rows computed together, silent nodes left out, and padding.
Only the multiply-add is the engine's own; it is itself tested against exact rational arithmetic.
"""

from __future__ import annotations

from numba import njit

from neurosim.kernels.machine.arithmetic import fma


@njit
def chain_prediction(f, theta, start):
    result = start.copy()
    for r in range(start.shape[0]):
        for j in range(start.shape[1]):
            total = start[r, j]
            for k in range(f.shape[1]):
                total = fma(f[r, k], theta[k, j], total)
            result[r, j] = total + (total - total)
    return result


@njit
def chain_feedback(epsilon, theta, start):
    return chain_prediction(epsilon, theta.T, start)


@njit
def chain_learning(f, drive, theta, alpha):
    result = theta.copy()
    for i in range(theta.shape[0]):
        for j in range(theta.shape[1]):
            total = alpha - alpha
            for r in range(f.shape[0]):
                total = fma(f[r, i], drive[r, j], total)
            result[i, j] = fma(alpha, total, theta[i, j]) + (alpha - alpha)
    return result
