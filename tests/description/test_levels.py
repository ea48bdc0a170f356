"""Levels of populations."""

import pytest

import neurosim as ns
from neurosim.errors import NeurosimError


def test_cycles_are_named():
    net = ns.Network()
    for name in "abc":
        net.add_population(name, 2)
    for pre, post in ("ab", "bc", "ca"):
        net.connect(pre, post)
    with pytest.raises(NeurosimError, match=r"cycle: \w -> \w -> \w -> \w"):
        _ = net.levels
