"""What happens where a world does other than show inputs, each with a teacher: each as it is."""

import numpy as np
import pytest
from oracles.bits import same_bits, snapshot, states
from oracles.stream_worlds import drawn, graph, layers, onsets, streaming

import neurosim as ns
from neurosim import models
from neurosim.kernels.arrays.layout import LONG_AGO

SHOWN = 8


def same(first, second):
    return first.tobytes() == second.tobytes()


def changed(before, after):
    return {name for name in before if not same(before[name], after[name])}


def one_step(sim, x, y):
    """The weights that backpropagation makes of those that a simulator has."""
    bp = models.BP(sim.network, learning_rate=sim.learning_rate, batch_size=sim.batch_size)
    bp.set_weights(sim.weights)
    bp.fit(x, y, shuffle=False)
    return bp.weights


def generator_of(seed):
    generator = np.random.default_rng(seed)
    return lambda size: generator.normal(size=(1, size))


@pytest.fixture(params=[False, True], ids=["without rest", "with rest"])
def sim(request):
    return streaming(layers(4), rest_after_update=request.param)


def check_all_but_the_output(sim, x, y):
    """Show an input under a teacher that is there, for long: who learns what.

    To rounding: the error of an output that is held follows its prediction in steps.
    """
    before, expected = sim.weights, one_step(sim, x, y)
    sim.clamp("input", x)
    sim.run(30)
    after = sim.weights
    assert same(after.pop("hidden3->output"), before["hidden3->output"])
    for name, weights in after.items():
        largest = abs(expected[name] - before[name]).max()
        assert largest > 1e-5
        np.testing.assert_allclose(weights, expected[name], rtol=0, atol=1e-12 * largest)


def test_an_input_that_changes_under_a_standing_teacher_teaches_all_levels_but_the_output(sim):
    """The output is in error while it follows: it is never quiet before it is heard."""
    draw = generator_of(1)
    y = draw(3)
    sim.stream([(0, "input", draw(6)), (SHOWN, "output", y), 4])
    for _ in range(3):
        check_all_but_the_output(sim, draw(6), y)


def test_a_teacher_before_any_input(sim):
    """As if the input changed under it."""
    draw = generator_of(2)
    y = draw(3)
    sim.stream([(0, "output", y), 5])
    check_all_but_the_output(sim, draw(6), y)


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.parametrize("wait", [0, 3, 30])
def test_a_second_teacher_without_an_onset_teaches_nothing(sim, gone, wait):
    draw = generator_of(3)
    sim.stream([(0, "input", draw(6)), (SHOWN, "output", draw(3)), 6])
    if gone:
        sim.release("output")
    sim.run(wait)
    before = sim.weights
    sim.clamp("output", draw(3))
    sim.run(30)
    assert not changed(before, sim.weights)
    # The same input with an onset: all is as ever.
    sim.release("output")
    x, y = sim.state("x", "input"), draw(3)
    expected = one_step(sim, x, y)
    sim.stream([(0, "input", x), (SHOWN, "output", y), 4])
    assert same_bits(sim.weights, expected)


def test_a_teacher_for_what_was_shown_and_never_taught():
    """However long ago it was shown."""
    for wait in (SHOWN, 1000, 10**9):
        sim, draw = streaming(layers(4)), generator_of(4)
        x, y = draw(6), draw(3)
        expected = one_step(sim, x, y)
        sim.stream([(0, "input", x), (wait, "output", y), 4])
        assert same_bits(sim.weights, expected)


def test_an_output_taught_in_part_learns_that_part(sim):
    draw = generator_of(5)
    x, y = draw(6), draw(3)
    sim.stream([(0, "input", x), SHOWN])
    phi = ns.SpikeMonitor(sim)
    whole = y.copy()
    whole[0, 1] = sim.state("mu", "output")[0, 1]
    expected = one_step(sim, x, whole)
    sim.stream([ns.world.Event("output", y[:, [0, 2]], nodes=[0, 2]), 30])
    assert same_bits(sim.weights, expected)
    assert phi.count["output"].tolist() == [1, 0, 1]
    assert all((phi.count[name] == 1).all() for name in ("hidden1", "hidden2", "hidden3"))


