"""Activations and their derivatives, built on an exponential of our own.

libm's ``exp`` and ``tanh`` differ between platforms, and a loop that calls them is not vectorised.
Everything here is a fixed sequence of operations that each round once, so its bits are the same on
every machine with a fused multiply-add, and has no branches, so LLVM turns a loop over it into
vector code. Each ``*_pair`` gives f and f' from one exponential.

float32 and float64 arguments are computed, and returned, in their own precision. For finite
arguments no result is NaN; a NaN gives NaN. The default ``error_model="numpy"`` means that no test
for a division by zero stands in the way of vectorisation; no divisor here can be zero.

Method: exp(x) = 2**n exp(r), n the integer nearest to x / log(2), r = x - n log(2) by a two-step
reduction (Cody and Waite), exp(r) = 1 + r + r**2 q(r) with q a near-minimax polynomial on
|r| <= log(2) / 2. The others are quotients of such exponentials. Numerators and denominators are
sums of two numbers, the second being what the first rounds off, and a quotient takes both into
account, so that it is rounded once: every f and every f' is within 2 ulp.
"""

from __future__ import annotations

from neurosim.kernels.machine.arithmetic import (
    by_type,
    fma,
    horner,
    like,
    multiply_by_power_of_two,
    power_of_two,
    with_sign_of,
)
from neurosim.kernels.machine.decorators import outer

__all__ = [
    "exponential",
    "identity_pair",
    "leaky_relu_pair",
    "relu_pair",
    "sigmoid_pair",
    "softplus_pair",
    "tanh_pair",
]

# (exp(r) - 1 - r) / r**2 on |r| <= log(2) / 2: Chebyshev fits, truncation 1.3e-17 and 2e-10.
_exponential_remainder = horner(
    double=(
        2.5100375924709717e-08, 2.762007599981065e-07, 2.7557268480116333e-06,
        2.4801521322116825e-05, 0.0001984126986304067, 0.0013888888917196881,
        0.008333333333330065, 0.041666666666624164, 0.16666666666666669, 0.5000000000000001,
    ),
    single=(
        0.00019890980911441147, 0.0013933641603216529, 0.00833331048488617,
        0.04166646674275398, 0.1666666716337204, 0.5,
    ),
)  # fmt: skip

# (atanh(u) / u - 1) / z, z = u**2, on 0 <= u <= 1/3: Chebyshev fits, truncation 5e-18 and 4e-10.
_logarithm_remainder = horner(
    double=(
        0.08082022805971766, 0.04400369243072337, 0.06000536404795356, 0.06657072104827468,
        0.07692785032479312, 0.09090894718066429, 0.11111111358713932, 0.1428571428355438,
        0.20000000000007292, 0.3333333333333333,
    ),
    single=(
        0.11612164974212646, 0.1085328757762909, 0.142961785197258, 0.19999852776527405,
        0.3333333432674408,
    ),
)  # fmt: skip

LOG2_E = 1.4426950408889634
# log(2) in two parts. The first has so few bits that its product with any n is exact.
_log_2_high = by_type(double=0.6931471805598903, single=0.693145751953125)
_log_2_low = by_type(double=5.497923018708371e-14, single=1.428606765330187e-06)
# Adding it rounds to an integer and leaves that integer in the low bits of the sum.
_rounding_shift = by_type(double=1.5 * 2.0**52, single=1.5 * 2.0**23)
# The same, and leaves there the exponent, as a float has it, of 2**64 times that power of two.
_exponent_shift = by_type(double=1.5 * 2.0**52 + 1023 + 64, single=1.5 * 2.0**23 + 127 + 64)
# Exponentials that may underflow are computed this much larger.
_scale = by_type(double=2.0**64, single=2.0**64)
# Beyond these the exponential is inf, or so small that four times it rounds to 0.
_largest = by_type(double=710.0, single=89.0)
_smallest = by_type(double=-748.0, single=-107.0)


@outer(error_model="numpy")
def _reduce(x, n):
    """exp(x - n log(2)) - 1, where n is the integer nearest to x / log(2)."""
    high = fma(-n, _log_2_high(x), x)
    low = n * _log_2_low(x)
    r = high - low
    # What rounding r loses is in the difference of its parts.
    return high + fma(r * r, _exponential_remainder(r), -low)


@outer(error_model="numpy")
def exponential(x: float) -> float:
    """exp(x), within 1 ulp (0.92 at most in 300,000 samples).

    Parameters
    ----------
    x : float32 or float64

    Returns
    -------
    float of the same type
        inf above 709.78 (float64) and 88.72 (float32), subnormal numbers and then 0 at the other
        end, NaN for NaN.
    """
    x = _largest(x) if x > _largest(x) else x
    x = _smallest(x) if x < _smallest(x) else x
    shift = _rounding_shift(x)
    whole = fma(x, like(x, LOG2_E), shift)
    half = fma(x, like(x, 0.5 * LOG2_E), shift)
    growth = _reduce(x, whole - shift)
    return multiply_by_power_of_two(like(x, 1.0) + growth, whole, half)


