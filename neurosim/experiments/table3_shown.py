"""How Table 3 is drawn and told: successes, misfires and what they do to what is learned."""

from __future__ import annotations

from typing import Any

from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import counted, markdown_table, number, percent, share
from neurosim.experiments.unfinished import done as made
from neurosim.experiments.unfinished import told_of_unfinished
from neurosim.extras import require

__all__ = ["PAPER", "figures", "page"]

#: The paper's success rates, by t_d; its last column is 4 or more.
PAPER = {1: 0.934, 2: 0.924, 3: 0.996, 4: 1.0}
# One line of the table of all settings is one combination of these.
SETTING = ["activation", "error_form", "dtype", "feedback_gate"]
# One line of a figure, and of the paper's table, is one combination of these.
NET = ["levels", "epochs"]


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Draw success against t_d, with sigmoids and with ReLU, and the part of misfires in spikes."""
    done = made(frame)
    if not len(done):
        return {}
    figure = require("matplotlib.figure", "plots").Figure(figsize=(12.6, 4.2), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    windows = sorted(done["t_d"].unique())
    _success(left, _chosen(done, "sigmoid", "direct", "float32"), windows)
    paper = [(windows.index(t_d), 100 * rate) for t_d, rate in PAPER.items() if t_d in windows]
    left.plot(*zip(*paper, strict=True), "k*", markersize=11, label="the paper", zorder=3)
    left.set_title("sigmoid, direct form, float32")
    _success(middle, _chosen(done, "relu", "delta", "float64"), windows)
    middle.set_title("ReLU, delta form, float64")
    for ax in (left, middle):
        ax.set_ylabel("success of phi, % (dotted: initial weights)")
    for gate, style in ((True, "-"), (False, "--")):
        here = _chosen(done, "relu", "delta", "float64", gate)
        for n, levels in enumerate(sorted(here["levels"].unique())):
            group = _trained(here[here["levels"] == levels]).groupby("t_d")
            rates = 100 * group["spikes_elsewhere"].sum() / group["spikes"].sum()
            places = [windows.index(t_d) for t_d in rates.index]
            label = f"{levels} levels" if gate else None
            right.plot(places, rates, style, color=f"C{n}", marker="o", markersize=4, label=label)
    right.set_title("ReLU, trained (dashed: gate off)")
    right.set_ylabel("misfires among all spikes, %")
    for ax in (left, middle, right):
        ax.set_xticks(range(len(windows)), [str(t_d) for t_d in windows])
        ax.set_xlabel("t_d")
        ax.grid(alpha=0.3)
    left.legend(loc="lower right", fontsize="small")
    return {"table3": figure}


def _success(ax: Any, frame: Any, windows: list[int]) -> None:
    """Trained nets by full lines, the others by dotted ones; means over the seeds."""
    for n, (levels, here) in enumerate(frame.groupby("levels")):
        for epochs, group in here.groupby("epochs"):
            rates = 100 * group.groupby("t_d")["success"].mean()
            places = [windows.index(t_d) for t_d in rates.index]
            label = f"{levels} levels" if epochs else None
            style = "-" if epochs else ":"
            ax.plot(places, rates, style, color=f"C{n}", marker="o", markersize=4, label=label)
    ax.margins(y=0.08)


def page(frame: Any, scale: Scale) -> str:
    """Give the paper's rates beside those of its numerics, then those of all other settings."""
    done = made(frame)
    if not len(done):
        return "No run was made to its end."
    rounding = _chosen(done, "sigmoid", "direct", "float32")
    parts = [
        *told_of_unfinished(frame, [*NET, *SETTING, "t_d", "seed"]),
        _what(done),
        "## Where rounding has a say",
        _paper_words(done, rounding),
        _paper_table(rounding),
        _wrong_words(rounding),
        _wrong_table(rounding),
        "## All settings",
        _all_words(done),
        _all_table(done),
        "## ReLU and the feedback gate",
        *_relu(done),
    ]
    return "\n\n".join(parts)