def two_inputs(between):
    ways = [f"right->b{n}" if n == 0 else f"b{n - 1}->b{n}" for n in range(between)]
    return graph("left->a", "a->c", *ways, f"b{between - 1}->c", "c->out")


@pytest.mark.parametrize("between", [1, 3])
@pytest.mark.parametrize("rest", [False, True])
def test_one_input_of_two_shown_anew_in_a_quiet_network(between, rest):
    """The onset need not reach what has not changed."""
    sim = streaming(two_inputs(between), rest_after_update=rest)
    x, y = drawn(sim, 2, seed=5)
    sim.clamp({name: values[:1] for name, values in x.items()})
    sim.run(20)
    now = {"left": x["left"][1:], "right": x["right"][:1]}
    expected = one_step(sim, now, y["out"][1:])
    sim.stream([(0, "left", now["left"]), (20, "out", y["out"][1:]), 20])
    assert same_bits(sim.weights, expected)


@pytest.mark.parametrize("rest", [False, True])
def test_one_input_of_two_shown_anew_after_a_teacher(rest):
    """What no onset reaches is where the last teacher has left it."""
    sim = streaming(two_inputs(3), rest_after_update=rest)
    x, y = drawn(sim, 2, seed=5)
    first = {name: values[:1] for name, values in x.items()}
    sim.stream([ns.world.Event(first), (20, "out", y["out"][:1]), (10, "out", None)])
    before = sim.weights
    now = {"left": x["left"][1:], "right": x["right"][:1]}
    expected = one_step(sim, now, y["out"][1:])
    sim.stream([(0, "left", now["left"]), (30, "out", y["out"][1:]), 20])
    assert not same_bits(sim.weights, expected)
    untouched = {name for name in before if "b" in name and name != "b2->c"}
    if rest:
        # It rests yet.
        assert changed(before, sim.weights) == set(before) - untouched
    # Both inputs with an onset: all is as ever.
    sim.release("out")
    expected = one_step(sim, now, y["out"][1:])
    sim.stream([ns.world.Event(now), (20, "out", y["out"][1:]), 20])
    assert same_bits(sim.weights, expected)


def test_a_hidden_population_that_is_clamped_passes_the_onset_on():
    """What it predicts learns as if it were the input; it has no onset by being clamped."""
    sim, draw = streaming(layers(4), rest_after_update=True), generator_of(6)
    held, y = draw(7), draw(3)
    rest = ns.Network(seed=0)
    for name in ("hidden2", "hidden3", "output"):
        like = sim.network.populations[name]
        rest.add_population(name, like.size, like.activation)
    for name in ("hidden2->hidden3", "hidden3->output"):
        rest.connect(*name.split("->"), weights=sim.weights[name])
    bp = models.BP(rest, learning_rate=sim.learning_rate)
    bp.fit(held, y)
    sim.clamp("hidden2", held)
    sim.run(3)
    assert all((found == LONG_AGO).all() for found in onsets(sim).values())
    sim.clamp("input", draw(6))
    begun = int(sim.simulation.lowered.state.clock[0])
    sim.run(SHOWN)
    assert {name: int(found[0]) - begun for name, found in onsets(sim).items()} == {
        "input": 0, "hidden1": 1, "hidden2": 2, "hidden3": 3, "output": 4,
    }  # fmt: skip
    assert same(sim.state("x", "hidden2"), held)
    sim.clamp("output", y)
    sim.run(4)
    for name, weights in bp.weights.items():
        assert same(sim.weights[name], weights)


def test_currents_are_not_felt_while_a_node_follows():
    """And are felt as soon as it does not."""
    sims = [streaming(layers(4)) for _ in range(2)]
    draw = generator_of(7)
    x = draw(6)
    for sim in sims:
        sim.clamp("input", x)
    # hidden2 follows from tick 1 to tick 5.
    sims[0].run(1)
    sims[1].run(1)
    sims[1].inject("hidden2", draw(7), 4)
    for _ in range(10):
        for sim in sims:
            sim.run(1)
        assert states(sims[0]) == states(sims[1])
    for sim in sims:
        sim.clamp("input", x)
        sim.run(1)
    sims[1].inject("hidden2", draw(7), 5)
    sims[0].run(4)
    sims[1].run(4)
    assert states(sims[0]) == states(sims[1])
    sims[1].run(1)
    assert not same(sims[0].state("x", "hidden2"), sims[1].state("x", "hidden2"))


