"""How far a sweep is, on a terminal."""

import io
import sys

import pytest
from made_runs import mixed

from neurosim.errors import MissingExtraError
from neurosim.sweeps import sweep


class Terminal(io.StringIO):
    def isatty(self):
        return True


def shown(monkeypatch, stream, **options):
    monkeypatch.setattr(sys, "stderr", stream)
    sweep(mixed, {"gamma": [1, -1, 11]}, **options)
    return stream.getvalue()


def test_a_bar_where_somebody_sees_it(monkeypatch):
    text = shown(monkeypatch, Terminal())
    assert "3/3" in text
    assert "1 diverged, 1 failed" in text
    assert shown(monkeypatch, io.StringIO()) == ""
    assert shown(monkeypatch, Terminal(), progress=False) == ""
    assert "3/3" in shown(monkeypatch, io.StringIO(), progress=True)


def test_a_resumed_sweep_begins_where_it_was(monkeypatch, tmp_path):
    sweep(mixed, {"gamma": [1]}, folder=tmp_path)
    assert "| 1/3 [" in shown(monkeypatch, Terminal(), folder=tmp_path)


@pytest.fixture
def without(monkeypatch):
    """Take a library away."""

    def take(name):
        for module in [each for each in sys.modules if each.split(".")[0] == name]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setattr(sys, "meta_path", [Nothing(name), *sys.meta_path])

    return take


class Nothing:
    """Finds no module of a name."""

    def __init__(self, name):
        self.name = name

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == self.name:
            raise ModuleNotFoundError(f"no {name}", name=name)


def test_without_tqdm_there_is_no_bar_unless_it_is_wanted(monkeypatch, without):
    without("tqdm")
    assert shown(monkeypatch, Terminal()) == ""
    with pytest.raises(MissingExtraError, match=r"neurosim\[progress\]"):
        sweep(mixed, {"gamma": [1]}, progress=True)


def test_without_pandas_nothing_is_made(without, tmp_path):
    without("pandas")
    with pytest.raises(MissingExtraError, match=r"neurosim\[frames\]"):
        sweep(mixed, {"gamma": [1]}, folder=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_without_distributed_no_cluster(without, tmp_path):
    without("distributed")
    with pytest.raises(MissingExtraError, match=r"neurosim\[cluster\]"):
        sweep(mixed, {"gamma": [1]}, workers="tcp://127.0.0.1:1", folder=tmp_path / "new")
    assert not (tmp_path / "new").exists()
