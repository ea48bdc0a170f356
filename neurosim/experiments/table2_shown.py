"""How Table 2 is drawn and told: the paper's signs beside those of audits and of weights."""

from __future__ import annotations

from typing import Any

from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import counted, markdown_table, number, percent, share, tick
from neurosim.experiments.unfinished import done as made
from neurosim.experiments.unfinished import told_of_unfinished
from neurosim.extras import require

__all__ = ["figures", "page"]

#: The paper's rows, by the columns of runs in which they are measured.
PROPERTIES = {
    "same_bits_after_learning": "equal to backpropagation",
    "local_plasticity": "local plasticity",
    "partial_autonomy": "partial autonomy",
    "full_autonomy": "full autonomy",
}
#: What the paper does not ask for: that nobody says when prediction is over, either.
BEYOND = {"nobody_in_command": "nobody in command"}
#: The paper's signs, in the order of its rows.
PAPER = {
    "BP": (True, False, False, False),
    "IL": (False, True, True, False),
    "Z-IL": (True, True, True, False),
    "Fa-Z-IL": (True, True, True, True),
}
NEEDS = {
    "needs_settling": "somebody who settles it",
    "needs_signal": "a signal",
    "needs_level": "its own level",
    "needs_timer": "a time since the teacher's onset",
}


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Draw the table: colours are what was measured, small signs are the paper's."""
    done = made(frame)
    if not len(done):
        return {}
    ways = _ways(done)
    rows = {**PROPERTIES, **BEYOND}
    figure = require("matplotlib.figure", "plots").Figure(figsize=(8.6, 3.6), layout="constrained")
    ax = figure.subplots()
    for x, (model, protocol) in enumerate(ways):
        here = _of(done, model, protocol)
        for y, column in enumerate(rows):
            held = float(here[column].mean())
            color = "C2" if held == 1 else "C3" if held == 0 else "C1"
            ax.add_patch(_rectangle(x, y, color))
            sign = _sign(here[column])
            size = 15 if len(sign) == 1 else 9
            ax.text(x, y, sign, ha="center", va="center", fontsize=size)
            if protocol != "stream" and y < len(PROPERTIES):
                paper = tick(PAPER[model][y])
                ax.text(x + 0.44, y - 0.26, paper, ha="right", va="center", color="0.35", size=9)
    ax.set_xlim(-0.5, len(ways) - 0.5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    names = [f"{model}\n{'in a stream' if way == 'stream' else ''}" for model, way in ways]
    ax.set_xticks(range(len(ways)), names)
    ax.set_yticks(range(len(rows)), list(rows.values()))
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    for side in ax.spines.values():
        side.set_visible(False)
    ax.set_xlabel("large: measured; small: the paper's Table 2, which has no stream")
    return {"table2": figure}


def _rectangle(x: float, y: float, color: str) -> Any:
    patches = require("matplotlib.patches", "plots")
    return patches.Rectangle((x - 0.47, y - 0.45), 0.94, 0.9, facecolor=color, alpha=0.3)


def page(frame: Any, scale: Scale) -> str:
    """Give the paper's table beside the measured one, then what it is made of."""
    done = made(frame)
    if not len(done):
        return "No run was made to its end."
    parts = [
        *told_of_unfinished(frame, ["model", "protocol", "hidden_layers", "dtype"]),
        _paper_table(done),
        _agreement(done),
        "## In a stream",
        _stream_table(done),
        _stream_words(done),
        "## How equal",
        _equality_words(done),
        _equality_table(done),
        "## What learning needs",
        _needs_table(done),
        _how(done),
    ]
    return "\n\n".join(parts)


def _paper_table(done: Any) -> str:
    present = [model for model in PAPER if len(_paper_runs(done, model))]
    rows = []
    for n, (column, words) in enumerate(PROPERTIES.items()):
        cells = (
            f"{tick(PAPER[model][n])} / {_sign(_paper_runs(done, model)[column])}"
            for model in present
        )
        rows.append([words, *cells])
    head = ["the paper / measured", *present]
    return "In the paper's protocol:\n\n" + markdown_table(head, rows)


def _agreement(done: Any) -> str:
    same, apart, total = 0, [], 0
    for model, signs in PAPER.items():
        here = _paper_runs(done, model)
        for column, sign in zip(PROPERTIES, signs, strict=True):
            if len(here):
                total += 1
                agrees = bool((here[column] == sign).all())
                same += agrees
                apart += [] if agrees else [f"{PROPERTIES[column]} of {model}"]
    told = f"{share(same, total).capitalize()} signs are the paper's"
    told += f"; not {', '.join(apart)}. " if apart else ". "
    nets = counted(len(done[["hidden_layers", "dtype"]].drop_duplicates()), "net")
    return (
        f"{told}Each is of {nets} ({_nets(done)}): a sign stands for all of them, or it says of "
        "how many it holds. What BP has is an identity in the first row: it is what the others are "
        "compared with."
    )


def _stream_table(done: Any) -> str:
    here = done[done["protocol"] == "stream"]
    present = [model for model in PAPER if len(here[here["model"] == model])]
    rows = [
        [words, *(_sign(_of(done, model, "stream")[column]) for model in present)]
        for column, words in {**PROPERTIES, **BEYOND}.items()
    ]
    return markdown_table(["measured", *present], rows)


def _stream_words(done: Any) -> str:
    commanded = [
        model for model in PAPER if _paper_runs(done, model)["nobody_in_command"].any()
    ]  # fmt: skip
    free = [m for m in PAPER if _holds(_of(done, m, "stream")["nobody_in_command"])]
    settled = "no model is" if not commanded else f"{', '.join(commanded)} is"
    streamed = "none is" if not free else f"{', '.join(free)} is, and no other"
    return (
        "The paper's full autonomy is that of learning: once the network has settled, nobody says "
        "when which synapse learns. That it has settled, and that t begins, somebody still says. "
        "In a stream inputs and teachers are clamped and released, and nothing else is ever done: "
        "no settling, no t, no reset between samples. The last row asks for that, too. In the "
        f"paper's protocol {settled} without anybody in command; in a stream {streamed}."
    )


def _equality_words(done: Any) -> str:
    equal = done[(done["model"] != "BP") & done["same_bits_after_learning"]]
    names = [m for m in PAPER if len(equal[equal["model"] == m])]
    epochs = counted(int(done["epochs"].iloc[0]), "epoch")
    data = ", ".join(sorted(done["data"].unique()))
    told = f"{' and '.join(names) or 'no model'} ended with"
    runs = done[done["model"].isin(names) & (done["model"] != "BP")]
    return (
        f"After {epochs} of {data}, {told} the very bits of BP's weights (BP in the engine's order "
        f"of summation), {f'in {share(len(equal), len(runs))} runs, ' if names else ''}settled or "
        "in a stream. "
        "Distances are sums over layers of Euclidean distances of weights; differences of test "
        "error are means over the epochs."
    )


def _equality_table(done: Any) -> str:
    rows = [
        [
            f"{row.model}{', stream' if row.protocol == 'stream' else ''}",
            row.hidden_layers,
            row.dtype,
            "yes" if row.same_bits_after_learning else "no",
            number(row.weight_divergence),
            percent(row.error_divergence),
            percent(row.last_test_error),
        ]
        for row in done.itertuples()
    ]
    head = [
        "model", "hidden layers", "dtype", "same bits", "distance of weights",
        "difference of test error, %", "last test error, %",
    ]  # fmt: skip
    return markdown_table(head, rows)


def _needs_table(done: Any) -> str:
    rows = [
        [
            f"{model}{', stream' if protocol == 'stream' else ''}",
            *(_yes(_of(done, model, protocol)[column]) for column in NEEDS),
        ]
        for model, protocol in _ways(done)
        if model != "BP"
    ]
    return markdown_table(["needs", *NEEDS.values()], rows)


def _how(done: Any) -> str:
    failed = sorted({test for tests in done["tests_failed"] for test in tests})
    others = done[done["model"] != "BP"]
    clean = int(sum(not tests for tests in others["tests_failed"]))
    bp = sorted({t for tests in done[done["model"] == "BP"]["tests_failed"] for t in tests})
    return (
        "Each audit says from the rules what a gate reads, and tests on copies of the network that "
        "this is all: everything that nodes and synapses are not wired to is poisoned, nudges "
        "are followed tick by tick, populations are created in another order; in a stream levels "
        "and times are garbled, too, and it is counted what is called. Plasticity is local if no "
        "synapse is changed by what it is not wired to; a model is partially autonomous if no node "
        "is, either; and fully, if its gates need no signal, level or timer. Of the audits of IL, "
        f"Z-IL and Fa-Z-IL {share(clean, len(others))} passed all tests"
        f"{'' if clean == len(others) else ' (failed: ' + ', '.join(failed) + ')'}; BP's only step "
        "is a whole update, which "
        f"{'failed: ' + ', '.join(bp) if bp else 'passed all tests'}."
    )


def _ways(done: Any) -> list[tuple[str, str]]:
    """Models and protocols of which there are runs, in the paper's order, settled first."""
    pairs = set(zip(done["model"], done["protocol"], strict=True))
    ways = [("BP", "update"), *((m, p) for p in ("settled", "stream") for m in PAPER)]
    return [way for way in ways if way in pairs]


def _of(done: Any, model: str, protocol: str) -> Any:
    return done[(done["model"] == model) & (done["protocol"] == protocol)]


def _paper_runs(done: Any, model: str) -> Any:
    return done[(done["model"] == model) & (done["protocol"] != "stream")]


def _holds(column: Any) -> bool:
    return bool(len(column)) and bool(column.all())


def _sign(column: Any) -> str:
    held = int(column.sum())
    return tick(held > 0) if held in (0, len(column)) else f"✓ in {held} of {len(column)}"


def _yes(column: Any) -> str:
    held = int(column.sum())
    if held in (0, len(column)):
        return "yes" if held else "no"
    return f"in {held} of {len(column)}"


def _nets(done: Any) -> str:
    pairs = done[["hidden_layers", "dtype"]].drop_duplicates().itertuples()
    return ", ".join(f"{counted(p.hidden_layers, 'hidden layer')} in {p.dtype}" for p in pairs)
