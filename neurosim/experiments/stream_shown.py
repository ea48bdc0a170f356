"""How the experiment on the stream is drawn and told."""

from __future__ import annotations

import math
from typing import Any

from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import counted, markdown_table, number, percent, share, tick
from neurosim.experiments.unfinished import done, told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

SETTINGS = ["depth", "t_d", "activation", "rest", "late", "jitter"]
ROWS = {"difference": "difference from BP,\nof what BP learned", "phi_due": "phi as due"}
LINES = {"sigmoid": ("-", None), "relu": ("--", "none")}
MARKERS = "os^Dv"


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Against how late teachers come, without rest and with it; and against their jitter."""
    frame = done(frame)
    fixed, drawn = frame[frame["jitter"] == 0], frame[_is_jitter_course(frame)]
    late = "ticks by which the teacher is later than l_max + t_d"
    jitter = "ticks by which times are drawn around l_max + t_d + 4"
    awake, resting = (fixed[fixed["rest"].astype(bool) == rest] for rest in (False, True))
    return {
        "stream": _grid(awake, "late", late),
        "stream_rest": _grid(resting, "late", late),
        "stream_jitter": _grid(drawn[~drawn["rest"].astype(bool)], "jitter", jitter),
    }


def _is_jitter_course(frame: Any) -> Any:
    """Runs with times that are drawn, and the one with the same mean in which they are not."""
    means = frame[frame["jitter"] > 0]["late"]
    return (frame["jitter"] > 0) | frame["late"].isin(means.unique())


def _grid(frame: Any, by: str, words: str) -> Any:
    depths = sorted(frame["depth"].unique())
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(2.6 + 3.4 * len(depths), 5.8), layout="constrained"
    )
    panels = figure.subplots(2, len(depths), squeeze=False, sharex=True, sharey="row")
    places = sorted(frame[by].unique())
    off = frame["difference"].astype(float)
    smallest = off[off > 0].min() if (off > 0).any() else 1e-2
    zero = 10.0 ** (math.floor(math.log10(smallest)) - 1)
    for column, depth in zip(panels.T, depths, strict=True):
        here = frame[frame["depth"] == depth]
        for ax, measure in zip(column, ROWS, strict=True):
            _lines(ax, here, by, places, measure, zero)
            ax.grid(alpha=0.3)
        column[0].set_title(f"l_max = {depth}")
        column[1].set_xticks(range(len(places)), [f"{place:g}" for place in places])
    for row, label in zip(panels, ROWS.values(), strict=True):
        row[0].set_ylabel(label)
    first, last = math.ceil(math.log10(smallest)), math.ceil(math.log10(off.max() or 1))
    marks = range(first, last + 1, max(1, (last - first) // 4))
    panels[0, 0].set(yscale="log", ylim=(zero / 2, 4 * max(off.max(), zero)))
    panels[0, 0].set_yticks([zero, *(10.0**n for n in marks)], ["0", *(f"1e{n}" for n in marks)])
    panels[0, 0].minorticks_off()
    room = 1.05 - float(frame["phi_due"].min())
    panels[1, 0].set_ylim(1.0 - room, 1.0 + 0.05 * room)
    figure.supxlabel(words, fontsize="medium")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper")
    return figure


def _lines(ax: Any, frame: Any, by: str, places: list[int], measure: str, zero: float) -> None:
    for (t_d, activation), here in frame.groupby(["t_d", "activation"]):
        n = sorted(frame["t_d"].unique()).index(t_d)
        style, face = LINES[activation]
        means = here.groupby(by)[measure].mean().astype(float)
        lowest = zero if measure == "difference" else 0.0
        ax.plot(
            [places.index(place) for place in means.index], means.clip(lower=lowest),
            style, marker=MARKERS[n % len(MARKERS)], color=f"C{n}", markerfacecolor=face,
            markersize=5, lw=1.3, label=f"t_d = {t_d}, {activation}",
        )  # fmt: skip
    if by == "late" and 0 in places:
        ax.axvline(places.index(0) - 0.5, color="0.5", ls=":", lw=1)


def page(frame: Any, scale: Scale) -> str:
    """Say when the stream is exact, and give what becomes of it by lateness and by jitter."""
    told, frame = told_of_unfinished(frame, SETTINGS), done(frame)
    return "\n\n".join([*told, _what(frame), WHY, *_tables(frame)])


WHY = (
    "Why: an output that has been quiet for less than t_d ticks does not fire, so that a teacher "
    "which is a tick early finds the output's phi closed, and the weights onto it learn nothing. "
    "The levels behind it may still be quiet in time. A teacher that is earlier yet comes while "
    "the output follows its prediction, and is silent: its error is heard when that ends, later "
    "than t = l, and the levels behind learn then; with fewer ticks the sweep has not come "
    "through, and what is learned has little to do with the input. Jitter alone does no harm, "
    "since nothing in the network counts ticks from the input: what matters is whether the "
    "earliest teacher is late enough. The paper leaves the autonomous system to future research, "
    "and has no figures to compare with; the proofs are in docs/stream.md."
)


def _what(frame: Any) -> str:
    exact = frame["exact"].astype(bool)
    early = frame["too_early"] > 0.0
    in_time, not_in_time = frame[~early], frame[early]
    equal = int(exact[~early].sum())
    count = frame["presentations"].iloc[0]
    words = (
        f"Each run shows {count} samples, one at a time, each with a teacher that stays for l_max "
        "to l_max + 8 ticks, and pauses of up to 4 ticks; backpropagation is given the same "
        f"samples. Of the {counted(len(in_time), 'run')} in which every teacher came l_max + t_d "
        f"ticks after its input or later, {share(equal, len(in_time))} ended with "
        "backpropagation's weights, bit for bit"
    )
    on_time = int((in_time["phi_due"] == 1.0).sum())
    quiet = int((in_time["phi_untimely"] == 0.0).sum())
    words += (
        f"; in {share(on_time, len(in_time))} every phi that is due fires, and in "
        f"{share(quiet, len(in_time))} none fires at any other time. Of the "
        f"{counted(len(not_in_time), 'run')} in which some teacher came sooner, "
        f"{int(exact[early].sum()) or 'none'} ended so."
    )
    a_tick = not_in_time[(not_in_time["late"] == -1) & (not_in_time["jitter"] == 0)]
    if len(a_tick):
        words += (
            f" One tick too early, the smallest difference is {percent(a_tick['difference'].min())}"
            " % of what backpropagation learned."
        )
    return words


def _tables(frame: Any) -> list[str]:
    fixed, drawn = frame[frame["jitter"] == 0], frame[_is_jitter_course(frame)]
    head = ["runs", "exact", "difference", "phi as due", "untimely"]
    means = (
        "Over all runs: how many there are and whether they are exact; the mean difference from "
        "BP, of what BP learned; of pairs of a presentation and a node whose error is not 0 at "
        "t = l, those in which phi fires then and at no other time, in per cent; and spikes at "
        "other times, per pair."
    )
    late = [[f"{late:+d}", *_cells(here)] for late, here in fixed.groupby("late")]
    jitter = [
        [f"{n}", f"{percent(here['too_early'].mean())}", *_cells(here)]
        for n, here in drawn.groupby("jitter")
    ]
    mean = drawn["late"].iloc[0] if len(drawn) else 0
    return [
        "## Teachers that are late by so many ticks\n\n" + means,
        markdown_table(["ticks after l_max + t_d", *head], late),
        "## Teachers at times that are drawn\n\nUniformly from so many ticks before "
        f"l_max + t_d + {mean} to as many after it; how many come before l_max + t_d, in per cent.",
        markdown_table(["jitter", "too early", *head], jitter),
    ]


def _cells(runs: Any) -> list[object]:
    exact = runs["exact"].astype(bool)
    told = tick(bool(exact.all())) if exact.all() or not exact.any() else f"{int(exact.sum())}"
    return [
        len(runs),
        told,
        number(float(runs["difference"].mean())),
        percent(float(runs["phi_due"].mean())),
        number(float(runs["phi_untimely"].mean())),
    ]
