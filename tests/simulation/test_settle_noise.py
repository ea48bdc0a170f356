"""Noise before the teacher: x drawn around mu, ancestrally, wherever and however a run is cut."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim.kernels.nodes.noise import LARGEST_NORMAL

SIZES = [5, 7, 6, 4]
LEVELS = ["hidden1", "hidden2", "output"]
GENERATOR = np.random.default_rng(11)
INPUTS, TARGETS = GENERATOR.random((23, 5)), GENERATOR.random((23, 4))


def simulator(model=None, *, activation="sigmoid", seed=3, **options):
    network = ns.Network.layered(SIZES, activation=activation, seed=seed)
    model = model or ns.models.ZIL(learning_rate=0.05)
    return ns.Simulator(network, model, **{"batch_size": 4, **options})


def settled(noise, seed=None, *, inputs=INPUTS[:4], **options):
    sim = simulator(**options)
    sim.clamp("input", inputs)
    sim.settle(noise=noise, seed=seed)
    return sim


def same_weights(one, other):
    return all((one.weights[name] == other.weights[name]).all() for name in one.weights)


def test_each_level_is_drawn_around_what_the_noisy_one_above_predicts():
    for sigma in (1e-3, 0.5, 20.0):
        sim, quiet = settled(sigma), settled(0.0)
        f = INPUTS[:4]
        for level, theta in zip(LEVELS, sim.weights.values(), strict=True):
            x, mu, epsilon = (sim.state(what, level) for what in ("x", "mu", "epsilon"))
            assert mu == pytest.approx(f @ theta, rel=1e-12)
            assert (epsilon == x - mu).all()
            assert (epsilon != 0).all()
            assert np.abs(epsilon).max() < LARGEST_NORMAL * sigma
            f = 1 / (1 + np.exp(-x))
        # What is above the noise is as without.
        assert (sim.state("mu", "hidden1") == quiet.state("mu", "hidden1")).all()
        assert (sim.state("mu", "hidden2") != quiet.state("mu", "hidden2")).all()


def test_what_is_drawn_does_not_depend_on_how_wide_it_is():
    # mu = 0 everywhere: x is sigma z, the same z for both.
    narrow, wide = (
        settled(sigma, inputs=np.zeros((4, 5)), activation="relu") for sigma in (0.25, 0.5)
    )
    x, y = narrow.state("x", "hidden1"), wide.state("x", "hidden1")
    assert (2 * x == y).all()


def test_without_noise_nothing_changes():
    assert (settled(0.0).state("x", "output") == settled(0).state("x", "output")).all()
    one, other = simulator(), simulator()
    one.fit(INPUTS, TARGETS, settle_noise=0.0)
    other.fit(INPUTS, TARGETS)
    assert same_weights(one, other)


def test_a_quiet_settling_makes_an_end_of_it():
    sim = settled(0.7)
    sim.settle()
    assert not any(sim.state("epsilon", level).any() for level in LEVELS)
    assert (sim.state("x", "output") == settled(0.0).state("x", "output")).all()


def test_seeds_begin_anew_and_draws_go_on():
    sim = settled(0.3, 8)
    first = sim.state("x", "hidden1")
    sim.settle(noise=0.3)
    second = sim.state("x", "hidden1")
    assert (first != second).all()
    sim.settle()
    sim.settle(noise=0.3, seed=8)
    assert (sim.state("x", "hidden1") == first).all()
    sim.settle(noise=0.3)
    assert (sim.state("x", "hidden1") == second).all()
    assert (settled(0.3).state("x", "hidden1") == settled(0.3, 0).state("x", "hidden1")).all()
    assert (settled(0.3, 2**80).state("x", "hidden1") != first).all()


def test_nodes_and_replicas_draw_for_themselves():
    sim = settled(0.3, inputs=np.tile(INPUTS[:1], (4, 1)))
    drawn = np.concatenate([sim.state("epsilon", level).ravel() for level in LEVELS])
    assert len(np.unique(drawn)) == drawn.size
    # One replica alone draws what it draws among others.
    alone = settled(0.3, inputs=INPUTS[:1])
    assert (alone.state("x", "output")[0] == sim.state("x", "output")[0]).all()


def test_names_decide_and_not_the_order_of_creation():
    def network(names):
        net = ns.Network(seed=1)
        for name in names:
            net.add_population(name, 3, "tanh")
        for pre, post in (("a", "b"), ("b", "c"), ("a", "c")):
            net.connect(pre, post)
        return net

    sims = [ns.Simulator(network(names), ns.models.ZIL()) for names in ("abc", "cab")]
    for sim in sims:
        sim.clamp("a", [0.1, 0.2, 0.3])
        sim.settle(noise=0.4)
    for name in "bc":
        assert (sims[0].state("x", name) == sims[1].state("x", name)).all()


def test_relays_hand_on_what_was_drawn_and_clamped_nodes_stay():
    net = ns.Network(seed=1)
    for name in "abcd":
        net.add_population(name, 2, "tanh")
    for pre, post in (("a", "b"), ("b", "c"), ("c", "d"), ("b", "d")):
        net.connect(pre, post)
    sim = ns.Simulator(net, ns.models.ZIL())
    sim.clamp("a", [0.1, 0.2])
    sim.clamp("c", [0.7, -0.7])
    sim.settle(noise=0.4)
    assert (sim.state("x", "c") == [[0.7, -0.7]]).all()
    assert not sim.state("epsilon", "b.relay1").any()
    assert sim.state("epsilon", "b").all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    "model", [ns.models.ZIL(learning_rate=0.05), ns.models.IL(learning_rate=0.05, t_c=3),
              ns.models.FaZIL(learning_rate=0.05, zero_threshold=0.2)]
)  # fmt: skip
def test_the_loop_does_what_the_verbs_do_and_event_driven_what_clock_driven_does(model, dtype):
    loop, clock, verbs = (
        simulator(model, dtype=dtype, event_driven=event) for event in (True, False, True)
    )
    for sim in (loop, clock):
        sim.fit(INPUTS, TARGETS, shuffle=False, seed=6, settle_noise=0.1)
    for first in range(0, len(INPUTS), 4):
        verbs.clamp("input", INPUTS[first : first + 4])
        verbs.settle(noise=0.1, **({"seed": 6} if first == 0 else {}))
        verbs.clamp("output", TARGETS[first : first + 4])
        verbs.run(model.ticks(3))
        for end in ("input", "output"):
            verbs.release(end)
    assert same_weights(loop, clock)
    assert same_weights(loop, verbs)


def test_no_bit_depends_on_how_a_run_is_cut():
    whole, cut = simulator(), simulator()
    whole.fit(INPUTS, TARGETS, epochs=4, seed=2, settle_noise=0.1)
    cut.fit(INPUTS, TARGETS, epochs=1, seed=2, settle_noise=0.1)
    cut.predict(INPUTS)
    cut = pickle.loads(pickle.dumps(copy.deepcopy(cut)))
    cut.fit(INPUTS, TARGETS, epochs=2, settle_noise=0.1)
    cut.fit(INPUTS, TARGETS, epochs=1, settle_noise=0.1)
    assert same_weights(whole, cut)
    # Another seed is another noise, and no noise yet another thing.
    others = [simulator() for _ in range(2)]
    for other, noise, seed in zip(others, (0.1, 0.0), (9, 2), strict=True):
        other.fit(INPUTS, TARGETS, epochs=4, seed=seed, shuffle=False, settle_noise=noise)
        assert not same_weights(whole, other)


def test_a_recorded_run_draws_the_same():
    plain, recorded = simulator(), simulator()
    monitor = ns.StateMonitor(recorded, "x", populations=["hidden1"])
    for sim in (plain, recorded):
        sim.fit(INPUTS, TARGETS, epochs=2, seed=2, settle_noise=0.1)
    assert same_weights(plain, recorded)
    assert len(np.unique(monitor.x)) > 1


@pytest.mark.parametrize("event_driven", [True, False])
def test_what_must_be_made_again_draws_again(event_driven):
    # So near to the bound that no step is known beforehand to stay within it.
    near, far = (simulator(event_driven=event_driven, bound=bound) for bound in (2.6, None))
    for sim in (near, far):
        sim.fit(INPUTS, TARGETS, epochs=3, seed=2, settle_noise=0.3)
    assert same_weights(near, far)


def test_a_teacher_that_overflows_after_the_noise_was_drawn_draws_it_once():
    sim = simulator(dtype="float32", bound=None)
    targets = TARGETS.copy()
    # So large that its error cannot be said to be finite beforehand.
    targets[9, 1] = 2e38
    sim.fit(INPUTS, targets, seed=3, shuffle=False, settle_noise=0.2, ticks=0)
    assert sim.simulation.noise_position[1] == 6


def test_noise_beyond_the_bound_is_an_error_that_changes_nothing():
    sim = settled(0.2, 4, bound=50.0)
    before = sim.state("x", "hidden1")
    with pytest.raises(ns.errors.DivergenceError, match="beyond the bound of 50"):
        sim.settle(noise=1e3, seed=5)
    assert (sim.state("x", "hidden1") == before).all()
    # The seed is as it was, too.
    sim.settle(noise=0.2)
    other = settled(0.2, 4)
    other.settle(noise=0.2)
    assert (sim.state("x", "hidden1") == other.state("x", "hidden1")).all()


def test_resting_changes_no_weight_of_z_il():
    resting, awake = (simulator(rest_after_update=rest) for rest in (True, False))
    for sim in (resting, awake):
        sim.fit(INPUTS, TARGETS, epochs=2, settle_noise=0.5)
    assert same_weights(resting, awake)


def test_a_detector_that_was_not_quiet_does_not_fire():
    # Condition C1 is violated: what phi asks for, quiet before the front, is not given.
    sim = simulator(ns.models.FaZIL(learning_rate=0.05))
    before = sim.weights
    sim.fit(INPUTS, TARGETS, settle_noise=0.1)
    assert all((sim.weights[name] == before[name]).all() for name in before)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda sim: sim.settle(noise=-0.1), ValueError, "noise must"),
        (lambda sim: sim.settle(noise=np.nan), ValueError, "noise must"),
        (lambda sim: sim.settle(noise="0.1"), TypeError, "noise must"),
        (lambda sim: sim.settle(noise=0.1, seed=-1), ValueError, "seed must"),
        (lambda sim: sim.settle(seed=1), ValueError, "of which there is none"),
        (lambda sim: sim.settle("inference", noise=0.1), ValueError, "'feedforward'"),
        (lambda sim: sim.fit(INPUTS, TARGETS, settle_noise=-1), ValueError, "settle_noise must"),
        (lambda sim: sim.fit(INPUTS, TARGETS, settle_noise=np.inf), ValueError, "settle_noise"),
    ],
)
def test_what_is_refused(call, error, words):
    sim = settled(0.2)
    before = sim.state("x", "output")
    with pytest.raises(error, match=words):
        call(sim)
    assert (sim.state("x", "output") == before).all()


def test_a_stream_has_nobody_who_could_add_noise():
    sim = simulator(ns.models.FaZIL(sweep=True))
    with pytest.raises(ns.errors.ArgumentError, match="nobody settles it"):
        sim.fit(INPUTS, TARGETS, protocol="stream", settle_noise=0.1)
