"""Bad input is refused early and clearly, and nothing has changed."""

import pickle

import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import DivergenceError, NeurosimError
from neurosim.kernels.arrays import layout

NET = ns.Network.layered([4, 3, 2], seed=0)


@pytest.fixture
def sim():
    simulator = ns.Simulator(NET, models.FaZIL(), batch_size=2)
    simulator.clamp("input", np.ones((2, 4)))
    simulator.settle()
    return simulator


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda s: s.clamp("output", np.ones((2, 1))), "output.*shape.*2.*not \\(2, 1\\)"),
        (lambda s: s.clamp("output", np.ones((3, 2))), "3 replicas.*batch_size is 2"),
        (lambda s: s.clamp("output", [[1.0, np.nan]] * 2), "must be finite"),
        (lambda s: s.clamp("output", [["a", "b"]] * 2), "real numbers"),
        (lambda s: s.clamp("outptu", np.ones((2, 2))), "Did you mean 'output'"),
        (lambda s: s.clamp("output", np.ones((1, 2))), "1 replicas.*release"),
        (lambda s: s.release("output"), "not clamped"),
        (lambda s: s.run(-1), "ticks must be in 0 ... 1000000000000, not -1"),
        (lambda s: s.run(1.5), "whole number"),
        (lambda s: s.settle("backwards"), "allowed: 'feedforward', 'inference'"),
        (lambda s: s.state("y", "output"), "allowed: 'x'"),
        (lambda s: s.value_node("output", 2), "index must be in 0 ... 1"),
        (lambda s: s.error_node("input", 0), "no error nodes"),
        (lambda s: s.synapse("input", 0, "output", 0), "projection"),
        (lambda s: s.fit(np.ones((4, 4)), np.ones((3, 2))), "4 samples of inputs, but 3"),
        (lambda s: s.fit(np.ones((4, 4)), np.ones((4, 1))), "not \\(4, 1\\)"),
        (lambda s: s.fit(np.ones((4, 4)), np.ones((4, 2)), epochs=0), "epochs"),
        (lambda s: s.fit(np.full((4, 4), np.inf), np.ones((4, 2))), "finite"),
        (lambda s: s.predict(np.ones((4, 5))), "not \\(4, 5\\)"),
        (lambda s: s.present(np.ones((2, 4)), np.ones((1, 2))), "same number of replicas"),
        (lambda s: s.set_weights({"input->hidden1": np.ones((3, 4))}), "shape"),
        (lambda s: setattr(s.synapse("input", 0, "hidden1", 0), "theta", np.nan), "finite"),
        (lambda s: ns.StateMonitor(s, "v"), "allowed: 'x'"),
        (lambda s: ns.StateMonitor(s, "x", populations=["hidden9"]), "Did you mean"),
        (lambda s: ns.SpikeMonitor(s, populations=["input"]), "allowed"),
        (lambda s: ns.SpikeMonitor("sim"), "must be a Simulator"),
    ],
)
def test_refusals_leave_everything_as_it_was(sim, act, words):
    before = [array.tobytes() for array in sim._guard.arrays]
    with pytest.raises(NeurosimError, match=words) as caught:
        act(sim)
    assert isinstance(caught.value, (ValueError, TypeError))
    assert [array.tobytes() for array in sim._guard.arrays] == before
    assert not sim._monitors


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


def test_cycles_are_named():
    net = ns.Network()
    for name in "abc":
        net.add_population(name, 2)
    for pre, post in ("ab", "bc", "ca"):
        net.connect(pre, post)
    with pytest.raises(NeurosimError, match=r"cycle: \w -> \w -> \w -> \w"):
        _ = net.levels


PROPORTIONAL = ns.Activation("proportional", lambda x: 1.0 * x, lambda x: 1.0)


