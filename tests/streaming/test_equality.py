"""In a stream Fa-Z-IL learns what backpropagation learns, bit for bit, and nobody settles it."""

import copy

import numpy as np
import pytest
from oracles.bits import same_bits, snapshot
from oracles.running import pickled
from oracles.stream_worlds import (
    a_world,
    acts,
    backpropagated,
    layers,
    learns_as_backpropagation,
    onsets,
    recorded,
    skipping,
    streaming,
)

from neurosim import models

#: Synapses from input to output; activation, bias; replicas, precision, t_d, whether nodes rest,
#: options. Where rectified nodes are silent for some replicas only, they need rest.
CASES = [
    (1, "sigmoid", True, 1, "float64", 1, False, {}),
    (1, "tanh", False, 20, "float32", 1, None, {"batch_reduction": "mean"}),
    (2, "sigmoid", False, 20, "float64", 2, None, {}),
    (2, "relu", True, 1, "float64", 2, None, {"event_driven": False}),
    (3, "tanh", True, 20, "float64", 4, None, {}),
    (3, "softplus", True, 1, "float32", 8, True, {}),
    (4, "sigmoid", True, 20, "float32", 3, True, {"threads": 2}),
    (4, "relu", True, 20, "float64", 1, True, {}),
    (5, "tanh", False, 1, "float64", 1, True, {"event_driven": False}),
    (5, "softplus", False, 20, "float64", 5, None, {"batch_reduction": "mean"}),
    (6, "sigmoid", True, 1, "float64", 6, None, {}),
    (6, "relu", False, 1, "float32", 4, True, {}),
    (7, "tanh", True, 20, "float64", 2, None, {"threads": 2}),
    (8, "softplus", True, 1, "float64", 7, False, {}),
    (8, "sigmoid", False, 20, "float64", 1, True, {"batch_reduction": "mean"}),
    (9, "tanh", True, 1, "float32", 8, None, {}),
    (10, "sigmoid", True, 1, "float64", 2, None, {}),
    (10, "tanh", False, 20, "float64", 3, True, {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: " ".join(map(str, case[:7])))
def test_equal_to_backpropagation(case):
    depth, activation, bias, batch, dtype, t_d, rest, options = case
    sim = streaming(
        layers(depth, activation, bias=bias), batch=batch, dtype=dtype, t_d=t_d,
        rest_after_update=rest, **options,
    )  # fmt: skip
    before = sim.weights
    assert learns_as_backpropagation(sim, a_world(sim, 200, seed=depth))
    assert all((before[name] != weights).any() for name, weights in sim.weights.items())


@pytest.mark.parametrize("model", [models.FaZIL, models.ZIL, models.IL, models.IncrementalPC])
def test_any_model_predicts_in_a_sweep(model):
    """As exactly as by settling, whatever it learns by."""
    sim = streaming(layers(4), model=model)
    sim.stream([(0, "input", np.ones(6)), 8], learning=False)
    for name in ("hidden1", "hidden2", "hidden3", "output"):
        np.testing.assert_array_equal(sim.state("x", name), sim.state("mu", name))
        assert (sim.state("epsilon", name) == 0).all()
    np.testing.assert_array_equal(sim.state("x", "output"), sim.predict(np.ones((1, 6))))


def test_z_il_in_a_stream_equals_backpropagation():
    """Its clock begins with the teacher, which is a signal from outside; settling is none."""
    sim = streaming(layers(4, "sigmoid"), model=models.ZIL, batch=3)
    assert learns_as_backpropagation(sim, a_world(sim, 60))


@pytest.mark.parametrize(
    ("make", "batch", "t_d", "rest"),
    [(lambda: layers(4, "relu", bias=True), 3, 4, None), (skipping, 3, 3, True),
     (skipping, 1, 4, None)],
    ids=["layers", "skips, with rest", "skips"],
)  # fmt: skip
def test_event_driven_and_clock_driven_are_alike_at_every_tick(make, batch, t_d, rest):
    runs = []
    for way in (True, False):
        sim = streaming(make(), batch=batch, t_d=t_d, rest_after_update=rest, event_driven=way)
        # Where nobody rests, paths of several lengths make a network unstable under a teacher.
        world = a_world(sim, 60, seed=1, taught=(4, 30 if rest else 9))
        runs.append(recorded(sim, lambda sim, world=world: sim.stream(world)))
    assert len(runs[0]["0 tick"]) > 1000
    assert same_bits(*runs)


def test_onsets_are_alike_at_every_tick_and_where_paths_from_inputs_lead():
    sims = [streaming(skipping(), t_d=3, event_driven=way) for way in (True, False)]
    deeds = list(acts(sims[0], a_world(sims[0], 12, seed=3, taught=(4, 9))))
    for verb, *arguments in deeds:
        if verb != "run":
            for sim in sims:
                getattr(sim, verb)(*arguments)
            continue
        for _ in range(*arguments):
            for sim in sims:
                sim.run(1)
            one, other = map(onsets, sims)
            assert same_bits(one, other)


def test_a_stream_in_pieces_of_copies():
    """Copied and pickled wherever it stands, also in the middle of a sweep, and gone on with."""
    generator = np.random.default_rng(0)
    for rest in (None, True):
        sim = streaming(layers(5, "sigmoid"), batch=3, rest_after_update=rest)
        world = a_world(sim, 40, seed=2)
        whole = streaming(layers(5, "sigmoid"), batch=3, rest_after_update=rest)
        whole.stream(world)
        bp, swept = backpropagated(sim, world), 0
        for verb, *arguments in acts(sim, world):
            if verb != "run":
                getattr(sim, verb)(*arguments)
                continue
            left = arguments[0]
            while left:
                ticks = int(generator.integers(1, min(left, 6) + 1))
                sim.run(ticks)
                left -= ticks
                if generator.integers(3) == 0:
                    sim = (copy.copy, copy.deepcopy, pickled)[generator.integers(3)](sim)
                    swept += any(sim.simulation.lowered.state.sweeping)
        assert swept > 30
        assert snapshot(sim) == snapshot(whole)
        assert same_bits(sim.weights, bp.weights)
