"""Axes of test errors keep their limits, and have marks within them."""

from matplotlib.figure import Figure

from neurosim.experiments.axes import error_axis


def test_marks_are_within_the_limits_that_data_have():
    ax = Figure().add_subplot()
    ax.plot([1, 2], [0.06, 0.4])
    ax.set_yscale("log")
    limits = ax.get_ylim()
    error_axis(ax)
    assert ax.get_ylim() == limits
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0.07", "0.1", "0.15", "0.2",
                                                                    "0.3"]  # fmt: skip
    assert ax.get_yscale() == "log"
    assert not len(ax.get_yticks(minor=True))
