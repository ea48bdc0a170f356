"""What cannot be swept is refused before any run is made, and any folder."""

import functools
import subprocess
import sys
import threading

import numpy as np
import pandas as pd
import pytest
from made_runs import counted, mixed
from oracles.processes import run

from neurosim.errors import ArgumentError, ArgumentTypeError, FileError, TooLargeError
from neurosim.sweeps import sweep

GOOD = {"gamma": [1]}


@pytest.mark.parametrize(
    ("grid", "error", "words"),
    [
        (None, ArgumentTypeError, "grid must be a mapping"),
        ("gamma", ArgumentTypeError, "grid must be a mapping"),
        (3, ArgumentTypeError, "grid must be a mapping"),
        ({1, 2}, ArgumentTypeError, "grid must be a mapping"),
        (iter([{}]), ArgumentTypeError, "grid must be a mapping"),
        (pd.DataFrame(GOOD), ArgumentTypeError, r'to_dict\("records"\)'),
        ({}, ArgumentError, "grid is empty"),
        ([], ArgumentError, "grid is empty"),
        ([1], ArgumentTypeError, r"grid\[0\] must be a mapping"),
        ([GOOD, "gamma"], ArgumentTypeError, r"grid\[1\] must be a mapping"),
        ({"gamma": []}, ArgumentError, r"grid\['gamma'\] is empty"),
        ({"gamma": 1}, ArgumentTypeError, r"grid\['gamma'\] must be a list of values, not 1"),
        ({"gamma": "abc"}, ArgumentTypeError, "must be a list of values, not 'abc'"),
        ({"gamma": {1: 2}}, ArgumentTypeError, "must be a list of values"),
        ({"gamma": iter([1])}, ArgumentTypeError, "must be a list of values"),
        ({"gamma": np.float64(1)}, ArgumentTypeError, "must be a list of values"),
        ({"gamma": [1, 2, 1]}, ArgumentError, "run with gamma=1 is in the grid twice"),
        ([{"gamma": 1}, {"gamma": 1}], ArgumentError, "twice"),
        ({"gamma": [{"a": 1}]}, ArgumentTypeError, r"grid\['gamma'\]\[0\] is a dict"),
        ({"gamma": [1, 1j]}, ArgumentTypeError, r"grid\['gamma'\]\[1\] is a complex"),
        ({"gamma": [mixed]}, ArgumentTypeError, "is a function"),
        ({"gamma": [np.float64("nan")]}, ArgumentError, "is not a number"),
        ([{"gamma": [1, [float("nan")]]}], ArgumentError, "is not a number"),
        ({"gamma": [10**5000]}, ArgumentTypeError, "more than 4,000 digits"),
        ({1: [1]}, ArgumentTypeError, "names in grid must be strings, not 1"),
        ({"": [1]}, ArgumentError, "must be names of arguments"),
        ({"a b": [1]}, ArgumentError, "must be names of arguments"),
        ({"status": [1]}, ArgumentError, "'status' in grid is the name of a column"),
        ({"gama": [1]}, ArgumentError, r"takes no argument 'gama'.*Did you mean 'gamma'"),
        ({"seed": [1]}, ArgumentError, "cannot be called with seed: missing.*'gamma'"),
        ([{"gamma": 1}, {}], ArgumentError, "cannot be called with no arguments"),
        ({"gamma": range(10**20)}, TooLargeError, "at most 1,000,000 runs"),
        ({"gamma": range(10**9)}, TooLargeError, "at most 1,000,000 runs"),
        ({"gamma": range(2000), "seed": range(2000)}, TooLargeError, "at most 1,000,000 runs"),
    ],
)
def test_grids(tmp_path, grid, error, words):
    with pytest.raises(error, match=words):
        sweep(mixed, grid, folder=tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("seeds", "error", "words"),
    [
        (3, ArgumentTypeError, "seeds must be a list of whole numbers, not 3"),
        ([], ArgumentError, "seeds is empty"),
        ([1.0], ArgumentTypeError, r"seeds\[0\] must be a whole number"),
        ([0, True], ArgumentTypeError, r"seeds\[1\] must be a whole number"),
        ([-1], ArgumentError, r"seeds\[0\] must be >= 0"),
        ([1, 1], ArgumentError, "gamma=1, seed=1 is in the grid twice"),
        ("12", ArgumentTypeError, "seeds must be a list"),
        (range(10**7), TooLargeError, "at most"),
    ],
)
def test_seeds(seeds, error, words):
    with pytest.raises(error, match=words):
        sweep(mixed, GOOD, seeds=seeds)


