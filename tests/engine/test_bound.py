"""The bound of activities and weights: what leaves it is found at once, and not kept."""

import pickle
import re

import numpy as np
import pytest
from oracles.bits import same_bits
from oracles.networks import skipping
from oracles.paper_rules import paper_synapse, with_rules
from oracles.samples import samples

import neurosim as ns
from neurosim import models
from neurosim.errors import ArgumentError, ArgumentTypeError, DivergenceError

WAYS = pytest.mark.parametrize("event_driven", [True, False])
ARITHMETICS = pytest.mark.parametrize("arithmetic", ["engine", "blas"])


def largest(sim):
    """The largest |x| of a node that is not clamped, and the largest weight."""
    lowered, rows = sim.simulation.lowered, sim.simulation.rows
    free = [
        np.where(lowered.view("clamped", name)[:rows], 0, lowered.view("x", name)[:rows])
        for name in lowered.names
    ]
    return max(
        np.abs(a).max() for a in [*free, *sim.weights.values(), *sim.feedback_weights.values()]
    )


def snapshot(sim):
    told = [sim.t, *(w.tobytes() for w in sim.weights.values())]
    for name in sim.wiring.populations:
        told += [sim.simulation.lowered.view(v, name).tobytes() for v in ("x", "mu", "epsilon")]
    return told


def chain(*weights):
    """Linear nodes in a row."""
    shapes = [[[w]] for w in weights]
    return ns.Network.layered([1] * (len(weights) + 1), activation="identity", weights=shapes)


RUNAWAYS = [
    models.IL(learning_rate=0.1, gamma=4.0, t_c=8),
    models.IncrementalPC(learning_rate=0.3, gamma=3.0),
    models.ZIL(learning_rate=30.0, gamma=3.0),
    with_rules(models.IncrementalPC, synapse_rule=paper_synapse)(learning_rate=0.3, gamma=3.0),
]


@WAYS
@pytest.mark.parametrize("bound", [3.0, 100.0, 1e6])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("model", RUNAWAYS, ids=["IL", "iPC", "Z-IL", "rule"])
def test_what_leaves_the_bound_is_found_in_the_very_tick(model, dtype, bound, event_driven):
    """Beside a simulator without a bound, of which every snapshot is looked at."""
    options = {"batch_size": 3, "dtype": dtype, "event_driven": event_driven}
    pair = [ns.Simulator(skipping("relu"), model, bound=b, **options) for b in (bound, None)]
    data = samples(3, [4, 3])
    for sim in pair:
        sim.clamp("input", data[0])
        sim.settle()
        sim.clamp("output", data[1])
    bounded, free = pair
    assert largest(free) <= 3.0
    for _ in range(2000):
        before = snapshot(free)
        free.step()
        if largest(free) > bound:
            break
        bounded.step()
        assert snapshot(bounded) == snapshot(free)
    else:
        pytest.fail("it never ran away")
    with pytest.raises(
        DivergenceError, match=re.escape(f"beyond the bound of {bound:g} in")
    ) as caught:
        bounded.run(10)
    error = caught.value
    assert snapshot(bounded) == before
    assert (error.tick, error.bound, error.epoch) == (bounded.t, bound, None)
    again = pickle.loads(pickle.dumps(error))
    assert (vars(again), str(again)) == (vars(error), str(error))


@WAYS
@pytest.mark.parametrize("x", [0.5, -0.5])
@pytest.mark.parametrize("hidden", [False, True])
def test_the_bound_itself_is_within(hidden, x, event_driven):
    net = chain(2.0, 1.0) if hidden else chain(2.0)
    name = "hidden1" if hidden else "output"
    sim = ns.Simulator(net, models.ZIL(), event_driven=event_driven, bound=2.0)
    sim.clamp("input", [2 * x])
    sim.settle()
    before = snapshot(sim)
    sim.clamp("input", [np.nextafter(2 * x, 9 * x)])
    held = snapshot(sim)
    with pytest.raises(DivergenceError, match=f"node 0 of population {name!r}") as caught:
        sim.settle()
    assert caught.value.tick is None
    assert snapshot(sim) == held
    sim.clamp("input", [2 * x])
    assert snapshot(sim) == before
    sim.settle()
    assert sim.predict([[2 * x]]) == 4 * x
    with pytest.raises(DivergenceError, match="beyond the bound of 2"):
        sim.predict([[0.0], [4 * x]])


@WAYS
def test_what_the_world_clamps_may_be_larger(event_driven):
    sim = ns.Simulator(
        chain(1e-9, 1e-6), models.ZIL(learning_rate=1e-20), event_driven=event_driven
    )
    sim.fit([[1e9]], [[1e9]])
    sim.clamp("input", [1e9])
    sim.settle()
    sim.clamp("hidden1", [1e7])
    sim.clamp("output", [1e9])
    sim.run(3)
    assert sim.state("x", "output") == 1e9
    with pytest.raises(DivergenceError, match="'hidden1'"):
        sim.predict([[1e16]])


