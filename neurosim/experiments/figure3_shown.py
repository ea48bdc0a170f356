"""How Figure 3 is drawn and told: means over the seeds, with diverged runs marked as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from neurosim.experiments.experiment import Scale
from neurosim.experiments.learning import CHANCE
from neurosim.experiments.tables import counted, markdown_table, net_name
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

MEASURES = {
    "error_divergence": "mean |difference of test error|",
    "weight_divergence": "sum of L2 distances of final weights",
}
# Below this the axes are linear, so that zero has its place.
LINEAR_BELOW = 1e-4


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Both measures: left against sigma, then, for each structure, against t for every gamma."""
    frame = done(frame)
    hidden = sorted(frame["hidden_layers"].unique())
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(4.2 * (1 + len(hidden)), 7.2), layout="constrained"
    )
    rows = figure.subplots(2, 1 + len(hidden), squeeze=False, sharey="row")
    for axes, (measure, words) in zip(rows, MEASURES.items(), strict=True):
        _against_sigma(axes[0], frame, measure, hidden)
        for ax, layers in zip(axes[1:], hidden, strict=True):
            _against_time(ax, frame[frame["hidden_layers"] == layers], measure)
            ax.set_title(f"C2, C3: {counted(layers, 'hidden layer')}")
        axes[0].set_ylabel(words)
        top = max(float(frame[measure].max()), LINEAR_BELOW)
        for ax in axes:
            ax.set_yscale("symlog", linthresh=LINEAR_BELOW)
            ax.set_ylim(-0.3 * LINEAR_BELOW, 1000 * top)
            ax.grid(alpha=0.3)
    handles, labels = rows[0][1].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=len(labels),
        title="at the top of each panel, ×: runs diverged, –: runs end at chance",
    )  # fmt: skip
    return {"figure3": figure}


def _against_sigma(ax: Any, frame: Any, measure: str, hidden: Sequence[int]) -> None:
    c1 = frame[(frame["t"] == "l") & (frame["gamma"] == 1.0)]
    sigmas = sorted(c1["sigma"].unique())
    for n, layers in enumerate(hidden):
        here = c1[c1["hidden_layers"] == layers]
        groups = [here[here["sigma"] == sigma] for sigma in sigmas]
        _line(ax, groups, measure, n, f"C{6 + n}", f"{layers} hidden")
    ax.set_xticks(range(len(sigmas)), [f"{sigma:g}" for sigma in sigmas], rotation=45)
    ax.set_xlabel("σ of x around μ before the teacher")
    ax.set_title("C1 (t = l, γ = 1)")
    ax.legend(loc="upper left", fontsize="small")


def _against_time(ax: Any, frame: Any, measure: str) -> None:
    here = frame[(frame["sigma"] == 0.0) & (frame["t"] != "BP")]
    times = list(here["t"].drop_duplicates())
    times = ["l", *sorted((t for t in times if t != "l"), key=int)]
    gammas = sorted(here["gamma"].unique())
    for n, gamma in enumerate(gammas):
        groups = [_setting(here, t, gamma) for t in times]
        _line(ax, groups, measure, n, f"C{n}", f"γ = {gamma:g}")
    ax.set_xticks(range(len(times)), [f"t = {t}" for t in times], rotation=45)


def _setting(frame: Any, t: str, gamma: float) -> Any:
    """Return the runs of one cell; at t = 0, when no x has moved, gamma makes no difference."""
    at = frame[frame["t"] == t]
    return at if t == "0" else at[at["gamma"] == gamma]


def _line(ax: Any, groups: Sequence[Any], measure: str, n: int, color: str, label: str) -> None:
    """Means and ranges of the runs that did not diverge; marks above for others, and for chance."""
    above = ax.get_xaxis_transform()
    places, means, lows, highs = [], [], [], []
    for place, group in enumerate(groups):
        values = group[measure].dropna().to_numpy(float)
        if len(values):
            places.append(place)
            means.append(values.mean())
            # The mean of equal values may be an ulp beside them.
            lows.append(max(0.0, values.mean() - values.min()))
            highs.append(max(0.0, values.max() - values.mean()))
        if group["diverged_in_epoch"].notna().any():
            # Above one another, in the order of the legend.
            ax.plot([place], [0.97 - 0.035 * n], "x", color=color, transform=above)
        elif _at_chance(group):
            ax.plot([place], [0.97 - 0.035 * n], "_", color=color, transform=above)
    ax.errorbar(
        places, means, [lows, highs], color=color, label=label, marker="o", markersize=4, capsize=3
    )


