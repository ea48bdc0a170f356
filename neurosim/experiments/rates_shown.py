"""How the experiment on rates is drawn and told."""

from __future__ import annotations

import math
from typing import Any

from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import counted, markdown_table, net_name, share
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "is_power_of_two", "page"]

MEASURES = {
    "error_divergence": "mean |difference of test error|",
    "weight_divergence": "sum of L2 distances of weights",
}
WAYS = {
    ("one", "float32"): ("one rate, float32", "C3", "s"),
    ("by level", "float32"): ("alpha gamma^-l, float32", "C0", "o"),
    ("by level", "float64"): ("alpha gamma^-l, float64", "C2", "^"),
}
SETTINGS = ["hidden_layers", "seed", "dtype", "rate", "gamma"]
# Decades of the axis below the smallest value: zero has its place there.
ROOM = 1.5


def is_power_of_two(number: float) -> bool:
    """Whether multiplying by it only moves the exponent."""
    return math.frexp(number)[0] == 0.5


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Both measures against gamma, for each structure; zero is at the bottom."""
    frame = done(frame)
    hidden = sorted(frame["hidden_layers"].unique())
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(2.4 + 3.4 * len(hidden), 6.4), layout="constrained"
    )
    rows = figure.subplots(2, len(hidden), squeeze=False, sharex=True, sharey="row")
    for axes, (measure, words) in zip(rows, MEASURES.items(), strict=True):
        found = frame[measure].dropna().astype(float)
        smallest = found[found > 0].min() if (found > 0).any() else 1e-4
        bottom = 10.0 ** (math.floor(math.log10(smallest)) - ROOM)
        for ax, layers in zip(axes, hidden, strict=True):
            _draw(ax, frame[frame["hidden_layers"] == layers], measure, bottom)
            ax.set(xscale="log", yscale="log")
            ax.set_ylim(bottom / 3, 30 * max(found.max(), bottom))
            ax.grid(alpha=0.3)
        # Some decades are named, and zero, which is the lowest mark.
        first, last = math.ceil(math.log10(smallest)), math.ceil(math.log10(found.max() or 1))
        marks = range(first, last + 1, max(1, (last - first) // 5))
        axes[0].set_yticks([bottom, *(10.0**n for n in marks)], ["0", *(f"1e{n}" for n in marks)])
        axes[0].minorticks_off()
        axes[0].set_ylabel(words)
    for top, low, layers in zip(*rows, hidden, strict=True):
        top.set_title(f"{counted(layers, 'hidden layer')}")
        low.set_xlabel("gamma")
    handles, labels = rows[0][0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=min(len(labels), 2 * len(hidden) - 1)
    )
    return {"rates": figure}


def _draw(ax: Any, frame: Any, measure: str, bottom: float) -> None:
    for (rate, dtype), (label, color, marker) in WAYS.items():
        here = frame[(frame["rate"] == rate) & (frame["dtype"] == dtype)]
        values = here.dropna(subset=[measure]).astype({measure: float})
        means = values.groupby("gamma")[measure].mean().clip(lower=bottom)
        ax.plot(means.index, means, marker + "-", color=color, label=label, markersize=5)
        for gamma in here[here["diverged_in_epoch"].notna()]["gamma"].unique():
            ax.plot([gamma], [0.96], "x", color=color, transform=ax.get_xaxis_transform())


def page(frame: Any, scale: Scale) -> str:
    """Say where bits are the same, how large rounding is, and give every cell."""
    told, frame = told_of_unfinished(frame, SETTINGS), done(frame)
    parts = [*told, _summary(frame)]
    for layers, here in frame.groupby("hidden_layers"):
        error = ", ".join(f"{100 * e:.2f} %" for e in _last_errors_of_bp(here))
        parts.append(
            f"## {net_name(layers)}\n\n"
            f"BP's test error after {here['epochs'].iloc[0]} epochs: {error}. Each cell: "
            "difference of test error in percentage points / distance of weights, the mean over "
            "the seeds that did not diverge."
        )
        gammas = sorted(here["gamma"].unique())
        rows = [
            [label, *(_cell(_of(here, rate, dtype, gamma)) for gamma in gammas)]
            for (rate, dtype), (label, _, _) in WAYS.items()
            if ((here["rate"] == rate) & (here["dtype"] == dtype)).any()
        ]
        parts.append(markdown_table(["", *(f"gamma = {gamma:g}" for gamma in gammas)], rows))
    return "\n\n".join(parts)


def _of(frame: Any, rate: str, dtype: str, gamma: float) -> Any:
    return frame[(frame["rate"] == rate) & (frame["dtype"] == dtype) & (frame["gamma"] == gamma)]


def _last_errors_of_bp(frame: Any) -> list[float]:
    single = frame[frame["dtype"] == "float32"].dropna(subset=["test_error_of_bp"])
    return [float(e) for e in single.drop_duplicates("seed")["test_error_of_bp"]]


def _summary(frame: Any) -> str:
    own = frame[frame["rate"] == "by level"]
    powers = own[own["gamma"].map(is_power_of_two)]
    others = own[~own["gamma"].map(is_power_of_two)]
    one = frame[(frame["rate"] == "one") & (frame["gamma"] != 1.0)]
    words = [
        "With rates of alpha gamma^-l, "
        f"{share(int(powers['same_weights'].astype(bool).sum()), len(powers))} runs whose gamma is "
        "a power of two end with BP's weights, bit for bit."
    ]
    for dtype in ("float32", "float64"):
        here = others[others["dtype"] == dtype]
        finished = here[here["diverged_in_epoch"].isna()]
        if len(finished):
            words.append(
                f"Of the {len(here)} with another gamma in {dtype}, {len(here) - len(finished)} "
                "diverged; of the rest none is farther from BP than "
                f"{100 * finished['error_divergence'].max():.2g} percentage points of test error "
                f"and {finished['weight_divergence'].max():.2g} of weights."
            )
    finished = one[one["diverged_in_epoch"].isna()]
    if len(finished):
        words.append(
            f"With one rate for all levels {len(one) - len(finished)} of {len(one)} runs with "
            "gamma other than 1 diverged, and the others are between "
            f"{100 * finished['error_divergence'].min():.2g} and "
            f"{100 * finished['error_divergence'].max():.2g} percentage points from BP."
        )
    return (
        " ".join(words) + "\n\nWhy: until the front arrives nothing at a level has moved, so each "
        "level passes gamma times what it hears to the next, and gamma^l is all that gamma does. "
        "Rates take it back. Multiplying by a power of two rounds nothing, neither the error on "
        "its way nor alpha; any other gamma is itself rounded, and so is each product. What "
        "rounding leaves after one update is of the size of an ulp; training carries it on, and "
        "may enlarge it. The paper does not make this comparison; it follows from its Lemma A.3."
    )


def _cell(group: Any) -> str:
    told = []
    values = group[group["diverged_in_epoch"].isna()]
    if len(values):
        error, weights = values["error_divergence"].mean(), values["weight_divergence"].mean()
        told.append("0" if error == weights == 0.0 else f"{100 * error:.2g} / {weights:.2g}")
    epochs = [int(epoch) for epoch in group["diverged_in_epoch"].dropna()]
    if epochs:
        told.append(f"diverged: epoch {', '.join(map(str, epochs))}")
    return "; ".join(told) or "–"
