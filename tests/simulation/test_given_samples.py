"""What stands for samples: arrays, tables, single samples, nodes by label; and what does not."""

import networkx as nx
import numpy as np
import pytest

import neurosim as ns
from neurosim import models
from neurosim.errors import DataError, NeurosimError

NET = ns.Network.layered([4, 3, 2], seed=0)
WIDE = ns.Network.layered([4, 3, 10], seed=0)
NARROW = ns.Network.layered([1, 3, 1], seed=0)
X, Y = np.linspace(0.1, 0.9, 24).reshape(6, 4), np.linspace(-0.5, 0.5, 12).reshape(6, 2)


def learners(net=NET, batch=6):
    return [ns.Simulator(net, models.ZIL(), batch_size=batch), models.BP(net, batch_size=batch)]


def masked(array, *place):
    result = np.ma.array(array)
    result[place] = np.ma.masked
    return result


BAD = {
    "masked": (masked(X, 2, 1), r"element \(2, 1\) is masked"),
    "masked rows": ([masked(row, 3) for row in X], r"element \(3,\) is masked"),
    "masked constant": ([[np.ma.masked, 1.0, 1.0, 1.0]] * 6, "is masked"),
    "none": ([[0.5, None, 1.0, 1.0]] * 6, r"element \(0, 1\) is missing \(None\)"),
    "words": (np.array([[0.5, "a", 1.0, 1.0]] * 6, object), "real numbers, not str"),
    "complex": (X + 0j, "real numbers, not dtype complex128"),
    "ragged": ([[1.0, 2.0], [1.0]], "not a rectangular array"),
    "huge": ([[10**400, 0, 0, 0]] * 6, "must be finite"),
    "infinite": (np.full((6, 4), np.inf), r"element \(0, 0\) is np.float64\(inf\)"),
    "dates": (np.zeros((6, 4), "M8[s]"), "real numbers, not dtype datetime64"),
    "nothing": (None, "real numbers|missing"),
    "empty": (np.zeros((0, 4)), r"must not be empty, but have shape \(0, 4\)"),
    "an empty list": ([], "must not be empty"),
    "a cube": (np.zeros((6, 4, 1)), r"must have shape \(any, 4\), not \(6, 4, 1\)"),
}


@pytest.mark.parametrize(("given", "words"), BAD.values(), ids=BAD)
def test_bad_arrays_are_refused_by_all_that_take_them(given, words):
    for learner in learners():
        owner = "BP" if isinstance(learner, models.BP) else "Simulator"
        with pytest.raises(NeurosimError, match=f"{owner}.fit: inputs of.*{words}"):
            learner.fit(given, Y)
        if "empty" not in words:
            with pytest.raises(NeurosimError, match=f"{owner}.predict: inputs of.*{words}"):
                learner.predict(given)
    sim = learners()[0]
    before = [array.tobytes() for array in sim.simulation.guard.arrays]
    for act in (lambda: sim.clamp("input", given), lambda: sim.present(given, Y)):
        with pytest.raises(NeurosimError, match=words) as caught:
            act()
        assert isinstance(caught.value, (ValueError, TypeError))
    assert [array.tobytes() for array in sim.simulation.guard.arrays] == before


def test_tables_of_pandas_hold_numbers_or_are_refused():
    pandas = pytest.importorskip("pandas")
    plain = pandas.DataFrame(X)
    expected = learners()[0].predict(X)
    for kind in ("float64", "Float64", object):
        frame = plain.astype(kind)
        assert np.array_equal(learners()[0].predict(frame), expected)
        missing = frame.copy()
        missing.iloc[2, 1] = None if kind is object else pandas.NA if kind == "Float64" else np.nan
        for learner in learners():
            with pytest.raises(DataError, match=r"\(2, 1\) is (missing|np.float64\(nan\)|nan)"):
                learner.predict(missing)
    mixed = pandas.DataFrame({0: [1, 2], 1: [0.5, 1.5], 2: [True, False], 3: [3, 4]})
    whole = [[1, 0.5, 1, 3], [2, 1.5, 0, 4]]
    assert np.array_equal(learners()[0].predict(mixed), learners()[0].predict(whole))
    for missing in (
        mixed.astype("Int64", errors="ignore"),
        mixed.astype("boolean", errors="ignore"),
    ):
        assert np.array_equal(learners()[0].predict(mixed), learners()[0].predict(missing))
    column = pandas.Series([1, None, 3], dtype="Int64")
    with pytest.raises(DataError, match=r"element \(1, 0\) is"):
        learners(NARROW)[0].predict(column)


