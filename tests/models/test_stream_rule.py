"""The rule of the stream, on its own: what it equals, what it needs, and what breaks it.

Only the NumPy reference runs here, not the engine. docs/stream.md has the theorems.
"""

import numpy as np
import pytest
from oracles.presentations import Presentation, random_presentations, show
from oracles.streams import Stream, Wiring, backpropagated

import neurosim as ns

RATE = 0.01
ROUNDING = 1e-12


def layers(depth, activation="tanh", seed=3):
    return ns.Network.layered([6, *[5] * (depth - 1), 3], activation=activation, seed=seed)


def graph(*edges, seed=0):
    """A network of small populations, named by its edges; what nothing predicts is an input."""
    generator = np.random.default_rng(seed)
    ends = [edge.split("->") for edge in edges]
    predicted = {post for _, post in ends}
    net = ns.Network(seed=seed)
    for name in dict.fromkeys(name for pair in ends for name in pair):
        hidden = name in predicted and any(pre == name for pre, _ in ends)
        net.add_population(name, int(generator.integers(2, 5)), "tanh" if hidden else "identity")
    for pre, post in ends:
        shape = (net.populations[pre].size, net.populations[post].size)
        net.connect(pre, post, weights=0.6 * generator.normal(size=shape))
    return net


def random_graph(seed, hidden=5):
    """Populations in a row, each predicted by some of those before it; one or two are inputs."""
    generator = np.random.default_rng(seed)
    inputs = int(generator.integers(1, 3))
    names = [f"in{n}" for n in range(inputs)] + [f"h{n}" for n in range(hidden)] + ["out"]
    edges = set()
    for n in range(inputs, len(names)):
        chosen = generator.random(n) < 0.35
        chosen[generator.integers(n)] = True
        edges |= {f"{names[i]}->{names[n]}" for i in np.flatnonzero(chosen)}
    leading = {edge.split("->")[0] for edge in edges}
    edges |= {f"{name}->out" for name in names[:-1] if name not in leading}
    return graph(*sorted(edges), seed=seed)


def largest(theta):
    return max(np.abs(w).max() for w in theta.values())


def difference(after, before):
    return {name: after[name] - before[name] for name in before if name in after}


def gone_through(net, count=12, *, seed=0, batch=1, t_d=4, world=None, **switches):
    """Difference from backpropagation, relative to what it learned, and spikes beyond those due."""
    stream = Stream(net, alpha=RATE, t_d=t_d, batch=batch, **switches)
    wiring = stream.wiring
    theta, due = dict(wiring.start), 0
    shown = wiring.ticks_to_teacher + t_d
    for one in random_presentations(
        wiring, count, shown=shown, seed=seed, batch=batch, **(world or {})
    ):
        show(stream, one)
        if one.taught:
            theta, errs = backpropagated(wiring, theta, one.inputs, one.targets, RATE)
            due += sum(int(nodes.sum()) for nodes in errs.values())
    learned = largest(difference(theta, wiring.start))
    off = largest(difference(stream.theta, theta)) / learned
    return off, sum(count for *_, count in stream.spikes) - due


def is_exact(net, *arguments, **options):
    off, beyond = gone_through(net, *arguments, **options)
    return off < ROUNDING and beyond == 0


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "softplus"])
@pytest.mark.parametrize(("depth", "t_d"), [(1, 1), (2, 2), (3, 8), (5, 4), (7, 3), (10, 2)])
def test_equal_to_backpropagation_in_layers(activation, depth, t_d):
    assert is_exact(layers(depth, activation), t_d=t_d)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "softplus"])
def test_equal_to_backpropagation_in_batches(activation):
    assert is_exact(layers(4, activation), batch=20)


def test_a_long_stream():
    assert is_exact(layers(3, "sigmoid"), 200, t_d=2)


CHAINS = {
    3: ["in->a", "a->m", "in->b1", "b1->b2", "b2->b3", "b3->b4", "b4->m", "m->out"],
    4: ["in->a", "a->out", "in->b1", "b1->b2", "b2->b3", "b3->b4", "b4->b5", "b5->out"],
    2: ["in->a", "a->b", "b->out", "in->out"],
}


@pytest.mark.parametrize("need", CHAINS)
def test_the_least_t_d_where_paths_differ(need):
    net = graph(*CHAINS[need])
    assert Wiring(net).least_t_d == need
    world = {"without_teacher": 0.0}
    for t_d in (need, need + 1, need + 3):
        assert is_exact(net, t_d=t_d, world=world)
    if need > 2:
        off, _ = gone_through(net, t_d=need - 1, world=world)
        assert off > 1e-4


