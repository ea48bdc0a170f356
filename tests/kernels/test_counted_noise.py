"""Normal numbers that are counted: the cipher, the transform, and what they depend on."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from neurosim.kernels.machine.decorators import outer
from neurosim.kernels.nodes.noise import LARGEST_NORMAL, draw_row, normal_pair, philox


@outer()
def cipher(words):
    return philox(words[0], words[1], words[2], words[3], words[4], words[5])


@outer()
def pair(words):
    return normal_pair(words[0], words[1], words[2], words[3])


@outer()
def row(k0, k1, draw, replica, sigma, target):
    draw_row(k0, k1, draw, replica, sigma, target)


# The known answers of the paper's own programs: counter and key, and what becomes of them.
KNOWN = [
    ("00000000 00000000 00000000 00000000 00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344 a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def words(text):
    return np.array([int(word, 16) for word in text.split()], np.uint64)


@pytest.mark.parametrize(("given", "wanted"), KNOWN)
def test_the_cipher_gives_its_known_answers(given, wanted):
    assert [int(word) for word in cipher(words(given))] == [int(w) for w in words(wanted)]


def test_pairs_are_those_of_box_and_muller_to_the_last_digits():
    generator = np.random.default_rng(5)
    mpmath.mp.dps = 40
    for _ in range(2000):
        drawn = generator.integers(0, 2**32, 4, dtype=np.uint64)
        u = (((int(drawn[1]) << 32 | int(drawn[0])) >> 11) + 1) / mpmath.mpf(2) ** 53
        turn = ((int(drawn[3]) << 32 | int(drawn[2])) >> 11) / mpmath.mpf(2) ** 53
        radius = mpmath.sqrt(-2 * mpmath.log(u))
        wanted = (
            radius * mpmath.cos(2 * mpmath.pi * turn),
            radius * mpmath.sin(2 * mpmath.pi * turn),
        )
        for got, exact in zip(pair(drawn), wanted, strict=True):
            assert abs(got - exact) <= 1e-15 * float(radius)


@pytest.mark.parametrize(
    ("drawn", "wanted"),
    [
        # u = 1: the centre. u = 2**-53: the farthest of all. A quarter, half, three quarters round.
        ("ffffffff ffffffff 00000000 00000000", (0.0, 0.0)),
        ("00000000 00000000 00000000 00000000", (math.sqrt(106 * math.log(2)), 0.0)),
        ("00000000 00000000 00000000 40000000", (0.0, math.sqrt(106 * math.log(2)))),
        ("00000000 00000000 00000000 80000000", (-math.sqrt(106 * math.log(2)), 0.0)),
        ("00000000 00000000 00000000 c0000000", (0.0, -math.sqrt(106 * math.log(2)))),
    ],
)
def test_ends_of_the_transform(drawn, wanted):
    assert pair(words(drawn)) == pytest.approx(wanted, rel=1e-15, abs=0.0)
    assert np.abs(wanted).max() < LARGEST_NORMAL


def sample(count, k0=1, k1=2, draw=0, replica=0, sigma=1.0, dtype=np.float64):
    target = np.zeros(count, dtype)
    row(np.uint64(k0), np.uint64(k1), draw, replica, sigma, target)
    return target


def test_moments_are_those_of_a_normal_distribution():
    z = sample(400_000)
    for power, (mean, variance) in {1: (0, 1), 2: (1, 2), 3: (0, 15), 4: (3, 96)}.items():
        assert abs((z**power).mean() - mean) < 4 * math.sqrt(variance / len(z))
    for far in (1.0, 2.0, 3.0, 4.0):
        share = math.erfc(far / math.sqrt(2))
        assert abs((np.abs(z) > far).mean() - share) < 4 * math.sqrt(share / len(z))
    # Of the two of a pair, and of neighbouring pairs, draws and replicas.
    others = [np.roll(z, 1), np.roll(z, 2), sample(400_000, draw=1), sample(400_000, replica=1)]
    for other in others:
        assert abs((z * other).mean()) < 4 / math.sqrt(len(z))


def test_a_node_draws_the_same_whatever_its_population_has_beside_it():
    long = sample(101)
    for count in (1, 2, 3, 50, 100):
        assert (sample(count) == long[:count]).all()


@pytest.mark.parametrize(
    "other", [{"k0": 3}, {"k1": 3}, {"draw": 1}, {"draw": 2**32}, {"replica": 1}]
)
def test_every_part_of_where_it_belongs_matters(other):
    assert (sample(64, **other) != sample(64)).all()


def test_sigma_scales_and_single_precision_rounds():
    z = sample(1001)
    assert (sample(1001, sigma=0.25) == 0.25 * z).all()
    assert (sample(1001, sigma=0.3, dtype=np.float32) == (0.3 * z).astype(np.float32)).all()
