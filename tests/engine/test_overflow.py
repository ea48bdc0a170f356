"""What overflows changes nothing, and a simulation goes on correctly from there."""

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import DivergenceError
from neurosim.kernels.arrays import layout

PROPORTIONAL = ns.Activation("proportional", lambda x: 1.0 * x, lambda x: 1.0)


def seen(sim):
    """All that can be seen of a simulation, bit for bit."""
    told = [sim.t, sim.simulation.lowered.theta_block("input->hidden1").tobytes()]
    for name in sim.network.populations:
        for variable in ("x",) if name == "input" else ("x", "mu", "epsilon", "phi"):
            told.append(sim.state(variable, name).tobytes())
        told += [
            sim.simulation.lowered.view(flag, name).tobytes() for flag in ("resting", "clamped")
        ]
    return told


@pytest.mark.parametrize("rest", [True, False])
@pytest.mark.parametrize("event_driven", [True, False])
@pytest.mark.parametrize("activation", ["identity", "leaky_relu", "sigmoid", PROPORTIONAL])
def test_settling_that_overflows_changes_nothing(activation, event_driven, rest):
    # An input of 1e308 overflows in hidden2.
    weights = [np.full((2, 3), 0.1), np.full((3, 3), 30.0), np.full((3, 2), 0.1)]
    net = ns.Network.layered([2, 3, 3, 2], activation=activation, weights=weights)
    sims = [
        ns.Simulator(
            net,
            models.FaZIL(),
            batch_size=2,
            event_driven=event_driven,
            rest_after_update=rest,
            bound=None,
        )
        for _ in range(2)
    ]
    for sim in sims:
        sim.clamp("input", [[1.0, 0.0], [0.5, 1.0]])
        sim.settle()
        sim.clamp("output", np.full((2, 2), 3.0))
        sim.run(2)
        sim.clamp("input", [[1.0, 0.0], [1e308, 1.0]])
    before = seen(sims[1])
    if activation == "sigmoid":
        # No input is too large for it.
        for sim in sims:
            sim.settle()
            assert np.isfinite(sim.state("x", "hidden2")).all()
    else:
        with pytest.raises(DivergenceError, match="'hidden2' \\(replica 1") as caught:
            sims[1].settle()
        assert caught.value.tick is None
        assert seen(sims[1]) == before
    for sim in sims:
        sim.clamp("input", [[1.0, 0.0], [0.25, 0.5]])
        sim.release("output")
    for _ in range(4):
        assert seen(sims[1]) == seen(sims[0])
        for sim in sims:
            sim.step()
    for sim in sims:
        sim.settle()
    assert seen(sims[1]) == seen(sims[0])


@pytest.mark.parametrize("activation", ["identity", "leaky_relu", PROPORTIONAL])
def test_after_a_presentation_that_overflows_all_can_go_on(activation):
    weights = [np.full(shape, 1e100) for shape in [(2, 3), (3, 3), (3, 2)]]
    net = ns.Network.layered([2, 3, 3, 2], activation=activation, weights=weights)
    model = models.ZIL(learning_rate=1e-300)
    sims = [ns.Simulator(net, model, batch_size=2, bound=None) for _ in range(2)]
    small, large = [[1e-300, 0.0], [1e-300, 1e-300]], [[1e-300, 0.0], [1e50, 0.0]]
    sims[0].fit(small, np.full((2, 2), 9.0), shuffle=False)
    with pytest.raises(DivergenceError, match="population 'output'"):
        sims[1].fit([*small, *large], np.full((4, 2), 9.0), shuffle=False)
    # What the second one changed before it was given up would overflow again.
    for name in ("hidden1", "hidden2", "output"):
        x, mu, epsilon = (sims[1].state(variable, name) for variable in ("x", "mu", "epsilon"))
        assert (abs(mu) < 1e202).all()
        assert epsilon.tolist() == (x - mu).tolist()
    bounds = [sim.simulation.lowered.state.bound[:, layout.BOUND_F].tolist() for sim in sims]
    assert bounds[0][:2] == bounds[1][:2]
    for sim in sims:
        sim.fit(small, np.full((2, 2), 3.0))
    for name in net.projections:
        one, other = (sim.weights[name] for sim in sims)
        assert one.tobytes() == other.tobytes()


