"""How Table 4 is drawn and told: milliseconds, and ratios to backpropagation."""

from __future__ import annotations

from typing import Any

from neurosim.experiments.experiment import Scale
from neurosim.experiments.tables import markdown_table, number, share
from neurosim.experiments.unfinished import done as made
from neurosim.experiments.unfinished import told_of_unfinished
from neurosim.extras import require

__all__ = ["PAPER", "figures", "page"]

MODELS = {
    "bp": "BP",
    "bp_blas": "BP, NumPy/BLAS",
    "il": "IL, t_c = 20",
    "z_il": "Z-IL",
    "fa_z_il": "Fa-Z-IL",
    "fa_z_il_stream": "Fa-Z-IL, stream",
}
#: The paper's milliseconds.
PAPER = {"bp": 3.1, "il": 19.2, "z_il": 3.6, "fa_z_il": 3.6}
#: Those of which ratios to BP are told.
OTHERS = [name for name in MODELS if name != "bp"]
EXACT = ["z_il", "fa_z_il", "fa_z_il_stream"]


def figures(frame: Any, scale: Scale) -> dict[str, Any]:
    """Draw time over BP's, of the paper and of each net; lines are from the least to the most."""
    done = made(frame)
    if not len(done):
        return {}
    dtypes = list(done["dtype"].drop_duplicates())
    figure = require("matplotlib.figure", "plots").Figure(
        figsize=(10.5, 3.6 * max(1, len(dtypes))), layout="constrained"
    )
    axes = figure.subplots(len(dtypes), 1, squeeze=False, sharex=True)[:, 0]
    for ax, dtype in zip(axes, dtypes, strict=True):
        here = done[done["dtype"] == dtype]
        groups = ["the paper", *here["net"]]
        for n, name in enumerate(OTHERS):
            place = [x + 0.16 * (n - 2) for x in range(len(groups))]
            rates = here[f"ratio_{name}"].to_numpy(float)
            below = rates - here[f"least_ratio_{name}"].to_numpy(float)
            above = here[f"most_ratio_{name}"].to_numpy(float) - rates
            ax.bar(place[1:], rates, 0.15, color=f"C{n}", label=MODELS[name])
            ax.errorbar(place[1:], rates, [below, above], fmt="none", ecolor="0.3", capsize=2)
            if name in PAPER:
                ax.bar(place[:1], PAPER[name] / PAPER["bp"], 0.15, color=f"C{n}", hatch="//")
        ax.axhline(1.0, color="0.3", linewidth=0.8)
        ax.set_yscale("log")
        ax.set_ylim(
            bottom=min([0.4, *(0.9 * here[f"least_ratio_{name}"].min() for name in OTHERS)])
        )
        ticks = [0.5, 1, 2, 5, 10]
        ax.set_yticks(ticks, [f"{each:g}" for each in ticks])
        ax.minorticks_off()
        ax.set_ylabel(f"time over BP's, {dtype}")
        ax.set_xticks(range(len(groups)), groups)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
    return {"table4": figure}


def page(frame: Any, scale: Scale) -> str:
    """Give times and ratios, the paper's first, and say what they depend on."""
    done = made(frame)
    if not len(done):
        return "No run was made to its end."
    return "\n\n".join(
        [
            *told_of_unfinished(frame, ["net", "dtype"]),
            _what(done),
            "## Milliseconds per update",
            _times(done),
            "## Over BP",
            _ratio_words(done),
            _ratios(done),
            "## Why they differ",
            _why(done),
        ]
    )


def _what(done: Any) -> str:
    equal = int(done["same_bits"].sum())
    most = number(done["difference_bp_blas"].max())
    limited = int(done["blas_threads"].notna().sum())
    return (
        "An update of all weights by a batch of 20, the samples' way into the engine included; "
        "each time is the median of turns, in which all models learn the same batches from the "
        "same weights, one after the other, on one thread "
        f"({share(limited, len(done))} runs could hold NumPy to one, too). BP is backpropagation "
        "by the engine's own vectorised sums, NumPy/BLAS the same by NumPy's matrix products. "
        f"Z-IL, Fa-Z-IL and Fa-Z-IL in a stream ended with the bits of BP's weights in "
        f"{share(equal, len(done))} runs; NumPy's, which adds in another order, differ by {most} "
        "at most."
    )


def _times(done: Any) -> str:
    rows = [["the paper", "", *(PAPER.get(name, "–") for name in MODELS)]]
    rows += [
        [row["net"], row["dtype"], *(number(row[f"ms_{name}"]) for name in MODELS)]
        for row in done.to_dict("records")
    ]
    return markdown_table(["net", "dtype", *MODELS.values()], rows)


def _ratio_words(done: Any) -> str:
    limit = PAPER["z_il"] / PAPER["bp"]
    cheap = sum(int((done[f"ratio_{name}"] <= limit).sum()) for name in EXACT)
    slow = int((done["ratio_il"] > PAPER["il"] / PAPER["bp"]).sum())
    return (
        f"How many times as long it takes as BP, in brackets the smallest and the largest ratio of "
        f"two turns of one round. {share(cheap, len(EXACT) * len(done)).capitalize()} ratios of "
        f"Z-IL, Fa-Z-IL and Fa-Z-IL in a stream are within the paper's {limit:.2f}. IL's is larger "
        f"than the paper's in {share(slow, len(done))} nets and precisions."
    )


def _ratios(done: Any) -> str:
    paper = (f"{PAPER[name] / PAPER['bp']:.2f}" if name in PAPER else "–" for name in OTHERS)
    rows = [["the paper", "", *paper]]
    for row in done.to_dict("records"):
        cells = (
            f"{number(row[f'ratio_{name}'])} "
            f"({row[f'least_ratio_{name}']:.2f} to {row[f'most_ratio_{name}']:.2f})"
            for name in OTHERS
        )
        rows.append([row["net"], row["dtype"], *cells])
    return markdown_table(["over BP", "dtype", *(MODELS[name] for name in OTHERS)], rows)


def _why(done: Any) -> str:
    bright = ", of which the random images of the large net have none" * (
        "random" in set(done["data"])
    )
    return (
        "- The paper does not say which net it timed, and its programs are not the engine's: "
        "ratios, not milliseconds, can be compared. The large net is of about the paper's cost.\n"
        "- Z-IL makes three passes over the synapses, as BP does: it predicts, sends errors back, "
        "and learns. Nodes rest once they have learned, so that nothing is done twice.\n"
        "- An event-driven engine leaves out what is silent: dark pixels"
        f"{bright}. BP, in either arithmetic, multiplies zeros like all else.\n"
        "- IL relaxes for t_c = 20 ticks. The projection from the input, the largest of the small "
        "nets, is not evaluated again while the image stays.\n"
        "- In a stream the feedforward sweep takes the place of settling: nodes predict by "
        "themselves, tick by tick, and nobody says when that is over."
    )
