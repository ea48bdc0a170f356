"""Models, networks and simulators with options that make no sense are refused."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import NeurosimError

NET = ns.Network.layered([4, 3, 2], seed=0)


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
        (lambda: ns.Simulator(NET, models.ZIL(), batch_size=0), "batch_size must be >= 1"),
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
