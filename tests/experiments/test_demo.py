"""The demonstration, small."""

from neurosim.experiments import demo


def test_the_comparison_and_the_spikes():
    result = demo.compare(1, 0)
    assert result.largest_difference(result.backpropagation) == 0.0
    assert 0.0 < result.largest_difference(result.blas) < 1e-12
    assert result.largest_difference(result.settled) == 0.0
    shown = demo.one_presentation(result, 3)
    assert shown.spikes.num_spikes == 74
    for name, fired in shown.fired.items():
        level, size = result.network.levels[name], result.network.populations[name].size
        assert fired.nonzero()[0].tolist() == [demo.SHOWN + level]
        assert fired.sum() == size
        moved = shown.moved[name][: demo.SHOWN]
        # One level a tick: nodes follow what predicts them.
        assert moved.nonzero()[0].tolist() == [result.network.depth - level]
        assert not shown.in_error[name][result.network.depth : demo.SHOWN].any()


def test_runs_of_different_seeds_have_no_order_in_common(monkeypatch):
    used = []
    monkeypatch.setattr(
        demo.Simulator, "fit", lambda *_, seed, **__: used.append(seed), raising=True
    )
    monkeypatch.setattr(demo.models.BP, "fit", lambda *_, **__: None)
    for seed in range(4):
        demo.compare(5, seed)
    assert len(set(used)) == 20
