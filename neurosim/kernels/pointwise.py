"""What every node does by itself, as loops over blocks of nodes.

Each loop writes one block, so that LLVM can tell within a few comparisons that it overlaps none of
the blocks that are read, and uses vectors. What is said of the block as a whole is found by
operations on the bits of its numbers, which, unlike comparisons of floats with branches, vectorise:
magnitudes are ordered as their bits are, and numbers of which none is -0.0 differ where their bits
do.
"""

from __future__ import annotations

from neurosim.kernels.inner import inner
from neurosim.kernels.intrinsics import bits_to_float, float_to_bits, fma

__all__ = [
    "accept", "change_activity", "copy", "count", "date", "descend", "detect", "differ", "follow",
    "inject", "integrate", "keep_where", "largest", "move", "observe", "recompute",
    "scale", "zero_where",
]  # fmt: skip

# Bits of a node's `seen`: what was observed on the way to the present snapshot.
X_MOVED, MU_MOVED, WAS_QUIET = 1, 2, 4


@inner
def raised(top, value):
    """Bits of the larger magnitude: `top` is the bits of one already."""
    bits = float_to_bits(abs(value))
    return bits if bits > top else top


@inner
def largest(values):
    """Largest magnitude; NaN if one of the values is NaN."""
    top = float_to_bits(values.dtype.type(0))
    for i in range(values.size):
        top = raised(top, values[i])
    return float(bits_to_float(top))


@inner
def copy(source, target):
    """Target = source."""
    for i in range(target.size):
        target[i] = source[i]


@inner
def accept(source, target):
    """Take over numbers from outside, -0.0 as 0.0; returns their largest magnitude."""
    zero = target.dtype.type(0)
    top = float_to_bits(zero)
    for i in range(target.size):
        value = source[i] + zero
        target[i] = value
        top = raised(top, value)
    return float(bits_to_float(top))


@inner
def differ(a, b, difference):
    """Difference = a - b; returns its largest magnitude."""
    zero = difference.dtype.type(0)
    top = float_to_bits(zero)
    for i in range(difference.size):
        value = (a[i] - b[i]) + zero
        difference[i] = value
        top = raised(top, value)
    return float(bits_to_float(top))


@inner
def change_activity(gamma, slope, feedback, epsilon, clamped, resting, delta_x):
    """delta_x = gamma (f'(x) feedback - epsilon). Song 2020, Eq. (4).

    A clamped or resting node does not move. Returns whether any node does.
    """
    zero = gamma - gamma
    seen = float_to_bits(zero)
    for i in range(delta_x.size):
        change = gamma * (slope[i] * feedback[i] - epsilon[i])
        change = zero if clamped[i] | resting[i] else change
        delta_x[i] = change
        seen |= float_to_bits(abs(change))
    return seen != 0


@inner
def inject(gamma, now, until, current, clamped, resting, delta_x):
    """delta_x += gamma times the current, where one is injected; returns whether any node moves."""
    zero = gamma - gamma
    seen = float_to_bits(zero)
    for i in range(delta_x.size):
        change = delta_x[i] + gamma * current[i]
        if until[i] > now and not (clamped[i] | resting[i]):
            delta_x[i] = change
        seen |= float_to_bits(abs(delta_x[i]))
    return seen != 0


@inner
def scale(slope, feedback, delta):
    """Delta = f'(y) feedback."""
    zero = delta.dtype.type(0)
    for i in range(delta.size):
        delta[i] = slope[i] * feedback[i] + zero


@inner
def move(x, delta_x, x_next):
    """x_next = x + delta_x; returns the largest magnitude.

    Adding 0.0 turns -0.0 into 0.0, so that a change of zero never alters a bit.
    """
    zero = x_next.dtype.type(0)
    top = float_to_bits(zero)
    for i in range(x_next.size):
        value = (x[i] + delta_x[i]) + zero
        x_next[i] = value
        top = raised(top, value)
    return float(bits_to_float(top))


@inner
def follow(x, mu, clamped, x_next):
    """x_next = mu where the node is free; returns whether any moves, and the largest magnitude."""
    zero = x_next.dtype.type(0)
    top = float_to_bits(zero)
    seen = float_to_bits(zero)
    for i in range(x_next.size):
        old = x[i]
        new = mu[i]
        value = old if clamped[i] else new
        x_next[i] = value
        seen |= float_to_bits(value) ^ float_to_bits(x[i])
        top = raised(top, value)
    return seen != 0, float(bits_to_float(top))


@inner
def keep_where(flags, old, new):
    """New = old where a flag is set."""
    for i in range(new.size):
        a = old[i]
        b = new[i]
        new[i] = a if flags[i] else b


@inner
def count(flags):
    """Return how many flags are set."""
    total = 0
    for i in range(flags.size):
        total += flags[i]
    return total


@inner
def zero_where(flags, values):
    """Values = 0 where a flag is set."""
    zero = values.dtype.type(0)
    for i in range(values.size):
        value = values[i]
        values[i] = zero if flags[i] else value