def seen(sim):
    """All that can be seen of a simulation, bit for bit."""
    told = [sim.t, sim._lowered.theta_block("input->hidden1").tobytes()]
    for name in sim.network.populations:
        for variable in ("x",) if name == "input" else ("x", "mu", "epsilon", "phi"):
            told.append(sim.state(variable, name).tobytes())
        told += [sim._lowered.view(flag, name).tobytes() for flag in ("resting", "clamped")]
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
            net, models.FaZIL(), batch_size=2, event_driven=event_driven, rest_after_update=rest
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
    sims = [ns.Simulator(net, models.ZIL(learning_rate=1e-300), batch_size=2) for _ in range(2)]
    small, large = [[1e-300, 0.0], [1e-300, 1e-300]], [[1e-300, 0.0], [1e50, 0.0]]
    sims[0].fit(small, np.full((2, 2), 9.0), shuffle=False)
    with pytest.raises(DivergenceError, match="population 'output'"):
        sims[1].fit([*small, *large], np.full((4, 2), 9.0), shuffle=False)
    # What the second one changed before it was given up would overflow again.
    for name in ("hidden1", "hidden2", "output"):
        x, mu, epsilon = (sims[1].state(variable, name) for variable in ("x", "mu", "epsilon"))
        assert (abs(mu) < 1e202).all()
        assert epsilon.tolist() == (x - mu).tolist()
    bounds = [sim._lowered.state.bound[:, layout.BOUND_F].tolist() for sim in sims]
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
        ns.Simulator(net, models.ZIL(learning_rate=1e-9), event_driven=way, rest_after_update=rest)
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
    sims = [ns.Simulator(net, models.IL(), batch_size=2, event_driven=way) for way in (True, False)]
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
    sim = ns.Simulator(net, models.ZIL(learning_rate=1e-3), event_driven=event_driven)
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
    sim = ns.Simulator(net, models.FaZIL(), event_driven=event_driven)
    sim.clamp("input", [1e308])
    with pytest.raises(DivergenceError, match="population 'hidden1'"):
        sim.set_weights({"input->hidden1": [[100.0]]})
    assert sim.weights["input->hidden1"] == 0.1


def test_clock_driven_settling_is_begun_once_where_a_clamped_node_is_near_the_largest_number():
    done = []
    for held in (1.0, 1e308):
        net = ns.Network.layered([1, 2, 1], activation="sigmoid", seed=0)
        sim = ns.Simulator(net, models.FaZIL(), event_driven=False)
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
    sim = ns.Simulator(net, models.ZIL(), batch_size=2, event_driven=event_driven)
    inputs = {"a": [[0.0], [1e140], [0.0]], "b": np.zeros((3, 1))}
    sim.fit(inputs, np.zeros((3, 1)), shuffle=False, ticks=0)
    sim.release("a")
    sim.release("b")
    # The second replica comes back.
    sim.clamp("b", [[0.0], [0.0]])
    with pytest.raises(DivergenceError, match="replica 1"):
        sim.set_weights({"a->hidden1": [[1e170]]})


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_divergence_keeps_the_last_finite_snapshot(dtype):
    def start():
        net = ns.Network.layered([4, 5, 5, 2], activation="identity", seed=0)
        sim = ns.Simulator(net, models.IL(t_c=10**6, gamma=10.0), dtype=dtype)
        sim.clamp("input", np.ones(4))
        sim.settle()
        sim.clamp("output", np.ones(2))
        return sim

    sim = start()
    with pytest.raises(DivergenceError, match="population 'hidden") as caught:
        sim.run(10_000)
    error = caught.value
    assert isinstance(error, ArithmeticError)
    assert sim.t == error.tick
    again = start()
    again.run(error.tick)
    for name in sim.network.populations:
        for variable in ("x", "mu", "epsilon"):
            state = sim.state(variable, name)
            assert np.isfinite(state).all()
            assert (state == again.state(variable, name)).all()
    with pytest.raises(DivergenceError):
        again.step()


def overflowing(first=1e200):
    """A linear network in which node 1 of hidden1 overflows where the first input is large."""
    weights = [[[0.0, first, 0.0], [1.0, 1.0, 1.0]], [[1.0, 1.0]] * 3]
    return ns.Network.layered([2, 3, 2], activation="identity", weights=weights)


INPUTS = np.array([[0.0, 1.0], [1.0, 1.0], [1e200, 1.0]])


def simulated(net):
    return ns.Simulator(net, models.FaZIL(), batch_size=3)


