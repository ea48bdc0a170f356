"""What users hold takes no value that does not act."""

import copy

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import FixedError, NeurosimError


def network():
    return ns.Network.layered([3, 4, 2], activation="tanh", seed=0)


def held():
    """One of each kind of object that users hold."""
    net = network()
    sim = ns.Simulator(net, models.FaZIL())
    sim.clamp("input", [0.5, 1.0, -1.0])
    return {
        "network": net,
        "simulator": sim,
        "bp": models.BP(net),
        "value node": sim.value_node("hidden1", 0),
        "error node": sim.error_node("hidden1", 0),
        "synapse": sim.synapse("input", 0, "hidden1", 1),
        "feedback synapse": sim.synapse("input", 0, "hidden1", 1).feedback,
    }


@pytest.mark.parametrize("kind", held())
def test_unknown_names_are_refused(kind):
    thing = held()[kind]
    with pytest.raises(FixedError, match=r"no such attribute.*can be set"):
        thing.nonsense = 3
    assert not hasattr(thing, "nonsense")


@pytest.mark.parametrize("kind", held())
def test_what_is_shown_is_what_acts(kind):
    """Each public attribute can be set to something that it then is, or says that it is fixed."""
    thing = held()[kind]
    names = [name for name in dir(thing) if not name.startswith("_")]
    acting = {"learning_rate", "gamma", "theta"}
    for name in names:
        if name in acting:
            continue
        before = getattr(thing, name)
        with pytest.raises(FixedError, match=name):
            setattr(thing, name, 0.25)
        assert type(getattr(thing, name)) is type(before)
        with pytest.raises(AttributeError):
            delattr(thing, name)


def test_a_hint_says_what_was_meant():
    things = held()
    with pytest.raises(FixedError, match="theta"):
        things["synapse"].weight = 3.0
    with pytest.raises(FixedError, match="did you mean 'learning_rate'"):
        things["simulator"].learning_rates = 3.0


def test_a_batch_size_cannot_be_changed_under_the_arrays():
    for learner in (ns.Simulator(network(), models.ZIL()), models.BP(network())):
        with pytest.raises(FixedError, match="batch_size"):
            learner.batch_size = 20
        learner.fit(np.ones((40, 3)), np.ones((40, 2)))


INPUTS, TARGETS = np.linspace(-1, 1, 30).reshape(10, 3), np.linspace(1, -1, 20).reshape(10, 2)


def learners(**options):
    sim = ns.Simulator(network(), models.FaZIL(**options))
    return sim, models.BP(network(), **options)


@pytest.mark.parametrize(
    "rate", [0.25, {"input->hidden1": 0.5, "hidden1->output": 0.125}], ids=["one", "each"]
)
def test_another_learning_rate_acts(rate):
    for changed, made in zip(learners(), learners(learning_rate=rate), strict=True):
        changed.learning_rate = rate
        assert changed.learning_rate == rate
        for learner in (changed, made):
            learner.fit(INPUTS, TARGETS)
        for name, weights in made.weights.items():
            assert weights.tobytes() == changed.weights[name].tobytes()


@pytest.mark.parametrize("rate", [0.0, -1.0, np.nan, "fast", None, {"nowhere": 0.5}, {}])
def test_a_senseless_learning_rate_is_refused_and_changes_nothing(rate):
    for learner in learners(learning_rate=0.5):
        with pytest.raises(NeurosimError):
            learner.learning_rate = rate
        assert learner.learning_rate == 0.5
        other = copy.deepcopy(learner)
        same = next(x for x in learners(learning_rate=0.5) if type(x) is type(learner))
        for each in (other, same):
            each.fit(INPUTS, TARGETS)
        for name, weights in same.weights.items():
            assert weights.tobytes() == other.weights[name].tobytes()


@pytest.mark.parametrize("event_driven", [True, False])
def test_another_gamma_acts_from_the_next_tick_on(event_driven):
    def started(gamma):
        model = models.IncrementalPC(gamma=gamma, learning_rate=0.1)
        sim = ns.Simulator(network(), model, event_driven=event_driven)
        sim.clamp("input", INPUTS[0])
        sim.settle()
        sim.clamp("output", TARGETS[0])
        return sim

    sim = started(0.5)
    x, epsilon = sim.state("x", "hidden1"), sim.state("epsilon", "hidden1")
    sim.gamma = 0.25
    assert sim.gamma == sim.model.gamma == 0.25
    sim.run(2)
    other = started(0.25)
    other.run(2)
    assert sim.state("x", "hidden1").tobytes() == other.state("x", "hidden1").tobytes()
    assert not np.array_equal(sim.state("x", "hidden1"), x)
    assert not np.array_equal(sim.state("epsilon", "hidden1"), epsilon)
    with pytest.raises(NeurosimError):
        sim.gamma = 0.0
    assert sim.gamma == 0.25


def test_a_step_that_was_too_short_to_move_anything_moves_with_another_gamma():
    """Event-driven, nothing moves where gamma epsilon is lost; with a larger one it does."""
    states = []
    for event_driven in (True, False):
        sim = ns.Simulator(network(), models.IL(t_c=10**6, gamma=1e-300), event_driven=event_driven)
        sim.clamp("input", INPUTS[0])
        sim.settle()
        sim.clamp("output", TARGETS[0])
        sim.run(50)
        sim.gamma = 0.5
        sim.run(3)
        states.append(sim.state("x", "hidden1").tobytes())
    assert states[0] == states[1]
