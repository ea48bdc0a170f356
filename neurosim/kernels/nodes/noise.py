"""Normal numbers that belong to a draw, a replica and a node, whatever else is drawn.

They are counted, not taken from a stream: a block cipher (Philox 4x32, ten rounds; Salmon et al.,
"Parallel random numbers: as easy as 1, 2, 3", SC 2011) makes them of where they belong. The normal
numbers are those of Box and Muller, with a logarithm, a sine and a cosine of our own, whose bits
are the same on every machine with a fused multiply-add.
"""

from __future__ import annotations

import math

import numpy as np

from neurosim.kernels.arrays.layout import DRAWS, NOISE_KEY, ROWS
from neurosim.kernels.machine.addresses import span
from neurosim.kernels.machine.arithmetic import fma, horner
from neurosim.kernels.machine.bits import bits_to_float, float_to_bits
from neurosim.kernels.machine.decorators import apart, inner

__all__ = ["LARGEST_NORMAL", "draw_noise", "normal_pair", "philox"]

#: No normal number is larger: the smallest that the logarithm is taken of is 2**-53.
LARGEST_NORMAL = 8.58

HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
MULTIPLIER_0, MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
ELEVEN, FRACTION = np.uint64(11), np.uint64((1 << 52) - 1)
LOG_2 = math.log(2.0)

# 2 atanh(s) / s - 2, over s**2, on s**2 <= 0.0295: 2/3, 2/5, ... of the series, which are enough.
_logarithm_series = horner(tuple(2.0 / n for n in range(21, 1, -2)), (1.0,))
# sin(2 pi r) / r and cos(2 pi r) in r**2, |r| <= 1/8.
_sine_series = horner(
    tuple((-1) ** n * (2 * math.pi) ** (2 * n + 1) / math.factorial(2 * n + 1) for n in range(8))[
        ::-1
    ],
    (1.0,),
)
_cosine_series = horner(
    tuple((-1) ** n * (2 * math.pi) ** (2 * n) / math.factorial(2 * n) for n in range(9))[::-1],
    (1.0,),
)


@inner
def philox(c0, c1, c2, c3, k0, k1):
    """Four words of 32 bits, each in a uint64, of a counter and a key of such words."""
    for _ in range(10):
        left, right = MULTIPLIER_0 * c0, MULTIPLIER_1 * c2
        c0, c1, c2, c3 = (
            (right >> HALF) ^ c1 ^ k0,
            right & LOW,
            (left >> HALF) ^ c3 ^ k1,
            left & LOW,
        )
        k0, k1 = (k0 + WEYL_0) & LOW, (k1 + WEYL_1) & LOW
    return c0, c1, c2, c3


@inner
def minus_two_log(u):
    """-2 log u, 0 < u <= 1, within some ulp: u = 2**n m, m in [0.70, 1.42), s = (m-1)/(m+1)."""
    bits = float_to_bits(u)
    # What is taken from the exponent leaves m around 1.
    n = (bits - 0x3FE6A09E667F3BCD) >> 52
    m = bits_to_float(bits - (n << 52))
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    tail = s * z * _logarithm_series(z)
    return -2.0 * fma(float(n), LOG_2, fma(2.0, s, tail))


@inner
def normal_pair(w0, w1, w2, w3):
    """Two independent normal numbers of four words of 32 bits."""
    u = float(((w0 | (w1 << HALF)) >> ELEVEN) + np.uint64(1)) * 2.0**-53
    turn = float((w2 | (w3 << HALF)) >> ELEVEN) * 2.0**-53
    radius = math.sqrt(minus_two_log(u))
    # The nearest quarter of a turn, and what is left of it.
    quarter = int(fma(4.0, turn, 0.5))
    r = fma(-0.25, float(quarter), turn)
    z = r * r
    sine, cosine = r * _sine_series(z), _cosine_series(z)
    quadrant = quarter & 3
    swapped = quadrant & 1
    x, y = (sine, cosine) if swapped else (cosine, sine)
    x = -x if quadrant == 1 or quadrant == 2 else x
    y = -y if quadrant >= 2 else y
    return radius * x, radius * y


@apart
def draw_row(k0, k1, draw, replica, sigma, target):
    """Sigma times a normal number for each node of a replica."""
    c1 = np.uint64(replica)
    c2, c3 = np.uint64(draw) & LOW, np.uint64(draw) >> HALF
    kind = target.dtype.type
    for i in range(target.size >> 1):
        w0, w1, w2, w3 = philox(np.uint64(i), c1, c2, c3, k0, k1)
        this, other = normal_pair(w0, w1, w2, w3)
        target[2 * i] = kind(sigma * this)
        target[2 * i + 1] = kind(sigma * other)
    if target.size & 1:
        w0, w1, w2, w3 = philox(np.uint64(target.size >> 1), c1, c2, c3, k0, k1)
        this, other = normal_pair(w0, w1, w2, w3)
        target[target.size - 1] = kind(sigma * this)


@inner
def draw_noise(plan, state, p, sigma):
    """Write sigma times a normal number into x_next of every node of population p.

    Drawn anew for each noisy settling, and the same however often that is asked for in one.
    """
    population = plan.populations[p]
    key = np.uint64(population.noise_key ^ state.clock[NOISE_KEY])
    for r in range(state.clock[ROWS]):
        x = population.x_next + r * population.stride
        draw_row(
            key & LOW, key >> HALF, state.clock[DRAWS], r, sigma,
            span(state.real, x, x + population.size),
        )  # fmt: skip
