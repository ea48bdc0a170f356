"""What every node does by itself, as loops over blocks of nodes.

No two blocks that a loop is given overlap, so that LLVM makes vector code of all of them. What is
said of a block as a whole is found by operations on the bits of its numbers, which, unlike
comparisons of floats with branches, vectorise: magnitudes are ordered as their bits are, and
numbers of which none is -0.0 differ where their bits do.
"""

from __future__ import annotations

from neurosim.kernels.machine.arithmetic import fma, like
from neurosim.kernels.machine.bits import (
    bits_to_float,
    choose,
    common,
    difference,
    float_to_bits,
    united,
)
from neurosim.kernels.machine.decorators import apart, inner

__all__ = [
    "accept", "begin_dates", "change_activity", "clear_where", "copy", "date", "descend", "detect",
    "differ", "either", "exchange", "follow", "follow_around", "follow_where", "inject",
    "integrate", "keep_where", "largest", "largest_where_not", "move", "observe", "recompute",
    "recompute_where", "scale", "wait", "zero_where", "zeroed_where",
]  # fmt: skip

# Bits of a node's `seen`: what was observed on the way to the present snapshot.
X_MOVED, MU_MOVED, WAS_QUIET = 1, 2, 4


@inner
def raised(top, value):
    """Bits of the larger magnitude: `top` is the bits of one already."""
    bits = float_to_bits(abs(value))
    return bits if bits > top else top


@apart
def largest(values):
    """Largest magnitude; NaN if one of the values is NaN."""
    top = float_to_bits(values.dtype.type(0))
    for i in range(values.size):
        top = raised(top, values[i])
    return float(bits_to_float(top))


@apart
def largest_where_not(flags, values):
    """Largest magnitude where no flag is set; NaN if one of these values is NaN."""
    zero = values.dtype.type(0)
    top = float_to_bits(zero)
    for i in range(values.size):
        top = raised(top, choose(flags[i], zero, values[i]))
    return float(bits_to_float(top))


@apart
def copy(source, target):
    """Target = source."""
    for i in range(target.size):
        target[i] = source[i]


@apart
def exchange(a, b):
    """Let each of two blocks have what the other had."""
    for i in range(a.size):
        kept = a[i]
        a[i] = b[i]
        b[i] = kept


@apart
def accept(source, target):
    """Take over numbers from outside, -0.0 as 0.0; returns their largest magnitude."""
    zero = target.dtype.type(0)
    top = float_to_bits(zero)
    for i in range(target.size):
        value = source[i] + zero
        target[i] = value
        top = raised(top, value)
    return float(bits_to_float(top))


@apart
def differ(a, b, gap):
    """Gap = a - b; returns its largest magnitude."""
    zero = gap.dtype.type(0)
    top = float_to_bits(zero)
    for i in range(gap.size):
        value = (a[i] - b[i]) + zero
        gap[i] = value
        top = raised(top, value)
    return float(bits_to_float(top))


@apart
def change_activity(gamma, slope, feedback, epsilon, clamped, resting, x, delta_x, x_next):
    """delta_x = gamma (f'(x) feedback - epsilon), and x_next = x + delta_x. Song 2020, Eq. (4).

    A clamped or resting node does not move. Returns whether any node does, and the largest
    magnitude of x_next.
    """
    zero = gamma - gamma
    seen = float_to_bits(zero)
    top = float_to_bits(zero)
    for i in range(delta_x.size):
        change = gamma * (slope[i] * feedback[i] - epsilon[i])
        change = choose(clamped[i] | resting[i], zero, change)
        delta_x[i] = change
        seen = difference(seen, abs(change), zero)
        value = moved_by(x[i], change)
        x_next[i] = value
        top = raised(top, value)
    return seen != 0, float(bits_to_float(top))


@apart
def inject(gamma, now, until, current, clamped, resting, delta_x):
    """delta_x += gamma times the current, where one is injected; returns whether any node moves."""
    zero = gamma - gamma
    seen = float_to_bits(zero)
    for i in range(delta_x.size):
        change = delta_x[i] + gamma * current[i]
        takes_in = (until[i] > now) & ((clamped[i] | resting[i]) == 0)
        change = choose(int(takes_in), change, delta_x[i])
        delta_x[i] = change
        seen = difference(seen, abs(change), zero)
    return seen != 0


@apart
def scale(slope, feedback, delta):
    """Delta = f'(y) feedback."""
    zero = delta.dtype.type(0)
    for i in range(delta.size):
        delta[i] = slope[i] * feedback[i] + zero


