"""How the experiment on synaptic operations is drawn and told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from neurosim.experiments.axes import error_axis
from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import (
    markdown_table,
    net_name,
    number,
    percent,
    share,
)
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

SETTINGS = ["hidden_layers", "seed", "model", "driven"]
STYLES = {
    ("BP", "passes"): "kx-",
    ("Z-IL", "events"): "C0^-",
    ("Fa-Z-IL", "events"): "C1v--",
    ("Fa-Z-IL, stream", "events"): "C2D-",
    ("IL", "events"): "C7s-",
    ("Z-IL", "clock"): "C0^:",
    ("Fa-Z-IL", "clock"): "C1v:",
    ("Fa-Z-IL, stream", "clock"): "C2D:",
    ("IL", "clock"): "C7s:",
}
# What coincides has marks of different sizes, one around the other.
SIZES = {"BP": 3, "Z-IL": 11, "Fa-Z-IL": 8, "Fa-Z-IL, stream": 5}
DRIVEN = {"passes": "three passes", "events": "events", "clock": "clock"}


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Draw test error against all operations so far, a point per epoch, for each structure."""
    frame = done(frame)
    structures = sorted(frame["hidden_layers"].unique())
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(2.4 + 4.0 * len(structures), 4.8), layout="constrained"
    )
    axes = figure.subplots(1, len(structures), squeeze=False, sharey=True)[0]
    for ax, layers in zip(axes, structures, strict=True):
        for name, style, runs in _learners(frame[frame["hidden_layers"] == layers]):
            errors = np.mean([list(each) for each in runs["test_error"]], axis=0)
            operations = np.mean([list(each) for each in runs["operations"]], axis=0)
            ax.plot(operations, errors, style, label=name, markerfacecolor="none", lw=1.2,
                    markersize=SIZES.get(str(runs["model"].iloc[0]), 5))  # fmt: skip
        ax.set(xscale="log", xlabel="synaptic operations", title=net_name(layers))
        ax.grid(alpha=0.3)
    error_axis(axes[0])
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5 if len(axes) > 1 else 3)
    return {"operations": figure}


def _learners(frame: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, style and runs of each learner."""
    for (model, driven), style in STYLES.items():
        runs = frame[(frame["model"] == model) & (frame["driven"] == driven)]
        if len(runs):
            yield (model if driven == "passes" else f"{model}, {DRIVEN[driven]}"), style, runs


def page(frame: Any, scale: Scale) -> str:
    """Say what the operations of a sample are, and give every cell."""
    told, frame = told_of_unfinished(frame, SETTINGS), done(frame)
    parts = [*told, WHAT, _found(frame), WHY]
    for layers, here in frame.groupby("hidden_layers"):
        parts += [f"## {net_name(layers)}", _table(here)]
    return "\n\n".join(parts)


WHAT = (
    "A synaptic operation is a multiply-add over one synapse: of a prediction, of feedback, or of "
    "an update. Those of the simulators are counted as they are made, settling before the teacher "
    "included; a projection that is evaluated counts whole, silent synapses included. "
    "Backpropagation has three passes: forward over all synapses, back over all but those of the "
    "input, and the update of all. Driven by a clock, all synapses predict, feed back and are "
    "updated at every tick; driven by events, where something that they read has changed."
)
WHY = (
    "Why so few: nothing is fed back into a node that is clamped, and predictions from the input, "
    "most of the synapses, are not made again while the input stays. A synapse has an update where "
    "its gate is open, which is once. And a node rests once its synapses have learned, so that "
    "what would go on moving behind the front does not. In a stream nobody settles the network: "
    "onsets do, tick by tick, and nodes follow their predictions until the sweep has passed. IL "
    "relaxes for 20 ticks with gamma = 0.1, in which all but the input's synapses are at work."
)


def _found(frame: Any) -> str:
    words = []
    for model in ("Z-IL", "Fa-Z-IL", "Fa-Z-IL, stream"):
        own = frame[frame["model"] == model]
        if len(own):
            exact = int((own["weight_divergence"] == 0.0).sum())
            words.append(f"{model} in {share(exact, len(own))}")
    pairs = []
    for (model, layers, seed), here in frame[frame["model"] != "BP"].groupby(
        ["model", "hidden_layers", "seed"]
    ):
        errors = [list(each) for each in here["test_error"]]
        if len(errors) == 2:
            pairs.append((model, layers, seed, errors[0] == errors[1]))
    same = sum(pair[-1] for pair in pairs)
    ratios = []
    for model, driven in STYLES:
        rate = _ratios(frame, model, driven)
        if model != "BP" and len(rate):
            least, most = number(min(rate)), number(max(rate))
            spread = least if least == most else f"{least} to {most}"
            ratios.append(f"{model} by {driven} {spread}")
    return (
        f"Weights end as backpropagation's, bit for bit: {', '.join(words)} runs. Driven by events "
        f"or by a clock, {share(same, len(pairs))} nets have the same test errors in all epochs. "
        "Operations of a sample over those of backpropagation, structure by structure: "
        f"{'; '.join(ratios)}."
    )


def _ratios(frame: Any, model: str, driven: str) -> list[float]:
    own = frame[(frame["model"] == model) & (frame["driven"] == driven)]
    means = own.groupby("hidden_layers")["operations_per_sample"].mean()
    passes = frame[frame["model"] == "BP"].groupby("hidden_layers")["operations_per_sample"].mean()
    return [float(means[layers] / passes[layers]) for layers in means.index if layers in passes]


def _table(frame: Any) -> str:
    rows = []
    passes = frame[frame["model"] == "BP"]["operations_per_sample"].mean()
    # What backpropagation reaches in half of its epochs, all that are as good can be asked for.
    of_bp = [list(each) for each in frame[frame["model"] == "BP"]["test_error"]]
    goal = float(np.mean(of_bp, axis=0)[(len(of_bp[0]) - 1) // 2]) if of_bp else 0.0
    for name, _, runs in _learners(frame):
        kinds = [runs[f"{kind}_per_sample"].mean() for kind in ("prediction", "feedback",
                                                               "plasticity")]  # fmt: skip
        total = runs["operations_per_sample"].mean()
        rows.append(
            [
                name,
                *(f"{kind:,.0f}" for kind in kinds),
                number(total / passes, 4),
                percent(runs["last_test_error"].mean()),
                _reached(runs, goal),
            ]
        )
    head = ["learner", "predictions", "feedback", "updates", "over BP's", "test error, %",
            f"operations to {percent(goal)} %"]  # fmt: skip
    return (
        f"Operations of a sample, by kind; {frame['epochs'].iloc[0]} epochs, means over "
        f"{frame['seed'].nunique()} seeds. Last column: operations until the mean test error is as "
        "small as BP's after half of the epochs.\n\n" + markdown_table(head, rows)
    )


def _reached(runs: Any, goal: float) -> str:
    errors = np.mean([list(each) for each in runs["test_error"]], axis=0)
    operations = np.mean([list(each) for each in runs["operations"]], axis=0)
    there = np.flatnonzero(errors <= goal)
    return f"{operations[there[0]]:.2e}" if len(there) else "not reached"
