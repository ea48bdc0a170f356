"""What a stream needs, from the lengths of all paths."""

import time
from itertools import pairwise

import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors
from neurosim.description.path_lengths import Detour, SweepNeeds, sweep_needs


def needs(net, **options):
    """Those of a network, which are the same whether its relays are made or not."""
    found = sweep_needs(net.wired(relays=False), **options)
    if not options:
        assert found == sweep_needs(net.wired(relays=True))
    return found


def joined(*pairs, sizes=2):
    """A network of the populations that are named, connected all to all."""
    net = ns.Network(seed=0)
    for name in dict.fromkeys(name for pair in pairs for name in pair):
        net.add_population(name, sizes, "tanh")
    for pre, post in pairs:
        net.connect(pre, post)
    return net


def chain(*names):
    return list(pairwise(names))


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 3, 10])
def test_layers(depth, bias):
    net = ns.Network.layered([3] * (depth + 1), bias=bias, seed=0)
    # Where no hidden node predicts, no error goes on.
    assert needs(net) == SweepNeeds(depth, 1 if depth == 1 else 2, None, ())
    assert needs(net).shown(4) == depth + 4


def test_relays_make_paths_of_one_length():
    net = joined(*chain("input", "a", "b", "c", "output"), ("a", "output"))
    assert needs(net) == SweepNeeds(4, 2, None, ())
    # Without them, node b hears the output for the first time before it has its last prediction.
    assert needs(net, relays=False) == SweepNeeds(4, 2, None, ())


def test_inputs_at_two_depths():
    """Node c is reached over 1 and 3; its error is heard by b alone, which is final after 2."""
    net = joined(*chain("near", "a", "b", "c", "output"), ("far", "c"))
    assert needs(net) == SweepNeeds(4, 2, None, ())


