"""Experiments as files: every run, figures and pages; the same bytes however they were come by."""

import csv
import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from oracles.toy_experiments import fails, run, toy

from neurosim.errors import ArgumentError, DataError, FileError
from neurosim.experiments.catalogue import EXPERIMENTS
from neurosim.experiments.experiment import Scale
from neurosim.results.page import span
from neurosim.results.reproduce import reproduce

WRITTEN = {"README.md", "runs", "toy.csv", "toy.json", "toy.md", "toy.png", "toy.seconds.csv",
           "toy.svg"}  # fmt: skip


@pytest.fixture(autouse=True)
def _toys(monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "toy", toy())


def made(out, **options):
    (result,) = reproduce(["toy"], out=out, **options)
    return result


def settled(out):
    """All files whose bytes do not depend on how long something took."""
    return {name: (out / name).read_bytes() for name in WRITTEN - {"runs", "toy.seconds.csv"}
            if name != "toy.md"}  # fmt: skip


def read(path):
    return list(csv.DictReader(path.read_text().splitlines()))


def test_every_run_is_in_csv_and_json_with_versions_and_processor(tmp_path):
    made(tmp_path, scale="full")
    assert {path.name for path in tmp_path.iterdir()} == WRITTEN
    rows = read(tmp_path / "toy.csv")
    assert [(row["n"], row["seed"]) for row in rows] == [
        (str(n), str(seed)) for n in range(6) for seed in (0, 1)
    ]
    assert float(rows[3]["square"]) == run(n=1, seed=1)["square"]
    assert "curve" not in rows[0]
    assert "seconds" not in rows[0]
    assert {row["status"] for row in rows if row["n"] == "4"} == {"diverged"}
    assert "numba" in rows[0]["versions"]
    assert rows[0]["cpu"]
    runs = json.loads((tmp_path / "toy.json").read_text())
    assert [each["n"] for each in runs] == [int(row["n"]) for row in rows]
    assert runs[2]["curve"] == [1, None, 0.1]
    assert runs[2]["missing"] is None
    assert runs[8]["square"] is None
    assert "in epoch 2" in runs[8]["error"]
    times = read(tmp_path / "toy.seconds.csv")
    assert all(float(row["seconds"]) >= 0 for row in times)


def test_the_page_says_what_was_run_and_what_went_wrong(tmp_path):
    result = made(tmp_path, scale="full")
    page = result.page.read_text()
    for words in (
        "# A toy", "Numbers have squares.", "![toy](toy.svg)", "Squares of 12 numbers.",
        "12 runs (10 done, 2 diverged)", "neurosim reproduce toy --scale full", "song2020",
        "XavierUniform", "1482555873", "- 2 diverged: `",
    ):  # fmt: skip
        assert words in page
    assert "Quick scale" not in page
    assert result.failed == 0
    assert "- [A toy](toy.md): Numbers have squares." in (tmp_path / "README.md").read_text()


def test_quick_says_that_it_is_quick(tmp_path):
    assert "**Quick scale.**" in made(tmp_path).page.read_text()


def test_failed_runs_are_counted_and_told(tmp_path, monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "toy", toy(fails))
    result = made(tmp_path)
    assert result.failed == 8
    page = result.page.read_text()
    assert "8 runs (8 failed)" in page
    assert "- 8 failed: `RuntimeError: no luck with 0" in page


def nothing_done(frame, scale):
    return frame["no such column"]


@pytest.mark.parametrize("part", ["figures", "page"])
def test_where_runs_have_failed_the_page_says_so_and_the_next_experiment_is_made(
    tmp_path, monkeypatch, part
):
    broken = dataclasses.replace(toy(fails), name="broken", **{part: nothing_done})
    monkeypatch.setitem(EXPERIMENTS, "broken", broken)
    first, second = reproduce(["broken", "toy"], out=tmp_path)
    page = first.page.read_text()
    assert "Runs have failed" in page
    assert "KeyError" in page
    assert "no luck with 0" in page
    assert (first.failed, second.failed) == (8, 0)


def test_where_none_has_failed_an_error_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "toy", dataclasses.replace(toy(), page=nothing_done))
    with pytest.raises(KeyError):
        made(tmp_path)


def test_every_experiment_says_so_where_all_of_its_runs_have_failed(tmp_path, monkeypatch):
    for name, experiment in list(EXPERIMENTS.items()):
        cells = [lambda scale, cells=experiment.cells: cells(scale)[:2]]
        monkeypatch.setitem(
            EXPERIMENTS,
            name,
            dataclasses.replace(experiment, run=lost, cells=cells[0], needs_data=False),
        )
    for result in reproduce(list(EXPERIMENTS), out=tmp_path):
        assert result.failed == len(result.frame)
        assert "never came back" in result.page.read_text()


def lost(**settings):
    raise RuntimeError("never came back")


def odd(*, n, seed):
    return {"square": [np.inf, -np.inf, np.nan, 1.0][n], "nested": {"a": [np.nan, np.inf]}}