@pytest.mark.parametrize("rest", [None, False])
def test_after_a_presentation_that_overflows_both_ways_of_settling_agree(rest):
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[1.0]], [[1e4]]])
    sims = [
        ns.Simulator(
            net,
            models.ZIL(learning_rate=1e-9),
            event_driven=way,
            rest_after_update=rest,
            bound=None,
        )
        for way in (True, False)
    ]
    for sim in sims:
        with pytest.raises(DivergenceError, match="population 'output'"):
            sim.fit([[1.0], [1e305]], [[2.0], [2.0]], shuffle=False)
    assert seen(sims[0]) == seen(sims[1])
    for sim in sims:
        sim.step(learning=False)
    assert seen(sims[0]) == seen(sims[1])


def test_replicas_that_a_presentation_brought_back_go_on_after_it_overflowed():
    weights = [[[1.0]], [[1.0]], [[100.0]]]
    net = ns.Network.layered([1, 1, 1, 1], activation="identity", weights=weights)
    sims = [
        ns.Simulator(net, models.IL(gamma=1.0), batch_size=2, event_driven=way, bound=None)
        for way in (True, False)
    ]
    for sim in sims:
        # Nothing settles, so that all have errors; the second one leaves.
        sim.clamp("input", [[1.0], [2.0]])
        sim.clamp("input", [[1.0]])
        sim.run(3, learning=False)
        with pytest.raises(DivergenceError, match="population 'output'"):
            sim.fit([[1e307], [1.0]], [[2.0], [2.0]], shuffle=False)
    assert seen(sims[0]) == seen(sims[1])
    for sim in sims:
        sim.step(learning=False)
    assert seen(sims[0]) == seen(sims[1])


@pytest.mark.parametrize("event_driven", [True, False])
def test_no_phi_is_left_by_training_whose_last_settling_overflows(event_driven):
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[1.0]], [[1.0]]])
    model = models.ZIL(learning_rate=1e-3)
    sim = ns.Simulator(net, model, event_driven=event_driven, bound=None)
    sim.clamp("input", [1.0])
    sim.settle()
    sim.clamp("output", [2.0])
    assert sim.state("phi", "output").all()
    with pytest.raises(DivergenceError):
        sim.fit([[1e100]], [[1e150]], shuffle=False)
    assert not sim.state("phi", "output").any()


@pytest.mark.parametrize("event_driven", [True, False])
def test_what_is_clamped_near_the_largest_number_is_not_forgotten(event_driven):
    net = ns.Network.layered([1, 1, 1], activation="identity", weights=[[[0.1]], [[1.0]]])
    sim = ns.Simulator(net, models.FaZIL(), event_driven=event_driven, bound=None)
    sim.clamp("input", [1e308])
    with pytest.raises(DivergenceError, match="population 'hidden1'"):
        sim.set_weights({"input->hidden1": [[100.0]]})
    assert sim.weights["input->hidden1"] == 0.1


def test_clock_driven_settling_is_begun_once_where_a_clamped_node_is_near_the_largest_number():
    done = []
    for held in (1.0, 1e308):
        net = ns.Network.layered([1, 2, 1], activation="sigmoid", seed=0)
        sim = ns.Simulator(net, models.FaZIL(), event_driven=False, bound=None)
        sim.clamp("input", [0.3])
        sim.clamp("hidden1", [held], nodes=[0])
        before = sim.operations.total
        sim.settle()
        done.append(sim.operations.total - before)
    assert done[0] == done[1]


@pytest.mark.parametrize("event_driven", [True, False])
def test_what_replicas_out_of_use_would_send_is_not_forgotten(event_driven):
    net = ns.Network()
    for name in ("a", "b", "hidden1", "output"):
        net.add_population(name, 1)
    for pre, post in (("a", "hidden1"), ("b", "hidden1"), ("hidden1", "output")):
        net.connect(pre, post, weights=[[1.0]])
    sim = ns.Simulator(net, models.ZIL(), batch_size=2, event_driven=event_driven, bound=None)
    inputs = {"a": [[0.0], [1e140], [0.0]], "b": np.zeros((3, 1))}
    sim.fit(inputs, np.zeros((3, 1)), shuffle=False, ticks=0)
    sim.release("a")
    sim.release("b")
    # The second replica comes back.
    sim.clamp("b", [[0.0], [0.0]])
    with pytest.raises(DivergenceError, match="replica 1"):
        sim.set_weights({"a->hidden1": [[1e170]]})
