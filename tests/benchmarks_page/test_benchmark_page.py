"""The page of figures: what it shows, what it keeps from run to run; it is written whole."""

import importlib
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

MACHINE = {"cpu": "some cpu", "cores": 2, "vector_bits": None, "peers": {"torch": "2.6"}}


@pytest.fixture
def bench(monkeypatch):
    """Modules of benchmarks/, which is not installed: it lies beside tests/."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    names = ("groups", "kept", "page", "report", "__main__")
    modules = {name.strip("_"): importlib.import_module(f"benchmarks.{name}") for name in names}
    return SimpleNamespace(**modules)


def measured(bench, *rows, **changes):
    whole = bench.kept.Measured("2025-01-02T03:04:05+00:00", False, MACHINE, 0.0, list(rows))
    return whole._replace(**changes)


def table_of(page, name):
    section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| ")][1:]


def test_rows(bench):
    row = bench.report.Row
    page = bench.page.markdown(
        {
            "exact": measured(
                bench,
                bench.report.at_most("a | b_c", 0.12345, "x", 0.75, "0.1 to 0.2"),
                bench.report.at_least("slow", 12345.6, "updates/s", 40_000),
                row("nothing", None, note="skipped: <b>\nis | not installed"),
            )
        }
    )
    assert table_of(page, "exact") == [
        r"| a \| b\_c | 0.123 | x | <= 0.75 | yes | 0.1 to 0.2 |",
        "| slow | 12,346 | updates/s | >= 40000 | **no** |  |",
        r"| nothing |  |  |  |  | skipped: \<b> is \| not installed |",
    ]
    assert bench.groups.QUESTIONS["exact"] in page
    assert "1 of 2 targets" in page
    assert "Measured 2025-01-02 03:04 UTC.\n" in page
    assert "| vector bits | unknown |" in page
    assert "| peers | torch 2.6 |" in page
    assert "No group was disturbed" in page
    assert "Not measured: `dense`" in page


def test_each_group_has_its_own_machine_and_disturbance(bench):
    other = {**MACHINE, "cpu": "another"}
    page = bench.page.markdown(
        {
            "dense": measured(bench, machine=other, cores_busy_with_others=0.4),
            "exact": measured(bench, date="2024-01-02T03:04:05+00:00"),
        }
    )
    # In the order of the groups, whatever that of the figures.
    assert "| cpu | some cpu | another |" in page
    assert "Measured 2024-01-02 03:04 UTC on machine 1.\n" in page
    assert "UTC on machine 2; other processes kept 0.4 cores busy meanwhile.\n" in page
    assert "Other processes disturbed `dense`:" in page
    assert "from 2024-01-02 to 2025-01-02" in page


def test_what_is_written_is_read_again(bench, tmp_path):
    rows = [bench.report.at_most("a", 1 / 3, "x", 0.75), bench.report.Row("b", None, note="no")]
    figures = {"exact": measured(bench, *rows), "il": measured(bench, quick=True)}
    assert bench.kept.read(tmp_path) == {}
    bench.kept.write(tmp_path, figures)
    assert bench.kept.read(tmp_path) == figures


@pytest.mark.parametrize("text", ["", "[]", '{"exact": {}}', '{"exact": {"rows": [{"x": 1}]}}'])
def test_other_content_is_refused(bench, tmp_path, text):
    (tmp_path / "benchmarks.json").write_text(text)
    with pytest.raises(SystemExit, match="does not hold figures"):
        bench.kept.read(tmp_path)


def test_whole_or_not_at_all(bench, tmp_path, monkeypatch):
    def fail(*paths):
        raise OSError("no space")

    bench.page.write(tmp_path, {})
    before = (tmp_path / "benchmarks.md").read_text()
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="no space"):
        bench.page.write(tmp_path, {"exact": measured(bench)})
    assert [path.name for path in tmp_path.iterdir()] == ["benchmarks.md"]
    assert (tmp_path / "benchmarks.md").read_text() == before


def test_a_group_that_fails_says_so(bench):
    (row,) = bench.groups.Group("?", "no_such_module.function", ()).rows()
    assert row.value is None
    assert row.note.startswith("failed: ModuleNotFoundError")


@pytest.fixture
def run(bench, monkeypatch, tmp_path):
    """Runs the program where every group finds one value, in a folder that stands for docs/."""
    main = bench.main

    def run(value, *options):
        class Group:
            question = "?"

            def rows(self):
                yield bench.report.Row("case", value)

        monkeypatch.setattr(main, "groups", lambda *_: dict.fromkeys(main.NAMES, Group()))
        monkeypatch.setattr(sys, "argv", ["benchmarks", *options])
        assert not main.main()
        return {name: group.rows[0].value for name, group in bench.kept.read(tmp_path).items()}

    monkeypatch.setattr(main, "thread_variables", lambda threads: {})
    monkeypatch.setattr(main, "describe", lambda: MACHINE)
    monkeypatch.setattr(bench.kept, "FOLDER", tmp_path)
    return run


def test_only_keeps_the_figures_of_the_others(bench, run, tmp_path):
    names = bench.groups.NAMES
    assert run(1.0) == dict.fromkeys(names, 1.0)
    assert run(2.0, "--only", "tick", "exact") == {
        name: 2.0 if name in ("tick", "exact") else 1.0 for name in names
    }
    page = (tmp_path / "benchmarks.md").read_text()
    assert table_of(page, "tick") == ["| case | 2 |  |  |  |  |"]
    assert table_of(page, "il") == ["| case | 1 |  |  |  |  |"]
    assert run(3.0, "--quick") == run(2.0, "--only", "tick", "exact")
    run(3.0, "--quick", "--only", "il", "--output", str(tmp_path / "elsewhere"))
    assert list(bench.kept.read(tmp_path / "elsewhere")) == ["il"]