@pytest.mark.parametrize("seed", range(12))
def test_the_least_t_d_of_random_graphs(seed):
    net = random_graph(seed)
    assert is_exact(net, 8, seed=seed, t_d=Wiring(net).least_t_d)


def test_without_rest_a_long_teacher_needs_t_d_of_two():
    """A node that is in error without end is quiet for a tick when the teacher goes."""
    world = {"longest": 60}
    assert not is_exact(layers(2, "sigmoid"), 40, t_d=1, world=world)
    assert is_exact(layers(2, "sigmoid"), 40, t_d=2, world=world)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
@pytest.mark.parametrize(
    "spoilt",
    [
        {"hears_in_sweep": True},
        {"hears_in_sweep": True, "silent": False},
        {"everywhere_at_once": True},
        {"withheld": ("hidden2", 0)},
        {"recompute": False},
        {"silent": False, "window": 1},
    ],
    ids=lambda spoilt: ", ".join(spoilt),
)
def test_what_breaks_it(activation, spoilt):
    net = layers(5, activation)
    assert is_exact(net, 20)
    assert gone_through(net, 20, **spoilt)[0] > 0.02


def test_a_window_that_is_too_short():
    net = graph(*CHAINS[4])
    world = {"without_teacher": 0.0}
    assert is_exact(net, t_d=6, window=4, world=world)
    assert gone_through(net, t_d=6, window=3, world=world)[0] > 0.02
    # In layers a tick would do, if what the sweep makes is silent.
    assert is_exact(layers(5), window=1)


def shown_once(net, *, t_d=4, wait=0, past=None, **switches):
    """One presentation: change of the weights and its difference from backpropagation's, spikes."""
    stream = Stream(net, alpha=RATE, t_d=t_d, **switches)
    wiring = stream.wiring
    (one,) = random_presentations(wiring, 1, shown=1, without_teacher=0.0, seed=5)
    if past:
        past(stream)
    before, first, begun = dict(stream.theta), len(stream.spikes), stream.now
    ticks = wiring.ticks_to_teacher + t_d + wait
    show(stream, Presentation(one.inputs, one.targets, ticks, wiring.depth - min(wait, 0)))
    expected, _ = backpropagated(wiring, before, one.inputs, one.targets, RATE)
    before = {name: before[name] for name in stream.weights}
    due, off = difference(expected, before), difference(stream.theta, expected)
    relative = {name: np.abs(off[name]).max() / np.abs(due[name]).max() for name in due}
    return relative, [(t - begun, q, n) for t, q, n in stream.spikes[first:]]


@pytest.mark.parametrize("net", [graph(*CHAINS[3]), *map(random_graph, range(4))])
def test_from_a_quiet_past_every_t_d_is_enough(net):
    for t_d in (1, 2, 3):
        off, spikes = shown_once(net, t_d=t_d, past=Stream.settle)
        assert max(off.values()) < ROUNDING
        wiring = Wiring(net)
        level = net.wired(relays=True).levels
        teacher = wiring.ticks_to_teacher + t_d
        due = [(teacher + level[q], q, wiring.sizes[q]) for q in wiring.predicted]
        assert sorted(spikes) == sorted(due)


@pytest.mark.parametrize("t_d", [2, 4, 8])
def test_a_teacher_that_is_early_teaches_all_levels_but_the_output(t_d):
    net = layers(4)
    for early in range(t_d + 1):
        off, spikes = shown_once(net, t_d=t_d, wait=-early)
        last = off.pop("hidden3->output")
        assert max(off.values()) < ROUNDING
        assert last < ROUNDING if early == 0 else last == 1
        # The output is heard from the last tick of its sweep on.
        heard = 4 + t_d - (early > 0)
        fired = [(heard + 1, "hidden3", 5), (heard + 2, "hidden2", 5), (heard + 3, "hidden1", 5)]
        assert spikes == ([(heard, "output", 3)] if early == 0 else []) + fired


