"""How the experiment on rectified units is drawn and told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import counted, markdown_table, number, percent, share
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

SETTINGS = ["levels", "rate", "feedback_gate", "t_d", "seed"]
NETS = {"new": "initial weights", "taught": "taught"}
# How large a difference of updates is told as a number: what is above has been driven away.
MOST = 1e3


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Draw misfires among all spikes, and how wrong an update is, against t_d."""
    frame = done(frame)
    frame = frame[frame["rate"] == frame["rate"].min()]
    figure = require("matplotlib.figure", "plots").Figure(figsize=(11.0, 7.2), layout="constrained")
    rows = figure.subplots(2, len(NETS), sharex=True, sharey="row")
    windows = sorted(frame["t_d"].unique())
    measures = {
        "misfire_share": "misfires among all spikes, %",
        "update_difference": "difference of updates, % of BP's",
    }
    for axes, (measure, words) in zip(rows, measures.items(), strict=True):
        for ax, (net, title) in zip(axes, NETS.items(), strict=True):
            for n, (levels, here) in enumerate(frame.groupby("levels")):
                for gate, style in ((True, "-"), (False, "--")):
                    runs = here[here["feedback_gate"] == gate]
                    column = runs[f"{measure}_{net}"].astype(float)
                    means = 100 * column.groupby(runs["t_d"]).mean()
                    label = f"{levels} levels, gate {'on' if gate else 'off'}"
                    at = [windows.index(t_d) for t_d in means.index]
                    ax.plot(at, means, style, color=f"C{n}", marker="o", label=label, markersize=4)
            ax.grid(alpha=0.3)
            if measure == "update_difference":
                ax.set_yscale("symlog", linthresh=10)
                marks = [0, 10, 100, 1000, 10000]
                ax.set_yticks(marks, [str(mark) for mark in marks])
                ax.set_xlabel("t_d")
                ax.set_xticks(range(len(windows)), [str(t_d) for t_d in windows])
            else:
                ax.set_title(title)
        axes[0].set_ylabel(words)
    handles, labels = rows[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    return {"relu": figure}


def page(frame: Any, scale: Scale) -> str:
    """Say when phi misfires, what that does to what is learned, and why."""
    told, frame = told_of_unfinished(frame, SETTINGS), done(frame)
    parts = [*told, _what(frame), _gated(frame), _free(frame), WHY]
    for rate, here in frame.groupby("rate"):
        parts += [f"## Learning rate {rate:g}", _table(here), _learned(here)]
    return "\n\n".join(parts)


WHY = (
    "Why: a rectified unit that is off has f' = 0. It hears no feedback, its error is 0 at t = l, "
    "and it is right not to learn. But its weights learn from other samples of the batch, and the "
    "nodes that predict it move: mu moves while x stays, an error appears, and a phi that looks at "
    "errors alone fires. Longer windows do not help, since the unit has been quiet ever since the "
    "network settled. The gate asks that x has moved and mu has not, which is what feedback does "
    "first, and nothing else. What a window of one tick cannot tell, with the gate or without it, "
    "is a unit that feedback pushes below 0: there it hears none, is back at its prediction a tick "
    "later, without an error, and is pushed again, tick after tick. In `fit` nodes rest once they "
    "have learned, and cannot misfire; here nobody rests."
)


def _what(frame: Any) -> str:
    return (
        "phi is watched while batches of 20 test samples are presented, each from the same "
        "weights, for 20 ticks more than there are levels; nodes do not rest, and go on moving and "
        "learning. A misfire is a spike at another t than l. The difference of an update from "
        "backpropagation's is told by the lengths of all weights' updates, and, in brackets, by "
        "the largest difference of any weight, over the largest update. Weights are the initial "
        f"ones, or those that backpropagation learns in "
        f"{counted(int(frame['epochs'].iloc[0]), 'epoch')}. {frame['dtype'].iloc[0]}, delta form; "
        f"{counted(frame['seed'].nunique(), 'seed')}."
    )


def _gated(frame: Any) -> str:
    gated = frame[frame["feedback_gate"] & (frame["t_d"] >= 2)]
    clean = int(((gated["misfires_new"] == 0) & (gated["misfires_taught"] == 0)).sum())
    equal = int((gated["weight_divergence"] == 0.0).sum())
    return (
        f"**With the gate** and t_d of at least 2, {share(clean, len(gated))} runs have no misfire "
        f"at all, and {share(equal, len(gated))} nets that learn while nobody rests end with "
        "backpropagation's weights, bit for bit."
    )


def _free(frame: Any) -> str:
    free = frame[~frame["feedback_gate"] & (frame["t_d"] >= 2)]
    words = []
    for rate, here in free.groupby("rate"):
        shares = [here[f"misfire_share_{net}"].dropna() for net in NETS]
        off = [here[f"update_difference_{net}"].dropna() for net in NETS]
        words.append(
            f"At a rate of {rate:g} {_range(shares, percent)} % of all spikes are misfires, and "
            f"updates are off by {_range(off, _part)} %."
        )
    groups = free.groupby(["levels", "rate", "seed"])["misfires_new"]
    same = int((groups.nunique() == 1).sum())
    return (
        "**Without it**, at t_d of 2 and more: "
        + " ".join(words)
        + f" t_d makes no difference to that: in {share(same, groups.ngroups)} nets, at first, "
        "there are as many misfires with each of these windows."
    )


def _range(columns: list[Any], told: Callable[[float], str]) -> str:
    """Return the least and the largest number of some columns, as they are told."""
    values = [float(value) for column in columns for value in column]
    if not values:
        return "–"
    least, most = told(min(values)), told(max(values))
    return least if least == most else f"{least} to {most}"


def _part(value: float) -> str:
    return f"over {100 * MOST:,.0f}" if value > MOST else f"{100 * value:,.0f}"


def _table(frame: Any) -> str:
    rows: list[list[Any]] = []
    for (levels, gate, t_d), here in frame.groupby(["levels", "feedback_gate", "t_d"]):
        cells: list[Any] = []
        for net in NETS:
            seen = here[~here[f"diverged_{net}"].astype(bool)]
            if not len(seen):
                cells += ["beyond the bound", "–"]
                continue
            by_length, by_largest = (
                _part(float(seen[f"{name}_difference_{net}"].mean()))
                for name in ("update", "largest")
            )
            cells += [percent(seen[f"misfire_share_{net}"].mean()), f"{by_length} ({by_largest})"]
        row = [levels, "on" if gate else "off", str(t_d), *cells, *_course(here)]
        if rows and _but_for_t_d(rows[-1]) == _but_for_t_d(row):
            # Longer windows which make no difference share a line.
            rows[-1][2] = f"{rows[-1][2].partition(' ')[0]} to {t_d}"
        else:
            rows.append(row)
    head = ["levels", "gate", "t_d"]
    for title in NETS.values():
        head += [f"misfires, %, {title}", f"difference of updates, %, {title}"]
    head += ["test error, %", "BP's"]
    windows = ", ".join(str(t_d) for t_d in sorted(frame["t_d"].unique()))
    return (
        f"Means over the seeds; windows of {windows} ticks, on one line where all is the same.\n\n"
        + markdown_table(head, rows)
    )


def _but_for_t_d(row: list[Any]) -> list[Any]:
    return [*row[:2], *row[3:]]


def _course(runs: Any) -> list[str]:
    """Test errors of those that did not diverge, and how many did."""
    gone = int(runs["diverged_in_epoch"].notna().sum())
    error = percent(runs[runs["diverged_in_epoch"].isna()]["last_test_error"].mean())
    if gone:
        error = f"{gone} diverged" + (f", else {error}" if gone < len(runs) else "")
    return [error, percent(runs["test_error_of_bp"].mean())]


def _learned(frame: Any) -> str:
    free = frame[~frame["feedback_gate"]]
    gone = int(free["diverged_in_epoch"].notna().sum())
    stays = free[free["diverged_in_epoch"].isna()]
    words = f"Learning without the gate, {gone} of {counted(len(free), 'run')} left the bound"
    if len(stays):
        words += (
            "; the others end at test errors between "
            f"{percent(stays['last_test_error'].min())} and "
            f"{percent(stays['last_test_error'].max())} %, at distances of weights from BP of "
            f"{number(stays['weight_divergence'].min())} to "
            f"{number(stays['weight_divergence'].max())}"
        )
    return words + "."