def page(frame: Any, scale: Scale) -> str:
    """Say where the divergence is zero, and give every cell."""
    told = told_of_unfinished(frame, ["hidden_layers", "seed", "t", "gamma", "sigma"])
    frame = done(frame)
    parts = [*told, _summary(frame)]
    for layers, here in frame.groupby("hidden_layers"):
        parts.append(f"## {net_name(layers)}")
        errors = here[here["t"] == "BP"]["last_test_error"].to_numpy(float)
        parts.append(
            f"BP's test error after {here['epochs'].iloc[0]} epochs: {_percent(errors)}. Each "
            "cell: difference of test error in percentage points / distance of weights, mean (and "
            "range) over the seeds. Where runs diverged it says in which epochs, and has no mean "
            "of them; where runs are in the mean that end at chance, it says how many."
        )
        parts.append(_c1_table(here))
        parts.append(_c2_c3_table(here))
    return "\n\n".join(parts)


def _summary(frame: Any) -> str:
    runs = frame[frame["t"] != "BP"]
    zero = runs[(runs["error_divergence"] == 0.0) & (runs["weight_divergence"] == 0.0)]
    met = runs[(runs["t"] == "l") & (runs["gamma"] == 1.0) & (runs["sigma"] == 0.0)]
    others = len(zero) - len(zero.index.intersection(met.index))
    exact = len(zero.index.intersection(met.index))
    faster = _learns_faster(runs, frame[frame["t"] == "BP"])
    diverged = int(runs["diverged_in_epoch"].notna().sum())
    return (
        f"With all three conditions met (t = l, gamma = 1, sigma = 0) {exact} of {len(met)} runs "
        f"are at exactly zero in both measures. Of the other {len(runs) - len(met)} runs, "
        f"{diverged} diverged; of the rest {'none is' if not others else f'{others} are'} at zero. "
        "Diverged is what left the bound, or was at chance with saturated units three epochs in a "
        "row (more than 95 % of all f' below 0.001 in some hidden layer): it is marked by a cross, "
        "the tables say in which epoch that began, and it enters no mean. "
        f"{_at_chance(runs)} more runs end at chance (more than {CHANCE:.0%} wrong) without that; "
        f"they are marked by a dash.{faster}\n\n"
        "The paper shows curves, not numbers, for this figure; it says that the divergence is zero "
        "only where all conditions hold, which is what is compared. t = 0 is one run for all "
        "gamma: no x has moved when the weights learn, so that gamma does not enter."
    )


def _learns_faster(runs: Any, reference: Any) -> str:
    """Say whether t = l with gamma > 1, a larger rate for deep levels, ends better than BP."""
    large = runs[(runs["t"] == "l") & (runs["gamma"] > 1.0) & runs["diverged_in_epoch"].isna()]
    if not len(large):
        return ""
    best = reference.groupby("hidden_layers")["last_test_error"].mean()
    large = large[large["hidden_layers"].isin(best.index)]
    better = sum(row.last_test_error < best[row.hidden_layers] for row in large.itertuples())
    return (
        f" Of the {len(large)} runs with t = l and gamma > 1, whose updates are gamma^l times "
        f"BP's, {better} end at a lower test error than BP."
    )


def _c1_table(frame: Any) -> str:
    c1 = frame[(frame["t"] == "l") & (frame["gamma"] == 1.0)]
    rows = [[f"{sigma:g}", _cell(group)] for sigma, group in c1.groupby("sigma")]
    return "C1, by sigma (t = l, gamma = 1):\n\n" + markdown_table(["sigma", "divergence"], rows)


def _c2_c3_table(frame: Any) -> str:
    here = frame[(frame["sigma"] == 0.0) & (frame["t"] != "BP")]
    gammas = sorted(here["gamma"].unique())
    times = list(here["t"].drop_duplicates())
    rows = [[f"t = {t}", *(_cell(_setting(here, t, gamma)) for gamma in gammas)] for t in times]
    return "C2 and C3, by t and gamma (sigma = 0):\n\n" + markdown_table(
        ["", *(f"gamma = {gamma:g}" for gamma in gammas)], rows
    )


def _cell(group: Any) -> str:
    epochs = [int(epoch) for epoch in group["diverged_in_epoch"].dropna()]
    errors = group["error_divergence"].dropna().to_numpy(float)
    weights = group["weight_divergence"].dropna().to_numpy(float)
    told = []
    if len(errors):
        chance = _at_chance(group)
        note = f", {chance} at chance" if chance else ""
        told.append(f"{_range(100 * errors)} / {_range(weights)}{note}")
    if epochs:
        told.append(f"diverged: epoch {', '.join(map(str, epochs))}")
    return "; ".join(told) or "–"


def _at_chance(frame: Any) -> int:
    """How many runs end at chance, though they have not been given up as diverged."""
    return int((frame["diverged_in_epoch"].isna() & (frame["last_test_error"] > CHANCE)).sum())


def _range(values: Any) -> str:
    if not np.any(values):
        return "0"
    spread = f" ({values.min():.3g} to {values.max():.3g})" if len(values) > 1 else ""
    return f"{values.mean():.3g}{spread}"


def _percent(values: Any) -> str:
    if not len(values):
        return "not measured"
    each = ", ".join(f"{100 * value:.2f} %" for value in values)
    return f"{100 * values.mean():.2f} % ({each})" if len(values) > 1 else each