@pytest.mark.parametrize("net", [layers(5), graph(*CHAINS[4]), random_graph(0)])
def test_a_teacher_of_one_tick_is_enough_if_the_next_input_waits_for_its_front(net):
    wiring = Wiring(net)
    t_d = wiring.least_t_d

    def learned(pause):
        stream, theta = Stream(net, alpha=RATE, t_d=t_d), wiring.start
        shown = wiring.ticks_to_teacher + t_d
        for one in random_presentations(wiring, 12, shown=shown, without_teacher=0.0):
            show(stream, Presentation(one.inputs, one.targets, shown, 1, pause))
            theta, _ = backpropagated(wiring, theta, one.inputs, one.targets, RATE)
        stream.run(20)
        return largest(difference(stream.theta, theta)) / largest(difference(theta, wiring.start))

    assert learned(wiring.depth - 1) < ROUNDING
    assert learned(wiring.depth - 2) > 0.01


def test_errors_that_a_sweep_makes_are_to_be_silent():
    """Where an input is heard over a short way before a long one, in a network that was quiet."""
    net = graph("in->a", "a->b", "b->c", "c->out", "in->out")

    def past(stream):
        stream.clamp("in", np.ones((1, stream.wiring.sizes["in"])))
        stream.run(30)

    for t_d in (2, 4, 8):
        off, spikes = shown_once(net, t_d=t_d, past=past)
        assert max(off.values()) < ROUNDING
        assert [(t - t_d, q) for t, q, _ in spikes] == [(4, "out"), (5, "c"), (6, "b"), (7, "a")]
        off, spikes = shown_once(net, t_d=t_d, past=past, silent=False)
        # The output is in error at once; c hears it, and has not been reached.
        assert spikes[0][:2] == (1, "c")
        assert max(off.values()) > 0.1


# The protocol's edges


def test_an_input_that_changes_under_a_standing_teacher_teaches_all_levels_but_the_output():
    stream = Stream(layers(4), alpha=RATE)
    generator = np.random.default_rng(1)
    target = generator.normal(size=(1, 3))
    stream.clamp("input", generator.normal(size=(1, 6)))
    stream.run(8)
    stream.clamp("output", target)
    stream.run(4)
    for _ in range(3):
        x, before = generator.normal(size=(1, 6)), dict(stream.theta)
        stream.clamp("input", x)
        stream.run(20)
        expected, _ = backpropagated(stream.wiring, before, {"input": x}, {"output": target}, RATE)
        off = difference(stream.theta, expected)
        assert (stream.theta["hidden3->output"] == before["hidden3->output"]).all()
        off.pop("hidden3->output")
        assert largest(off) < 1e-12 * largest(difference(expected, before))


@pytest.mark.parametrize("wait", [0, 3, 30])
@pytest.mark.parametrize("gone", [False, True])
def test_a_second_teacher_without_an_onset_teaches_nothing(wait, gone):
    stream = Stream(layers(4), alpha=RATE)
    generator = np.random.default_rng(1)
    stream.clamp("input", generator.normal(size=(1, 6)))
    stream.run(8)
    stream.clamp("output", generator.normal(size=(1, 3)))
    stream.run(6)
    if gone:
        stream.release("output")
    stream.run(wait)
    before = dict(stream.theta)
    stream.clamp("output", generator.normal(size=(1, 3)))
    stream.run(30)
    assert largest(difference(stream.theta, before)) == 0


def test_an_output_taught_in_part_learns_that_part():
    stream = Stream(layers(4), alpha=RATE)
    wiring, generator = stream.wiring, np.random.default_rng(1)
    x, target = generator.normal(size=(1, 6)), generator.normal(size=(1, 3))
    stream.clamp("input", x)
    stream.run(8)
    target[0, 1] = stream.mu["output"][0, 1]
    stream.clamp("output", target[:, [0, 2]], nodes=[0, 2])
    stream.run(30)
    expected, _ = backpropagated(wiring, wiring.start, {"input": x}, {"output": target}, RATE)
    assert largest(difference(stream.theta, expected)) < 1e-12
    assert sum(n for *_, n in stream.spikes) == 2 + 15


def two_inputs(between):
    ways = [f"right->b{n}" if n == 0 else f"b{n - 1}->b{n}" for n in range(between)]
    return graph("left->a", "a->c", *ways, f"b{between - 1}->c", "c->out")


@pytest.mark.parametrize("between", [1, 3])
def test_one_input_of_two_shown_anew_is_enough_in_a_quiet_network(between):
    net = two_inputs(between)
    stream = Stream(net, alpha=RATE)
    wiring = stream.wiring
    first, second = random_presentations(wiring, 2, shown=1, without_teacher=0.0, again=0.0, seed=5)
    inputs = {"left": second.inputs["left"], "right": first.inputs["right"]}
    for name, values in first.inputs.items():
        stream.clamp(name, values)
    stream.run(20)
    show(stream, Presentation({"left": inputs["left"]}, second.targets, 20, 20))
    expected, _ = backpropagated(wiring, wiring.start, inputs, second.targets, RATE)
    assert largest(difference(stream.theta, expected)) < ROUNDING


