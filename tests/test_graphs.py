"""Any acyclic graph of populations learns what backpropagation learns, bit for bit."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import neurosim as ns
from neurosim import connectors, models
from neurosim.errors import DivergenceError, NeurosimError

RATE = 0.05


def samples(net, count, seed=0):
    generator = np.random.default_rng(seed)
    wiring = models.BP(net)._lowered.network
    return tuple(
        {name: generator.normal(size=(count, wiring.populations[name].size)) for name in names}
        for names in (net.inputs, net.outputs)
    )


def learned(learner, data, epochs=2):
    learner.fit(*data, epochs=epochs)
    return learner.weights


def same_bits(first, second):
    return all(first[name].tobytes() == second[name].tobytes() for name in first)


def largest_difference(first, second):
    return max(np.abs(first[name] - second[name]).max() for name in first)


def assert_equal_to_backpropagation(net, *, batch=3, dtype="float64", rest=None, rate=RATE):
    data = samples(net, 2 * batch + 1)
    options = {"batch_size": batch, "dtype": dtype}
    bp = learned(models.BP(net, learning_rate=rate, **options), data)
    oracle = models.BP(net, learning_rate=rate, arithmetic="blas", **options)
    tolerance = 1e-12 if dtype == "float64" else 1e-4
    assert largest_difference(bp, learned(oracle, data)) < tolerance
    assert not same_bits(bp, models.BP(net, dtype=dtype).weights)
    for model in (models.ZIL(learning_rate=rate), models.FaZIL(learning_rate=rate)):
        for event_driven in (True, False):
            sim = ns.Simulator(
                net, model, event_driven=event_driven, rest_after_update=rest, **options
            )
            assert same_bits(bp, learned(sim, data))


@st.composite
def graphs(draw):
    """Connected directed acyclic graphs of populations: skips, diamonds, several ends."""
    count = draw(st.integers(3, 7))
    net = ns.Network(seed=draw(st.integers(0, 99)))
    kinds = st.sampled_from(["identity", "tanh", "sigmoid", "softplus"])
    names = draw(st.permutations([f"p{n}" for n in range(count)]))
    for name in names:
        output = draw(st.booleans())
        net.add_population(name, draw(st.integers(1, 4)), draw(kinds), output=output)
    for j in range(1, count):
        for i in draw(st.sets(st.integers(0, j - 1), min_size=1, max_size=3)):
            rule = draw(st.sampled_from([None, None, connectors.FixedInDegree(1)]))
            feedback = draw(st.sampled_from(["shared", "plastic"]))
            net.connect(names[i], names[j], rule=rule, feedback=feedback)
    if draw(st.booleans()):
        net.add_bias("bias", [names[-1]])
    return net


slow = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@slow
@given(graphs(), st.sampled_from([1, 3]), st.sampled_from([None, False]))
def test_random_graphs_equal_backpropagation(net, batch, rest):
    # With larger steps gradient descent leaves some of these for infinity.
    assert_equal_to_backpropagation(net, batch=batch, rest=rest, rate=1e-4)


@slow
@given(graphs())
def test_without_relays_they_do_not(net):
    data = samples(net, 4)
    bp = learned(models.BP(net, learning_rate=1e-3), data)
    sim = ns.Simulator(net, models.ZIL(learning_rate=1e-3), relays=False)
    assume(
        any(
            population.derived
            for population in ns.Simulator(net, sim.model).wiring.populations.values()
            if ".relay" in population.name
        )
    )
    try:
        difference = largest_difference(bp, learned(sim, data))
    except DivergenceError:
        difference = np.inf
    assert difference > 1e-9


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_residual_network(dtype):
    net = ns.Network(seed=2)
    net.add_population("input", 5)
    net.add_population("stem", 6, "tanh")
    net.connect("input", "stem")
    last = "stem"
    for block in range(3):
        first, second = f"block{block}.a", f"block{block}.b"
        net.add_population(first, 6, "relu")
        net.add_population(second, 6, "tanh")
        net.connect(last, first)
        net.connect(first, second)
        net.connect(last, second, rule=connectors.OneToOne(), weights=np.ones(6), plastic=False)
        last = second
    net.add_population("output", 3)
    net.connect(last, "output")
    assert_equal_to_backpropagation(net, dtype=dtype)
    sim = ns.Simulator(net, models.ZIL())
    assert sum(".relay" in name for name in sim.wiring.populations) == 3
    assert sim.wiring.synapse_count == net.synapse_count + 3 * 6


@pytest.mark.parametrize("options", [{}, {"every_output": True}, {"bias": True}], ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_backpropagation_through_time(options, dtype):
    net = ns.Network.recurrent(3, 5, 2, steps=4, seed=0, **options)
    for batch in (1, 3):
        for rest in (None, False):
            assert_equal_to_backpropagation(net, batch=batch, dtype=dtype, rest=rest)
    assert len(models.BP(net).weights) == (5 if options.get("bias") else 3)


def test_weights_used_twice_must_wait_for_their_last_use():
    net = ns.Network.recurrent(3, 5, 2, steps=4, seed=0)
    data = samples(net, 3)
    bp = learned(models.BP(net, learning_rate=RATE), data)

    class Hasty(models.ZIL):
        commit = "tick"

    hasty = learned(ns.Simulator(net, Hasty(learning_rate=RATE)), data)
    assert largest_difference(bp, hasty) > 1e-6


def convolutional(dimensions=2):
    size = (6,) * dimensions
    first = connectors.Convolution(size, 3, out_channels=2, padding=1)
    pool = connectors.AveragePooling(first.result_size, 2, channels=2)
    second = connectors.Convolution(pool.result_size, 2, in_channels=2, out_channels=3)
    net = ns.Network(seed=1)
    net.add_population("input", first.pre_size)
    net.add_population("maps", first.post_size, "relu")
    net.add_population("pooled", pool.post_size)
    net.add_population("features", second.post_size, "tanh")
    net.add_population("output", 3)
    net.connect("input", "maps", rule=first)
    net.connect("maps", "pooled", rule=pool)
    net.connect("pooled", "features", rule=second)
    net.connect("features", "output")
    return net


@pytest.mark.parametrize("dimensions", [1, 2])
@pytest.mark.parametrize("batch", [1, 5])
def test_convolutions(dimensions, batch):
    assert_equal_to_backpropagation(convolutional(dimensions), batch=batch)


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


@pytest.mark.parametrize("model", [models.IL(t_c=6, gamma=0.3), models.IncrementalPC(gamma=0.3)])
def test_shared_weights_with_models_that_commit_every_tick(model):
    for net in (ns.Network.recurrent(3, 5, 2, steps=3, seed=0), convolutional()):
        pair = [
            learned(
                ns.Simulator(net, model, batch_size=2, event_driven=event_driven), samples(net, 5)
            )
            for event_driven in (True, False)
        ]
        assert same_bits(*pair)
        assert not same_bits(pair[0], models.BP(net).weights)


@pytest.mark.parametrize("batch", [1, 3, 4, 9])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_sparse_is_dense_with_zeros(batch, dtype):
    """The same bits, as long as the zeros stay: x, mu and epsilon over a whole presentation."""
    generator = np.random.default_rng(3)
    mask = generator.random((17, 21)) < 0.4
    weights = generator.normal(size=mask.shape)
    states = []
    for sparse in (True, False):
        net = ns.Network(seed=0)
        for name, size in (("a", 5), ("b", 17), ("c", 21), ("d", 4)):
            net.add_population(name, size, "tanh")
        net.connect("a", "b")
        if sparse:
            net.connect("b", "c", weights=weights, mask=mask, plastic=False)
        else:
            net.connect("b", "c", weights=np.where(mask, weights, 0.0), plastic=False)
        net.connect("c", "d")
        sim = ns.Simulator(net, models.FaZIL(learning_rate=RATE), batch_size=batch, dtype=dtype)
        monitors = [ns.StateMonitor(sim, v) for v in ("x", "mu", "epsilon", "phi")]
        sim.present(np.ones((batch, 5)) * np.arange(batch)[:, None], np.ones((batch, 4)), ticks=6)
        states.append([getattr(m, m.variable).tobytes() for m in monitors])
        states[-1].append(sim.weights["a->b"].tobytes())
    assert states[0] == states[1]


def test_all_pairs_by_rule_learn_as_a_full_projection():
    nets = []
    weights = np.random.default_rng(1).normal(size=(4, 3))
    for rule in (None, connectors.Pairs([(i, j) for j in range(3) for i in range(4)])):
        net = ns.Network(seed=0)
        for name, size in (("a", 2), ("b", 4), ("c", 3)):
            net.add_population(name, size, "sigmoid")
        net.connect("a", "b")
        net.connect("b", "c", rule=rule, weights=weights)
        nets.append(net)
    data = samples(nets[0], 7)
    pair = [
        learned(ns.Simulator(net, models.FaZIL(learning_rate=RATE), batch_size=5), data)
        for net in nets
    ]
    assert pair[0]["b->c"].ravel().tobytes() == pair[1]["b->c"].tobytes()
    assert pair[0]["a->b"].tobytes() == pair[1]["a->b"].tobytes()


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


def test_feedback_synapses():
    def network(feedback):
        net = ns.Network(seed=1)
        for name, size in (("a", 4), ("b", 5), ("c", 2)):
            net.add_population(name, size, "tanh")
        net.connect("a", "b")
        net.connect("b", "c", feedback=feedback)
        return net

    data = samples(network("shared"), 7)
    bp = learned(models.BP(network("shared"), learning_rate=RATE), data)
    for feedback in ("shared", "plastic", "fixed"):
        sim = ns.Simulator(network(feedback), models.FaZIL(learning_rate=RATE))
        before = sim.feedback_weights
        weights = learned(sim, data)
        assert same_bits(bp, weights) == (feedback != "fixed")
        if feedback == "plastic":
            assert same_bits({"b->c": weights["b->c"]}, sim.feedback_weights)
        if feedback == "fixed":
            assert same_bits(before, sim.feedback_weights)
            assert not np.array_equal(before["b->c"], weights["b->c"])
    synapse = sim.synapse("b", 1, "c", 0)
    back = synapse.feedback
    back.theta = 0.25
    assert back.theta == sim.feedback_weights["b->c"][1, 0] == 0.25 != synapse.theta
    assert (back.pre, back.post) == (synapse.post, synapse.pre)
    assert (synapse.plastic, back.plastic) == (True, False)
    assert sim.synapse("a", 0, "b", 0).feedback.theta == sim.synapse("a", 0, "b", 0).theta
    assert repr(back) == "FeedbackSynapse('c', 0, 'b', 1)"


def test_feedback_synapses_are_recorded():
    net = ns.Network(seed=1)
    for name, size in (("a", 4), ("b", 5), ("c", 2)):
        net.add_population(name, size, "tanh")
    net.connect("a", "b")
    net.connect("b", "c", feedback="plastic")
    sim = ns.Simulator(net, models.FaZIL(learning_rate=RATE))
    forth = ns.StateMonitor(sim, "theta", projections=["b->c"])
    back = ns.StateMonitor(sim, "feedback_theta", projections=["b->c"])
    sim.present(np.ones(4), np.ones(2), ticks=4)
    assert np.array_equal(forth.theta, back.feedback_theta)
    assert not np.array_equal(back.feedback_theta[0], back.feedback_theta[-1])


def test_a_readout_and_relays_are_nodes_like_others():
    net = ns.Network(seed=0)
    net.add_population("a", 2)
    net.add_population("b", 3, "tanh", output=True)
    net.add_population("c", 1, "tanh")
    net.add_population("d", 2)
    for pre, post in (("a", "b"), ("b", "c"), ("c", "d"), ("b", "d")):
        net.connect(pre, post)
    assert net.outputs == ("b.readout", "d")
    assert net.levels["b"] == 2
    assert_equal_to_backpropagation(net)
    sim = ns.Simulator(net, models.FaZIL())
    sim.clamp("a", [0.5, -0.5])
    sim.settle()
    relay = sim.value_node("b.relay1", 1)
    assert relay.x == np.float64(sim.value_node("b.readout", 1).x)
    assert sim.synapse("b", 1, "b.relay1", 1).theta == 1.0
    assert not sim.synapse("b", 1, "b.relay1", 1).plastic
    assert [s.pre.population for s in sim.error_node("d", 0).incoming] == ["b.relay1"] * 3 + ["c"]


def bad(**changes):
    net = ns.Network(seed=0)
    net.add_population("a", 3)
    net.add_population("b", 2)
    net.add_population("c", 2)
    net.add_population("d", 2)
    net.connect("a", "c")
    if "lender" in changes:
        changes["weights"] = net.projections[changes.pop("lender")]
    return lambda: net.connect(changes.pop("pre", "a"), changes.pop("post", "b"), **changes)


def huge(rule):
    net = ns.Network(seed=0)
    net.add_population("a", 10**6)
    net.add_population("b", 10**6)
    return lambda: net.connect("a", "b", rule=rule)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (bad(weights=np.ones((2, 3))), "weights must have shape \\(3, 2\\), not \\(2, 3\\)"),
        (bad(weights=[[1, 2], [3, np.nan], [5, 6]]), "must be finite, but element \\(1, 1\\)"),
        (bad(mask=np.ones((3, 2))), "mask must be an array of bool"),
        (bad(mask=np.zeros((3, 2), bool)), "no pair of nodes"),
        (bad(mask=np.ones((3, 2), bool), rule=connectors.OneToOne()), "not both"),
        (bad(rule=connectors.OneToOne()), "one-to-one needs populations of one size"),
        (bad(rule=connectors.FixedInDegree(4)), "in-degree of 4"),
        (bad(rule=connectors.Pairs([(0, 0), (0, 0)])), "connected twice"),
        (bad(rule=connectors.Pairs([(0, 2)])), "post node 2, which must be in 0 ... 1"),
        (bad(rule=connectors.Convolution(3, 2, out_channels=2)), "3 and 4 nodes, not 3 and 2"),
        (bad(rule="all"), "rule must be one of neurosim.connectors"),
        (bad(feedback="none"), "allowed: 'shared', 'plastic', 'fixed'"),
        (bad(feedback_weights=np.ones((3, 2))), "feedback_weights need feedback"),
        (bad(pre="b", post="c", lender="a->c"), "they do not fit"),
        (bad(rule=connectors.OneToOne), "rule must be one of"),
        (bad(weights=ns.initializers.XavierUniform), "must be an array or a rule"),
        (bad(mask=[[True], [True, False], [True]]), "not a rectangular array"),
        (lambda: connectors.Pairs(5), "list of"),
        (lambda: connectors.Pairs([(0, 1), (1,)]), "list of"),
        (lambda: connectors.Pairs(np.zeros((0, 2), int)), "at least one pair"),
        (lambda: connectors.Convolution((10**6, 10**6), 3), "synapses are more"),
        (lambda: connectors.Convolution(8, 3, padding=10**30), "padding must be in"),
        (lambda: ns.Network().add_population("a", 2, labels="xy"), "labels must be a list"),
        (lambda: ns.Network().add_population("a", 2, labels=5), "labels must be a list"),
        (huge(None), "too many; give a rule"),
        (bad(plastic="yes"), "plastic must be True or False"),
        (huge(connectors.FixedProbability(0.5)), "about 5e.11 synapses are more"),
        (huge(connectors.FixedInDegree(10**4)), "about 1e.10 synapses are more"),
        (lambda: connectors.FixedProbability(1.5), "probability must be <= 1"),
        (lambda: connectors.Convolution((3, 3), 4), "does not fit into"),
        (lambda: connectors.Convolution((3, 3, 3), 2), "one or two"),
        (lambda: connectors.Pairs([(0.5, 1)]), "whole numbers"),
    ],
)
def test_bad_connections_are_refused(act, words):
    with pytest.raises(NeurosimError, match=words):
        act()


def test_names_of_relays_must_be_free():
    net = ns.Network()
    for name in ("input", "a", "a.relay1", "b"):
        net.add_population(name, 1)
    for pre, post in (("input", "a"), ("a", "a.relay1"), ("a.relay1", "b"), ("a", "b")):
        net.connect(pre, post)
    with pytest.raises(NeurosimError, match="rename the population"):
        ns.Simulator(net, models.ZIL())


def test_a_bias_that_is_refused_leaves_nothing():
    net = ns.Network(seed=0)
    net.add_population("a", 2)
    for targets, words in ((["a", "a"], "twice"), (None, "list of strings"), (["c"], "unknown")):
        with pytest.raises(NeurosimError, match=words):
            net.add_bias("bias", targets)
        assert list(net.populations) == ["a"]
        assert not net.projections


def test_feedback_synapses_that_learn_are_lent_with_their_weights():
    net = ns.Network(seed=0)
    for name in "abcd":
        net.add_population(name, 3, "tanh")
    lender = net.connect("a", "b", feedback="plastic")
    with pytest.raises(NeurosimError, match="feedback must be 'plastic'"):
        net.connect("b", "c", weights=lender)
    net.connect("b", "c", weights=lender, feedback="plastic")
    net.connect("c", "d")
    assert_equal_to_backpropagation(net)
    sim = ns.Simulator(net, models.FaZIL(learning_rate=RATE))
    sim.fit(*samples(net, 5))
    assert same_bits({"a->b": sim.weights["a->b"]}, sim.feedback_weights)
