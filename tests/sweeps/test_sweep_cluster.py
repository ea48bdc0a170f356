"""A Dask cluster: a scheduler and workers, each a process of its own, one of which is killed."""

import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pandas as pd
import pytest
from made_runs import calls, counted, dies, exits, mixed, numbers
from oracles.processes import printed_by
from test_sweep_folder import WHERE, parts
from test_sweep_killed import gone, waits

from neurosim.errors import ArgumentError, NeurosimError
from neurosim.sweeps import cluster as room
from neurosim.sweeps import sweep

distributed = pytest.importorskip("distributed")


@contextlib.contextmanager
def running(folder, workers, eventually):
    """Address of a scheduler, and its process; all is ended afterwards."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parent),
        "DASK_TEMPORARY_DIRECTORY": str(folder),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
    }
    where = folder / "scheduler.json"
    common = ["--scheduler-file", str(where), "--no-dashboard", "--host", "127.0.0.1"]
    commands = [["dask_scheduler", "--port", "0"]]
    commands += [["dask_worker", "--nthreads", "1", "--death-timeout", "60"]] * workers
    with contextlib.ExitStack() as ending:
        processes = []
        for name, *options in commands:
            log = ending.enter_context(open(folder / f"{name}{len(processes)}.log", "w"))
            command = [sys.executable, "-m", f"distributed.cli.{name}", *options, *common]
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            ending.callback(ended, process)
            processes.append(process)
        eventually(where.exists)
        eventually(lambda: where.read_text().endswith("}"))
        yield json.loads(where.read_text())["address"], processes[0]


def ended(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def address(tmp_path_factory, eventually):
    folder = tmp_path_factory.mktemp("cluster")
    with running(folder, 2, eventually) as (found, _):
        with distributed.Client(found, set_as_default=False) as client:
            client.wait_for_workers(2, timeout=60)
        yield found


def test_rows_and_files_are_those_made_here(tmp_path, address):
    grid = {"gamma": [0.1, 3.0, -2]}
    there = sweep(numbers, grid, seeds=range(4), workers=address, folder=tmp_path / "there")
    here = sweep(numbers, grid, seeds=range(4), folder=tmp_path / "here")
    pd.testing.assert_frame_equal(there.drop(columns=WHERE), here.drop(columns=WHERE))
    assert parts(tmp_path / "there") == parts(tmp_path / "here")
    assert there["versions"].equals(here["versions"])


def test_what_goes_wrong_is_a_row(address):
    table = sweep(mixed, {"gamma": [1.0, 11, -1, 2.5]}, workers=address)
    assert [*table["status"]] == ["done", "diverged", "failed", "done"]
    assert table["error"][2].startswith("ValueError: gamma = -1 (made_runs.py")
    assert sweep(exits, {"n": [3]}, workers=address)["error"][0].startswith("SystemExit: 3")


def test_what_is_there_is_not_made_again(tmp_path, address):
    function = functools.partial(counted, tmp_path)
    for n in (2, 3):
        sweep(function, {"n": range(n)}, workers=address, folder=tmp_path / "results")
    assert [len(calls(tmp_path, n)) for n in range(3)] == [1] * 3


def test_a_worker_killed_in_the_middle_of_a_run(tmp_path, address, eventually):
    function = functools.partial(waits, tmp_path)

    def kill():
        eventually(lambda: calls(tmp_path, 0))
        process = int(calls(tmp_path, 0)[0])
        os.kill(process, signal.SIGKILL)
        # The others wait, too, some of them perhaps in front of the one that is made again.
        eventually(lambda: gone(process))
        (tmp_path / "go").touch()

    thread = threading.Thread(target=kill)
    thread.start()
    table = sweep(function, {"n": range(4)}, workers=address)
    thread.join()
    assert [*table["status"]] == ["done"] * 4
    assert [*table["square"]] == [0, 1, 4, 9]
    assert len({*calls(tmp_path, 0)}) == 2


def test_runs_that_always_kill_their_worker_fail_and_no_other(tmp_path, address):
    function = functools.partial(dies, tmp_path, for_ever=(1, 4))
    table = sweep(function, {"n": range(8)}, workers=address)
    assert [n for n in range(8) if table["status"][n] != "done"] == [1, 4]
    assert {*table["error"][[1, 4]]} == {"its process died 2 times"}


def test_what_a_worker_does_not_find_is_a_failed_run(tmp_path, monkeypatch, address):
    (tmp_path / "unknown.py").write_text("def there(n):\n    return {}\n")
    monkeypatch.syspath_prepend(tmp_path)
    import unknown

    row = sweep(unknown.there, {"n": [1]}, workers=address).iloc[0]
    assert row["status"] == "failed"
    assert "its worker cannot import the function: ModuleNotFoundError" in row["error"]


def test_functions_of_a_script_go_with_the_runs(address):
    script = f"""
from neurosim.sweeps import sweep
offset = 10
def mine(n):
    return {{"sum": n + offset}}
print([*sweep(mine, {{"n": [1, 2]}}, workers={address!r})["sum"]])
"""
    assert printed_by(script).strip() == "[11, 12]"


def test_many_runs_are_asked_for_bit_by_bit(monkeypatch, address):
    monkeypatch.setattr(room, "_ASKED_AT_A_TIME", 3)
    assert [*sweep(mixed, {"gamma": range(10)}, workers=address)["loss"]] == [*range(10)]


def test_where_no_scheduler_is(monkeypatch, tmp_path):
    monkeypatch.setattr(room, "_SECONDS_TO_CONNECT", 0.5)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        for each in (address, "udp://127.0.0.1:1", "tcp://127.0.0.1:port"):
            with pytest.raises(ArgumentError, match="no Dask scheduler answers at workers="):
                sweep(mixed, {"gamma": [1]}, workers=each, folder=tmp_path)
    assert [*tmp_path.iterdir()] == []


def test_a_scheduler_that_goes_ends_the_sweep(monkeypatch, tmp_path, eventually):
    monkeypatch.setattr(room, "_SECONDS_TO_CONNECT", 2)
    (tmp_path / "results").mkdir()
    with running(tmp_path, 1, eventually) as (found, scheduler):

        def kill():
            eventually(lambda: len([*(tmp_path / "results").glob("*.json")]) >= 2)
            scheduler.kill()

        thread = threading.Thread(target=kill)
        thread.start()
        function = functools.partial(counted, tmp_path, seconds=0.1)
        with pytest.raises(NeurosimError, match="does not answer any more"):
            sweep(function, {"n": range(200)}, workers=found, folder=tmp_path / "results")
        thread.join()
    assert 2 <= len([*(tmp_path / "results").iterdir()]) < 200
