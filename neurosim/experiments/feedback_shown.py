"""How the experiment on feedback synapses is drawn and told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from neurosim.experiments.axes import error_axis
from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import counted, markdown_table, net_name, number, percent
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

SETTINGS = ["hidden_layers", "seed", "feedback", "mismatch", "decay"]


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Draw courses of the test error, and the angle between feedback and forward weights."""
    frame = done(frame)
    figure = require("matplotlib.figure", "plots").Figure(figsize=(13.0, 4.6), layout="constrained")
    courses, angles, errors = figure.subplots(1, 3, width_ratios=[1.4, 1.0, 1.0])
    layers = 2 if 2 in set(frame["hidden_layers"]) else int(frame["hidden_layers"].iloc[0])
    here = frame[frame["hidden_layers"] == layers]
    for n, (name, runs) in enumerate(_ways(here)):
        style = "--" if runs["decay"].iloc[0] else "-"
        whole = [e for e in runs["test_error"] if len(e) == runs["epochs"].iloc[0]]
        if whole:
            epochs = np.arange(1, len(whole[0]) + 1)
            mean = np.mean(whole, axis=0)
            wide = {"lw": 5.0, "alpha": 0.4} if name == "shared" else {"lw": 1.4}
            courses.plot(epochs, mean, style, color=f"C{n}", label=name, **wide)
        ends = runs[["angle_at_first", "angle_in_the_end"]].dropna().astype(float).mean()
        if not ends.isna().any():
            angles.plot([0, 1], ends, style, color=f"C{n}", marker="o", markersize=4)
    courses.set(xlabel="epoch", title=net_name(layers))
    error_axis(courses)
    angles.set_xticks([0, 1], ["at first", "in the end"])
    angles.set(ylabel="degrees", xlim=(-0.15, 1.15), title="angle of feedback to forward weights")
    structures = sorted(frame["hidden_layers"].unique())
    for n, (name, _) in enumerate(_ways(here)):
        means = [_of_way(frame, name, each)["last_test_error"].mean() for each in structures]
        errors.plot(structures, np.array(means, float), color=f"C{n}", marker="o", markersize=4)
    errors.set_xticks(structures)
    top = 1.1 * max(0.1, float(here["last_test_error"].max()))
    errors.set(xlabel="hidden layers", title="test error in the end", ylim=(0, top))
    for ax in (courses, angles, errors):
        ax.grid(alpha=0.3)
    handles, labels = courses.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return {"feedback": figure}


def _name(row: Any) -> str:
    name = str(row["feedback"])
    if name == "plastic":
        begun = f"{row['mismatch']:g} unequal" if row["mismatch"] < 1.0 else "unequal"
        name += f", {begun}" if row["mismatch"] else ", equal"
    return f"{name}, decay {row['decay']:g}" if row["decay"] else name


def _ways(frame: Any) -> Iterator[tuple[str, Any]]:
    """Name and runs of each way of feedback, those without decay first."""
    keys = frame[["decay", "feedback", "mismatch"]].drop_duplicates()
    order = {"shared": 0, "plastic": 1, "fixed": 2}
    keys = sorted(map(tuple, keys.to_numpy()), key=lambda k: (k[0], order[k[1]], k[2]))
    for decay, feedback, mismatch in keys:
        runs = frame[
            (frame["decay"] == decay)
            & (frame["feedback"] == feedback)
            & (frame["mismatch"] == mismatch)
        ]
        yield _name(runs.iloc[0]), runs


def _of_way(frame: Any, name: str, layers: int) -> Any:
    ways = dict(_ways(frame[frame["hidden_layers"] == layers]))
    return ways.get(name, frame.iloc[:0])


def page(frame: Any, scale: Scale) -> str:
    """Say which feedback is backpropagation, what the others learn, and give every cell."""
    told, frame = told_of_unfinished(frame, SETTINGS), done(frame)
    parts = [*told, WHAT, _exact(frame), _unequal(frame), _fixed(frame), _decay(frame)]
    for layers, here in frame.groupby("hidden_layers"):
        parts += [f"## {net_name(layers)}", _table(here)]
    return "\n\n".join(part for part in parts if part)


WHAT = (
    "Fa-Z-IL, whose errors come back through the synapses that predictions go out by (shared); "
    "through others that learn by the same rule, from the same error and the same activity "
    "(plastic); or through others that never change (fixed). Plastic ones begin as the forward "
    "weights, as weights that were drawn for themselves (unequal), or as a mixture, of which the "
    "number says how much was drawn. In the meta-review of the paper "
    "([papers.nips.cc](https://papers.nips.cc/paper/2020/file/"
    "fec87a37cdeec1c6ecf8181c0aa2d3bf-MetaReview.html)) it is asked whether two sets of weights "
    "that are equal by equal beginnings and rules alone would come apart by a mismatch at the "
    "beginning; a review expects that feedback alignment will not work here "
    "([as excerpted](https://aitopics.org/tag/exact%20implementation)). This is what happens."
)


