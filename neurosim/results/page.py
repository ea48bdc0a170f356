"""The page of an experiment: what was asked, with which choices, what was seen, what it took."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from neurosim.experiments.experiment import Experiment, Scale

__all__ = ["page", "span"]

_NUMBER = re.compile(r"\d[\d.e+-]*")
_HOUR, _MINUTE = 3600.0, 60.0


def page(
    experiment: Experiment, frame: Any, scale: Scale, figures: Sequence[str], told: str
) -> str:
    """Return the page in Markdown.

    Parameters
    ----------
    experiment : Experiment
    frame : pandas.DataFrame
        A row per run.
    scale : Scale
    figures : sequence of str
        Names of the figures beside the page.
    told : str
        What the experiment says of its runs.
    """
    pictures = [f"![{name}]({name}.svg)" for name in figures]
    parts = [
        f"# {experiment.title}",
        experiment.claim,
        *([] if scale.full else [_QUICK]),
        *pictures,
        told,
        "## Runs",
        _runs(experiment, frame, scale),
        *_wrong(frame),
        "## Choices",
        _choices(experiment),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


_QUICK = (
    "> **Quick scale.** Few epochs, few settings, perhaps other data: whether everything works, "
    "not what the paper measures. `--scale full` is the paper's scale."
)


def _runs(experiment: Experiment, frame: Any, scale: Scale) -> str:
    name = experiment.name
    command = f"neurosim reproduce {name} --scale {scale.name}"
    if experiment.needs_data and scale.data == "mnist":
        command += " --data FOLDER"
    learned = "".join(
        f"- {what}: {', '.join(sorted({str(each) for each in frame[column] if each}))}\n"
        for what, column in (("Data", "data"), ("Precision", "dtype"))
        if column in frame
    )
    counts = frame["status"].value_counts()
    told = ", ".join(f"{counts[status]} {status}" for status in counts.index)
    machines = sorted({each for each in frame["cpu"] if each})
    versions = sorted({each for each in frame["versions"] if each})
    took = span(float(frame["seconds"].sum()))
    return (
        f"{len(frame)} runs ({told}), each on one core: {took} in all. "
        f"Every run: [{name}.csv]({name}.csv), [{name}.json]({name}.json); "
        f"how long each took: [{name}.seconds.csv]({name}.seconds.csv).\n\n"
        f"- Again: `{command}`\n"
        f"{learned}"
        f"- Made on: {'; '.join(machines) or 'unknown'}\n"
        f"- With: {'; '.join(versions) or 'unknown'}"
    )


def _wrong(frame: Any) -> list[str]:
    """Name what went wrong in runs that are not done, each kind once."""
    wrong = frame[frame["status"] != "done"]
    if not len(wrong):
        return []
    # Of messages that differ in numbers alone the first one will do.
    kind = wrong["error"].map(lambda error: _NUMBER.sub("#", str(error)))
    lines = [
        f"- {len(each)} {each['status'].iloc[0]}: `{each['error'].iloc[0]}`"
        for _, each in wrong.groupby([wrong["status"], kind], sort=False)
    ]
    return ["\n".join(["What was said, once for each kind:\n", *lines])]


def _choices(experiment: Experiment) -> str:
    preset = experiment.preset
    linear = preset.input_activation == "identity"
    entering = "linear" if linear else f"through f, the {preset.input_activation}"
    chosen = {
        "initial weights": f"{preset.weights!r}, biases: {'yes' if preset.bias else 'none'}",
        "activation": preset.activation,
        "input": f"pixels from 0 to 1, {entering}",
        "targets": "wrong class {:g}, right class {:g}".format(*preset.targets),
        "optimiser": f"plain gradient descent, alpha = {preset.learning_rate:g}",
        "batch": f"{preset.batch_size}, of which the {preset.batch_reduction} is learned",
        "seeds": ", ".join(map(str, preset.seeds)),
    }
    intro = (
        f"Preset `{preset.name}` ({preset.source}), unless a run says otherwise; "
        "[what these choices matter](choices.md)."
    )
    return f"{intro}\n\n" + "\n".join(f"- {what}: {how}" for what, how in chosen.items())


def span(seconds: float) -> str:
    """Say how long something took."""
    if seconds >= _HOUR:
        return f"{seconds / _HOUR:.1f} h"
    if seconds >= _MINUTE:
        return f"{seconds / _MINUTE:.1f} min"
    return f"{seconds:.1f} s"
