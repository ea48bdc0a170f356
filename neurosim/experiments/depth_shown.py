"""How the experiment on depth is drawn and told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import markdown_table, number, share
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

SETTINGS = ["activation", "levels", "dtype", "error_form", "seed"]
FORMS = [
    ("direct", "float32", "C3o-"),
    ("direct", "float64", "C1s-"),
    ("delta", "float32", "C0^-"),
    ("delta", "float64", "C2v--"),
]
# Where a logarithmic axis has its zero, and from where on an update counts as lost.
ZERO, LOST = 1e-18, 0.01
MARKS = [ZERO, 1e-16, 1e-12, 1e-8, 1e-4, 1.0]


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Draw the worst level's error against depth; and each level's, in the deepest net."""
    frame = done(frame)
    activations = list(frame["activation"].drop_duplicates())
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(4.4 * (1 + len(activations)), 4.2), layout="constrained"
    )
    axes = figure.subplots(1, 1 + len(activations), squeeze=False, sharey=True)[0]
    for ax, activation in zip(axes, activations, strict=False):
        here = frame[frame["activation"] == activation]
        for name, style, runs in _forms(here):
            worst = runs.groupby("levels")["worst_level_error"].max()
            ax.plot(worst.index, np.maximum(worst, ZERO), style, label=name, markersize=5)
        ax.set(title=activation, xlabel="levels", xscale="log")
        marks = [2, 3, 5, 10, 20, 50]
        ax.set_xticks(marks, [str(mark) for mark in marks])
        ax.minorticks_off()
    first = frame[frame["activation"] == activations[0]]
    deepest = first[first["levels"] == first["levels"].max()]
    for name, style, runs in _forms(deepest):
        each = np.max([list(errors) for errors in runs["error_by_level"]], axis=0)
        axes[-1].plot(range(len(each)), np.maximum(each, ZERO), style, label=name, markersize=3)
    title = f"{activations[0]}, {int(first['levels'].max())} levels"
    axes[-1].set(title=title, xlabel="level (0: output)")
    axes[0].set_ylabel("relative error of the worst level's update")
    axes[-1].set_ylabel("relative error of the level's update")
    for ax in axes:
        ax.set_yscale("log")
        ax.set_ylim(ZERO / 5, 30)
        ax.grid(alpha=0.3)
        ax.set_yticks(MARKS, ["0", *(f"1e{round(np.log10(mark)):+d}" for mark in MARKS[1:])])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels))
    return {"depth": figure}


def _forms(frame: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, style and runs of each form and precision."""
    for form, dtype, style in FORMS:
        runs = frame[(frame["error_form"] == form) & (frame["dtype"] == dtype)]
        if len(runs):
            yield f"{form}, {dtype}", style, runs


def page(frame: Any, scale: Scale) -> str:
    """Say where which form is exact, and give every cell."""
    told, frame = told_of_unfinished(frame, SETTINGS), done(frame)
    parts = [*told, _what(frame), _found(frame), WHY]
    for activation, here in frame.groupby("activation", sort=False):
        parts += [f"## Activation: {activation}", _table(here)]
    return "\n\n".join(parts)


WHY = (
    "Why: with sigmoids, whose slope is at most 1/4, an error is a fraction of the one before it, "
    "level by level, while activities are as large everywhere. Where x - mu is recomputed, it has "
    "the rounding of x and mu, about an ulp of mu, and so an error relative to delta of about "
    "ulp |mu| / |delta|; where delta is smaller than that, x does not move at all, no error is "
    "left, and nothing is learned from there on. With tanh errors stay as large as they are, and "
    "so does the accuracy of both forms. In delta form an error node adds what x has moved by to "
    "an error of exactly 0, while mu has not moved: nothing is rounded, and what comes out are the "
    "bits of backpropagation."
)


def _what(frame: Any) -> str:
    return (
        "One batch of 20 is learned by Z-IL and by backpropagation from the same initial weights. "
        "The relative error of a level is max |d theta - BP's| / max |BP's| over its weights, of "
        "the network the same over all weights. Hidden layers have 32 nodes. Beside a weight of "
        "0.1 an update of 1e-20 could not be seen, so each projection learns at a rate that makes "
        "its largest update about 10: a power of two, which rounds nothing. Seeds: "
        f"{frame['seed'].nunique()}; the largest error over them is told."
    )


def _found(frame: Any) -> str:
    delta = frame[frame["error_form"] == "delta"]
    direct = frame[frame["error_form"] == "direct"]
    words = [
        f"In delta form {share(int(delta['same_bits'].sum()), len(delta))} runs end with "
        "backpropagation's bits in every weight, in direct form "
        f"{share(int(direct['same_bits'].sum()), len(direct))}."
    ]
    for (activation, dtype), here in direct.groupby(["activation", "dtype"], sort=False):
        worst = here.groupby("levels")["worst_level_error"].max()
        lost = worst[worst > LOST]
        name = f"with {activation} in direct form and {dtype}"
        if len(lost):
            gone = here.groupby("levels")["levels_without_update"].max()
            deepest = int(gone.index.max())
            words.append(
                f"{name[0].upper()}{name[1:]} the worst level is off by more than "
                f"{LOST:.0%} from {lost.index.min()} levels on; with {deepest} levels "
                f"{int(gone[deepest])} of them learn nothing at all."
            )
        else:
            words.append(f"{name[0].upper()}{name[1:]} no level is off by more than "
                         f"{number(worst.max(), 2)}.")  # fmt: skip
    whole = number(direct[direct["dtype"] == "float32"]["relative_error"].max(), 2)
    words.append(
        "Measured by the largest update of the whole network none of this would be seen: in direct "
        f"form and float32 that error is {whole} at most, since the largest updates are those of "
        "the first levels, which are exact."
    )
    return " ".join(words)


def _table(frame: Any) -> str:
    rows = []
    for levels, here in frame.groupby("levels"):
        errors = [
            number(runs["worst_level_error"].max(), 2) if len(runs) else "–"
            for runs in (
                here[(here["error_form"] == form) & (here["dtype"] == dtype)]
                for form, dtype, _ in FORMS
            )
        ]
        single = here[(here["error_form"] == "direct") & (here["dtype"] == "float32")]
        rows.append(
            [
                levels,
                number(here["smallest_update"].min(), 2),
                *errors,
                number(single["relative_error"].max(), 2),
            ]
        )
    head = [
        "levels",
        "smallest of the levels' largest updates",
        *(f"{form}, {dtype}" for form, dtype, _ in FORMS),
        "whole network, direct, float32",
    ]
    return (
        "Relative error of the worst level's update; 0 says that all bits are the same. The second "
        "column is what backpropagation's update would be at the preset's rate.\n\n"
        + markdown_table(head, rows)
    )
