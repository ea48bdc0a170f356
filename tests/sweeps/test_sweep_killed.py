"""Processes are killed in the middle of runs, and so is the sweep."""

import functools
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pandas as pd
import pytest
from made_runs import calls, counted, dies
from test_sweep_folder import WHERE, parts

from neurosim.errors import NeurosimError
from neurosim.sweeps import sweep

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL")


def test_a_run_is_made_again_when_its_process_is_killed(tmp_path):
    function = functools.partial(dies, tmp_path, deaths=((1, 2), (3, 1)))
    table = sweep(function, {"n": range(6)}, workers=2)
    assert [*table["status"]] == ["done"] * 6
    assert [*table["square"]] == [n * n for n in range(6)]
    assert [len(calls(tmp_path, n)) for n in range(6)] == [1, 3, 1, 2, 1, 1]


def test_a_run_that_always_kills_its_process_fails_and_no_other(tmp_path):
    function = functools.partial(dies, tmp_path, for_ever=(0, 2, 4))
    table = sweep(function, {"n": range(6)}, workers=3, folder=tmp_path / "results")
    assert [*table["status"]] == ["failed", "done"] * 3
    for error in table["error"][::2]:
        assert error == "its process died 3 times, the last time by SIGKILL"
    assert table[WHERE].isna().all(axis=1).tolist() == [True, False] * 3
    # What others were at is not lost with it.
    assert [len(calls(tmp_path, n)) for n in range(6)] == [3, 1] * 3
    healed = functools.partial(dies, tmp_path)
    again = sweep(healed, {"n": range(6)}, workers=3, folder=tmp_path / "results")
    assert [*again["status"]] == ["done"] * 6


def test_the_memory_of_a_process_is_at_an_end(tmp_path):
    table = sweep(functools.partial(ends, tmp_path), {"n": [0, 1]}, workers=2)
    assert [*table["status"]] == ["failed", "done"]
    assert table["error"][0] == "its process died 3 times, the last time by exit code 7"


def ends(folder, n):
    if n == 0:
        os._exit(7)
    return counted(folder, n)


def test_a_process_killed_from_outside_while_others_go_on(tmp_path, eventually):
    function = functools.partial(waits, tmp_path)

    def kill():
        eventually(lambda: calls(tmp_path, 0) and calls(tmp_path, 1))
        os.kill(int(calls(tmp_path, 0)[0]), signal.SIGKILL)
        eventually(lambda: len(calls(tmp_path, 0)) == 2)
        (tmp_path / "go").touch()

    thread = threading.Thread(target=kill)
    thread.start()
    table = sweep(function, {"n": [0, 1, 2]}, workers=2)
    thread.join()
    assert [*table["square"]] == [0, 1, 4]
    assert [len(calls(tmp_path, n)) for n in (0, 1, 2)] == [2, 1, 1]


def waits(folder, n):
    found = counted(folder, n)
    while not (Path(folder) / "go").exists():
        time.sleep(0.01)
    return found


def test_processes_that_end_without_a_run_end_the_sweep(tmp_path):
    with pytest.raises(NeurosimError, match=r"ended before it began a run, by exit code 3"):
        sweep(functools.partial(dies, Leaving()), {"n": [1]}, workers=2)


class Leaving:
    """Ends the process that unpickles it."""

    def __reduce__(self):
        return os._exit, (3,)


def test_what_a_process_does_not_find_ends_the_sweep(tmp_path, monkeypatch):
    (tmp_path / "passing.py").write_text("def here(n):\n    return {}\n")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(tmp_path)
        import passing
    with pytest.raises(NeurosimError, match=r"cannot import the function: ModuleNotFoundError"):
        sweep(passing.here, {"n": [1]}, workers=2)


SWEEP = """
import functools, sys
from made_runs import counted
from neurosim.sweeps import sweep
if __name__ == "__main__":
    calls, folder, workers = sys.argv[1:]
    function = functools.partial(counted, calls, seconds=0.2)
    sweep(function, {"n": range(20)}, folder=folder, workers=int(workers))
"""


@pytest.fixture
def begin(tmp_path):
    """Begin the sweep of a script, in a group of processes of its own."""
    begun = []

    def start(workers):
        script = tmp_path / "script.py"
        script.write_text(SWEEP)
        command = [sys.executable, "-W", "error", script, tmp_path, tmp_path / "cut", str(workers)]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
        begun.append(
            subprocess.Popen(
                command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
            )
        )
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def gone(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    # Where nobody waits for orphans, they stay as zombies.
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] == "Z"


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_sweep_that_is_stopped_is_resumed_with_the_same_bytes(
    tmp_path, begin, eventually, workers, how
):
    cut = tmp_path / "cut"
    process = begin(workers)
    eventually(lambda: cut.exists() and len([*cut.glob("*.json")]) >= 4)
    if how == signal.SIGINT:  # As a terminal does.
        os.killpg(process.pid, how)
    else:
        process.send_signal(how)
    error = process.communicate(timeout=30)[1]
    assert process.returncode == -how or (how == signal.SIGINT and process.returncode == 130)
    assert error == "" or (how == signal.SIGINT and error.count("Traceback") == 1)
    processes = {int(each) for n in range(20) for each in calls(tmp_path, n)}
    assert len(processes) == workers
    eventually(lambda: all(map(gone, processes)))
    kept = {path.name: path.read_bytes() for path in cut.glob("*.json")}
    assert 4 <= len(kept) < 20

    function = functools.partial(counted, tmp_path)
    resumed = sweep(function, {"n": range(20)}, folder=cut)
    whole = sweep(function, {"n": range(20)}, folder=tmp_path / "whole")
    assert parts(cut) == parts(tmp_path / "whole")
    assert {name: (cut / name).read_bytes() for name in kept} == kept
    pd.testing.assert_frame_equal(resumed.drop(columns=WHERE), whole.drop(columns=WHERE))