@pytest.mark.parametrize("bound", [2.5, None])
@WAYS
@pytest.mark.parametrize("model", [models.ZIL, models.FaZIL, models.IL])
def test_bounds_that_are_far_above_the_weights_are_taken_anew(model, event_driven, bound):
    """Upper bounds add up over thousands of updates; what they are bounds of does not."""
    net = ns.Network.layered([5, 6, 3], activation="tanh", seed=0)
    sims = [
        ns.Simulator(net, model(learning_rate=0.01), event_driven=event_driven, bound=b)
        for b in (bound, None)
    ]
    data = samples(50, [5, 3])
    for sim in sims:
        sim.fit(data[0] / 3, data[1] / 10, epochs=60)
    assert largest(sims[0]) < 1.5
    assert sims[0].simulation.lowered.state.theta_bound.max() <= (bound or np.inf)
    assert sims[1].simulation.lowered.state.theta_bound.max() > 2.5
    assert same_bits(*(sim.weights for sim in sims))


def test_fit_says_in_which_epoch_and_at_which_samples():
    sim = ns.Simulator(chain(1.0, 1.0), models.ZIL(learning_rate=1e-3), batch_size=2)
    x = np.full((7, 1), 0.1)
    sim.fit(x, x)
    before = sim.weights
    x[5] = 1e5
    with pytest.raises(DivergenceError, match=r"in epoch 0, at the samples \[4, 5\]") as caught:
        sim.fit(x, np.where(x > 1, -1e5, x), shuffle=False, epochs=3)
    assert (caught.value.epoch, caught.value.samples) == (0, (4, 5))
    assert caught.value.tick is not None
    twin = ns.Simulator(chain(1.0, 1.0), models.ZIL(learning_rate=1e-3), batch_size=2)
    twin.set_weights(before)
    twin.fit(x[:4], x[:4], shuffle=False)
    assert same_bits(sim.weights, twin.weights)


@ARITHMETICS
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_backpropagation_has_the_same_bound(arithmetic, dtype):
    options = {"arithmetic": arithmetic, "dtype": dtype, "batch_size": 2, "learning_rate": 0.05}
    net = ns.Network.layered([3, 4, 2], activation="relu", seed=0)
    x, y = samples(40, [3, 2])
    x[27] *= 1e4
    bp, free = models.BP(net, **options), models.BP(net, bound=None, **options)
    bp.fit(x[:20], y[:20], shuffle=False)
    free.fit(x[:26], y[:26], shuffle=False)
    free.fit(x[26:28], y[26:28], shuffle=False)
    assert max(np.abs(w).max() for w in free.weights.values()) > 1e6
    with pytest.raises(DivergenceError, match="a weight is beyond the bound of 1e") as caught:
        bp.fit(x[20:], y[20:], shuffle=False)
    error = caught.value
    assert (error.replica, error.tick, error.bound) == (None, None, 1e6)
    assert (error.epoch, error.samples) == (0, (6, 7))
    # All before it has been learned.
    twin = models.BP(net, **options)
    twin.fit(x[:26], y[:26], shuffle=False)
    assert same_bits(bp.weights, twin.weights)
    bp.fit(x[28:], y[28:], shuffle=False)
    twin.fit(x[28:], y[28:], shuffle=False)
    assert same_bits(bp.weights, twin.weights)


@ARITHMETICS
def test_an_activity_beyond_the_bound_is_located_in_backpropagation(arithmetic):
    bp = models.BP(chain(1.0, 10.0, 1.0), batch_size=3, arithmetic=arithmetic, bound=50.0)
    with pytest.raises(DivergenceError, match="x is beyond the bound of 50 in node 0") as caught:
        bp.fit([[1.0], [5.0], [-6.0]], np.zeros((3, 1)), shuffle=False)
    assert (caught.value.population, caught.value.replica) == ("hidden2", 2)
    assert bp.weights == {"input->hidden1": 1.0, "hidden1->hidden2": 10.0, "hidden2->output": 1.0}


