"""What a rule may read: the names of its arguments say it, and they are checked.

A gate, a value-node rule, an error-node rule, a detector (phi) or a synapse rule may name what
belongs to its own object, and the numbers that its model is made with; nothing else. So it is local
by construction.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.rules.purity import BUILTINS, outside_names

__all__ = ["READS", "reads"]

#: What each rule may read: state of its own object and what arrives there.
READS: Mapping[str, tuple[str, ...]] = {
    "gate": ("epsilon", "mu", "phi", "timer", "level", "signal"),
    "value_rule": ("x", "f", "slope", "epsilon", "feedback", "memory"),
    "error_rule": ("x", "mu", "epsilon", "delta_x", "delta_mu", "memory"),
    "detector": ("epsilon", "last_epsilon", "x_moved", "mu_moved", "quiet_for", "memory"),
    "synapse_rule": ("theta", "epsilon", "f", "alpha", "memory"),
}
_NOT_PLAIN = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def reads(kind: str, rule: Callable[..., Any], parameters: Mapping[str, float]) -> tuple[str, ...]:
    """Names of what a rule reads.

    Raises
    ------
    ArgumentError
        If it reads anything that is not its own, or keeps something outside of its arguments.
    """
    allowed = READS[kind]
    owner = f"the {kind} {getattr(rule, '__name__', rule)!r}"
    plain = getattr(rule, "py_func", rule)
    if not inspect.isfunction(plain) or plain.__code__.co_flags & _NOT_PLAIN:
        raise ArgumentTypeError(f"{owner} must be a plain function")
    names = []
    for name, argument in inspect.signature(rule).parameters.items():
        if argument.kind is not argument.POSITIONAL_OR_KEYWORD or argument.default is not (
            argument.empty
        ):
            raise ArgumentError(f"{owner}: {name!r} must be a plain argument without a default")
        if name not in allowed and name not in parameters:
            own = ", ".join(sorted(parameters))
            raise ArgumentError(
                f"{owner} reads {name!r}; allowed: {', '.join(allowed)}; and the model's own "
                f"numbers: {own}"
            )
        names.append(name)
    for name in outside_names(rule):
        raise ArgumentError(
            f"{owner} uses {name!r}, which is not among its arguments and would be frozen when it "
            "is compiled; make it a field of the model and an argument of the rule (allowed are "
            f"the module math, functions made by numba.njit, and {', '.join(BUILTINS)})"
        )
    return tuple(names)
