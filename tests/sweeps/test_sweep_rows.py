"""A row for each run, in the order of the grid, with the bits that the function returned."""

import functools
import platform

import numpy as np
import pandas as pd
import pytest
from made_runs import changes, exits, given, mixed, numbers, raised, returned

from neurosim.sweeps import sweep

WHERE = ["seconds", "cpu", "versions"]


@pytest.mark.parametrize("workers", [1, 2])
def test_the_bits_are_those_of_a_call(workers):
    table = sweep(numbers, {"gamma": [0.1, 3.0]}, seeds=[5, 0, 2], workers=workers)
    assert [*table["gamma"]] == [0.1] * 3 + [3.0] * 3
    assert [*table["seed"]] == [5, 0, 2] * 2
    for _, row in table.iterrows():
        direct = numbers(row["gamma"], row["seed"])
        for name in ("loss", "single", "count", "good", "words", "unbounded"):
            assert row[name] == direct[name]
        assert row["curve"] == direct["curve"].tolist()
        assert np.isnan(row["undefined"])
    kinds = {"gamma": "f", "seed": "i", "loss": "f", "count": "i", "good": "b", "curve": "O"}
    assert {name: table[name].dtype.kind for name in kinds} == kinds


def test_columns_stand_in_order_and_say_where():
    table = sweep(mixed, {"seed": range(2), "gamma": [0.5]})
    assert [*table] == ["seed", "gamma", "loss", "status", "error", *WHERE]
    assert (table["seconds"] >= 0).all()
    assert table["cpu"].map(len).all()
    for row in table["versions"]:
        assert f"python {platform.python_version()}, numpy {np.__version__}, numba" in row
        assert "neurosim" in row


@pytest.mark.parametrize("workers", [1, 2])
def test_what_goes_wrong_is_a_row(workers):
    table = sweep(mixed, {"gamma": [1.0, 11, -1, 2.5]}, workers=workers)
    assert [*table["status"]] == ["done", "diverged", "failed", "done"]
    none, diverged, failed, none_too = table["error"]
    assert none is None
    assert none_too is None
    assert "epoch 2" in diverged
    assert failed.startswith("ValueError: gamma = -1 (made_runs.py, line ")
    assert table["loss"].dtype == float
    assert table["loss"].isna().tolist() == [False, True, True, False]


def test_cells_may_have_different_names():
    table = sweep(mixed, [{"gamma": 1}, {"seed": 3, "gamma": 2}])
    assert [*table][:3] == ["gamma", "seed", "loss"]
    assert [*table["loss"]] == [1, 5]
    assert table["seed"].isna().tolist() == [True, False]


def test_the_last_name_and_then_the_seed_vary_fastest():
    table = sweep(given, {"b": ["x", "y"], "a": [[1, 2], None]}, seeds=range(2))
    seen = table[["b", "a", "seed"]].to_numpy().tolist()
    assert seen == [[b, a, s] for b in "xy" for a in ([1, 2], None) for s in (0, 1)]


def test_seeds_alone_are_a_grid():
    assert [*sweep(functools.partial(mixed, gamma=1), {}, seeds=[4, 2])["loss"]] == [5, 3]


def test_a_function_gets_values_of_python_however_they_are_given():
    cell = {
        "a": np.float32(0.5), "b": np.int8(1), "c": np.bool_(True), "d": (1, (2,)),
        "e": np.array([1.5]), "f": np.str_("x"), "g": None, "h": np.longdouble(2),
        "i": float("inf"), "j": np.array(np.float32(1), dtype=object),
    }  # fmt: skip
    types = sweep(given, [cell])["types"][0]
    assert [*types.values()] == [
        "float", "int", "bool", "list", "list", "str", "NoneType", "float", "float", "float",
    ]  # fmt: skip


def test_a_function_may_change_what_it_gets():
    table = sweep(changes, {"values": [[], [1]]})
    assert [*table["values"]] == [[], [1]]
    assert [*table["length"]] == [1, 2]


def test_a_partial_hands_over_what_is_not_recorded():
    table = sweep(functools.partial(mixed, seed=100), {"gamma": [1]})
    assert "seed" not in table
    assert table["loss"][0] == 101


def test_integers_stay_whole_where_some_are_missing():
    table = sweep(given_back, [{"n": 2**60 + 1}, {"n": 3, "fail": True}, {"n": 2**70}])
    assert [*table["back"]] == [2**60 + 1, None, 2**70]
    small = sweep(given_back, [{"n": 2}, {"n": 3, "fail": True}])
    assert small["back"].dtype == float


def given_back(n, fail=False):
    return {"back": n // (not fail)}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("nothing", "must return a mapping of names to values, not None"),
        ("list", "must return a mapping of names to values, not [1]"),
        ("name", "must be strings, not 1"),
        ("inner name", "must have strings as names, not 1"),
        ("set", "the result 'a' is a set, {1}; allowed: numbers, strings"),
        ("complex", "the result 'a'[0] is a complex"),
        ("long complex", "the result 'a' is a complex"),
        ("bytes", "is a bytes"),
        ("object", "is a object"),
        ("argument", "the result 'value' has the name of an argument"),
        ("column", "the result 'seconds' has the name of a column"),
        ("text", "the result 'a' is no valid text"),
        ("digits", "the result 'a' has more than 4,000 digits"),
        ("circle", "is nested more than 32 deep"),
    ],
)
def test_what_no_file_holds_is_a_failed_run(value, words):
    row = sweep(returned, {"value": [value]}).iloc[0]
    assert row["status"] == "failed"
    assert words in row["error"]
    assert "(made_runs.py" not in row["error"]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("hidden", "HiddenError: (an error that cannot be shown) (made"),
        ("long", "xxx... (made"),
        ("text", "ValueError: \\ud800 (made"),
        ("empty", "KeyError (made"),
        ("memory", "MemoryError: all of it (made"),
    ],
)
def test_any_error_is_a_failed_run(kind, words):
    row = sweep(raised, {"kind": [kind]}).iloc[0]
    assert row["status"] == "failed"
    assert words in row["error"]
    assert len(row["error"]) < 2100


def test_leaving_python_ends_a_sweep_here_and_a_run_elsewhere():
    with pytest.raises(SystemExit):
        sweep(exits, {"n": [3]})
    assert sweep(exits, {"n": [3]}, workers=2)["error"][0].startswith("SystemExit: 3")


def test_it_is_a_frame():
    table = sweep(mixed, {"gamma": [1, 2]})
    assert isinstance(table, pd.DataFrame)
    assert isinstance(table.index, pd.RangeIndex)