def test_weights_that_are_given_are_within():
    for make in (
        lambda **o: ns.Simulator(chain(5.0), models.ZIL(), **o),
        lambda **o: models.BP(chain(5.0), **o),
    ):
        with pytest.raises(ArgumentError, match="'input->output' is 5, beyond the bound of 4"):
            make(bound=4.0)
        for bound in (0, -1.0, np.nan):
            with pytest.raises(ArgumentError, match="bound must be"):
                make(bound=bound)
        with pytest.raises(ArgumentTypeError, match="bound must be a number"):
            make(bound="1e6")
        learner = make(bound=6)
        assert (learner.bound, make(bound=None).bound, make().bound) == (6.0, None, 1e6)
        with pytest.raises(ArgumentError, match="beyond the bound of 6"):
            learner.set_weights({"input->output": [[-7.0]]})
        assert learner.weights["input->output"] == 5.0
    sim = ns.Simulator(chain(5.0), models.ZIL(), bound=6.0)
    with pytest.raises(ArgumentError, match="beyond the bound of 6"):
        sim.synapse("input", 0, "output", 0).theta = 6.5
    sim.synapse("input", 0, "output", 0).theta = 6.0


def test_copies_have_the_bound():
    sim = pickle.loads(pickle.dumps(ns.Simulator(chain(5.0), models.ZIL(), bound=6.0)))
    sim.clamp("input", [2.0])
    with pytest.raises(DivergenceError, match="bound of 6"):
        sim.settle()


def test_a_bound_larger_than_float32_is_none():
    sim = ns.Simulator(chain(1e20), models.ZIL(), dtype="float32", bound=1e300)
    assert sim.predict([[1e18]]) == np.float32(1e20) * np.float32(1e18)


@WAYS
@pytest.mark.parametrize("bound", [1e6, None])
def test_after_a_divergence_whatever_is_presented_next_works(event_driven, bound):
    """The same bits as if only the weights had been there."""
    net = ns.Network.layered([4, 5, 5, 3], activation="relu", seed=0)
    model = models.IL(learning_rate=1e-3, gamma=8.0, t_c=2000)
    sim = ns.Simulator(net, model, batch_size=3, event_driven=event_driven, bound=bound)
    x, y = samples(6, [4, 3])
    for _ in range(2):
        with pytest.raises(DivergenceError):
            sim.present(x[:3], y[:3])
        with pytest.raises(DivergenceError):
            sim.fit(x, y)
    twin = ns.Simulator(net, model, batch_size=3, event_driven=event_driven, bound=bound)
    twin.set_weights(sim.weights)
    for each in (sim, twin):
        each.present(x[3:], y[3:], ticks=3)
        each.fit(x[3:], y[3:], ticks=4)
        each.clamp("input", x[:2])
        each.settle()
    assert snapshot(sim)[1:] == snapshot(twin)[1:] or same_bits(sim.weights, twin.weights)
    assert sim.state("x", "output")[:2].tobytes() == twin.state("x", "output")[:2].tobytes()


def test_clock_driven_settling_does_not_mind_what_was_there_before():
    """What is on its way out would overflow further on; what replaces it does not."""
    for event_driven in (True, False):
        sim = ns.Simulator(
            chain(1.0, 1e120, 1e120), models.ZIL(), event_driven=event_driven, bound=None
        )
        sim.clamp("input", [0.0])
        sim.settle()
        sim.clamp("hidden1", [1e150])
        sim.release("hidden1")
        sim.clamp("input", [1e-200])
        sim.settle()
        x = [float(sim.state("x", name)[0, 0]) for name in ("hidden1", "hidden2", "output")]
        assert x == [1e-200, 1e-200 * 1e120, 1e-200 * 1e120 * 1e120]
        assert sim.residual == 0.0


@WAYS
def test_feedback_weights_of_their_own_have_the_bound(event_driven):
    net = ns.Network(seed=0)
    for name in ("a", "b", "c"):
        net.add_population(name, 1)
    net.connect("a", "b", weights=[[1.0]])
    net.connect("b", "c", weights=[[0.0]], feedback="plastic", feedback_weights=[[9.9]])
    sim = ns.Simulator(net, models.ZIL(learning_rate=1.0), bound=10.0, event_driven=event_driven)
    sim.clamp("a", [1.0])
    sim.settle()
    sim.clamp("c", [0.2])
    before = snapshot(sim)
    with pytest.raises(DivergenceError, match="a weight is beyond the bound of 10"):
        sim.step()
    assert snapshot(sim) == before
    assert sim.feedback_weights["b->c"] == 9.9


@pytest.mark.parametrize("bound", [1e6, None])
def test_the_tick_is_that_of_the_simulation_where_a_weight_leaves(bound):
    """Its weight doubles at every tick, and nothing moves."""

    def doubles(theta):
        return theta

    model = with_rules(models.IncrementalPC, synapse_rule=doubles)()
    sim = ns.Simulator(chain(1.0), model, bound=bound)
    sim.clamp("input", [1e-300])
    sim.settle()
    sim.clamp("output", [1.0])
    with pytest.raises(DivergenceError, match="a weight") as caught:
        sim.run(5000)
    assert sim.t == caught.value.tick == (19 if bound else 1023)
    assert sim.weights["input->output"] == 2.0**sim.t
    assert (caught.value.population, caught.value.replica) == ("output", None)
