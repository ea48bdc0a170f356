"""Each result is a file when its run ends, and a sweep begins where another one ended."""

import functools
import json
import shutil
import stat

import pandas as pd
import pytest
from made_runs import calls, counted, fails_at_first, mixed, numbers

from neurosim.errors import DataError, FileError
from neurosim.sweeps import sweep

GRID = {"gamma": [0.1, 3.0]}
WHERE = ["seconds", "cpu", "versions"]


def parts(folder):
    """The lines of each file that say what was made, not where."""
    found = {}
    for path in folder.iterdir():
        *lines, made, end = path.read_bytes().splitlines()
        assert made.startswith(b'"made": ')
        assert end == b"}"
        found[path.name] = lines
    return found


def test_a_file_is_read_by_anyone(tmp_path):
    table = sweep(mixed, {"gamma": [0.5]}, seeds=[3], folder=tmp_path / "a" / "b")
    [path] = (tmp_path / "a" / "b").iterdir()
    found = json.loads(path.read_text())
    assert found["function"] == "made_runs.mixed"
    assert found["arguments"] == {"gamma": 0.5, "seed": 3}
    assert found["outcome"] == {"status": "done", "error": None, "results": {"loss": 3.5}}
    assert found["made"] == table[WHERE].iloc[0].to_dict()
    assert stat.S_IMODE(path.stat().st_mode) & 0o400


def test_files_are_the_same_wherever_they_are_made(tmp_path):
    tables = [
        sweep(numbers, GRID, seeds=[0, 1], folder=tmp_path / str(n), workers=n) for n in (1, 2)
    ]
    assert parts(tmp_path / "1") == parts(tmp_path / "2")
    assert len(parts(tmp_path / "1")) == 4
    # Read again, and without any file.
    tables += [sweep(numbers, GRID, seeds=[0, 1], folder=tmp_path / "1")]
    tables += [sweep(numbers, GRID, seeds=[0, 1])]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(tables[0].drop(columns=WHERE), table.drop(columns=WHERE))
    pd.testing.assert_frame_equal(tables[0], tables[2])


def test_what_is_there_is_not_made_again(tmp_path):
    function = functools.partial(counted, tmp_path)
    sweep(function, {"n": [1, 2]}, folder=tmp_path / "results")
    table = sweep(function, {"n": [3, 2, 1]}, folder=tmp_path / "results", workers=2)
    assert [*table["square"]] == [9, 4, 1]
    assert [len(calls(tmp_path, n)) for n in (1, 2, 3)] == [1, 1, 1]


def test_names_in_another_order_are_the_same_run(tmp_path):
    sweep(mixed, [{"gamma": 1, "seed": 2}], folder=tmp_path)
    sweep(mixed, [{"seed": 2, "gamma": 1}], folder=tmp_path)
    sweep(mixed, [{"gamma": 1}], seeds=[2], folder=tmp_path)
    assert len([*tmp_path.iterdir()]) == 1
    sweep(mixed, [{"gamma": 1.0}], seeds=[2], folder=tmp_path)
    sweep(numbers, [{"gamma": 1.0}], seeds=[2], folder=tmp_path)
    assert len([*tmp_path.iterdir()]) == 3


def test_what_failed_is_tried_again_and_what_diverged_is_not(tmp_path):
    function = functools.partial(fails_at_first, tmp_path)
    first = sweep(function, {"n": [1]}, folder=tmp_path / "results")
    assert first["error"][0].startswith("OSError: not yet (made_runs.py")
    again = sweep(function, {"n": [1]}, folder=tmp_path / "results")
    assert [*again["square"]] == [1]
    assert again["error"][0] is None
    assert len(calls(tmp_path, 1)) == 2

    diverged = [sweep(mixed, {"gamma": [11]}, folder=tmp_path / "other") for _ in range(2)]
    assert [*diverged[1]["status"]] == ["diverged"]
    pd.testing.assert_frame_equal(*diverged)


