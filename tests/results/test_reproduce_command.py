"""`neurosim reproduce`: what it prints, refuses and returns."""

import sys

import pytest
from oracles.toy_experiments import fails, toy

from neurosim import cli
from neurosim.experiments.catalogue import EXPERIMENTS


@pytest.fixture(autouse=True)
def _toys(monkeypatch, tmp_path):
    monkeypatch.setitem(EXPERIMENTS, "toy", toy())
    monkeypatch.setitem(EXPERIMENTS, "unlucky", toy(fails))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["neurosim", "reproduce", *arguments])
        with pytest.raises(SystemExit) as caught:
            cli.main()
        said = capsys.readouterr()
        return caught.value.code, said.out, said.err

    return run


def test_it_says_where_the_page_is(run, tmp_path):
    status, out, _ = run("toy")
    assert status == 0
    assert "Quick scale" in out
    assert "8 done" in out
    assert "neurosim-results/toy.md" in out
    assert (tmp_path / "neurosim-results" / "toy.md").is_file()


def test_full_scale_into_a_folder_and_names_said_twice(run, tmp_path):
    status, out, _ = run("toy", "toy", "--scale", "full", "--out", "there", "--workers", "1")
    assert status == 0
    assert "Quick scale" not in out
    assert out.count("there/toy.md") == 1
    assert "10 done, 2 diverged" in out


def test_a_cluster_has_workers_of_its_own(run):
    status, _, err = run("toy", "--workers", "2", "--scheduler", "tcp://host:8786")
    assert status == 2
    assert "--scheduler" in err


def test_failed_runs_end_with_another_status(run):
    status, out, err = run("unlucky")
    assert status == 1
    assert "8 failed" in out
    assert "8 runs failed" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], "table3"),
        (["toy", "--scale", "slow"], "slow"),
        (["toy", "--workers", "0"], "--workers"),
        ([], "Missing argument"),
    ],
)
def test_what_is_refused(run, arguments, words, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "200")
    status, _, err = run(*arguments)
    assert status == 2
    assert words in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--out", "file"],
        ["--scheduler", "nonsense"],
        ["--scheduler", ""],
        ["--data", "nowhere", "figure3"],
    ],
)
def test_what_cannot_be_is_said_in_one_line(run, arguments, tmp_path):
    (tmp_path / "file").touch()
    status, _, err = run("toy", *arguments)
    assert status == 1
    assert err.startswith("neurosim: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("library", ["pandas", "matplotlib", "sklearn", "tqdm"])
def test_a_missing_library_is_named_before_anything_runs(run, monkeypatch, tmp_path, library):
    for module in [m for m in sys.modules if m.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    status, _, err = run("toy")
    assert status == 1
    assert 'pip install "neurosim[reproduce]"' in err
    assert not list(tmp_path.iterdir())
