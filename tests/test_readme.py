"""The scripts of the README print what the README says."""

import re
from pathlib import Path

import pytest
from oracles.processes import run

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SCRIPTS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.S)


@pytest.mark.parametrize(("script", "printed"), SCRIPTS, ids=range(len(SCRIPTS)))
def test_script(script, printed):
    result = run(script)
    assert result.stderr == ""
    assert result.stdout == printed


def test_there_are_scripts():
    assert len(SCRIPTS) == 3