@inner
def descend(alpha, gradient, theta):
    """Theta = fma(alpha, gradient, theta) + 0.0."""
    zero = alpha - alpha
    for i in range(theta.size):
        theta[i] = fma(alpha, gradient[i], theta[i]) + zero


@inner
def integrate(delta_x, mu_next, moved, predicted, mu, epsilon):
    """Epsilon += delta_x - (mu_next - mu), and mu = mu_next.

    `moved` and `predicted` say whether delta_x and mu_next are news. Returns whether any epsilon
    changes, and the largest magnitude.
    """
    zero = epsilon.dtype.type(0)
    top = float_to_bits(zero)
    seen = float_to_bits(zero)
    if moved and predicted:
        for i in range(epsilon.size):
            error = (epsilon[i] + delta_x[i]) - (mu_next[i] - mu[i])
            seen |= float_to_bits(error) ^ float_to_bits(epsilon[i])
            top = raised(top, error)
            epsilon[i] = error
            mu[i] = mu_next[i]
    elif moved:
        for i in range(epsilon.size):
            error = epsilon[i] + delta_x[i]
            seen |= float_to_bits(error) ^ float_to_bits(epsilon[i])
            top = raised(top, error)
            epsilon[i] = error
    elif predicted:
        for i in range(epsilon.size):
            error = epsilon[i] - (mu_next[i] - mu[i])
            seen |= float_to_bits(error) ^ float_to_bits(epsilon[i])
            top = raised(top, error)
            epsilon[i] = error
            mu[i] = mu_next[i]
    else:
        return False, largest(epsilon)
    return seen != 0, float(bits_to_float(top))


@inner
def recompute(x, mu_next, resting, epsilon):
    """Epsilon = x - mu_next, but where the node rests. Song 2020, Eq. (2).

    Returns whether any epsilon changes, and the largest magnitude.
    """
    zero = epsilon.dtype.type(0)
    top = float_to_bits(zero)
    seen = float_to_bits(zero)
    for i in range(epsilon.size):
        old = epsilon[i]
        error = (x[i] - mu_next[i]) + zero
        error = old if resting[i] else error
        seen |= float_to_bits(error) ^ float_to_bits(epsilon[i])
        top = raised(top, error)
        epsilon[i] = error
    return seen != 0, float(bits_to_float(top))


@inner
def observe(threshold, epsilon, delta_x, mu, mu_next, moved, predicted, keep, seen):
    """Seen = whether x moved, whether mu moved, and whether epsilon was quiet.

    `moved` and `predicted` say whether delta_x and mu_next are news. A second evaluation in the
    same snapshot, after a clamp, adds to what the first one saw (keep).
    """
    zero = threshold - threshold
    for i in range(seen.size):
        bits = seen[i] if keep else 0
        bits |= X_MOVED if moved and delta_x[i] != zero else 0
        bits |= MU_MOVED if predicted and mu_next[i] - mu[i] != zero else 0
        bits |= WAS_QUIET if abs(epsilon[i]) <= threshold else 0
        seen[i] = bits


@inner
def silence(threshold, epsilon, seen, phi):
    """Phi = 0, and seen = whether epsilon, which does not change, is quiet.

    Returns the largest magnitude.
    """
    top = float_to_bits(threshold - threshold)
    for i in range(seen.size):
        seen[i] = WAS_QUIET if abs(epsilon[i]) <= threshold else 0
        phi[i] = 0
        top = raised(top, epsilon[i])
    return float(bits_to_float(top))


@inner
def quiet_from(threshold, now, seen, epsilon, since):
    """The tick from which on an epsilon is quiet: now, if it was not and is."""
    begins = (abs(epsilon) <= threshold) & (seen & WAS_QUIET == 0)
    return now if begins else since


@inner
def date(threshold, now, seen, epsilon, quiet_since):
    """quiet_since = now where epsilon becomes quiet: ticks are compared, not counted.

    As `detect` does, for other detectors.
    """
    for i in range(quiet_since.size):
        quiet_since[i] = quiet_from(threshold, now, seen[i], epsilon[i], quiet_since[i])


@inner
def detect(threshold, now, t_d, gated, seen, epsilon, quiet_since, phi):
    """Phi = 1 if epsilon is not quiet now and was for the last t_d ticks, and feedback changed it.

    Feedback: x moved while mu did not; not asked for if not `gated`. Song 2020, Section 4. Where
    epsilon becomes quiet, quiet_since = now. Returns whether any phi is 1.
    """
    mask = WAS_QUIET | (X_MOVED | MU_MOVED if gated else 0)
    wanted = WAS_QUIET | (X_MOVED if gated else 0)
    spiking = phi.dtype.type(0)
    for i in range(phi.size):
        loud = not abs(epsilon[i]) <= threshold
        long = now - quiet_since[i] >= t_d
        quiet_since[i] = quiet_from(threshold, now, seen[i], epsilon[i], quiet_since[i])
        # Bitwise, since LLVM would make branches of the words "and".
        phi[i] = ((seen[i] & mask) == wanted) & loud & long
        spiking |= phi[i]
    return spiking != 0
