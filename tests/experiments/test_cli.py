"""The command line."""

import sys

import pytest

from neurosim import cli
from neurosim.experiments import demo


def test_the_command_line(tmp_path, monkeypatch, capsys):
    png = tmp_path / "raster.png"
    monkeypatch.setattr("sys.argv", ["neurosim", "demo", "--epochs", "2", "--png", str(png)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 0
    said = capsys.readouterr().out
    assert "74 / 74" in said
    assert "10 fire phi" in said
    assert png.read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("library", ["typer", "rich", "sklearn", "matplotlib"])
def test_a_missing_library_is_named_with_the_extra_before_anything_runs(
    tmp_path, monkeypatch, capsys, library
):
    for module in [m for m in sys.modules if m.split(".")[0] == library]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.setattr(demo, "compare", lambda *_: pytest.fail("computed all the same"))
    monkeypatch.setattr("sys.argv", ["neurosim", "demo", "--png", str(tmp_path / "raster.png")])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 1
    said = capsys.readouterr().err
    assert library in said
    assert 'pip install "neurosim[demo]"' in said


@pytest.mark.parametrize("png", ["nowhere/raster.png", ".", "/dev/null", "../link"])
def test_a_place_that_cannot_hold_the_figure_is_refused_first(tmp_path, monkeypatch, png):
    (tmp_path / "link").symlink_to("/dev/null")
    tmp_path = tmp_path / "here"
    tmp_path.mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "compare", lambda *_: pytest.fail("computed all the same"))
    monkeypatch.setattr("sys.argv", ["neurosim", "demo", "--png", png])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert not list(tmp_path.iterdir())
