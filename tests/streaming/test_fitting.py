"""`fit` in a stream learns the same bits as `fit` that settles."""

import numpy as np
import pytest
from oracles.bits import same_bits, snapshot
from oracles.stream_worlds import drawn, layers, several_ends, streaming

import neurosim as ns
from neurosim import models

MAKE = {
    "layers": lambda: layers(4, "sigmoid", bias=True),
    "relu": lambda: layers(3, "relu"),
    "several ends": several_ends,
    "unrolled": lambda: ns.Network.recurrent(2, 4, 2, steps=3, every_output=True, seed=1),
}


@pytest.mark.parametrize("name", MAKE)
@pytest.mark.parametrize(("batch", "rest", "t_d"), [(1, None, 1), (4, None, 2), (1, False, 4)])
def test_a_stream_learns_what_settling_learns(name, batch, rest, t_d):
    """Epochs, orders, and last batches that are smaller, as ever."""
    sims = [streaming(MAKE[name](), batch=batch, rest_after_update=rest, t_d=t_d) for _ in range(3)]
    x, y = drawn(sims[0], 22)
    bp = models.BP(sims[0].network, learning_rate=sims[0].learning_rate, batch_size=batch)
    bp.fit(x, y, epochs=4)
    sims[0].fit(x, y, epochs=4)
    sims[1].fit(x, y, epochs=4, protocol="stream")
    for epochs in (1, 3):
        sims[2].fit(x, y, epochs=epochs, protocol="stream")
    assert all(same_bits(bp.weights, sim.weights) for sim in sims)
    assert {sim.epochs for sim in sims} == {4}


def test_protocols_may_take_turns():
    sim = streaming(layers(4), batch=4)
    bp = models.BP(sim.network, learning_rate=sim.learning_rate, batch_size=4)
    x, y = drawn(sim, 10)
    for n, protocol in enumerate(("stream", "settled", "stream", "stream", "settled")):
        sim.fit(x, y, protocol=protocol)
        bp.fit(x, y)
        if n == 2:
            sim.present(x["input"][:4], y["output"][:4])
            bp.fit(x["input"][:4], y["output"][:4], shuffle=False)
        np.testing.assert_array_equal(sim.predict(x), bp.predict(x))
        assert same_bits(bp.weights, sim.weights)


def test_it_is_the_shortest_stream():
    """Each input for longest path + t_d ticks, each teacher for a tick per level, and no pause."""
    sims = [streaming(layers(4), batch=5, t_d=3, rest_after_update=True) for _ in range(2)]
    x, y = drawn(sims[0], 20)
    monitors = [ns.StateMonitor(sim, "epsilon") for sim in sims]
    sims[0].fit(x, y, shuffle=False, protocol="stream")
    sims[1].stream(ns.world.presentations(x, y, shown=4 + 3, taught=4))
    assert snapshot(sims[0])[1:] == snapshot(sims[1])[1:]
    assert len(monitors[0].tick) == 4 * 11 + 1
    for word in ("tick", "t", "presentation", "epsilon"):
        one, other = (getattr(monitor, word) for monitor in monitors)
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("ticks", [4, 5, 40])
def test_teachers_that_stay_longer(ticks):
    sims = [streaming(layers(4), batch=4) for _ in range(2)]
    x, y = drawn(sims[0], 16)
    sims[0].fit(x, y, epochs=2, ticks=ticks, protocol="stream")
    sims[1].fit(x, y, epochs=2)
    assert same_bits(sims[0].weights, sims[1].weights)


def test_progress():
    sim, told = streaming(layers(3), batch=4), []
    x, y = drawn(sim, 10)
    sim.fit(x, y, epochs=2, protocol="stream", progress=lambda *seen: told.append(seen))
    assert told[-1] == (20, 20)
    assert {total for _, total in told} == {20}
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_who_overflows_is_told_with_epoch_and_samples():
    sim = streaming(layers(3, "identity"), batch=2, bound=50.0)
    x, y = drawn(sim, 6)
    x["input"][4] *= 100
    with pytest.raises(ns.errors.DivergenceError, match=r"in epoch 0, at the samples \[4, 5\]"):
        sim.fit(x, y, epochs=2, shuffle=False, protocol="stream")
    # And the teacher is let go, as ever.
    assert sorted(sim.simulation.clamped) == ["input"]
    assert not sim.simulation.lowered.plan.setting[0]["rest"]