@inner
def moved_by(x, change):
    """X + change. Adding 0.0 makes -0.0 to 0.0, so that a change of zero never alters a bit."""
    return (x + change) + like(x, 0.0)


@apart
def move(x, delta_x, x_next):
    """x_next = x + delta_x; returns the largest magnitude."""
    top = float_to_bits(x_next.dtype.type(0))
    for i in range(x_next.size):
        value = moved_by(x[i], delta_x[i])
        x_next[i] = value
        top = raised(top, value)
    return float(bits_to_float(top))


@apart
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
        seen = difference(seen, value, x[i])
        top = raised(top, value)
    return seen != 0, float(bits_to_float(top))


@apart
def follow_around(x, mu, clamped, x_next):
    """x_next += mu where the node is free, x elsewhere; returns what `follow` returns."""
    zero = x_next.dtype.type(0)
    top = float_to_bits(zero)
    seen = float_to_bits(zero)
    for i in range(x_next.size):
        old = x[i]
        new = mu[i] + x_next[i]
        value = old if clamped[i] else new
        x_next[i] = value
        seen = difference(seen, value, x[i])
        top = raised(top, value)
    return seen != 0, float(bits_to_float(top))


@apart
def follow_where(bit, bits, x, mu, clamped, resting, delta_x, x_next):
    """x_next = mu, and delta_x the way there, where a bit is set and the node is free to move."""
    zero = x_next.dtype.type(0)
    for i in range(bits.size):
        follows = (bits[i] & bit != 0) & ((clamped[i] | resting[i]) == 0)
        value = mu[i] if follows else x_next[i]
        change = (mu[i] - x[i]) + zero if follows else delta_x[i]
        x_next[i] = value
        delta_x[i] = change


@apart
def recompute_where(bit, bits, x, mu, clamped, resting, epsilon):
    """Epsilon = x - mu where a bit is set and the node was free to move."""
    zero = epsilon.dtype.type(0)
    for i in range(bits.size):
        followed = (bits[i] & bit != 0) & ((clamped[i] | resting[i]) == 0)
        epsilon[i] = (x[i] - mu[i]) + zero if followed else epsilon[i]


@apart
def clear_where(bit, bits, flags, others):
    """Clear the flags, and others with them, where a bit is set; whether any flag was set there."""
    seen = flags.dtype.type(0)
    zero = flags.dtype.type(0)
    for i in range(bits.size):
        told = bits[i] & bit != 0
        seen = united(seen, flags[i] if told else zero)
        flags[i] = zero if told else flags[i]
        others[i] = zero if told else others[i]
    return seen != 0


@apart
def zeroed_where(bit, bits, source, target):
    """Target = source, or 0 where a bit is set."""
    zero = target.dtype.type(0)
    for i in range(bits.size):
        target[i] = zero if bits[i] & bit else source[i]


@apart
def either(flags, others, result):
    """Result = 1 where a flag is set in one or the other."""
    for i in range(result.size):
        result[i] = united(flags[i], others[i])


@apart
def keep_where(flags, old, new):
    """New = old where a flag is set."""
    for i in range(new.size):
        new[i] = choose(flags[i], old[i], new[i])


@apart
def zero_where(flags, values):
    """Values = 0 where a flag is set."""
    zero = values.dtype.type(0)
    for i in range(values.size):
        values[i] = choose(flags[i], zero, values[i])


@apart
def descend(alpha, gradient, theta):
    """Theta = fma(alpha, gradient, theta) + 0.0."""
    zero = alpha - alpha
    for i in range(theta.size):
        theta[i] = fma(alpha, gradient[i], theta[i]) + zero


@apart
def integrate(delta_x, mu_next, resting, moved, predicted, mu, epsilon):
    """Epsilon += delta_x - (mu_next - mu), and mu = mu_next, but where the node rests.

    `moved` and `predicted` say whether delta_x and mu_next are news. Returns whether any epsilon
    changes, and the largest magnitude.
    """
    zero = epsilon.dtype.type(0)
    top = float_to_bits(zero)
    seen = float_to_bits(zero)
    if moved and predicted:
        for i in range(epsilon.size):
            prediction = choose(resting[i], mu[i], mu_next[i])
            error = (epsilon[i] + delta_x[i]) - (prediction - mu[i])
            seen = difference(seen, error, epsilon[i])
            top = raised(top, error)
            epsilon[i] = error
            mu[i] = prediction
    elif moved:
        for i in range(epsilon.size):
            error = epsilon[i] + delta_x[i]
            seen = difference(seen, error, epsilon[i])
            top = raised(top, error)
            epsilon[i] = error
    elif predicted:
        for i in range(epsilon.size):
            prediction = choose(resting[i], mu[i], mu_next[i])
            error = epsilon[i] - (prediction - mu[i])
            seen = difference(seen, error, epsilon[i])
            top = raised(top, error)
            epsilon[i] = error
            mu[i] = prediction
    else:
        return False, largest(epsilon)
    return seen != 0, float(bits_to_float(top))


