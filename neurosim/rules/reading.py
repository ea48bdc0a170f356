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
from neurosim.rules.purity import ALLOWED, outside_names

__all__ = ["OF_A_REPLICA", "READS", "check_plain", "check_pure", "owner_of", "reads"]

#: What each rule may read: state of its own object and what arrives there.
READS: Mapping[str, tuple[str, ...]] = {
    "gate": ("epsilon", "mu", "phi", "timer", "level", "signal"),
    "value_rule": ("x", "f", "slope", "epsilon", "feedback", "memory"),
    "error_rule": ("x", "mu", "epsilon", "delta_x", "delta_mu", "memory"),
    "detector": ("epsilon", "last_epsilon", "x_moved", "mu_moved", "quiet_for", "memory"),
    "synapse_rule": ("theta", "hebb", "epsilon", "f", "alpha", "memory"),
}
#: What a synapse rule may read that every replica has one of.
OF_A_REPLICA = frozenset({"epsilon", "f"})
_NOT_PLAIN = inspect.CO_COROUTINE | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR


def check_plain(owner: str, function: object) -> None:
    """Refuse what Numba does not compile as it is: all but functions, made by it or not."""
    plain = getattr(function, "py_func", function)
    if not inspect.isfunction(plain) or plain.__code__.co_flags & _NOT_PLAIN:
        raise ArgumentTypeError(f"{owner} must be a plain function, not {function!r}")


def check_pure(owner: str, function: Callable[..., Any], remedy: str) -> None:
    """Refuse a function that depends on more than its arguments.

    Parameters
    ----------
    owner : str
        What it is.
    remedy : str
        What to do with a value that it reads.
    """
    for name in outside_names(function):
        raise ArgumentError(
            f"{owner} uses {name!r}, which is not among its arguments and would be frozen when it "
            f"is compiled; {remedy} (allowed: {ALLOWED})"
        )


def owner_of(kind: str, rule: object) -> str:
    """What a rule is called in an error."""
    return f"the {kind} {getattr(rule, '__name__', rule)!r}"


def reads(kind: str, rule: Callable[..., Any], parameters: Mapping[str, float]) -> tuple[str, ...]:
    """Names of what a rule reads.

    Raises
    ------
    ArgumentError
        If it reads anything that is not its own, or keeps something outside of its arguments.
    """
    allowed = READS[kind]
    owner = owner_of(kind, rule)
    check_plain(owner, rule)
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
    if "hebb" in names and OF_A_REPLICA & set(names):
        raise ArgumentError(
            f"{owner} reads hebb, which all replicas have one of, and epsilon or f, which each has "
            "of its own; read one or the other"
        )
    check_pure(owner, rule, "make it a field of the model and an argument of the rule")
    return tuple(names)
