"""Models and options that are drawn, as Python reads them."""

from __future__ import annotations

from inspect import signature

import numpy as np

import neurosim as ns

from .networks import pick

__all__ = ["draw_model", "draw_options"]


def draw_model(generator: np.random.Generator, *, exact: bool = False) -> str:
    """A model with numbers of its own; `exact`: one that learns what backpropagation learns."""
    numbers = {
        "learning_rate": pick(generator, 0.001, 0.01, 0.05, 0.5),
        "gamma": pick(generator, 1.0, 1.0, 0.7, 0.3, 0.1, 2.0),
        "batch_reduction": repr(pick(generator, "sum", "sum", "mean")),
        "t_d": pick(generator, 4, 1, 2, 3, 10),
        "zero_threshold": pick(generator, 0.0, 0.0, 1e-6, 0.05),
        "feedback_gate": pick(generator, True, True, True, False),
        "sweep": pick(generator, True, False),
    }
    kind = pick(
        generator, "models.ZIL", "models.ZIL", "models.FaZIL", "models.FaZIL", "models.IL",
        "models.IncrementalPC", "UntimelyGate", "Ruled", "Momentum",
    )  # fmt: skip
    if exact:
        kind = pick(generator, "models.ZIL", "models.FaZIL")
        numbers |= {"gamma": "1.0", "zero_threshold": "0.0", "feedback_gate": "True"}
        numbers |= {"learning_rate": pick(generator, 1e-4, 1e-3, 1e-2)}
        numbers |= {"t_d": pick(generator, 2, 3, 4, 10)}
    if kind == "models.IL":
        numbers["t_c"] = pick(generator, 0, 1, 3, 8)
    elif kind == "models.IncrementalPC":
        numbers["presentation"] = pick(generator, 1, 3, 8)
    kept = [name for name in numbers if exact or generator.integers(3)]
    # What these models do by default may take long.
    kept += [n for n in ("t_c", "presentation") if n in numbers and n not in kept]
    return f"{kind}({', '.join(f'{name}={numbers[name]}' for name in kept)})"


def draw_options(generator: np.random.Generator, *, exact: bool = False) -> dict[str, str]:
    """Options of a simulator."""
    options = {
        "batch_size": pick(generator, 1, 2, 3, 8, 9, 20),
        "dtype": repr(pick(generator, "float64", "float64", "float32")),
        "error_form": repr(pick(generator, "delta", "delta", "direct")),
        "rest_after_update": pick(generator, None, True, False),
        "relays": pick(generator, True, True, True, False),
        "bound": pick(generator, None, 100.0, 1e6, 1e30),
    }
    if "bound" not in signature(ns.Simulator).parameters:
        del options["bound"]
    if exact:
        options |= {"error_form": "'delta'", "relays": "True"}
    return {name: value for name, value in options.items() if generator.integers(4)}