def _what(done: Any) -> str:
    fewest, most = int(done["pairs"].min()), int(done["pairs"].max())
    missed = int(done["missed"].sum())
    return (
        "Success, of a sample and an error node with an error at t = l: a spike at t = l and at no "
        "other t. A miss is no spike at t = l, a misfire one at any other t, up to 20 ticks "
        "after the last level has learned. Nodes do not rest, and go on moving and learning all "
        f"the while. Each rate is of {fewest:,} to {most:,} such pairs, of test samples, in "
        "batches of 20 that all begin with the same weights: the initial ones, or those that BP "
        "(and so Z-IL and Fa-Z-IL) learns. t_d is the length of phi's quiet window. A net of so "
        "many levels, l_max, has one hidden layer of 32 less.\n\n"
        f"There {'is no miss' if not missed else 'are ' + counted(missed, 'miss', 'misses')} in "
        f"{counted(int(done['pairs'].sum()), 'pair')}: what is quiet until t = l, and then in "
        "error by feedback, fires. What can go wrong are spikes afterwards."
    )


def _paper_words(done: Any, rounding: Any) -> str:
    lines = done.groupby([*SETTING, *NET, "seed"])
    dips = total = 0
    for _, line in lines:
        rates = line.set_index("t_d")["success"]
        if {1, 2} <= set(rates.index):
            total += 1
            dips += bool(rates[2] < rates[1])
    rates = rounding.groupby([*NET, "t_d"])["success"].mean()
    ranges = []
    for t_d, here in rates.groupby("t_d"):
        if t_d in PAPER:
            measured = _range(percent(here.min()), percent(here.max()))
            ranges.append(f"{measured} at t_d = {t_d} (paper: {100 * PAPER[t_d]:.1f})")
    return (
        "Where errors are recomputed as x - mu, small ones are quantised to ulps of mu: they come "
        "and go by rounding, and a node that is quiet for t_d ticks by chance fires again. The "
        "paper does not say in which precision, form, net and state of learning it measured. With "
        f"sigmoids, in direct form and float32, success is, in %: {'; '.join(ranges)}. The paper's "
        "rate is lower at t_d = 2 than at 1; here that is so in "
        f"{share(dips, total)} lines of runs that differ by t_d alone. Feedback gate on, mean over "
        f"{counted(rounding['seed'].nunique(), 'seed')}, in %:"
    )


def _paper_table(rounding: Any) -> str:
    windows = sorted(rounding["t_d"].unique())
    # Its last column is for all that are at least 4.
    paper = [f"{100 * PAPER[min(t_d, 4)]:.1f}" for t_d in windows]
    rows = [["the paper", "", *paper]]
    for (levels, epochs), here in rounding.groupby(NET):
        rates = here.groupby("t_d")["success"].mean()
        rows.append([levels, _after(epochs), *(percent(rates.get(t_d)) for t_d in windows)])
    return markdown_table(["levels", "weights", *(f"t_d = {t_d}" for t_d in windows)], rows)


def _wrong_words(rounding: Any) -> str:
    lost = int(rounding["silent"].sum())
    return (
        "What goes wrong, at the shortest window and summed over the seeds. Besides misfires, an "
        "error can be lost: feedback would move x by less than an ulp, so that there is none at "
        "t = l; such a node may fire later, and is not counted above. Here that "
        f"{'happens' if lost else 'does not happen'}. The last column is what it does to learning: "
        "the length of the difference of all weight updates from BP's, over the length of these."
    )


def _wrong_table(rounding: Any) -> str:
    shortest = rounding[rounding["t_d"] == rounding["t_d"].min()]
    rows = []
    for (levels, epochs), here in shortest.groupby(NET):
        columns = ("pairs", "missed", "misfired", "silent", "silent_misfired")
        counts = (f"{int(here[column].sum()):,}" for column in columns)
        error = percent(here["trained_test_error"].astype(float).mean())
        wrong = number(here["update_difference"].max())
        rows.append([levels, _after(epochs), error, *counts, wrong])
    head = [
        "levels", "weights", "test error, %", "pairs", "missed", "misfired", "lost",
        "lost, fired later", "difference of updates, at most",
    ]  # fmt: skip
    return markdown_table(head, rows)