@outer(error_model="numpy")
def _decay(y):
    """(power, growth) with power (1 + growth) = 2**64 exp(y), for y <= 0; power is one of two."""
    y = _smallest(y) if y < _smallest(y) else y
    shift = _exponent_shift(y)
    exponent = fma(y, like(y, LOG2_E), shift)
    return power_of_two(exponent), _reduce(y, exponent - shift)


@outer(error_model="numpy")
def _grown(start, power, growth):
    """Start + power growth, and what that rounds off."""
    total = fma(power, growth, start)
    return total, fma(power, growth, start - total)


@outer(error_model="numpy")
def _reciprocal(e, e_rest):
    """1 / (2**64 + e + e_rest) for 0 <= e <= 2**64 as u (1 + r), where r is small, and 2**64 u."""
    one = like(e, 1.0)
    u = one / (_scale(e) + e)
    # Exact, as is what is left of it.
    loss = fma(-_scale(e), u, one)
    return u, fma(-e_rest, u, fma(-e, u, loss)), one - loss


@outer(error_model="numpy")
def _times(a, a_rest, u, r):
    """(a + a_rest) u (1 + r)."""
    return fma(a, u, u * fma(a, r, a_rest))


@outer(error_model="numpy")
def sigmoid_pair(x: float) -> tuple[float, float]:
    """Logistic function and its derivative, within 1 and 2 ulp.

    f(x) = 1 / (1 + exp(-x)), f'(x) = f(x) f(-x) = e / (1 + e)**2 with e = exp(-|x|): never the
    cancelling f (1 - f), so that f' keeps its precision in both tails.
    """
    power, growth = _decay(-abs(x))
    e, e_rest = _grown(power, power, growth)
    u, r, y = _reciprocal(e, e_rest)
    upper = fma(y, r, y)
    lower = _times(e, e_rest, u, r)
    return (lower if x < like(x, 0.0) else upper), lower * upper


@outer(error_model="numpy")
def tanh_pair(x: float) -> tuple[float, float]:
    """Hyperbolic tangent and its derivative, within 2 ulp.

    With e = exp(-2 |x|): tanh |x| = (1 - e) / (1 + e), where 1 - e is not formed by subtraction and
    so is right near 0; f'(x) = 4 e / (1 + e)**2.
    """
    power, growth = _decay(like(x, -2.0) * abs(x))
    e, e_rest = _grown(power, power, growth)
    loss, loss_rest = _grown(power - _scale(x), power, growth)
    u, r, y = _reciprocal(e, e_rest)
    # Where e is too small for a normal number, 4 e may be one.
    slope = _times(e, e_rest, like(x, 4.0) * u, r) * fma(y, r, y)
    return with_sign_of(_times(loss, loss_rest, u, r), x), slope


@outer(error_model="numpy")
def softplus_pair(x: float) -> tuple[float, float]:
    """Smooth rectifier and its derivative, the logistic function, within 2 and 1 ulp.

    f(x) = log(1 + exp(x)) = max(x, 0) + log(1 + e), e = exp(-|x|), and log(1 + e) = 2 atanh(u),
    u = (e / 2) / (1 + e / 2) <= 1/3, by a polynomial in u**2.
    """
    zero = like(x, 0.0)
    half = like(x, 0.5)
    power, growth = _decay(-abs(x))
    e, e_rest = _grown(half * power, half * power, growth)
    u, r, _ = _reciprocal(e, e_rest)
    ratio = _times(e, e_rest, u, r)
    z = ratio * ratio
    twice = ratio + ratio
    logarithm = fma(twice * z, _logarithm_remainder(z), twice)
    slope, _ = sigmoid_pair(x)
    return (zero if x < zero else x) + logarithm, slope


@outer(error_model="numpy")
def relu_pair(x: float) -> tuple[float, float]:
    """Rectifier: f(x) = max(x, 0), f'(x) = 1 for x > 0 and 0 elsewhere, at 0 too."""
    zero = like(x, 0.0)
    return (zero if x <= zero else x), (like(x, 1.0) if x > zero else zero)


@outer(error_model="numpy")
def leaky_relu_pair(x: float) -> tuple[float, float]:
    """Leaky rectifier of slope 0.01 below zero; f'(0) = 0.01."""
    zero, slope = like(x, 0.0), like(x, 0.01)
    return (x if x > zero else slope * x), (like(x, 1.0) if x > zero else slope)


@outer(error_model="numpy")
def identity_pair(x: float) -> tuple[float, float]:
    """f(x) = x, f'(x) = 1."""
    return x, like(x, 1.0)