@apart
def recompute(x, mu_next, resting, predicted, mu, epsilon):
    """Mu = mu_next and epsilon = x - mu, but where the node rests. Song 2020, Eq. (2).

    `predicted` says whether mu_next is news; if not, mu stays. Returns whether any epsilon changes,
    and the largest magnitude.
    """
    zero = epsilon.dtype.type(0)
    top = float_to_bits(zero)
    seen = float_to_bits(zero)
    if predicted:
        for i in range(epsilon.size):
            mu[i] = choose(resting[i], mu[i], mu_next[i])
    for i in range(epsilon.size):
        error = choose(resting[i], epsilon[i], (x[i] - mu[i]) + zero)
        seen = difference(seen, error, epsilon[i])
        top = raised(top, error)
        epsilon[i] = error
    return seen != 0, float(bits_to_float(top))


@apart
def observe(threshold, epsilon, delta_x, mu, mu_next, resting, moved, predicted, keep, seen):
    """Seen = whether x moved, whether mu moved, and whether epsilon was quiet.

    mu has moved if it is by more than the threshold. `moved` and `predicted` say whether delta_x
    and mu_next are news; to a resting node mu_next is none. A second evaluation in the same
    snapshot, after a clamp, adds to what the first one saw (keep).
    """
    zero = threshold - threshold
    for i in range(seen.size):
        bits = seen[i] if keep else 0
        bits |= X_MOVED if moved and delta_x[i] != zero else 0
        changed = (not abs(mu_next[i] - mu[i]) <= threshold) & (resting[i] == 0)
        bits |= MU_MOVED if predicted and changed else 0
        bits |= WAS_QUIET if abs(epsilon[i]) <= threshold else 0
        seen[i] = bits


@apart
def date(threshold, now, seen, epsilon, quiet_since):
    """quiet_since = now where epsilon becomes quiet: ticks are compared, not counted."""
    for i in range(quiet_since.size):
        if becomes_quiet(threshold, seen[i], epsilon[i]):
            quiet_since[i] = now


@apart
def begin_dates(threshold, now, before, epsilon, quiet_since):
    """quiet_since = the time before which all was quiet, or now where it is not quiet."""
    for i in range(quiet_since.size):
        quiet_since[i] = before if abs(epsilon[i]) <= threshold else now


@inner
def becomes_quiet(threshold, seen, epsilon):
    """Whether an epsilon is quiet that was not."""
    return (abs(epsilon) <= threshold) & (seen & WAS_QUIET == 0)


@apart
def detect(threshold, gated, seen, epsilon, phi):
    """Phi = 1 if epsilon is not quiet now and was a tick ago, and feedback changed it.

    Feedback: x moved while mu did not; not asked for if not `gated`. Song 2020, Section 4, for a
    t_d of one tick. Returns whether any phi is 1, and whether any epsilon becomes quiet, which is
    to be dated.
    """
    mask = seen.dtype.type(WAS_QUIET | (X_MOVED | MU_MOVED if gated else 0))
    wanted = seen.dtype.type(WAS_QUIET | (X_MOVED if gated else 0))
    zero = phi.dtype.type(0)
    one = phi.dtype.type(1)
    spiking = zero
    calming = zero
    for i in range(phi.size):
        loud = not abs(epsilon[i]) <= threshold
        # Bitwise, since LLVM would make branches of the words "and".
        fires = one if (common(seen[i], mask) == wanted) & loud else zero
        phi[i] = fires
        spiking = united(spiking, fires)
        calms = one if becomes_quiet(threshold, seen[i], epsilon[i]) else zero
        calming = united(calming, calms)
    return spiking != 0, calming != 0


@apart
def wait(now, t_d, quiet_since, phi):
    """Phi = 0 where epsilon was quiet for less than the last t_d ticks; whether any is still 1."""
    spiking = phi.dtype.type(0)
    for i in range(phi.size):
        fires = phi[i] if now - quiet_since[i] >= t_d else phi.dtype.type(0)
        phi[i] = fires
        spiking = united(spiking, fires)
    return spiking != 0
