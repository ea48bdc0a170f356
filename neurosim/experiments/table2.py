"""Table 2: what each model has of backpropagation's exactness, and of the brain's autonomy.

Nothing of it is typed in: locality and autonomy are what audits find on copies of the network, and
equality is that of weights, bit by bit, after learning real images.
"""

from __future__ import annotations

from typing import Any

from neurosim import models
from neurosim.experiments.experiment import Experiment, Scale
from neurosim.experiments.learning import course_of_backpropagation, described, learn
from neurosim.experiments.table2_shown import figures, page
from neurosim.presets import song2020

__all__ = ["EXPERIMENT", "cells", "run"]

MODELS = {"IL": models.IL, "Z-IL": models.ZIL, "Fa-Z-IL": models.FaZIL}


def cells(scale: Scale) -> list[dict[str, Any]]:
    """Each model in the paper's protocol and, but for BP, in a stream.

    In a net with one hidden layer nothing is out of any synapse's reach, so that locality cannot be
    told there.
    """
    full = scale.full
    ways = [("BP", "update")]
    ways += [(model, protocol) for protocol in ("settled", "stream") for model in MODELS]
    return [
        {
            "model": model, "protocol": protocol, "hidden_layers": hidden,
            "seed": song2020.seeds[0], "dtype": dtype,
            "epochs": song2020.epochs if full else 1, "data": scale.data,
        }
        for hidden in ((2, 3) if full else (3,))
        for dtype in (("float64", "float32") if full else ("float64",))
        for model, protocol in ways
    ]  # fmt: skip


def run(
    *, model: str, protocol: str, hidden_layers: int, seed: int, dtype: Any, epochs: int,
    data: str, folder: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Audit a model before it learns, have it learn, and compare its weights with BP's."""
    reference = course_of_backpropagation(
        song2020, data, folder, hidden_layers, epochs, seed, dtype
    )
    samples, network = described(song2020, data, folder, hidden_layers, seed, dtype)
    if model == "BP":
        audit = song2020.backpropagation(network, dtype=dtype).audit()
        course = reference
    else:
        simulator = song2020.simulator(
            network, MODELS[model], dtype=dtype, sweep=protocol == "stream"
        )
        audit = simulator.audit()
        course = learn(simulator, samples, epochs, seed, protocol=protocol)
    found = {name.replace(" ", "_"): value for name, value in audit.properties.items()}
    return {
        **found,
        "needs_settling": audit.settling,
        "needs_signal": audit.signal,
        "needs_level": audit.level,
        "needs_timer": audit.timer,
        "tests": len(audit.findings),
        "tests_failed": [name for name, finding in audit.findings.items() if not finding.passed],
        "same_bits_after_learning": course.has_bits_of(reference),
        "same_test_errors": course.test_error == reference.test_error,
        **course.apart_from(reference),
        "last_test_error": course.last_test_error,
        "diverged_in_epoch": course.diverged,
    }


EXPERIMENT = Experiment(
    name="table2",
    title="Table 2: equality with backpropagation, locality and autonomy",
    claim=(
        "Z-IL learns exactly what backpropagation does with local plasticity and partial "
        "autonomy; Fa-Z-IL does so with full autonomy; IL and BP have only some of these."
    ),
    run=run,
    cells=cells,
    figures=figures,
    page=page,
)