def test_sparse_samples_are_refused_with_what_to_do():
    scipy_sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(NeurosimError, match=r"toarray\(\) makes an array"):
        learners()[0].predict(scipy_sparse.csr_array(X))


@pytest.mark.parametrize(
    "labels", [np.array([3, 1, 4, 1, 5, 9]), [3.0, 1.0, 4.0, 1.0, 5.0, 9.0], [[3], [1], [4]] * 2]
)
def test_labels_are_told_from_targets(labels):
    for learner in learners(WIDE):
        with pytest.raises(DataError, match=r"np.eye\(10\)\[labels\] has a row for each"):
            learner.fit(X, labels)
        learner.fit(X, np.eye(10)[np.ravel(labels).astype(int)])
    with pytest.raises(DataError, match=r"np.eye\(10\)"):
        learners(WIDE)[0].present(X, labels)


def test_as_many_labels_as_classes_are_told_from_one_sample():
    for learner in learners(WIDE):
        with pytest.raises(
            DataError, match=r"10 samples of inputs, but 1 of targets.*np.eye\(10\)"
        ):
            learner.fit(np.ones((10, 4)), np.arange(10))


def test_numbers_that_are_no_labels_are_not_called_so():
    for bad in ([0.5] * 6, [-1] * 6, [10] * 6):
        with pytest.raises(DataError, match=r"not \(6,\)$"):
            learners(WIDE)[0].fit(X, bad)


def test_one_sample_may_be_a_vector():
    for learner in learners():
        whole = learner.predict(X)
        assert np.array_equal(learner.predict(X[3]), whole[3])
        assert learner.predict(X[3:4]).shape == (1, 2)
        assert np.array_equal(learner.predict(list(X[3])), whole[3])
        assert learner.predict(np.zeros((0, 4))).shape == (0, 2)
        assert learner.predict([]).shape == (0, 2)
        twin = learners()[isinstance(learner, models.BP)]
        learner.fit(X[2], Y[2])
        twin.fit(X[2:3], Y[2:3])
        assert all(np.array_equal(w, twin.weights[n]) for n, w in learner.weights.items())


def test_a_vector_is_samples_where_there_is_one_node():
    x, y = X[:, 0], Y[:, 0]
    for vectors, columns in zip(learners(NARROW), learners(NARROW), strict=True):
        vectors.fit(x, y)
        columns.fit(x[:, None], y[:, None])
        assert all(np.array_equal(w, columns.weights[n]) for n, w in vectors.weights.items())
        assert np.array_equal(vectors.predict(x), columns.predict(x[:, None]))
        assert vectors.predict(x).shape == (6, 1)
        assert vectors.predict(0.5).shape == (1,)
        assert vectors.predict([0.5]).shape == (1, 1)
    sim = learners(NARROW)[0]
    sim.clamp("input", x)
    assert np.array_equal(sim.state("x", "input")[:, 0], x)
    sim.present(0.5, -0.5)
    assert np.array_equal(sim.state("x", "input")[0], [0.5])


def several():
    """Two inputs and two outputs, in an order that is not that of their names."""
    net = ns.Network(seed=0)
    for name, size in (("z", 2), ("b", 1), ("h", 3), ("y", 1), ("c", 2)):
        net.add_population(name, size, labels=[f"{name}{i}" for i in range(size)])
    for pre, post in (("z", "h"), ("b", "h"), ("h", "y"), ("h", "c")):
        net.connect(pre, post)
    return net


