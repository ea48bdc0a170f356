"""The demonstration, small."""

import pytest

from neurosim import cli, demo


def test_the_comparison_and_the_spikes():
    result = demo.compare(1, 0)
    assert result.largest_difference(result.backpropagation) == 0.0
    assert 0.0 < result.largest_difference(result.blas) < 1e-12
    monitor, rasters = demo.spikes_of_one_digit(result, 3)
    assert monitor.num_spikes == 74
    for name, raster in rasters.items():
        assert raster[result.network.levels[name]].all()


def test_the_command_line(tmp_path, monkeypatch, capsys):
    png = tmp_path / "raster.png"
    monkeypatch.setattr("sys.argv", ["neurosim", "demo", "--epochs", "2", "--png", str(png)])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == 0
    assert "74 / 74" in capsys.readouterr().out
    assert png.read_bytes()[:4] == b"\x89PNG"
