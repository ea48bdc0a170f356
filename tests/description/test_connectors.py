"""Which pairs of nodes a rule connects."""

import time

import numpy as np
import pytest

import neurosim as ns
from neurosim import connectors, models


def test_a_convolution_is_a_correlation_with_the_kernel():
    rule = connectors.Convolution((4, 5), (2, 3), in_channels=2, out_channels=3, stride=(1, 2))
    net = ns.Network()
    net.add_population("input", rule.pre_size)
    net.add_population("output", rule.post_size)
    generator = np.random.default_rng(0)
    kernel = generator.normal(size=rule.weight_shape)
    net.connect("input", "output", rule=rule, weights=kernel)
    image = generator.normal(size=(4, 5, 2))
    got = models.BP(net).predict(image.reshape(1, -1)).reshape(3, 2, 3)
    for y in range(3):
        for x in range(2):
            patch = image[y : y + 2, 2 * x : 2 * x + 3]
            expected = np.tensordot(patch, kernel, axes=3)
            assert np.allclose(got[y, x], expected, rtol=0, atol=1e-13)


def test_scipy_matrices():
    scipy_sparse = pytest.importorskip("scipy.sparse")
    matrix = scipy_sparse.random(6, 5, density=0.4, format="csc", random_state=1)
    net = ns.Network()
    net.add_population("a", 6)
    net.add_population("b", 5)
    projection = net.connect("a", "b", weights=matrix)
    assert projection.synapse_count == matrix.nnz
    sim = ns.Simulator(net, models.ZIL())
    full = projection.pattern.matrix(sim.weights["a->b"])
    assert np.array_equal(full, matrix.toarray())


def test_rules_are_seeded_by_network_and_name():
    def patterns(order, seed=5):
        net = ns.Network(seed=seed)
        for name in order:
            net.add_population(name, 30)
        net.connect("a", "b", rule=connectors.FixedProbability(0.2))
        net.connect("b", "c", rule=connectors.FixedInDegree(4))
        return {n: (p.pattern.pre, p.pattern.post) for n, p in net.projections.items()}

    first, second = patterns("abc"), patterns("cab")
    assert all(np.array_equal(first[n], second[n]) for n in first)
    other = patterns("abc", seed=6)
    assert not np.array_equal(first["a->b"][0], other["a->b"][0])
    assert 120 < len(first["a->b"][0]) < 240
    assert (np.bincount(first["b->c"][1]) == 4).all()


def drawn(seed, rule=None, shape=(5, 4)):
    net = ns.Network(seed=seed)
    net.add_population("a", shape[0])
    net.add_population("b", shape[1], "tanh")
    net.add_population("c", 2)
    net.connect("b", "c")
    net.connect("a", "b", rule=rule or connectors.FixedProbability(0.05, allow_empty=True))
    return net


def test_chance_may_leave_a_population_unconnected_when_asked():
    """With so many seeds, none of the pairs is drawn as often as the probabilities say."""
    counts = [drawn(seed).projections["a->b"].synapse_count for seed in range(300)]
    empty = counts.count(0)
    # (1 - p) ** 20 of 300, three standard deviations either way.
    expected = 300 * 0.95**20
    assert abs(empty - expected) < 3 * np.sqrt(expected * (1 - 0.95**20))
    words = r"0.36 of all seeds draw none.*FixedProbability\(0.05, allow_empty=True\)"
    for seed, count in enumerate(counts):
        if count:
            drawn(seed, connectors.FixedProbability(0.05))
        else:
            with pytest.raises(ns.errors.ArgumentError, match=words):
                drawn(seed, connectors.FixedProbability(0.05))


@pytest.mark.parametrize("feedback", ["shared", "plastic", "fixed"])
@pytest.mark.parametrize("event_driven", [True, False])
def test_nothing_passes_where_nothing_is_connected(feedback, event_driven):
    """As if it were a full projection whose weights are 0 and fixed."""
    seed = next(seed for seed in range(9) if not drawn(seed).projections["a->b"].synapse_count)
    results = []
    for options in (
        {"rule": connectors.FixedProbability(0.05, allow_empty=True), "feedback": feedback},
        {"weights": np.zeros((5, 4)), "plastic": False},
    ):
        net = ns.Network(seed=seed)
        for name, size, activation in (("a", 5, "tanh"), ("b", 4, "sigmoid"), ("c", 2, "tanh")):
            net.add_population(name, size, activation)
        net.add_bias("bias", ["b"])
        net.connect("a", "b", **options)
        net.connect("b", "c")
        assert net.depth == 2
        generator = np.random.default_rng(1)
        inputs, targets = generator.normal(size=(12, 5)), generator.normal(size=(12, 2))
        sim = ns.Simulator(
            net, models.FaZIL(learning_rate=0.1), batch_size=3, event_driven=event_driven
        )
        bp = models.BP(net, learning_rate=0.1, batch_size=3)
        for learner in (sim, bp):
            learner.fit(inputs, targets, epochs=2)
        for name in ("b->c", "bias->b"):
            assert np.array_equal(sim.weights[name], bp.weights[name])
        assert sim.audit(samples=4).passed
        results.append([sim.weights["b->c"], sim.weights["bias->b"], sim.predict(inputs)])
    assert all(np.array_equal(a, b) for a, b in zip(*results, strict=True))


def test_probabilities_may_be_tiny_and_populations_huge():
    """Nothing overflows, and the pairs are spread over all that there are."""
    size = 2**31 - 1
    places = []
    for seed in range(5):
        net = ns.Network(seed=seed)
        net.add_population("a", size)
        net.add_population("b", size)
        pattern = net.connect("a", "b", rule=connectors.FixedProbability(1e-17)).pattern
        places += (pattern.pre / size).tolist()
    # A Poisson number of pairs, uniformly.
    assert abs(len(places) - 5 * 46.1) < 4 * np.sqrt(5 * 46.1)
    assert abs(np.mean(places) - 0.5) < 4 / np.sqrt(12 * len(places))
    for probability in (1e-18, 1e-19, 5e-324):
        rule = connectors.FixedProbability(probability, allow_empty=True)
        net = ns.Network(seed=0)
        net.add_population("a", size)
        net.add_population("b", size)
        assert net.connect("a", "b", rule=rule).synapse_count < 20


def test_many_pairs_are_read_in_the_time_of_their_sorting():
    generator = np.random.default_rng(0)
    flat = generator.permutation(10**6)
    pairs = np.stack([flat // 1000, flat % 1000], axis=1)
    values = generator.normal(size=10**6)
    begun = time.perf_counter()
    np.lexsort(pairs.T[::-1])
    sorting = time.perf_counter() - begun
    begun = time.perf_counter()
    rule = connectors.Pairs(pairs)
    net = ns.Network(seed=0)
    net.add_population("a", 1000)
    net.add_population("b", 1000)
    projection = net.connect("a", "b", rule=rule, weights=values)
    assert time.perf_counter() - begun < 20 * sorting
    expected = np.zeros((1000, 1000))
    expected[pairs[:, 0], pairs[:, 1]] = values
    assert np.array_equal(projection.weights.reshape(1000, 1000), expected)
    assert len(repr(rule)) < 200
