"""All experiments, by the names that users ask for them by."""

from __future__ import annotations

from neurosim.experiments import (
    choices,
    depth,
    fashion,
    feedback,
    figure2,
    figure3,
    noise,
    operations,
    rates,
    relu,
    stream,
    table2,
    table3,
    table4,
)
from neurosim.experiments.experiment import Experiment

__all__ = ["EXPERIMENTS"]

_MODULES = (
    table2, table3, table4, figure2, figure3, stream,
    choices, rates, noise, feedback, depth, relu, operations, fashion,
)  # fmt: skip

#: Those of the paper first, then those beyond it.
EXPERIMENTS: dict[str, Experiment] = {each.EXPERIMENT.name: each.EXPERIMENT for each in _MODULES}
