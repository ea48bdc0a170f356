"""The house is as its plan says: where import-linter and ruff do not look."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
FOLDERS = ("neurosim", "models", "tests", "benchmarks", "examples")
FILES = sorted(path for folder in FOLDERS for path in (HOUSE / folder).rglob("*.py"))
ROOMS = sorted(path.parent for path in (HOUSE / "neurosim").rglob("__init__.py"))


def test_no_file_is_long():
    lines = {str(path.relative_to(HOUSE)): len(path.read_text().splitlines()) for path in FILES}
    assert len(lines) > 150
    assert {name: n for name, n in lines.items() if n > 400} == {}
    assert max(lines["neurosim/network.py"], lines["neurosim/simulator.py"]) < 350


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_each_room_says_what_lives_there(room):
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text()))
    assert said is not None
    assert len(said.splitlines()) >= 3


def test_every_room_is_installed():
    text = (HOUSE / "pyproject.toml").read_text()
    names = [".".join(room.relative_to(HOUSE).parts) for room in ROOMS]
    assert [name for name in names if f'"{name}"' not in text] == []


def test_every_room_has_tests():
    rooms = {room.name for room in ROOMS if room.parent == HOUSE / "neurosim"}
    # What a terminal shows is tested with the experiment that it shows.
    untested = rooms - {path.name for path in (HOUSE / "tests").iterdir()}
    assert untested == {"cli"}
