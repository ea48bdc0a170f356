"""How Figure 2 is drawn and told, from what was recorded."""

from __future__ import annotations

from typing import Any

from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import markdown_table, tick
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

ROWS = ["BP", "IL", "Z-IL", "Fa-Z-IL"]
# Behind everything else, an error; then a move of x, phi, and, largest, an update.
ERROR, MOVE, UPDATE, FIRE = "#f4c7c3", "C0", "C2", "C3"


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Four rows, without rest; and the two of them that may rest, with it."""
    frame = done(frame)
    awake = frame[~frame["rest"].astype(bool)].set_index("model")
    resting = frame[frame["rest"].astype(bool)].set_index("model")
    return {
        "figure2": _rows(awake, [name for name in ROWS if name in awake.index]),
        "figure2_rest": _rows(resting, [name for name in ROWS if name in resting.index]),
    }


def _rows(frame: Any, names: list[str]) -> Any:
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(8.4, 0.9 + 1.75 * len(names)), layout="constrained"
    )
    axes = figure.subplots(len(names), 1, squeeze=False, sharex=True)[:, 0]
    ticks = 1 + max(
        (t for what in ("in_error", "moving") for row in frame[what] for at in row for t in at),
        default=0,
    )
    for ax, name in zip(axes, names, strict=True):
        _row(ax, frame.loc[name], ticks)
        ax.set_ylabel(name, rotation=0, ha="right", va="center", fontsize="large", labelpad=12)
    begin, words = (-2, ["at once", ""]) if "BP" in names else (0, [])
    for ax in axes:
        ax.set_xlim(begin - 0.6, ticks - 0.4)
    axes[-1].set_xticks(range(begin, ticks), [*words, *range(ticks)])
    axes[-1].set_xlabel("t, ticks since the teacher appeared")
    _legend(figure)
    return figure


def _row(ax: Any, row: Any, ticks: int) -> None:
    depth = len(row["in_error"]) - 1
    at_once = row["learned"][0] == ["at once"]
    first, last = (-2.5, -1.5) if at_once else (-0.5, ticks - 0.5)
    for level in range(depth + 1):
        ax.fill_between([first, last], level - 0.42, level + 0.42, color="0.96", lw=0, zorder=0)
        for t in row["in_error"][level]:
            ax.fill_between([t - 0.45, t + 0.45], level - 0.42, level + 0.42, color=ERROR, lw=0)
        moves = row["moving"][level]
        ax.plot([t - 0.22 for t in moves], [level] * len(moves), ">", color=MOVE, ms=5)
        fires = row["fired"][level] if row.name == "Fa-Z-IL" else []
        ax.plot([t + 0.32 for t in fires], [level] * len(fires), "*", color=FIRE, ms=7)
        # Weights onto a level are drawn between it and the level that predicts it.
        learns = [-2 if t == "at once" else t + 0.05 for t in row["learned"][level]]
        ax.plot(learns, [level + 0.5] * len(learns), "D", color=UPDATE, ms=7, zorder=3)
    if at_once:
        ax.text(
            -0.45, depth / 2, "no t: one update from outside, at once", va="center", color="0.4"
        )
    ax.set_ylim(-0.6, depth + 0.6)
    names = ["output", *("" for _ in range(depth - 1)), "input"]
    ax.set_yticks(
        range(depth + 1), [f"{n}, l = {i}" if n else f"l = {i}" for i, n in enumerate(names)]
    )
    ax.tick_params(length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)


def _legend(figure: Any) -> None:
    lines = require("matplotlib.lines", "plots")
    marks = [
        ("s", ERROR, 11, "an error is not 0"), (">", MOVE, 5, "an x moves"),
        ("*", FIRE, 7, "phi fires"), ("D", UPDATE, 7, "weights between two levels learn"),
    ]  # fmt: skip
    handles = [
        lines.Line2D([], [], ls="", marker=marker, color=color, ms=size, label=label)
        for marker, color, size, label in marks
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)


def page(frame: Any, scale: Scale) -> str:
    """Say what was recorded, and give every time."""
    told, frame = told_of_unfinished(frame, ["model", "rest", "seed"]), done(frame)
    return "\n\n".join([*told, _what(frame), _differs(), _table(frame)])


def _what(frame: Any) -> str:
    exact = frame[frame["model"].isin(["Z-IL", "Fa-Z-IL"])]
    timely = [_timely(row) for _, row in exact.iterrows()]
    equal = exact["same_weights"].astype(bool)
    words = (
        "Everything is recorded, tick by tick, from one presentation of one sample to a net of "
        f"{len(frame['learned'].iloc[0])} levels, the input's included. Of the {len(exact)} runs "
        f"of Z-IL and Fa-Z-IL, resting or not, {sum(timely)} update every level once, at t = l, "
        f"and {int(equal.sum())} end with backpropagation's weights, bit for bit."
    )
    spiking = exact[exact["model"] == "Fa-Z-IL"]
    on_time = sum(
        all(at == [level] for level, at in enumerate(row["fired"][:-1]))
        for _, row in spiking.iterrows()
    )
    il = frame[frame["model"] == "IL"]
    for _, row in il.iterrows():
        times = sorted({t for at in row["learned"] for t in at})
        same = "has" if row["same_weights"] else "does not have"
        words += (
            f" IL updates all levels at t = {', '.join(map(str, times))}, after x has moved at "
            f"all of them, and {same} backpropagation's weights then."
        )
    return words + (
        f" In {on_time} of the {len(spiking)} runs of Fa-Z-IL phi fires at t = l and at no other "
        "time. The second figure is with rest: a node that has learned moves no more, and its "
        "error stays what it was, so that nothing happens behind the front."
    )


def _differs() -> str:
    return (
        "The paper's Figure 2 is a scheme; this one is a recording, and differs where the scheme "
        "is silent: without rest x goes on moving behind the front, which has no effect on what "
        "is learned. An error is drawn at the t of the snapshot in which it is there; a move, or "
        "an update, at the t from which it follows. phi is drawn where the gate of the model reads "
        "it. Backpropagation has no nodes that could be in error and no t: a controller makes one "
        "update of all weights, which is all that there is to record. gamma is 1, and for IL 0.1."
    )


def _timely(row: Any) -> bool:
    return all(at == [level] for level, at in enumerate(row["learned"][:-1]))


def _table(frame: Any) -> str:
    depth = len(frame["learned"].iloc[0]) - 1
    rows = []
    for _, row in frame.iterrows():
        name = f"{row['model']}{', rests' if row['rest'] else ''}"
        learned = [", ".join(map(str, at)) or "never" for at in row["learned"][:depth]]
        rows.append([name, *learned, tick(bool(row["same_weights"]))])
    head = ["t of updates onto", *(f"l = {level}" for level in range(depth)), "weights of BP"]
    return markdown_table(head, rows)
