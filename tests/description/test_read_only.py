"""What the engine trusts is checked as a whole when it is made, and cannot be written to."""

import copy
import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors
from neurosim.description.pattern import Pattern
from neurosim.errors import NeurosimError


def described():
    net = ns.Network(seed=0)
    for name, size in (("a", 4), ("b", 3), ("c", 3), ("d", 2)):
        net.add_population(name, size)
    net.connect("a", "b", rule=connectors.FixedInDegree(2), weights=[0.5] * 6)
    net.connect("b", "c", rule=connectors.OneToOne())
    net.connect("c", "d", weights=np.ones((3, 2)), feedback="fixed", feedback_weights=[[2, 3]] * 3)
    convolution = connectors.Convolution(4, 2)
    net.connect("a", "c", rule=convolution, weights=[[[0.25]], [[0.5]]])
    net.add_bias("bias", ["d"])
    return net


def trusted(net):
    """All arrays of a network, with words for each."""
    for name, projection in net.projections.items():
        for what in ("weights", "feedback_weights"):
            if isinstance(getattr(projection, what), np.ndarray):
                yield f"{name} {what}", getattr(projection, what)
        if projection.pattern is not None:
            for what in ("pre", "post", "weight"):
                if getattr(projection.pattern, what) is not None:
                    yield f"{name} {what}", getattr(projection.pattern, what)


def copies():
    net = described()
    yield net
    yield copy.copy(net)
    yield copy.deepcopy(net)
    yield pickle.loads(pickle.dumps(net))
    yield net.wired()
    yield net.duplicate()


@pytest.mark.parametrize(
    "net", [*copies()], ids=["made", "copied", "deep", "pickled", "wired", "twin"]
)
def test_arrays_of_a_network_take_no_value(net):
    found = dict(trusted(net))
    assert {"a->b post", "b->c pre", "c->d feedback_weights", "a->c weight"} <= set(found)
    for name, array in found.items():
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 10**7
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True
        view = array[:1]
        with pytest.raises(ValueError, match="WRITEABLE"):
            view.flags.writeable = True
        assert array.flags.c_contiguous, name


def test_arrays_of_the_caller_are_copied():
    weights, pre = np.ones((2, 1)), np.array([0, 1])
    net = ns.Network(seed=0)
    net.add_population("a", 2)
    net.add_population("b", 1)
    projection = net.connect("a", "b", weights=weights)
    pattern = Pattern((2, 1), pre, np.zeros(2, int), None, 2)
    pairs = connectors.Pairs(np.stack([pre, [0, 0]], axis=1))
    weights[0], pre[0] = np.nan, 5
    assert (projection.weights == 1).all()
    assert pattern.pre.tolist() == [0, 1]
    assert pairs == connectors.Pairs([(0, 0), (1, 0)])
    assert hash(pairs) == hash(pickle.loads(pickle.dumps(pairs)))
    for each in (pairs, copy.deepcopy(pairs)):
        with pytest.raises(ValueError, match="read-only"):
            each.pairs[0] = 9


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (((2, 3), [0, 1], [0, 3], None, 2), r"post\[1\] = 3 must be in 0 ... 2"),
        (((2, 3), [-1, 1], [0, 2], None, 2), r"pre\[0\] = -1 must be in 0 ... 1"),
        (((2, 3), [0, 2**40], [0, 2], None, 2), "must be in 0 ... 1"),
        (((2, 3), np.array([0, 2**64 - 1], np.uint64), [0, 2], None, 2), r"pre\[1\] = 184467"),
        (((2, 3), [1, 0], [0, 0], None, 2), r"in the order of pre.*\(0, 0\) follows \(1, 0\)"),
        (((2, 3), [0, 0], [2, 1], None, 2), "in the order of pre"),
        (((2, 3), [0, 0], [1, 1], None, 2), "each once"),
        (((2, 3), [0, 1], [0], None, 2), "2 indices in pre, but 1 in post"),
        (((2, 3), [0, 1], [0, 0], None, 3), "weight_count must be 2"),
        (((2, 3), [0, 1], [0, 0], [0, 1], 1), r"weight\[1\] = 1 must be in 0 ... 0"),
        (((2, 3), [0, 1], [0, 0], [0], 1), "2 pairs, but 1 in weight"),
        (((2, 3), [0.0, 1.5], [0, 0], None, 2), "pre must be a vector of whole numbers"),
        (((2, 3), [[0, 1]], [0, 0], None, 2), "pre must be a vector"),
        (((2, 3), np.ma.array([0, 1], mask=[0, 1]), [0, 0], None, 2), "masked"),
        (((2, 0), [], [], None, 0), "shape must be in 1"),
        (((2,), [0], [0], None, 1), "shape must be"),
        ((5, [0], [0], None, 1), "shape must be a list"),
        (((2, 3), [0], [0], None, -1), "weight_count must be in 0"),
        (((2, 3), [0], [0], None, 1.5), "weight_count must be a whole number"),
    ],
)
def test_patterns_are_checked_as_a_whole(arguments, words):
    with pytest.raises(NeurosimError, match=words) as caught:
        Pattern(*arguments)
    assert isinstance(caught.value, (ValueError, TypeError))


def test_pairs_are_not_cut_off_to_whole_numbers():
    with pytest.raises(NeurosimError, match="whole numbers"):
        Pattern.of_pairs("test", (2, 3), [0.5], [1])
    with pytest.raises(NeurosimError, match="2 indices in pre, but 1 in post"):
        Pattern.of_pairs("test", (2, 3), [0, 1], [1])


class Own:
    """A connector of a user's own that returns what it is told."""

    def __init__(self, result):
        self.result = result

    def pattern(self, owner, shape, draws):
        return self.result(shape)


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda shape: Pattern(shape, [0, 1], [0, 10**7], None, 2), "must be in 0 ... 2"),
        (lambda shape: Pattern((40, 40), [0, 39], [0, 39], None, 2), "40 x 40 nodes"),
        (lambda shape: ([0], [0]), "must return a Pattern"),
        (lambda shape: np.ones(shape, bool), "must return a Pattern"),
        (lambda shape: Pattern(shape, [], [], None, 0), "no pair of nodes"),
    ],
)
def test_connectors_of_your_own_are_checked(result, words):
    net = ns.Network(seed=0)
    net.add_population("a", 4)
    net.add_population("b", 3)
    with pytest.raises(NeurosimError, match=words):
        net.connect("a", "b", rule=Own(result))
    assert not net.projections


def test_patterns_of_a_class_of_your_own_are_made_anew():
    class Mine(Pattern):
        def __post_init__(self):
            pass

        def table(self):
            return np.full(9, 10**7)

    for post, words in (([0, 1], None), ([0, 10**7], "must be in 0 ... 2")):
        net = ns.Network(seed=0)
        net.add_population("a", 4)
        net.add_population("b", 3)
        rule = Own(lambda shape, post=post: Mine(shape, [0, 1], post, None, 2))
        if words is None:
            assert type(net.connect("a", "b", rule=rule).pattern) is Pattern
        else:
            with pytest.raises(NeurosimError, match=words):
                net.connect("a", "b", rule=rule)


def test_a_network_takes_no_value_without_effect():
    net = described()
    for name, words in (
        ("seed", "Network.seed=...|Network\\(seed"),
        ("populations", "add_population"),
        ("sede", "did you mean 'seed'"),
        ("levels", "fixed"),
    ):
        with pytest.raises(NeurosimError, match=words):
            setattr(net, name, 5)
    assert net.seed == 0
