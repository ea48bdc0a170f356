"""Weights as they are shown and given: their order, and their shapes."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors, models
from neurosim.errors import NeurosimError


def described():
    """A full, a masked and a convolutional projection, one of a list, in an order of their own."""
    net = ns.Network(seed=0)
    for name, size in (("z", 6), ("m", 4), ("a", 5), ("k", 3)):
        net.add_population(name, size, "tanh")
    net.connect("z", "m", rule=connectors.Convolution(6, 3))
    net.connect("m", "a", mask=np.arange(20).reshape(4, 5) % 3 > 0, feedback="plastic")
    net.connect("a", "k", rule=connectors.Pairs([(4, 2), (0, 0), (2, 1)]), weights=[4.0, 0.0, 2.0])
    net.connect("z", "a", feedback="fixed")
    return net


def learners(**options):
    return [ns.Simulator(described(), models.ZIL(), **options), models.BP(described(), **options)]


def test_weights_are_shown_in_the_order_of_the_network():
    for learner in learners():
        assert list(learner.weights) == ["z->m", "m->a", "a->k", "z->a"]
    assert list(learners()[0].feedback_weights) == ["m->a", "z->a"]
    with pytest.raises(NeurosimError, match="allowed: 'z->m', 'm->a', 'a->k', 'z->a'"):
        learners()[0].set_weights({"k": 1})
    rates = models.ZIL(learning_rate={"z->m": 0.1})
    with pytest.raises(NeurosimError, match="each projection once: z->m, m->a, a->k, z->a; given"):
        ns.Simulator(described(), rates)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_weights_are_set_in_the_shapes_in_which_they_are_given(dtype):
    generator = np.random.default_rng(0)
    kernel, full, listed = (generator.normal(size=n) for n in ((3, 1, 1), (4, 5), 3))
    mask = described().projections["m->a"].pattern.matrix(np.ones(13)) != 0
    for learner in learners(dtype=dtype):
        learner.set_weights({"z->m": kernel, "m->a": full})
        assert np.array_equal(learner.weights["z->m"], kernel.ravel().astype(dtype))
        assert np.array_equal(learner.weights["m->a"], full[mask].astype(dtype))
        other = np.zeros((5, 3))
        other[[4, 0, 2], [2, 0, 1]] = listed
        learner.set_weights({"a->k": other})
        assert np.array_equal(learner.weights["a->k"], listed[[1, 2, 0]].astype(dtype))
        # As they are shown they are set, whatever order a list of pairs had.
        learner.set_weights(learner.weights)
        assert np.array_equal(learner.weights["a->k"], listed[[1, 2, 0]].astype(dtype))


def test_weights_of_scipy_are_set():
    scipy_sparse = pytest.importorskip("scipy.sparse")
    entries = scipy_sparse.coo_array(([2.5, 0.5], ([4, 2], [2, 1])), shape=(5, 3))
    dense = scipy_sparse.csr_array(np.eye(6, 5))
    for learner in learners():
        learner.set_weights({"a->k": entries, "z->a": dense})
        assert learner.weights["a->k"].tolist() == [0.0, 0.5, 2.5]
        assert np.array_equal(learner.weights["z->a"], np.eye(6, 5))
        before = learner.weights
        for name, bad, words in (
            ("a->k", scipy_sparse.coo_array(([1.0], ([1], [1])), shape=(5, 3)), "1 and 1 are not"),
            ("a->k", scipy_sparse.coo_array(([np.nan], ([2], [1])), shape=(5, 3)), "finite"),
            ("a->k", scipy_sparse.coo_array(([1.0], ([2], [1])), shape=(5, 4)), r"\(5, 3\)"),
            ("z->m", scipy_sparse.coo_array(([1.0], ([2], [1])), shape=(6, 4)), "share weights"),
        ):
            with pytest.raises(NeurosimError, match=words):
                learner.set_weights({name: bad})
        assert all(np.array_equal(before[name], w) for name, w in learner.weights.items())


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        ("z->m", np.ones((6, 4)), r"must have shape \(3,\) or \(3, 1, 1\), not \(6, 4\)"),
        ("m->a", np.ones((5, 4)), r"must have shape \(13,\) or \(4, 5\), not \(5, 4\)"),
        ("m->a", np.ones(12), r"not \(12,\)"),
        ("m->a", np.full((4, 5), np.nan), "finite"),
        ("m->a", np.ma.array(np.ones((4, 5)), mask=True), "masked"),
        ("z->a", np.ones(30), r"must have shape \(6, 5\), not \(30,\)"),
        ("z->a", {"a": 1}, "must be an array"),
        ("z->a", None, "missing"),
    ],
)
def test_other_shapes_are_refused(name, given, words):
    for learner in learners():
        before = learner.weights
        with pytest.raises(NeurosimError, match=words) as caught:
            learner.set_weights({"z->m": [1.0, 2.0, 3.0], name: given})
        assert "set_weights" in str(caught.value)
        assert all(np.array_equal(before[n], w) for n, w in learner.weights.items())


def test_feedback_weights_are_set_in_these_shapes_as_well():
    sim = learners()[0]
    full = np.arange(20.0).reshape(4, 5)
    sim.set_feedback_weights({"m->a": full})
    pattern = sim.network.projections["m->a"].pattern
    assert np.array_equal(sim.feedback_weights["m->a"], full[pattern.pre, pattern.post])


def test_a_kernel_that_is_lent_has_its_shape_where_it_is_used():
    rule = connectors.Convolution(5, 3, padding=1)
    net = ns.Network(seed=0)
    for name in "abc":
        net.add_population(name, 5)
    kernel = net.connect("a", "b", rule=rule)
    net.connect("b", "c", rule=rule, weights=kernel)
    sim = ns.Simulator(net, models.ZIL())
    sim.set_weights({"a->b": np.arange(3.0).reshape(3, 1, 1)})
    assert sim.weights["a->b"].tolist() == [0.0, 1.0, 2.0]
    assert list(sim.weights) == ["a->b"]
