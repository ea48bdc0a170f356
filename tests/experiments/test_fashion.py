"""Other data and another net: equal to backpropagation, and what cannot be had is said."""

import pytest

from neurosim.experiments import fashion, fashion_shown
from neurosim.experiments.experiment import Scale
from neurosim.sweeps import sweep

QUICK = Scale("quick", "digits")


@pytest.mark.parametrize("net", ["two hidden", "convolutional"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fa_z_il_is_backpropagation(net, dtype):
    seen = fashion.run(data="digits", net=net, seed=1, epochs=2, dtype=dtype)
    assert seen["same_bits"]
    assert seen["error_divergence"] == seen["weight_divergence"] == 0.0
    assert seen["test_error"] == seen["test_error_of_bp"]


def test_the_convolutional_net_learns_with_few_weights():
    seen = fashion.run(data="digits", net="convolutional", seed=1, epochs=16, dtype="float32")
    assert seen["last_test_error"] < 0.3
    network = fashion.convolutional(28, 10, seed=0)
    assert [p.size for p in network.populations.values()] == [784, 14 * 14 * 4, 7 * 7 * 8, 10]
    assert network.projections["input->maps1"].weight_shape == (5 * 5 * 4,)


def test_the_folder_given_is_that_of_mnist(tmp_path):
    folder = str(tmp_path)
    assert fashion.folder_of("mnist", folder) == folder
    assert fashion.folder_of("digits", folder) == folder
    assert fashion.folder_of("fashion-mnist", folder) is None
    assert fashion.folder_of("fashion-mnist", None) is None
    (tmp_path / "fashion-mnist").mkdir()
    assert fashion.folder_of("fashion-mnist", folder) == folder


def test_the_page_says_what_was_not_run(tmp_path):
    cells = [{**cell, "epochs": 2} for cell in fashion.cells(QUICK)]
    frame = sweep(fashion.run, cells)
    page = fashion_shown.page(frame, QUICK)
    assert "**Not run**: Fashion-MNIST and MNIST, not at this scale." in page
    assert "in 2 of 2 runs they end with the same bits" in page
    assert list(fashion_shown.figures(frame, QUICK)) == ["fashion"]
    # As if data could not be had.
    frame["data"] = "fashion-mnist"
    frame["status"], frame["error"] = "failed", "there is none"
    page = fashion_shown.page(frame, Scale("full", "mnist"))
    assert "2 runs failed" in page
    assert "could not be had" in page
    assert "fashion" in fashion_shown.figures(frame, QUICK)