def test_what_is_not_finite_is_kept_as_json_has_it(tmp_path, monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "toy", dataclasses.replace(toy(odd), figures=lambda *_: {}))
    made(tmp_path)
    runs = json.loads((tmp_path / "toy.json").read_text(), parse_constant=pytest.fail)
    assert [each["square"] for each in runs[::2]] == ["inf", "-inf", None, 1.0]
    assert runs[0]["nested"] == {"a": [None, "inf"]}


@pytest.mark.parametrize("name", ["README.md", "toy.csv", "thesis.tex"])
def test_a_folder_of_something_else_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(FileError, match="no folder of results"):
        reproduce(["toy"], out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_results_of_another_scale_are_not_replaced(tmp_path):
    made(tmp_path, scale="full")
    before = settled(tmp_path)
    with pytest.raises(FileError, match="another scale than quick"):
        made(tmp_path)
    assert settled(tmp_path) == before


def test_figures_do_not_depend_on_whose_machine_it_is(tmp_path):
    made(tmp_path / "a")
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "none", "savefig.dpi": 10}):
        made(tmp_path / "b")
    assert settled(tmp_path / "a") == settled(tmp_path / "b")


@pytest.mark.parametrize("given", ["typo", "partial"])
def test_a_folder_of_data_that_is_none_is_no_reason_to_take_digits(tmp_path, monkeypatch, given):
    (tmp_path / "partial").mkdir()
    (tmp_path / "partial" / "train-images-idx3-ubyte").touch()
    monkeypatch.setenv("NEUROSIM_DATA", str(tmp_path / given))
    with pytest.raises(DataError):
        reproduce(["figure3"], out=tmp_path / "out")


def test_a_run_that_is_killed_goes_on_to_the_same_bytes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from oracles.toy_experiments import toy\n"
        "from neurosim.experiments.catalogue import EXPERIMENTS\n"
        "from neurosim.results.reproduce import reproduce\n"
        "EXPERIMENTS['toy'] = toy()\n"
        "list(reproduce(['toy'], scale='full', out=sys.argv[1]))\n"
    )
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    tests = str(Path(__file__).parent.parent)
    environment = {**os.environ, "PYTHONPATH": tests, "KILL_AT": str(tmp_path / "mark")}
    killed, again = (
        subprocess.run([sys.executable, script, cut], env=environment, check=False)
        for _ in range(2)
    )
    assert killed.returncode == -9
    assert again.returncode == 0
    made(whole, scale="full")
    assert settled(whole) == settled(cut)


def test_what_is_on_disk_is_not_run_again(tmp_path, monkeypatch):
    first = made(tmp_path)
    monkeypatch.setattr("oracles.toy_experiments.DivergenceError", None)
    before = (tmp_path / "toy.seconds.csv").read_bytes()
    assert made(tmp_path).frame.equals(first.frame)
    assert (tmp_path / "toy.seconds.csv").read_bytes() == before


def test_what_is_timed_has_the_machine_for_itself(tmp_path, monkeypatch):
    monkeypatch.setitem(EXPERIMENTS, "toy", toy(alone=True))
    seen = []
    import neurosim.results.reproduce as room

    true_sweep = room.sweep
    monkeypatch.setattr(
        room, "sweep", lambda *a, **k: (seen.append(k["workers"]), true_sweep(*a, **k))[1]
    )
    made(tmp_path, workers=2)
    assert seen == [1]


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"names": ["toys"]}, ArgumentError, "toy"),
        ({"scale": "fast"}, ArgumentError, "scale"),
        ({"names": ["figure3"], "data": "/nowhere"}, DataError, "not a folder"),
        ({"names": ["figure3"], "scale": "full"}, (DataError, ImportError), "MNIST"),
    ],
)
def test_what_is_refused_is_refused_before_anything_is_there(
    tmp_path, monkeypatch, options, error, words
):
    monkeypatch.delenv("NEUROSIM_DATA", raising=False)
    monkeypatch.setenv("NEUROSIM_CACHE_DIR", str(tmp_path / "empty"))
    monkeypatch.setattr("neurosim.datasets.places.fetch", _unreachable)
    with pytest.raises(error, match=words):
        reproduce(**{"names": ["toy"], "out": tmp_path / "out", **options})
    assert not (tmp_path / "out").exists()


def _unreachable(known, name, folder):
    raise DataError("there is no network")


def test_a_place_that_cannot_be_a_folder(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="cannot be a folder"):
        reproduce(["toy"], out=tmp_path / "file")


def test_quick_takes_digits_where_there_is_no_mnist(tmp_path, monkeypatch):
    seen = []
    monkeypatch.delenv("NEUROSIM_DATA", raising=False)
    monkeypatch.setenv("NEUROSIM_CACHE_DIR", str(tmp_path / "empty"))
    import neurosim.results.reproduce as room

    monkeypatch.setattr(room, "_reproduce", lambda experiment, scale, *rest: seen.append(scale))
    list(reproduce(["figure3"], out=tmp_path))
    assert seen == [Scale("quick", "digits")]


def test_spans():
    assert [span(s) for s in (0.04, 59.94, 90.0, 5400.0)] == ["0.0 s", "59.9 s", "1.5 min", "1.5 h"]