def test_what_else_is_in_the_folder_stays(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / f"{'0' * 64}.json").write_text("mine, too")
    sweep(mixed, GRID, folder=tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert len([*tmp_path.iterdir()]) == 4


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def emptied(path):
    path.write_bytes(b"")


def binary(path):
    path.write_bytes(b"\xff\x00" * 50)


def nested(path):
    path.write_bytes(b"[" * 100_000)


def listed(path):
    path.write_bytes(b"[1, 2]")


def changed(path, part, name, value):
    found = json.loads(path.read_text())
    found[part][name] = value
    path.write_text(json.dumps(found))


def without_made(path):
    found = json.loads(path.read_text())
    del found["made"]
    path.write_text(json.dumps(found))


def made_up_status(path):
    changed(path, "outcome", "status", "better")


def no_results(path):
    changed(path, "outcome", "results", None)


def timeless(path):
    changed(path, "made", "seconds", "long")


def more(path):
    changed(path, "outcome", "more", 1)


@pytest.mark.parametrize(
    "damage",
    [
        cut, emptied, binary, nested, listed, without_made, made_up_status, no_results, timeless,
        more,
    ],
)  # fmt: skip
def test_damaged_files_are_named(tmp_path, damage):
    sweep(mixed, GRID, folder=tmp_path)
    path = sorted(tmp_path.iterdir())[0]
    damage(path)
    before = path.read_bytes()
    with pytest.raises(DataError, match=f"'{path}' is damaged: .*made again"):
        sweep(mixed, GRID, folder=tmp_path)
    assert path.read_bytes() == before
    path.unlink()
    assert [*sweep(mixed, GRID, folder=tmp_path)["status"]] == ["done", "done"]


def test_files_of_other_runs_are_named(tmp_path):
    sweep(mixed, {"gamma": [1, 1.0]}, folder=tmp_path)
    one, other = sorted(tmp_path.iterdir())
    shutil.copy(one, other)
    with pytest.raises(DataError, match=f"'{other}' is that of another run, made_runs.mixed with"):
        sweep(mixed, {"gamma": [1, 1.0]}, folder=tmp_path)


@pytest.mark.parametrize("make", ["folder", "link", "link to nothing"])
def test_what_is_no_file_is_refused_before_anything_is_made(tmp_path, make):
    function = functools.partial(counted, tmp_path)
    sweep(function, {"n": [1]}, folder=tmp_path / "results")
    [path] = (tmp_path / "results").iterdir()
    if make == "folder":
        path.unlink()
        path.mkdir()
    elif make == "link to nothing":
        path.unlink()
        path.symlink_to(tmp_path / "nowhere")
    else:
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
        # What it leads to can be read, and need not be written.
        assert [*sweep(function, {"n": [1]}, folder=tmp_path / "results")["square"]] == [1]
        return
    with pytest.raises(FileError, match=path.name):
        sweep(function, {"n": [2, 1]}, folder=tmp_path / "results")
    assert not calls(tmp_path, 2)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_folder_that_goes_ends_the_sweep(tmp_path, workers):
    function = functools.partial(removes, str(tmp_path / "results"))
    with pytest.raises(FileError, match="cannot be written"):
        sweep(function, {"n": range(50)}, folder=tmp_path / "results", workers=workers)


def removes(folder, n):
    shutil.rmtree(folder, ignore_errors=True)
    return {}


def test_two_at_once_do_not_disturb_each_other(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    alone = sweep(numbers, GRID, seeds=range(20), folder=tmp_path / "alone")

    def run(_):
        return sweep(numbers, GRID, seeds=range(20), folder=tmp_path / "shared")

    with ThreadPoolExecutor(4) as threads:
        tables = [*threads.map(run, range(4))]
    assert parts(tmp_path / "shared") == parts(tmp_path / "alone")
    for table in tables:
        pd.testing.assert_frame_equal(alone.drop(columns=WHERE), table.drop(columns=WHERE))