def _all_words(done: Any) -> str:
    sigmoid = done[done["activation"] == "sigmoid"]
    exact = sigmoid[(sigmoid["error_form"] == "delta") | (sigmoid["dtype"] == "float64")]
    wrong = exact[exact["success"] < 1.0]
    delta = done[(done["error_form"] == "delta") & done["feedback_gate"] & (done["t_d"] >= 2)]
    equal = int((delta["update_difference"] == 0.0).sum())
    return (
        "The lowest success of all nets of a setting, in %. With sigmoids in delta form or in "
        f"float64 it is 100 % in {share(len(exact) - len(wrong), len(exact))} runs{_rest(wrong)}. "
        "In delta form with the gate "
        f"and t_d of at least 2, whatever the activation, {share(equal, len(delta))} runs learned "
        "exactly what BP does, to the last bit."
    )


def _rest(wrong: Any) -> str:
    if not len(wrong):
        return ""
    windows = ", ".join(map(str, sorted(wrong["t_d"].unique())))
    return (
        f"; the others, at t_d = {windows}, have {percent(wrong['success'].min())} % or more: "
        "feedback that is tiny beside the error that a level's own learning has left is lost in "
        "their sum, x comes to mu exactly, and is moved again a tick later"
    )


def _all_table(done: Any) -> str:
    windows = sorted(done["t_d"].unique())
    rows = []
    for (activation, form, dtype, gate), here in done.groupby(SETTING, sort=False):
        lowest = here.groupby("t_d")["success"].min()
        rows.append(
            [
                f"{activation}, {form}, {dtype}, gate {'on' if gate else 'off'}",
                *(percent(lowest.get(t_d)) for t_d in windows),
            ]
        )
    return markdown_table(["setting", *(f"t_d = {t_d}" for t_d in windows)], rows)


def _relu(done: Any) -> list[str]:
    relu = done[done["activation"] == "relu"]
    if not len(relu):
        return ["No run had ReLU."]
    least = int(relu["t_d"].min())
    first = relu[relu["feedback_gate"] & (relu["t_d"] == least)]
    gated = relu[relu["feedback_gate"] & (relu["t_d"] >= 2)]
    clean = int((gated["spikes_elsewhere"] == 0).sum())
    rows = []
    longer = "t_d of 2 or more"
    windows = relu["t_d"].map(lambda t_d: "t_d = 1" if t_d == 1 else longer)
    for (gate, window), here in relu.groupby([relu["feedback_gate"], windows]):
        shares = here["spikes_elsewhere"] / here["spikes"]
        wrong = here["update_difference"]
        rows.append(
            [
                f"{'on' if gate else 'off'}, {window}",
                _range(percent(shares.min()), percent(shares.max())),
                _range(number(wrong.min(), 2), number(wrong.max(), 2)),
            ]
        )
    head = ["gate", "misfires among all spikes, %", "difference of updates from BP's"]
    rates = _range(percent(first["success"].min()), percent(first["success"].max()))
    return [
        "The paper says in words that the change must come from feedback: here phi asks that x "
        "moved while mu did not. A rectified unit with f' = 0 hears no feedback and is silent at "
        "t = l, as it should be; once weights have been learned its mu moves, and without that "
        "gate it fires then. With no error at t = l, no success rate shows it. With the gate "
        f"and t_d of at least 2, {share(clean, len(gated))} runs had no misfire at all; at "
        f"t_d = {least} the success was {rates} %. A unit that feedback pushes below zero hears "
        "none there, is back at its prediction a tick later, without an error, and is pushed "
        "again: a window of one tick takes that one tick for quiet.",
        markdown_table(head, rows),
    ]


def _chosen(done: Any, activation: str, form: str, dtype: str, gate: bool = True) -> Any:
    return done[
        (done["activation"] == activation)
        & (done["error_form"] == form)
        & (done["dtype"] == dtype)
        & (done["feedback_gate"] == gate)
    ]


def _trained(frame: Any) -> Any:
    return frame[frame["epochs"] > 0]


def _after(epochs: int) -> str:
    return f"after {counted(epochs, 'epoch')}" if epochs else "initial"


def _range(least: str, most: str) -> str:
    return least if least == most else f"{least} to {most}"
