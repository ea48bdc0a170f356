"""Event-driven simulation has the bits of clock-driven simulation, whatever is done to it."""

import numpy as np
import pytest
from oracles.bits import snapshot
from oracles.networks import skipping_with_bias
from oracles.programs import Experimenter, World
from oracles.running import started_with_bias
from oracles.untimely_gate import UntimelyGate

import neurosim as ns
from neurosim import models

# Random programs teach networks that have not settled.
pytestmark = pytest.mark.filterwarnings("ignore:.*error nodes are not quiet:UserWarning")


def tangled(seed):
    """Twelve populations between two ends, in an order that their names do not tell."""
    generator = np.random.default_rng(seed)
    net = ns.Network(seed=seed)
    names = ["input", *generator.permutation([f"p{n}" for n in range(12)]), "output"]
    sizes = {"input": 4, "output": 2}
    for name in names:
        kind = ["sigmoid", "tanh", "relu", "identity"][generator.integers(4)]
        size = sizes.get(name, int(generator.integers(1, 5)))
        net.add_population(name, size, kind, output=name == "output")
    lent = {}
    for j in range(1, len(names)):
        nearest = {names[j - 1], names[max(0, j - int(generator.integers(1, 5)))]}
        for pre in sorted(nearest) if names[j] != "output" else [names[j - 1]]:
            shape = net.populations[pre].size, net.populations[names[j]].size
            projection = net.connect(pre, names[j], weights=lent.get(shape))
            if generator.integers(3) == 0:
                lent.setdefault(shape, projection)
    return net


NETWORKS = {
    "layered": lambda seed: ns.Network.layered(
        [4, 5, 3, 4, 2], activation=["sigmoid", "relu"][seed % 2], bias=True, seed=seed
    ),
    "deep": lambda seed: ns.Network.layered([4, *[3] * 12, 2], activation="tanh", seed=seed),
    "tangled": tangled,
}


@pytest.mark.parametrize("seed", range(18))
@pytest.mark.parametrize("rest", [False, True])
@pytest.mark.parametrize("kind", NETWORKS)
def test_event_driven_is_clock_driven_whatever_the_world_does(seed, rest, kind):
    """Any order of clamping, releasing, settling, stepping, fitting, injecting, setting weights."""
    generator = np.random.default_rng(seed)
    net = NETWORKS[kind](seed)
    numbers = {
        "learning_rate": 0.02,
        "gamma": 0.2 if kind == "tangled" else 0.7,
        "zero_threshold": [0.0, 0.05][generator.integers(2)],
    }
    model = [
        models.ZIL(**numbers),
        models.FaZIL(t_d=int(generator.integers(1, 6)), **numbers),
        models.IL(t_c=6, **numbers),
        UntimelyGate(**numbers),
    ][seed % 4]
    batch = [9, 1, 8, 19][generator.integers(4)]
    form = ["delta", "direct"][generator.integers(2)]
    options = {"batch_size": batch, "rest_after_update": rest, "error_form": form}
    options["relays"] = bool(generator.integers(4))
    pair = [ns.Simulator(net, model, event_driven=e, **options) for e in (True, False)]
    world = World(pair, generator)
    for _ in range(40):
        world.act()
        assert snapshot(pair[0], world.rows) == snapshot(pair[1], world.rows)


@pytest.mark.parametrize("seed", range(16))
@pytest.mark.parametrize("rest", [False, True])
def test_event_driven_is_clock_driven_whatever_is_done(seed, rest):
    generator = np.random.default_rng(seed)
    kinds = [models.ZIL, models.FaZIL, models.IL, models.IncrementalPC]
    model = kinds[seed % 4](learning_rate=0.02, gamma=0.3 if seed % 4 == 3 else 0.7)
    net = skipping_with_bias(seed, ["tanh", "relu"][seed % 2])
    batch = [1, 3, 9][seed % 3]
    rest = rest and model.rest != "never"
    options = {"batch": batch, "rest_after_update": rest}
    sims = [started_with_bias(model, net, event_driven=e, **options) for e in (True, False)]
    experimenter = Experimenter(sims, generator)
    for _ in range(40):
        experimenter.act()
        assert snapshot(sims[0], experimenter.rows) == snapshot(sims[1], experimenter.rows)
    assert sims[0].operations.total < sims[1].operations.total