def _exact(frame: Any) -> str:
    equal = frame[(frame["feedback"] == "plastic") & (frame["mismatch"] == 0.0)]
    shared = frame[(frame["feedback"] == "shared") & (frame["decay"] == 0.0)]
    zero = [int((runs["weight_divergence"] == 0.0).sum()) for runs in (equal, shared)]
    return (
        f"**Equal at first.** {zero[0]} of {counted(len(equal), 'run')} with plastic feedback that "
        "begins equal to the forward weights ended with backpropagation's weights, bit for bit, "
        f"and {zero[1]} of {counted(len(shared), 'run')} with shared synapses."
    )


def _unequal(frame: Any) -> str:
    unequal = frame[
        (frame["feedback"] == "plastic") & (frame["mismatch"] > 0.0) & (frame["decay"] == 0.0)
    ]
    if not len(unequal):
        return ""
    drift = number(unequal["change_of_difference"].max(), 2)
    whole = unequal[unequal["mismatch"] == 1.0]
    first, last = whole["angle_at_first"].mean(), whole["angle_in_the_end"].mean()
    words = [
        "**Unequal at first.** Both weights of a pair of nodes get the same changes, so that what "
        f"is between them never changes: by {drift} at most in any weight, which is rounding in "
        f"{unequal['dtype'].iloc[0]}. They neither come apart nor come together. But both get the "
        "same changes on top of it, and the angle between weights that were drawn apart goes from "
        f"{number(first)} to {number(last)} degrees."
    ]
    words.append(_compared(unequal, frame))
    return " ".join(words)


def _fixed(frame: Any) -> str:
    fixed = frame[frame["feedback"] == "fixed"]
    if not len(fixed):
        return ""
    first, last = fixed["angle_at_first"].mean(), fixed["angle_in_the_end"].mean()
    return (
        "**Fixed.** Feedback alignment: it is the forward weights that turn, from "
        f"{number(first)} to {number(last)} degrees from those of feedback. "
        + _compared(fixed, frame)
        + " phi needs no symmetric weights, either: it asks when feedback comes, not what it says."
    )


def _compared(runs: Any, frame: Any) -> str:
    """Say how far test errors in the end are from those with shared feedback."""
    points = []
    for (layers, _), here in runs.groupby(["hidden_layers", "mismatch"]):
        shared = _of_way(frame, "shared", layers)["last_test_error"].mean()
        points.append(100 * float(here["last_test_error"].mean() - shared))
    least, most = (f"{point:+.2f}" for point in (min(points), max(points)))
    told = least if least == most else f"{least} to {most}"
    return (
        f"Mean test errors in the end are {told} percentage points from those with shared feedback."
    )


def _decay(frame: Any) -> str:
    decayed = frame[(frame["decay"] > 0.0) & (frame["feedback"] == "plastic")]
    if not len(decayed):
        return ""
    words = [
        "**With decay.** If each update takes a part of each weight away (of both kinds: a rule of "
        "the synapse, alpha epsilon f(x) - decay theta), the difference shrinks by that part, too, "
        "whatever is learned (Kolen & Pollack 1994)."
    ]
    for decay, runs in decayed.groupby("decay"):
        shared = frame[(frame["decay"] == decay) & (frame["feedback"] == "shared")]
        words.append(
            f"With a decay of {decay:g} the distance goes from "
            f"{number(runs['distance_at_first'].mean())} to "
            f"{number(runs['distance_in_the_end'].mean())}, and the angle to "
            f"{number(runs['angle_in_the_end'].mean())} degrees; test error in the end "
            f"{percent(runs['last_test_error'].mean())} %, with shared synapses and the same decay "
            f"{percent(shared['last_test_error'].mean())} %."
        )
    words.append("Divergences of runs with decay are from shared synapses with the same decay.")
    return " ".join(words)


def _table(frame: Any) -> str:
    rows = []
    for name, runs in _ways(frame):
        stays = runs[runs["diverged_in_epoch"].isna()]
        gone = len(runs) - len(stays)
        has = runs["feedback"].iloc[0] != "shared"
        rows.append(
            [
                name,
                len(runs),
                percent(stays["last_test_error"].mean()) + (f" ({gone} diverged)" if gone else ""),
                number(100 * stays["error_divergence"].mean()),
                number(stays["weight_divergence"].mean()),
                *(
                    f"{number(runs[f'{what}_at_first'].mean())} → "
                    f"{number(runs[f'{what}_in_the_end'].mean())}" if has else "–"
                    for what in ("angle", "distance")
                ),
            ]
        )  # fmt: skip
    head = ["feedback", "seeds", "test error, %", "error divergence, points", "weight divergence",
            "angle, degrees", "distance"]  # fmt: skip
    return (
        f"After {frame['epochs'].iloc[0]} epochs, means over the seeds; divergence from BP by the "
        "paper's two measures; angle and Euclidean distance between all feedback weights and "
        "their forward weights, at first and in the end:\n\n" + markdown_table(head, rows)
    )