def backpropagated(net):
    return models.BP(net, batch_size=3)


@pytest.mark.parametrize("make", [simulated, backpropagated])
def test_an_overflowing_prediction_is_located(make):
    learner = make(overflowing())
    for _ in range(2):
        with pytest.raises(DivergenceError, match="node 1 of population 'hidden1'") as caught:
            learner.predict(INPUTS)
        error = caught.value
        assert (error.population, error.node, error.replica) == ("hidden1", 1, 2)
        assert error.tick is None
        assert "tick" not in str(error)
        again = pickle.loads(pickle.dumps(error))
        assert (vars(again), str(again)) == (vars(error), str(error))
    assert (learner.predict(INPUTS[:1]) == 3.0).all()


@pytest.mark.parametrize("make", [simulated, backpropagated])
def test_a_large_prediction_is_given(make):
    """Whose bounds alone would not exclude that it overflows."""
    predicted = make(overflowing(1e108)).predict(INPUTS)
    assert np.isfinite(predicted).all()
    assert predicted[2] == pytest.approx([1e308, 1e308])


def test_numpys_arithmetic_keeps_the_last_finite_weights():
    net = ns.Network.layered([4, 3, 2], seed=0, activation="identity")
    bp = models.BP(net, learning_rate=1e100, arithmetic="blas")
    with pytest.raises(DivergenceError):
        bp.fit(np.ones((50, 4)), np.ones((50, 2)))
    assert all(np.isfinite(w).all() for w in bp.weights.values())


def test_an_overflow_in_backpropagation_is_located():
    bp = models.BP(overflowing(), batch_size=3)
    weights = bp.weights
    with pytest.raises(DivergenceError) as caught:
        bp.fit(INPUTS, np.ones((3, 2)), shuffle=False)
    error = caught.value
    assert (error.population, error.node, error.replica) == ("hidden1", 1, 2)
    assert error.tick is None
    assert all((bp.weights[name] == weights[name]).all() for name in weights)


def test_an_overflowing_error_of_backpropagation_is_located():
    net = ns.Network.layered([2, 3, 2], activation="identity", weights=[np.ones((2, 3)), LARGE])
    bp = models.BP(net, batch_size=2)
    with pytest.raises(DivergenceError) as caught:
        bp.fit([[0.0, 0.0]] * 2, [[0.0, 0.0], [0.0, 1e200]], shuffle=False)
    error = caught.value
    assert (error.population, error.node, error.replica) == ("hidden1", 2, 1)


#: All silent, but that the error of node 1 comes back to node 2, enlarged.
LARGE = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 1e200]])


def test_an_overflowing_weight_of_backpropagation_is_located():
    bp = models.BP(overflowing(1.0), learning_rate=1e160, arithmetic="blas")
    with pytest.raises(DivergenceError) as caught:
        bp.fit([[0.0, 1.0]], [[3.0, 1e160]])
    error = caught.value
    assert (error.population, error.node, error.replica) == ("output", 1, None)
    assert "replica" not in str(error)


def test_a_network_that_was_shown_something_goes_on_when_released():
    sim = ns.Simulator(NET, models.IL(t_c=10**6, gamma=0.1))
    sim.clamp("input", np.ones(4))
    sim.clamp("output", np.ones(2))
    sim.settle()
    sim.release("input")
    sim.release("output")
    before, energy = sim.state("x", "input"), sim.energy
    sim.run(5)
    assert (sim.state("x", "input") != before).all()
    assert sim.energy < energy
    sim.settle()
    assert sim.energy == 0.0


def test_settling_needs_every_input():
    net = ns.Network()
    for name in "abc":
        net.add_population(name, 2)
    net.connect("a", "c")
    net.connect("b", "c")
    sim = ns.Simulator(net, models.ZIL())
    sim.clamp("c", [1.0, 1.0])
    sim.clamp("a", [1.0, 1.0])
    with pytest.raises(ns.errors.ProtocolError, match="clamp 'b' first"):
        sim.settle()
    sim.step()
    sim.clamp("b", [1.0, 1.0])
    sim.settle()