def test_cut_synapses_and_silent_nodes_carry_no_onset():
    sim = streaming(layers(4), batch=2)
    for i in range(6):
        sim.cut("input", i, "hidden1", 2)
    sim.silence("hidden2", [0, 3])
    sim.clamp("input", np.ones((2, 6)))
    sim.run(SHOWN)
    found = onsets(sim)
    assert np.flatnonzero(found["hidden1"] == LONG_AGO).tolist() == [2]
    assert np.flatnonzero(found["hidden2"] == LONG_AGO).tolist() == [0, 3]
    assert set(found["hidden3"].tolist()) == {3}
    # What is mended carries it again.
    sim.mend("input", 4, "hidden1", 2)
    sim.restore("hidden2", [3])
    begun = int(sim.simulation.lowered.state.clock[0])
    sim.clamp("input", np.ones((2, 6)))
    sim.run(SHOWN)
    found = onsets(sim)
    assert set(found["hidden1"] - begun) == {1}
    assert np.flatnonzero(found["hidden2"] == LONG_AGO).tolist() == [0]
    # If all is cut, none arrives.
    for j in range(7):
        if j:
            sim.silence("hidden2", [j])
    sim.clamp("input", np.ones((2, 6)))
    sim.run(SHOWN)
    assert (onsets(sim)["hidden3"] < begun + SHOWN).all()


@pytest.mark.parametrize("early", range(6))
def test_settling_in_the_middle_of_a_sweep_ends_it(early):
    """And is what it is without a sweep: the teacher may come at once."""
    draw = generator_of(8)
    x, y = draw(6), draw(3)
    sim = streaming(layers(4), rest_after_update=early % 2 == 0)
    sim.stream([(0, "input", draw(6)), (SHOWN, "output", draw(3)), (4, "output", None)])
    expected = one_step(sim, x, y)
    sim.clamp("input", x)
    sim.run(early)
    sim.settle()
    assert all((found == LONG_AGO).all() for found in onsets(sim).values())
    for name in ("hidden1", "hidden2", "hidden3", "output"):
        assert same(sim.state("x", name), sim.state("mu", name))
    assert sim.t == 0
    sim.clamp("output", y)
    sim.run(4)
    assert same_bits(sim.weights, expected)
    sim.release("output")
    expected = one_step(sim, y @ np.ones((3, 6)), x[:, :3])
    sim.stream([(0, "input", y @ np.ones((3, 6))), (SHOWN, "output", x[:, :3]), 4])
    assert same_bits(sim.weights, expected)


def test_presenting_and_predicting_between_streams():
    """`present` settles, and `predict` leaves all as it is, also in the middle of a sweep."""
    draw = generator_of(9)
    sims = [streaming(layers(4), rest_after_update=True) for _ in range(2)]
    for sim in sims:
        sim.stream([(0, "input", np.ones(6)), 2])
    sims[1].predict(draw(6))
    for sim in sims:
        sim.run(3)
    assert snapshot(sims[0]) == snapshot(sims[1])
    x, y = draw(6), draw(3)
    expected = one_step(sims[0], x, y)
    sims[0].present(x, y)
    assert same_bits(sims[0].weights, expected)


def test_a_sweep_of_an_input_clamped_in_part():
    """The nodes that are clamped have an onset; together with the others they are the input."""
    sim, draw = streaming(layers(4)), generator_of(10)
    x, y = draw(6), draw(3)
    sim.stream([(0, "input", x), 20])
    x[0, [1, 4]] = 0.25, -0.5
    expected = one_step(sim, x, y)
    begun = int(sim.simulation.lowered.state.clock[0])
    sim.clamp("input", [[0.25, -0.5]], nodes=[1, 4])
    assert np.flatnonzero(onsets(sim)["input"] == begun).tolist() == [1, 4]
    sim.stream([(SHOWN, "output", y), 4])
    assert same_bits(sim.weights, expected)