@pytest.mark.parametrize("length", [2, 3, 4, 8])
def test_a_long_and_a_short_chain_meet(length):
    """The last of the short chain is final after 1, and hears the error until the other comes."""
    long = [f"l{n}" for n in range(length)]
    net = joined(*chain("first", *long, "output"), ("second", "s"), ("s", "output"))
    detour = Detour("output", 2, length + 1) if length > 3 else None
    assert needs(net) == SweepNeeds(length + 1, max(2, length - 1), detour, ())
    if detour is None:
        return
    # What is between makes it less: a third chain of half that length.
    net.add_population("third", 2)
    for n in range(length // 2):
        net.add_population(f"t{n}", 2, "tanh")
        net.connect(f"t{n - 1}" if n else "third", f"t{n}")
    net.connect(f"t{length // 2 - 1}", "output")
    assert needs(net).t_d == max(2, length - length // 2)


def test_levels_are_of_the_network_as_described():
    """A readout is one synapse below its output."""
    net = ns.Network(seed=0)
    net.add_population("input", 2)
    net.add_population("side", 2, "tanh", output=True)
    net.add_population("output", 2)
    for pre, post in (("input", "side"), ("side", "output"), ("input", "output")):
        net.connect(pre, post)
    assert needs(net) == SweepNeeds(2, 2, None, ())
    assert "side.readout" in net.wired().populations


@pytest.mark.parametrize("every_output", [False, True])
def test_recurrent(every_output):
    """Each step is reached from all inputs up to its own, over all lengths in turn."""
    net = ns.Network.recurrent(2, 3, 2, steps=6, every_output=every_output, bias=True, seed=0)
    assert needs(net) == SweepNeeds(7, 2, None, ())


def test_deep_networks_take_no_time():
    net = ns.Network.recurrent(2, 3, 2, steps=1000, every_output=True, bias=True, seed=0)
    wired = net.wired(relays=False)
    began = time.perf_counter()
    assert sweep_needs(wired) == SweepNeeds(1001, 2, None, ())
    assert time.perf_counter() - began < 3.0


def test_sizes_do_not_matter():
    net = ns.Network(seed=0)
    for name in "abc":
        net.add_population(name, 2**31 - 1, "tanh")
    net.connect("a", "b", rule=connectors.Pairs([(5, 2**31 - 2), (0, 0)]))
    net.connect("b", "c", rule=connectors.Pairs([(2**31 - 2, 7)]))
    # Node 6 of a is no input any more, as others are predicted, and predicts node 10 of c.
    net.add_population("d", 1)
    net.connect("d", "a", rule=connectors.Pairs([(0, 5)]))
    net.connect("a", "c", rule=connectors.Pairs([(5, 9), (6, 10)]))
    assert sweep_needs(net) == SweepNeeds(3, 2, None, ("a", "c"))


def test_nodes_that_no_input_reaches():
    net = ns.Network(seed=0)
    for name, size in (("input", 2), ("a", 4), ("output", 3)):
        net.add_population(name, size, "tanh")
    net.connect("input", "a", rule=connectors.Pairs([(0, 0), (1, 1)]))
    into_output = [(0, 0), (1, 1)]
    net.connect("a", "output", rule=connectors.Pairs(into_output))
    # Nodes 2 and 3 of a lead nowhere, and node 2 of the output has nothing to learn.
    assert needs(net).unreached == ()
    net.add_bias("bias", ["a"])
    assert needs(net).unreached == ()
    net.add_population("second", 1)
    net.connect("a", "second", rule=connectors.Pairs([(3, 0)]))
    assert needs(net).unreached == ("a", "second")
    net.connect("input", "second")
    assert needs(net).unreached == ("a",)


def test_biases_have_no_onsets():
    net = ns.Network.layered([2, 3, 2], seed=0)
    net.add_population("alone", 2, "tanh")
    net.add_bias("bias", ["alone"])
    net.connect("alone", "output")
    assert needs(net) == SweepNeeds(2, 2, None, ("alone",))
    net = ns.Network(seed=0)
    net.add_population("output", 2)
    net.add_bias("bias", ["output"])
    assert needs(net) == SweepNeeds(0, 1, None, ("output",))


def test_nodes_are_told_apart_where_wiring_is_sparse():
    """Over lengths of 2, 3 and 5 in all, but no node is reached over both 2 and 3."""
    net = joined(*chain("input", *"abcd", "output"), *chain("input", "s"), *chain("input", *"tu"))
    told = net.duplicate()
    for pre, n in (("s", 0), ("u", 1)):
        net.connect(pre, "output")
        told.connect(pre, "output", rule=connectors.Pairs([(n, n)]))
    assert needs(net) == SweepNeeds(5, 2, None, ())
    assert needs(told) == SweepNeeds(5, 3, Detour("output", 2, 5), ())


def paths(net):
    """Lengths of all paths that lead to each node of a network with its relays, one by one."""
    edges = {}
    predictors = {}
    for p in net.projections.values():
        for i in range(p.shape[0]):
            for j in p.targets(i):
                edges.setdefault((p.pre, i), []).append((p.post, j))
                predictors.setdefault((p.post, j), []).append((p.pre, i))
    lengths = {}

    def walk(node, length):
        lengths.setdefault(node, set()).add(length)
        for following in edges.get(node, []):
            walk(following, length + 1)

    for name in net.inputs:
        for i in range(net.populations[name].size):
            walk((name, i), 0)
    return lengths, predictors, edges


def by_hand(net):
    """The least t_d, the longest path, and who is not reached, from paths followed one by one."""
    predicted = {p.post for p in net.projections.values()}
    lengths, predictors, edges = paths(net)
    t_d = 1
    for node, pres in predictors.items():
        final = [
            max(lengths[pre]) + 1 if pre in lengths else 0 for pre in pres if pre[0] in predicted
        ]
        if not final:
            continue
        own = sorted(lengths.get(node, []))
        t_d = max([t_d, 2, *(b - a for a, b in pairwise(own) if a >= min(final))])
    relays = {n for n, p in net.populations.items() if p.derived and n not in net.outputs}
    longest = max(max(s) for (name, _), s in lengths.items() if name not in relays)

    def errs(node):
        if node[0] in net.outputs:
            return node in predictors
        return any(map(errs, edges.get(node, [])))

    unreached = {
        name
        for name in predicted
        for i in range(net.populations[name].size)
        if (name, i) not in lengths and errs((name, i)) and not net.populations[name].derived
    }
    return longest, t_d, unreached


def drawn(generator):
    """A small random graph: inputs at several depths, skips, sparse wiring, biases, readouts."""
    net = ns.Network(seed=int(generator.integers(1 << 30)))
    count = int(generator.integers(3, 9))
    density = generator.choice([0.25, 0.5, 1.0])
    names = [f"p{n}" for n in range(count)]
    for name in names:
        size = int(generator.integers(1, 4))
        net.add_population(name, size, "tanh", output=bool(generator.random() < 0.1))

    def connect(pre, post):
        shape = net.populations[pre].size, net.populations[post].size
        mask = generator.random(shape) < density
        mask.flat[generator.integers(mask.size)] = True
        net.connect(pre, post, **({} if mask.all() else {"mask": mask}))

    chance = generator.choice([0.1, 0.25, 0.5])
    for n, post in enumerate(names[1:]):
        pres = {names[n]} if generator.random() < 0.7 else set()
        pres |= {pre for pre in names[:n] if generator.random() < chance}
        for pre in sorted(pres):
            connect(pre, post)
    used = {name for p in net.projections.values() for name in (p.pre, p.post)}
    for name in names[:-1]:
        if name not in used:
            connect(name, names[-1])
    if names[-1] not in used and f"{names[0]}->{names[-1]}" not in net.projections:
        connect(names[0], names[-1])
    predicted = {p.post for p in net.projections.values()}
    if generator.random() < 0.3:
        net.add_bias("bias", sorted(predicted)[:2])
    return net


def test_against_all_paths_followed_one_by_one():
    generator = np.random.default_rng(20)
    seen = set()
    for _ in range(400):
        net = drawn(generator)
        found = needs(net)
        assert (found.longest, found.t_d, set(found.unreached)) == by_hand(net.wired())
        assert (found.because is None) == (found.t_d <= 2)
        if found.because:
            population, shorter, longer = found.because
            assert longer - shorter == found.t_d
            assert any(
                {shorter, longer} <= own and not own & set(range(shorter + 1, longer))
                for (name, _), own in paths(net.wired())[0].items()
                if name == population
            )
        seen.add((found.t_d, bool(found.unreached)))
    assert {t_d for t_d, _ in seen} >= {1, 2, 3, 4}
    assert {unreached for _, unreached in seen} == {False, True}


def test_many_kinds_of_nodes():
    """More than are told apart in one step: each node is reached over lengths of its own."""
    generator = np.random.default_rng(0)
    net = joined(*chain("input", *(f"h{n}" for n in range(9)), "output"), sizes=1)
    wide = ns.Network(seed=0)
    for name in net.populations:
        wide.add_population(name, 2 if name == "input" else 100, "tanh")
    for pre, post in chain(*net.populations):
        size = wide.populations[pre].size
        mask = np.zeros((size, 100), bool)
        mask[np.arange(100) % size, np.arange(100)] = True
        wide.connect(pre, post, mask=mask)
        if pre not in ("input", "h8"):
            wide.connect("input", post, mask=generator.random((2, 100)) < 0.3)
    wired = wide.wired()
    found = needs(wide)
    assert (found.longest, found.t_d, set(found.unreached)) == by_hand(wired)
    assert len({tuple(sorted(own)) for own in paths(wired)[0].values()}) > 60


@pytest.mark.parametrize(
    ("net", "line"),
    [
        (
            ns.Network.layered([4, 3], seed=0),
            "stream: exact for t_d >= 1; teachers at least 1 + t_d ticks after inputs",
        ),
        (
            ns.Network.layered([4, 3, 3, 2], seed=0),
            "stream: exact for t_d >= 2, any with rest; teachers at least 3 + t_d ticks after "
            "inputs",
        ),
        (
            joined(*chain("x", *"abcdefg", "out"), ("y", "s"), ("s", "out")),
            "stream: exact for t_d >= 6 (out is reached over paths of 2 and 8), any with rest; "
            "teachers at least 8 + t_d ticks after inputs",
        ),
    ],
)
def test_what_a_summary_says(net, line):
    assert net.summary().splitlines()[-1] == line


def test_a_summary_of_nothing_says_nothing_of_streams():
    assert "stream" not in ns.Network(seed=0).summary()


def test_a_summary_says_that_a_stream_is_not_exact():
    net = ns.Network.layered([2, 3, 2], seed=0)
    net.add_population("alone", 2, "tanh")
    net.add_bias("bias", ["alone"])
    net.connect("alone", "output")
    line = "stream: not exact; no input reaches all nodes of alone"
    assert net.summary().splitlines()[-1] == line
