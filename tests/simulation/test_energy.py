"""The energy, from its closed form."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import DivergenceError


def taught(target, dtype="float64"):
    net = ns.Network.layered([1, 2], activation="identity", weights=[[[0.0, 0.0]]])
    sim = ns.Simulator(net, models.ZIL(), dtype=dtype, batch_size=2)
    sim.clamp("input", [[1.0], [1.0]])
    sim.settle()
    sim.clamp("output", target)
    return sim


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_energy_is_half_the_sum_of_squares(dtype):
    assert taught([[1.0, 2.0], [-3.0, 0.5]], dtype).energy == 0.5 * (1 + 4 + 9 + 0.25)
    # The square is larger than float32 can hold.
    assert taught([[2.0**70, 0.0], [0.0, 0.0]], dtype).energy == 2.0**139


def test_energy_of_which_only_half_can_be_held():
    # 1.5 x 2^1023 is finite, and twice as much is not.
    largest = np.sqrt(1.5) * 2.0**512
    energy = taught([[largest, 0.0], [0.0, 0.0]]).energy
    assert energy == pytest.approx(1.5 * 2.0**1023, rel=1e-15)


def test_energy_that_no_number_can_hold_is_an_error():
    sim = taught([[0.0, 1.0], [0.0, -1e200]])
    with pytest.raises(
        DivergenceError, match=r"the energy is larger .* epsilon is 1e.200"
    ) as caught:
        _ = sim.energy
    error = caught.value
    assert (error.population, error.node, error.replica) == ("output", 1, 1)
