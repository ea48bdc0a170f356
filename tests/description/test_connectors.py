"""Which pairs of nodes a rule connects."""

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
