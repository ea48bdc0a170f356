"""Models, networks and simulators with options that make no sense are refused."""

import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError

NET = ns.Network.layered([4, 3, 2], seed=0)


def joined(*pairs, alone=""):
    net = ns.Network(seed=0)
    for name in sorted({*"".join(pairs), *alone}):
        net.add_population(name, 2)
    for pre, post in pairs:
        net.connect(pre, post)
    return net


def only_constant():
    net = ns.Network(seed=0)
    net.add_population("a", 2)
    net.add_bias("bias", ["a"])
    return net


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: models.FaZIL(t_d=0), "t_d must be in 1 ... 1000000000000, not 0"),
        (lambda: models.FaZIL(gamma=-1.0), "gamma must be positive"),
        (lambda: models.ZIL(gamma=float("inf")), "gamma must be finite"),
        (lambda: models.ZIL(learning_rate=0), "learning_rate must be positive"),
        (lambda: models.ZIL(learning_rate="fast"), "learning_rate must be a number"),
        (lambda: models.IL(t_c=-1), "t_c must be in 0"),
        (lambda: models.ZIL(batch_reduction="max"), "allowed: 'sum', 'mean'"),
        (lambda: ns.Simulator(NET, models.ZIL(), batch_size=0), "batch_size must be in 1"),
        (lambda: ns.Simulator(NET, models.ZIL(), batch_size=2**63), "batch_size must be in 1"),
        (lambda: models.BP(NET, batch_size=2**63), "BP: batch_size must be in 1"),
        (lambda: ns.Simulator(NET, models.FaZIL), r"parentheses make one: FaZIL\(\)"),
        (lambda: ns.Simulator(ns.Network, models.FaZIL()), r"make one: Network\(\)"),
        (lambda: models.BP(NET, learning_rate=-1.0), "BP: learning_rate must be positive"),
        (lambda: models.BP(ns.Network), r"make one: Network\(\)"),
        (lambda: ns.Simulator(ns.Network(), models.ZIL()), "the network is empty"),
        (lambda: models.BP(ns.Network()), "BP: the network is empty"),
        (lambda: ns.Simulator(joined("ab", "ba"), models.ZIL()), "cycle: (a -> b|b -> a)"),
        (lambda: models.BP(joined("ab", "bc", "ca")), "form a cycle"),
        (lambda: ns.Simulator(joined("ab", "bc", "cb"), models.ZIL()), "cycle: (b -> c|c -> b)"),
        (lambda: ns.Simulator(only_constant(), models.ZIL()), "no input population: all that noth"),
        (lambda: ns.Simulator(joined("ab", alone="z"), models.ZIL()), "'z' has no projections"),
        (lambda: ns.Simulator(NET, models.ZIL(), dtype="int8"), "allowed: 'float64'"),
        (lambda: ns.Simulator(NET, models.ZIL(), error_form="exact"), "allowed: 'delta'"),
        (lambda: ns.Simulator(NET, models.BP(NET)), "must be one of neurosim.models"),
        (lambda: ns.Simulator("net", models.ZIL()), "must be a Network"),
        (lambda: ns.Simulator(NET, models.ZIL(learning_rate={"a": 1.0})), "name each projection"),
        (
            lambda: ns.Simulator(NET, models.IncrementalPC(), rest_after_update=True),
            "cannot rest",
        ),
        (lambda: ns.Network.layered([3]), "at least an input and an output"),
        (lambda: ns.Network.layered([3, 0]), "size must be in 1"),
        (lambda: ns.Network.layered([3, 2], activation="sigmiod"), "Did you mean 'sigmoid'"),
        (lambda: ns.Network.layered([3, 2], weights=[np.ones((2, 3))]), "shape \\(3, 2\\)"),
        (lambda: ns.Network.layered([3, 2], seed=-1), "seed"),
        (lambda: models.BP(NET, arithmetic="gpu"), "allowed: 'engine', 'blas'"),
        (lambda: ns.Simulator(NET, models.ZIL()).step(), "nothing has been clamped"),
    ],
)
def test_what_cannot_be_made(make, words):
    with pytest.raises(NeurosimError, match=words) as caught:
        make()
    assert isinstance(caught.value, (ValueError, TypeError))


def test_unknown_keywords_are_refused():
    with pytest.raises(TypeError):
        models.FaZIL(learning_rat=0.1)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"learning_rate": 1e-60}, "learning_rate = 1e-60 cannot be held in float32"),
        ({"learning_rate": 1e300}, r"learning_rate = 1e\+300 cannot be held in float32"),
        ({"learning_rate": dict.fromkeys(NET.projections, 1e-60)}, r"rate\['input->.* = 1e-60"),
        ({"gamma": 1e-60}, "gamma = 1e-60 cannot be held"),
        ({"gamma": 1e300}, r"gamma = 1e\+300 cannot be held"),
        ({"zero_threshold": 1e300}, r"zero_threshold = 1e\+300 cannot be held"),
    ],
)
def test_numbers_must_fit_the_dtype(numbers, words):
    model = models.FaZIL(**numbers)
    with pytest.raises(NeurosimError, match=f'FaZIL: .*{words}.*or dtype="float64"'):
        ns.Simulator(NET, model, dtype="float32")
    ns.Simulator(NET, model)
    if "learning_rate" in numbers:
        with pytest.raises(NeurosimError, match=words):
            models.BP(NET, dtype="float32", **numbers)
        bp, sim = models.BP(NET, dtype="float32"), ns.Simulator(NET, models.ZIL(), dtype="float32")
        for learner in (bp, sim):
            before = learner.learning_rate
            with pytest.raises(NeurosimError, match=words):
                learner.learning_rate = numbers["learning_rate"]
            assert learner.learning_rate == before


def test_what_float64_loses_is_refused_there():
    with pytest.raises(NeurosimError, match="learning_rate = 1e-320 cannot be held in float64"):
        ns.Simulator(NET, models.ZIL(learning_rate=1e-320))


def test_a_threshold_that_no_error_is_below_counts_as_zero():
    sim = ns.Simulator(NET, models.FaZIL(zero_threshold=1e-60), dtype="float32")
    assert sim.model.zero_threshold == 1e-60


def test_learning_rates_of_a_model_are_its_own():
    given = dict.fromkeys(NET.projections, 0.1)
    model = models.ZIL(learning_rate=given)
    given["input->hidden1"] = 5.0
    assert model.learning_rate == dict.fromkeys(NET.projections, 0.1)
    with pytest.raises(TypeError):
        model.learning_rate["input->hidden1"] = 5.0
    assert hash(model) == hash(models.ZIL(learning_rate=dict(model.learning_rate)))
    assert pickle.loads(pickle.dumps(model)) == model
    with pytest.raises(NeurosimError, match="names of projections as keys, not 3"):
        models.ZIL(learning_rate={3: 0.1})


def test_batches_that_no_memory_holds_are_refused():
    for make in (lambda **o: ns.Simulator(NET, models.ZIL(), **o), lambda **o: models.BP(NET, **o)):
        with pytest.raises(ns.errors.TooLargeError, match="batch_size = 2,147,483,647 do not fit"):
            make(batch_size=2**31 - 1)


@pytest.mark.parametrize("count", [10**9, 2**62])
def test_no_more_is_audited_than_there_is(count):
    net = ns.Network.layered([2, 3, 1], seed=0)
    assert ns.Simulator(net, models.ZIL()).audit(samples=count).passed
    assert models.BP(net).audit(samples=count).passed
