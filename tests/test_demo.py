"""The demonstration, small."""

import sys

import pytest

from neurosim.cli import main as cli
from neurosim.experiments import demo


def test_the_comparison_and_the_spikes():
    result = demo.compare(1, 0)
    assert result.largest_difference(result.backpropagation) == 0.0
    assert 0.0 < result.largest_difference(result.blas) < 1e-12
    monitor, rasters = demo.spikes_of_one_digit(result, 3)
    assert monitor.num_spikes == 74
    for name, raster in rasters.items():
        assert raster[result.network.levels[name]].all()


def test_runs_of_different_seeds_have_no_order_in_common(monkeypatch):
    used = []
    monkeypatch.setattr(
        demo.Simulator, "fit", lambda *_, seed, **__: used.append(seed), raising=True
    )
    monkeypatch.setattr(demo.models.BP, "fit", lambda *_, **__: None)
    for seed in range(4):
        demo.compare(5, seed)
    assert len(set(used)) == 20


def test_the_command_line(tmp_path, monkeypatch, capsys):
    png = tmp_path / "raster.png"
    monkeypatch.setattr("sys.argv", ["neurosim", "demo", "--epochs", "2", "--png", str(png)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 0
    assert "74 / 74" in capsys.readouterr().out
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


@pytest.mark.parametrize("png", ["nowhere/raster.png", "."])
def test_a_place_that_cannot_hold_the_figure_is_refused_first(tmp_path, monkeypatch, png):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "compare", lambda *_: pytest.fail("computed all the same"))
    monkeypatch.setattr("sys.argv", ["neurosim", "demo", "--png", png])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 2
    assert not list(tmp_path.iterdir())
