"""How the experiment on choices is drawn and told, and what the paper's reviewers objected to."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.experiments.axes import error_axis
from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import counted, markdown_table, net_name, percent
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

SETTINGS = ["choice", "hidden_layers", "seed"]
# The learning curve's first part, which Fa-Z-IL is compared in.
EARLY = 4


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Draw courses of the test error with each choice, for each structure."""
    frame = done(frame)
    structures = sorted(frame["hidden_layers"].unique())
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(2.8 + 3.8 * len(structures), 4.6), layout="constrained"
    )
    axes = figure.subplots(1, len(structures), squeeze=False, sharey=True)[0]
    for ax, layers in zip(axes, structures, strict=True):
        here = frame[frame["hidden_layers"] == layers]
        for n, (choice, runs) in enumerate(here.groupby("choice", sort=False)):
            whole = [e for e in runs["test_error"] if len(e) == runs["epochs"].iloc[0]]
            if whole:
                epochs, mean = range(1, len(whole[0]) + 1), np.mean(whole, axis=0)
                ax.plot(epochs, mean, color=f"C{n}", label=choice, lw=1.6)
        ax.set(xlabel="epoch", title=net_name(layers))
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(alpha=0.3)
    error_axis(axes[0])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5 if len(axes) > 1 else 2)
    return {"choices": figure}


def page(frame: Any, scale: Scale) -> str:
    """Say what is chosen and what it matters, then what reviewers said."""
    told, frame = told_of_unfinished(frame, SETTINGS), done(frame)
    parts = [*told, OPEN, _found(frame), _table(frame, "early_test_error", f"{EARLY} epochs")]
    epochs = int(frame["epochs"].iloc[0])
    if epochs > EARLY:
        parts.append(_table(frame, "last_test_error", f"{epochs} epochs"))
    return "\n\n".join([*parts, WHY, "## What reviewers objected to", REVIEWS])


OPEN = (
    "The paper gives sizes, f, alpha, the batch, epochs and seeds. It does not give:\n\n"
    "- **How weights begin.** Chosen: Xavier's uniform distribution, "
    "U(±sqrt(6/(n_in + n_out))). Whittington & Bogacz 2017 have weights four times as large.\n"
    "- **How pixels enter.** Its Eq. (1) applies f to the input nodes, too; Whittington & Bogacz "
    "undo that by an inverse logistic function. Chosen: pixels from 0 to 1 as they are.\n"
    "- **Targets.** Chosen: 0 and 1. Whittington & Bogacz: 0.03 and 0.97.\n"
    "- **Sum or mean** of the updates of a batch. Chosen: the sum, as in the later programs of the "
    "same group; with alpha = 0.001 a mean over 20 learns 20 times as slowly.\n"
    "- **The optimiser.** Chosen: plain gradient descent, which is what its equations are.\n"
    "- **Which numerics**: precision, and whether an error is recomputed or adds up changes "
    "([depth](depth.md), [Table 3](table3.md)).\n\n"
    "Each but the last two is chosen otherwise here, one at a time."
)
WHY = (
    "Why: a sigmoid squeezes pixels from 0 to 1 into 0.5 to 0.73, so that images hardly differ and "
    "dark pixels are not silent any more. A mean over 20 samples is a rate of 0.00005. Targets "
    "shift a little. Large weights begin with the sigmoids' steep and flat parts both in use: "
    "slopes are smaller in many units, but what comes back through weights four times as large "
    "does not vanish in deep nets. None of this is about the theorem: it is what both learn."
)
_META = "https://papers.nips.cc/paper/2020/file/fec87a37cdeec1c6ecf8181c0aa2d3bf-MetaReview.html"
_REVIEW = "https://papers.neurips.cc/paper/2020/file/fec87a37cdeec1c6ecf8181c0aa2d3bf-Review.html"
_EXCERPT = "https://aitopics.org/tag/exact%20implementation"
#: In our own words; of the reviews only those parts that could be read.
REVIEWS = (
    f"From the [meta-review]({_META}), from Review 1 of [the reviews]({_REVIEW}), and from an "
    f"[excerpt of another]({_EXCERPT}); the other reviews could not be read, so that this is not "
    "all. The verdict was borderline, leaning to acceptance. In our words:\n\n"
    "- **Prediction has to be over before the teacher appears**, which IL does not ask for, and "
    "somebody has to wait for that. True of the paper's protocol: what happens if it is not over "
    "is in [Figure 3](figure3.md) (C1) and in [noise](noise.md). In a [stream](stream.md) nobody "
    "waits: a local sweep does it, and the equality holds.\n"
    "- **phi makes the rule more complicated, and to know that a change came from feedback seems "
    "to need a global signal.** It does not here: the gate compares what the node itself has "
    "(x moved, mu did not). What it is for is in [ReLU](relu.md), what it costs in "
    "[Table 4](table4.md), how it fails in [Table 3](table3.md).\n"
    "- **gamma = 1 (C3) is troublesome in continuous time.** With another gamma the update of each "
    "level is scaled, which a rate of its own takes back ([rates](rates.md)). That leaves time in "
    "ticks: continuous time is not treated.\n"
    "- **Feedback weights equal forward ones by equal beginnings and rules alone; would a mismatch "
    "make them come apart?** It stays as large as it is, and decay makes it smaller "
    "([feedback](feedback.md)).\n"
    "- **Weight transport is not solved, and feedback alignment may not work**, if equilibria need "
    "symmetric weights. Z-IL uses no equilibrium; what is learned with fixed feedback is in "
    "[feedback](feedback.md).\n"
    "- **Whether C1 to C3 and phi are plausible at all** is no question for a simulation. Nor are "
    "spiking neurons treated here. Recurrent networks are, unrolled in time, with which what goes "
    "back in time still goes back.\n"
    "- **Other work on predictive coding and backpropagation** (arXiv 2006.04182), which "
    "approximates what is exact here, was not discussed."
)


def _found(frame: Any) -> str:
    equal = int(frame["fa_z_il_is_bp"].sum())
    early = frame.groupby(["hidden_layers", "choice"])["early_test_error"].mean()
    words = []
    for layers, here in early.groupby(level=0):
        each = here.droplevel(0)
        words.append(
            f"{percent(each.min())} ({each.idxmin()}) to {percent(each.max())} % ({each.idxmax()}) "
            f"with {counted(int(layers), 'hidden layer')}"
        )
    return (
        f"After {EARLY} epochs mean test errors range from {'; from '.join(words)}. Fa-Z-IL and "
        f"backpropagation have then the same bits in all weights in {equal} of "
        f"{counted(len(frame), 'run')}: which choice is made decides how well both learn, not "
        "whether they are equal."
    )


def _table(frame: Any, measure: str, when: str) -> str:
    structures = sorted(frame["hidden_layers"].unique())
    rows = []
    for choice, runs in frame.groupby("choice", sort=False):
        rows.append(
            [
                choice,
                *(_spread(runs[runs["hidden_layers"] == layers], measure) for layers in structures),
            ]
        )
    return (
        f"Backpropagation's test error after {when}, in per cent, mean (and range) over the seeds:"
        "\n\n" + markdown_table(["choice", *map(net_name, structures)], rows)
    )


def _spread(runs: Any, measure: str) -> str:
    gone = int(runs["diverged_in_epoch"].notna().sum())
    errors = runs[measure].dropna()
    told = percent(errors.mean())
    if len(errors) > 1:
        told += f" ({percent(errors.min())} to {percent(errors.max())})"
    return told + (f"; {gone} diverged" if gone else "")