@pytest.mark.parametrize(("between", "exact"), [(1, True), (3, False)])
def test_one_input_of_two_shown_anew_after_a_teacher(between, exact):
    """What no onset reaches has to calm down by itself: one node does, a chain does not."""
    net = two_inputs(between)
    stream = Stream(net, alpha=RATE)
    wiring = stream.wiring
    first, second = random_presentations(wiring, 2, shown=1, without_teacher=0.0, again=0.0, seed=5)
    show(stream, Presentation(first.inputs, first.targets, 20, 10))
    before = dict(stream.theta)
    inputs = {"left": second.inputs["left"], "right": first.inputs["right"]}
    show(stream, Presentation({"left": inputs["left"]}, second.targets, 30, 20))
    expected, _ = backpropagated(wiring, before, inputs, second.targets, RATE)
    off = largest(difference(stream.theta, expected)) / largest(difference(expected, before))
    assert off < 1e-10 if exact else off > 0.01


def test_weights_used_twice_change_when_the_teacher_goes():
    net = ns.Network.recurrent(3, 4, 2, steps=3, seed=1)
    assert is_exact(net, t_d=Wiring(net).least_t_d)
    stream = Stream(net, alpha=RATE)
    wiring = stream.wiring
    (one,) = random_presentations(wiring, 1, shown=20, without_teacher=0.0)
    for name, values in one.inputs.items():
        stream.clamp(name, values)
    stream.run(20)
    for name, values in one.targets.items():
        stream.clamp(name, values)
    stream.run(30)
    waiting = {k.root for k in wiring.links if k.waits and k.plastic}
    assert waiting
    assert all((stream.theta[name] == wiring.start[name]).all() for name in waiting)
    for name in one.targets:
        stream.release(name)
    expected, _ = backpropagated(wiring, wiring.start, one.inputs, one.targets, RATE)
    assert largest(difference(stream.theta, expected)) < ROUNDING
    # A teacher that goes before the last level has learned changes what it learns through.
    for taught, exact in ((wiring.depth, True), (wiring.depth - 1, False)):
        stream = Stream(net, alpha=RATE)
        show(stream, Presentation(one.inputs, one.targets, 20, taught, 20))
        assert (largest(difference(stream.theta, expected)) < ROUNDING) == exact


def at_own_times(batch, count=20):
    """Each replica is shown things at times of its own, and all learn the same weights."""
    stream = Stream(layers(3), alpha=RATE, batch=batch)
    wiring, generator = stream.wiring, np.random.default_rng(0)
    events = []
    for replica in range(batch):
        t = int(generator.integers(0, 30))
        for _ in range(count):
            x, y = generator.normal(size=(1, 6)), generator.normal(size=(1, 3))
            appears = t + 7 + int(generator.integers(0, 9))
            goes = appears + 3 + int(generator.integers(0, 10))
            events += [(t, 0, replica, x, y), (appears, 1, replica, x, y), (goes, 2, replica, x, y)]
            t = goes + int(generator.integers(0, 20))
    theta, due = dict(wiring.start), 0
    for t, what, replica, x, y in sorted(events, key=lambda event: event[:3]):
        stream.run(t - stream.now)
        rows = slice(replica, replica + 1)
        if what == 0:
            stream.clamp("input", x, replicas=rows)
        elif what == 2:
            stream.release("output", replicas=rows)
        else:
            stream.clamp("output", y, replicas=rows)
            theta, errs = backpropagated(wiring, theta, {"input": x}, {"output": y}, RATE)
            due += sum(int(nodes.sum()) for nodes in errs.values())
    stream.run(10)
    off = np.concatenate([d.ravel() for d in difference(stream.theta, theta).values()])
    change = np.concatenate([d.ravel() for d in difference(theta, wiring.start).values()])
    spikes = sum(n for *_, n in stream.spikes)
    return np.linalg.norm(off) / np.linalg.norm(change), spikes / due


def test_replicas_at_times_of_their_own_disturb_each_other():
    assert at_own_times(1) == (0, 1)
    off, fired = at_own_times(2)
    assert off > 0.1
    assert fired < 0.8
    # The more there are, the fewer errors come out of quiet.
    assert at_own_times(8)[1] < 0.5