def test_seeds_of_two_kinds():
    with pytest.raises(ArgumentError, match="'seed' is both in grid and given by seeds"):
        sweep(mixed, {"gamma": [1], "seed": [1]}, seeds=[2])
    with pytest.raises(ArgumentError, match="takes no argument 'seed'"):
        sweep(functools.partial(counted, "."), {"n": [1]}, seeds=[2])


@pytest.mark.parametrize(
    ("workers", "error"),
    [
        (0, ArgumentError), (-1, ArgumentError), (10**9, ArgumentError), (1.0, ArgumentTypeError),
        (True, ArgumentTypeError), (None, ArgumentTypeError), ([2], ArgumentTypeError),
        ("", ArgumentError), ("2", ArgumentError), ("nowhere", ArgumentError),
        (" tcp://host:1", ArgumentError), ("tcp://ho\nst:1", ArgumentError),
    ],
)  # fmt: skip
def test_workers(workers, error):
    with pytest.raises(error, match="sweep: workers must be"):
        sweep(mixed, GOOD, workers=workers)


def test_numbers_of_numpy_are_numbers_of_workers():
    assert len(sweep(mixed, GOOD, workers=np.int64(1))) == 1


@pytest.mark.parametrize("progress", [1, "yes", 0.0])
def test_progress(progress):
    with pytest.raises(ArgumentTypeError, match="progress must be True or False"):
        sweep(mixed, GOOD, progress=progress)


@pytest.mark.parametrize(
    ("folder", "error"),
    [
        (3, ArgumentTypeError), (b"here", ArgumentTypeError), ("", ArgumentError),
        ("a\0b", ArgumentError), (True, ArgumentTypeError),
    ],
)  # fmt: skip
def test_folders(folder, error):
    with pytest.raises(error, match="sweep: folder must be"):
        sweep(mixed, GOOD, folder=folder)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(FileError, match="cannot be a folder"):
            sweep(mixed, GOOD, folder=path)
    assert (tmp_path / "file").read_text() == "mine"


class Callable:
    def __call__(self, gamma):
        return {}


def redefined(gamma):
    return {}


KEPT = redefined


def redefined(gamma):
    return {"loss": gamma}


def nested():
    def inner(gamma):
        return {"loss": gamma}

    return inner


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (None, "function must be a function"),
        ("mixed", "function must be a function"),
        (functools.partial(Callable()), "function must have a name in a module"),
        (Callable(), "function must have a name in a module"),
    ],
)
def test_functions(function, words):
    with pytest.raises(ArgumentTypeError, match=words):
        sweep(function, GOOD)


@pytest.mark.parametrize(
    "function", [lambda gamma: {"loss": gamma}, nested(), KEPT, functools.partial(nested())]
)
def test_functions_that_are_not_found_by_name(tmp_path, function):
    assert [*sweep(function, GOOD)["status"]] == ["done"]
    for elsewhere in ({"workers": 2}, {"folder": tmp_path / "new"}, {"workers": "tcp://x:1"}):
        with pytest.raises(ArgumentTypeError, match="must be found by its name"):
            sweep(function, GOOD, **elsewhere)
    assert not (tmp_path / "new").exists()


def test_what_cannot_be_handed_over():
    function = functools.partial(mixed, seed=threading.Lock())
    with pytest.raises(ArgumentTypeError, match=r"handed to other processes.*lock"):
        sweep(function, GOOD, workers=2)


SCRIPT = """
import sys
from neurosim.sweeps import sweep
def mine(n):
    return {"square": n * n}
def main(**where):
    print([*sweep(mine, {"n": [2, 3]}, **where)["square"]])
"""


def test_functions_that_are_typed_in(tmp_path):
    here = run(SCRIPT + f"main(folder={str(tmp_path)!r})")
    assert here.stdout.strip() == "[4, 9]", here.stderr
    elsewhere = run(SCRIPT + "main(workers=2)")
    assert "'mine' was typed in here" in elsewhere.stderr


def test_functions_of_a_script(tmp_path):
    folder, path = tmp_path / "results", tmp_path / "mine.py"
    call = f"main(workers=2, folder={str(folder)!r})"
    path.write_text(SCRIPT + f"if __name__ == '__main__':\n    {call}\n")
    done = ran(path)
    assert done.stdout.strip() == "[4, 9]", done.stderr
    # Imported, it has the same name, and its results are found.
    again = run(f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import mine; mine.{call}")
    assert again.stdout == done.stdout, again.stderr
    assert len([*folder.iterdir()]) == 2
    path.write_text(SCRIPT + "main(workers=2)\n")
    assert 'under if __name__ == "__main__":' in ran(path).stderr


def ran(path):
    command = [sys.executable, "-W", "error", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
