"""How the experiment on noise is drawn and told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from neurosim.experiments.experiment import Scale
from neurosim.experiments.learning import CHANCE
from neurosim.experiments.tables import markdown_table, percent
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

SETTINGS = ["model", "sigma", "multiple", "seed"]
# Of axes of test errors.
MARKS = [0.05, 0.1, 0.2, 0.5, 1.0]
STYLES = {"BP": "k:", "IL": "C7s-", "Z-IL": "C0^-"}


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Test error and phi against sigma; and the course of the test error for each sigma."""
    frame = done(frame)
    return {"noise": _against_sigma(frame), "noise_courses": _courses(frame)}


def _learners(frame: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, style and runs of each learner; without noise there is one threshold, which is 0."""
    for model, style in STYLES.items():
        yield model, style, frame[frame["model"] == model]
    own = frame[frame["model"] == "Fa-Z-IL"]
    for n, multiple in enumerate(sorted(own["multiple"].dropna().unique())):
        here = own[(own["multiple"] == multiple) | (own["sigma"] == 0.0)]
        name = f"Fa-Z-IL, quiet: {multiple:g} sigma" if multiple else "Fa-Z-IL, quiet: 0"
        yield name, f"C{n + 1}o-", here


def _against_sigma(frame: Any) -> Any:
    figure = require("matplotlib.figure", "plots").Figure(figsize=(12, 4.4), layout="constrained")
    axes = figure.subplots(1, 3, sharex=True)
    sigmas = sorted(frame["sigma"].dropna().unique())
    panels = {
        "last_test_error": "test error in the end",
        "phi_due_untaught": "phi as due, untaught net",
        "phi_due": "phi as due, taught net",
    }
    for ax, (measure, words) in zip(axes, panels.items(), strict=True):
        for name, style, runs in _learners(frame):
            means = runs.dropna(subset=[measure]).groupby("sigma")[measure].mean()
            if name == "BP" and measure == "last_test_error":
                ax.axhline(runs[measure].mean(), color="k", ls=":", label=name)
            elif len(means):
                at = [sigmas.index(sigma) for sigma in means.index]
                ax.plot(at, means.astype(float), style, label=name, markersize=5)
        ax.set_xticks(range(len(sigmas)), [f"{sigma:g}" for sigma in sigmas])
        ax.set(xlabel="sigma of x around mu before the teacher", title=words)
        if measure == "last_test_error":
            ax.set_yscale("log")
            ax.set_yticks(MARKS, [f"{mark:g}" for mark in MARKS])
            ax.minorticks_off()
        else:
            ax.set_ylim(-0.03, 1.03)
        ax.grid(alpha=0.3)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return figure


def _courses(frame: Any) -> Any:
    sigmas = [sigma for sigma in sorted(frame["sigma"].dropna().unique()) if sigma > 0.0]
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(2.0 + 2.8 * len(sigmas), 4.0), layout="constrained"
    )
    axes = figure.subplots(1, len(sigmas), squeeze=False, sharey=True)[0]
    for ax, sigma in zip(axes, sigmas, strict=True):
        for name, style, runs in _learners(frame):
            here = runs if name == "BP" else runs[runs["sigma"] == sigma]
            whole = [e for e in here["test_error"] if len(e) == here["epochs"].iloc[0]]
            if whole:
                epochs = np.arange(1, len(whole[0]) + 1)
                line = style if name == "BP" else style[:2] + "-"
                ax.plot(epochs, np.mean(whole, axis=0), line, label=name, lw=1.4)
        ax.set(title=f"sigma = {sigma:g}", xlabel="epoch", yscale="log")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.3, which="both")
    axes[0].set_ylabel("test error")
    axes[0].set_yticks(MARKS, [f"{mark:g}" for mark in MARKS])
    axes[0].minorticks_off()
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(4, 2 * len(sigmas)))
    return figure


def page(frame: Any, scale: Scale) -> str:
    """Say what happens and why, and give every cell."""
    told, frame = told_of_unfinished(frame, SETTINGS), done(frame)
    return "\n\n".join([*told, _what(frame), WHY, *_tables(frame)])


WHY = (
    "Why: phi fires where an error has been quiet for t_d ticks, and feedback ends that. Noise "
    "before the teacher is an error of every free node, the output included, at the first tick, "
    "and it does not go away at once: each node follows its prediction, which moves because the "
    "nodes that predict it do the same. So with a threshold of 0 nobody is quiet, but for a node "
    "now and then whose noise is lost in rounding; nobody fires when due, and nothing of use is "
    "learned. With a threshold of some sigma a node ignores the noise, and its own "
    "small errors, too. Whether that is enough is a matter of scale: what a teacher causes gets "
    "smaller from level to level, and smaller yet as the net learns. Where the threshold is well "
    "below it Fa-Z-IL learns nearly as BP does; what is below the threshold is not learned. IL "
    "and Z-IL are told when to learn. Their errors have the noise in them, which has mean zero "
    "and is averaged out over many samples as long as it is small beside what units usually are."
)


def _what(frame: Any) -> str:
    noisy = frame[(frame["model"] == "Fa-Z-IL") & (frame["sigma"] > 0.0)]
    exact = noisy[noisy["multiple"] == 0.0]
    clean = frame[(frame["model"].isin(["Z-IL", "Fa-Z-IL"])) & (frame["sigma"] == 0.0)]
    zero = int((clean["weight_divergence"] == 0.0).sum())
    words = [
        f"Without noise {zero} of the {len(clean)} runs of Z-IL and Fa-Z-IL are equal to BP in all "
        "weights. With noise, and a threshold of 0, at most "
        f"{percent(exact['phi_due_untaught'].max())} % of phi fire as due before the net has "
        f"learned, and no run ends below {percent(exact['last_test_error'].min())} % of test "
        "errors."
    ]
    for sigma, here in noisy.groupby("sigma"):
        means = here.groupby("multiple")["last_test_error"].mean()
        best = means.idxmin()
        if means[best] > CHANCE:
            words.append(f"At sigma = {sigma:g} it learns with none of the thresholds.")
            continue
        firing = here[here["multiple"] == best]
        words.append(
            f"At sigma = {sigma:g} the best of the thresholds is {best:g} sigma: "
            f"{percent(means[best])} % test error in the end, with "
            f"{percent(firing['phi_due_untaught'].mean())} % of phi as due in the untaught net and "
            f"{percent(firing['phi_due'].mean())} % in the taught one."
        )
    seeds = frame.groupby("model")["seed"].nunique()
    words.append(
        "Seeds: " + ", ".join(f"{model} {count}" for model, count in seeds.items()) + ". "
        "IL relaxes for 20 ticks with gamma = 0.1."
    )
    return " ".join(words)


def _tables(frame: Any) -> Iterator[str]:
    sigmas = sorted(frame["sigma"].dropna().unique())
    epochs = frame["epochs"].iloc[0]
    rows = []
    for name, _, runs in _learners(frame):
        cells = [runs if name == "BP" else runs[runs["sigma"] == sigma] for sigma in sigmas]
        rows.append([name, *map(_error, cells)])
    yield (
        f"Test error in per cent after {epochs} epochs, mean over the seeds:\n\n"
        + markdown_table(["", *(f"sigma = {sigma:g}" for sigma in sigmas)], rows)
    )
    own = frame[frame["model"] == "Fa-Z-IL"]
    rows = [
        [
            f"{sigma:g}",
            f"{multiple:g} sigma",
            *(percent(here[name].mean()) for name in _PHI),
            _by_level(here),
        ]
        for (sigma, multiple), here in own.groupby(["sigma", "multiple"])
    ]
    head = [
        "sigma",
        "quiet",
        *(f"{word}, {net}" for net in ("untaught", "taught") for word in _DID),
        "due by level, taught",
    ]
    yield (
        "What phi does within a presentation, in per cent of all pairs of a test sample and a "
        "node: it fires at t = l and at no other time (due), never, or at another time; in the "
        "last column the output comes first:\n\n" + markdown_table(head, rows)
    )


_DID = ["due", "silent", "untimely"]
_PHI = [f"phi_{word}{net}" for net in ("_untaught", "") for word in _DID]


def _by_level(runs: Any) -> str:
    each = [parts for parts in runs["phi_due_by_level"] if isinstance(parts, list)]
    return " / ".join(percent(float(part)) for part in np.mean(each, axis=0)) if each else "–"


def _error(runs: Any) -> str:
    epochs = [int(epoch) for epoch in runs["diverged_in_epoch"].dropna()]
    values = runs[runs["diverged_in_epoch"].isna()]["last_test_error"]
    told = [percent(float(values.mean()))] if len(values) else []
    told += [f"diverged: epoch {', '.join(map(str, epochs))}"] if epochs else []
    return "; ".join(told) or "–"
