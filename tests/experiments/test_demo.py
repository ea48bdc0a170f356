"""The demonstration, small."""

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
