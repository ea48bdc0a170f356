"""Why a state is no number: which function of a user gave none, and what it raised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.engine.lowering import Lowered
from neurosim.rules.reading import owner_of

__all__ = ["cause_in_node", "cause_in_weight"]


def cause_in_node(lowered: Lowered, population: str, node: int, replica: int) -> str | None:
    """Say which function of a user gave no number for a node; None if none is to blame.

    What a function makes of a number that is none already, and what grows beyond all bounds, is not
    its doing.
    """
    activation = lowered.network.populations[population].activation

    def value(field: str) -> float:
        return float(lowered.view(field, population)[replica, node])

    if len(activation.functions) == 2:
        for x, *results in (("x_next", "f_next", "slope_next"), ("x", "f", "slope")):
            for part, function, result in zip(
                ("function", "derivative"), activation.functions, results, strict=True
            ):
                if np.isfinite(value(x)) and np.isnan(value(result)):
                    what = f"the {part} of the activation {activation.name!r}"
                    return f"{what} {_what_it_gives(function, value(x))} at x = {value(x):.6g},"
    rules = lowered.rules
    if not np.isnan(value("delta_x")):
        return None
    if rules.value_rule is not None and np.isnan(value("x_next")):
        return f"{owner_of('value_rule', rules.value_rule)} gives nan"
    if rules.error_rule is None:
        return None
    # Where such a rule gave what was refused, the loop around it has left this mark.
    return f"{owner_of('error_rule', rules.error_rule)} gives no finite number"


def cause_in_weight(lowered: Lowered) -> str | None:
    """Say whether a synapse rule of a user gave no number as the change of some weight."""
    rule = lowered.rules.synapse_rule
    if rule is None or not np.isnan(lowered.state.theta).any():
        return None
    return f"{owner_of('synapse_rule', rule)} gives nan"


def _what_it_gives(function: Callable[..., Any], x: float) -> str:
    """What a function does at x: it gives nan or, not compiled, raises an error."""
    try:
        with np.errstate(all="ignore"):
            getattr(function, "py_func", function)(x)
    except Exception as error:
        # Whatever it is, it is told.
        return f"raises {type(error).__name__} ({error})"
    return "gives nan"
