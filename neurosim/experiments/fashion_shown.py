"""How the experiment on other data and another net is drawn and told."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import counted, markdown_table, number, percent
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

SETTINGS = ["data", "net", "seed"]
TITLES = {"fashion-mnist": "Fashion-MNIST", "mnist": "MNIST", "digits": "digits"}


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Draw courses of the test error, of backpropagation as a broad line beneath the other."""
    frame = done(frame)
    sets = list(frame["data"].drop_duplicates())
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(2.0 + 4.6 * max(1, len(sets)), 4.2), layout="constrained"
    )
    axes = figure.subplots(1, max(1, len(sets)), squeeze=False)[0]
    nets = list(frame["net"].drop_duplicates())
    for ax, data in zip(axes, sets, strict=False):
        for net, runs in frame[frame["data"] == data].groupby("net", sort=False):
            color = f"C{nets.index(net)}"
            for column, width, alpha in (("test_error_of_bp", 6, 0.3), ("test_error", 1.4, 1.0)):
                whole = [e for e in runs[column] if len(e) == runs["epochs"].iloc[0]]
                if whole:
                    epochs, mean = range(1, len(whole[0]) + 1), 100 * np.mean(whole, axis=0)
                    label = f"{net}, Fa-Z-IL" if alpha == 1.0 else f"{net}, BP"
                    ax.plot(epochs, mean, color=color, lw=width, alpha=alpha, label=label)
        ax.set(xlabel="epoch", title=TITLES[data], ylim=(0, None))
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.3)
        ax.set_ylabel("test error, %")
        if ax.lines:
            ax.legend(fontsize="small")
    return {"fashion": figure}


def page(frame: Any, scale: Scale) -> str:
    """Say what is equal, what was not run, and give every cell."""
    told, all_runs = told_of_unfinished(frame, SETTINGS), frame
    frame = done(frame)
    parts = [*told, _absent(all_runs, frame)]
    if len(frame):
        parts += [_what(frame), _table(frame)]
    return "\n\n".join(part for part in parts if part)


def _absent(frame: Any, runs: Any) -> str:
    """Say what the page has nothing about."""
    missing = [TITLES[data] for data in ("fashion-mnist", "mnist") if data not in set(runs["data"])]
    if not missing:
        return ""
    asked = [
        TITLES[data] for data in frame["data"].drop_duplicates() if data not in set(runs["data"])
    ]
    why = "its data could not be had where this page was made" if asked else "not at this scale"
    return f"**Not run**: {' and '.join(missing)}, {why}."


def _what(frame: Any) -> str:
    equal = int(frame["same_bits"].sum())
    words = [
        f"Fa-Z-IL and backpropagation learn the same samples in the same order; in {equal} of "
        f"{counted(len(frame), 'run')} they end with the same bits in every weight, and their test "
        "errors are the same after each epoch."
        if all(list(a) == list(b) for a, b in zip(frame["test_error"], frame["test_error_of_bp"],
                                                  strict=True))
        else f"Fa-Z-IL and backpropagation end with the same bits in every weight in {equal} of "
        f"{counted(len(frame), 'run')}."
    ]  # fmt: skip
    nets = frame[frame["net"] == "convolutional"]
    if len(nets):
        uses = nets["synapses"] / nets["weights"]
        words.append(
            "The convolutional net has 4 kernels of 5 x 5, then 8 of 3 x 3 x 4, both with a stride "
            "of 2 and rectified, then a layer that connects all to all; a weight is used by "
            f"{number(uses.mean())} synapses on average. Strides take the place of pooling."
        )
    words.append(
        "The paper has neither Fashion-MNIST nor convolutions: there is no figure to compare with. "
        "Rates and all else are the preset's, nothing was tuned."
    )
    return " ".join(words)


def _table(frame: Any) -> str:
    rows = []
    for (data, net), runs in frame.groupby(["data", "net"], sort=False):
        gone = int(runs["diverged_in_epoch"].notna().sum())
        rows.append(
            [
                TITLES[str(data)],
                net,
                f"{int(runs['synapses'].iloc[0]):,}",
                f"{int(runs['weights'].iloc[0]):,}",
                runs["epochs"].iloc[0],
                len(runs),
                _spread(runs["last_test_error_of_bp"]),
                _spread(runs["last_test_error"]) + (f"; {gone} diverged" if gone else ""),
                number(100 * runs["error_divergence"].max()),
                number(runs["weight_divergence"].max()),
            ]
        )
    head = ["data", "net", "synapses", "weights", "epochs", "seeds", "BP, test error, %",
            "Fa-Z-IL, test error, %", "error divergence", "weight divergence"]  # fmt: skip
    return (
        "Test errors in the end, mean (and range) over the seeds; the paper's two measures of "
        "divergence, the largest of all seeds:\n\n" + markdown_table(head, rows)
    )


def _spread(errors: Any) -> str:
    errors = errors.dropna()
    if len(errors) < 2:
        return percent(errors.mean())
    return f"{percent(errors.mean())} ({percent(errors.min())} to {percent(errors.max())})"