def test_nodes_are_taken_by_their_labels():
    inputs = {"z": X[:, :2], "b": X[:, 2]}
    single = {"z1": X[:, 1], "b0": X[:, 2], "z0": X[:, 0]}
    for learner in learners(several()):
        whole = learner.predict(inputs)
        assert list(whole) == ["c", "y"]
        assert all(np.array_equal(a, learner.predict(single)[n]) for n, a in whole.items())
        mixed = learner.predict({"b0": X[:, 2], "z": X[:, :2]})
        assert all(np.array_equal(a, mixed[n]) for n, a in whole.items())
        one = learner.predict({label: column[4] for label, column in single.items()})
        assert all(np.array_equal(a[4], one[n]) for n, a in whole.items())
        assert one["c"].shape == (2,)
        again = learners(several())[isinstance(learner, models.BP)]
        learner.fit(inputs, {"y": Y[:, 0], "c": Y})
        again.fit(single, {"c1": Y[:, 1], "y0": Y[:, 0], "c0": Y[:, 0]})
        assert all(np.array_equal(w, again.weights[n]) for n, w in learner.weights.items())


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"z": X[:, :2]}, r"keys \['b', 'z'\].*node 'b0' of population 'b' is left out"),
        ({"z0": 1.0, "b": 1.0}, "node 'z1' of population 'z' is left out"),
        ({"b0": 1.0}, r"node 'z0' of population 'z' \(and 1 more\) is left out"),
        ({"z": [1.0, 1.0], "b1": 1.0}, r"keys \['b', 'z'\].*no node is called 'b1'"),
        ({"z": [1.0, 1.0], "b": 1.0, "h0": 1.0}, "not population 'h' or its nodes"),
        ({"z": [1.0, 1.0], "b": 1.0, "h": [[1.0] * 3]}, "not population 'h' or its nodes"),
        ({"z": [1.0, 1.0], "z0": 1.0, "b": 1.0}, "names population 'z' and its node 'z0'"),
        ({"z0": 1.0, "z1": [1.0, 2.0], "b": 1.0}, "different numbers of samples"),
        ({"z": X[:, :2], "b": X[:2, 2]}, "different numbers of samples"),
        ({"z0": [[1.0]], "z1": 1.0, "b": 1.0}, "a number, or a vector of samples"),
        ({"z0": "a", "z1": 1.0, "b": 1.0}, "node 'z0' must hold real numbers"),
        ({"z0": np.nan, "z1": 1.0, "b": 1.0}, "finite"),
        ({}, "is left out"),
        (X, "must be a mapping with an array for each of"),
    ],
)
def test_mappings_that_leave_out_or_add_are_refused(inputs, words):
    for learner in learners(several()):
        with pytest.raises(NeurosimError, match=words):
            learner.predict(inputs)
        with pytest.raises(NeurosimError, match=words):
            learner.fit(inputs, {"y": 0.5, "c": [0.5, 0.5]})
    with pytest.raises(NeurosimError, match=words):
        learners(several())[0].present(inputs, {"y": 0.5, "c": [0.5, 0.5]})


def test_nodes_of_a_graph_are_known_by_their_names():
    graph = nx.DiGraph([("n1", "n3"), ("n2", "n3"), ("n3", "n4")])
    sim = ns.Simulator(ns.Network.from_networkx(graph, seed=0), models.ZIL())
    sim.present({"n1": 0.5, "n2": -1.0}, {"n4": 1.0})
    held = [sim.value_node(*sim.network.find(name)).x for name in ("n1", "n2")]
    assert held == [0.5, -1.0]
    assert np.array_equal(sim.predict({"n2": -1.0, "n1": 0.5}), sim.predict([0.5, -1.0]))
    numbers = nx.DiGraph([(1, 3), (2, 3), (3, 4)])
    same = ns.Simulator(ns.Network.from_networkx(numbers, seed=0), models.ZIL())
    same.present({1: 0.5, 2: -1.0}, {4: 1.0})
    assert same.predict({1: 0.5, 2: -1.0}).shape == (1,)
