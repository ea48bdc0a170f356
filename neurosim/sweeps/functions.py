"""Functions that other processes find: by the name of their module and their name in it."""

from __future__ import annotations

import functools
import inspect
import pickle
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from neurosim.checks import suggestion
from neurosim.errors import ArgumentError, ArgumentTypeError
from neurosim.sweeps.run import Run

__all__ = ["check_call", "check_found_by_name", "check_handed_over", "name_of"]


def name_of(function: object) -> str:
    """Return the name by which a function is found: its module and its name in it.

    What a partial holds is no part of it. A script has the name that it would be imported by.

    Raises
    ------
    ArgumentTypeError
        If it is no function, or has no name.
    """
    inner = _inner(function)
    if not callable(inner):
        raise ArgumentTypeError(
            f"sweep: function must be a function, or a functools.partial of one, not {inner!r:.200}"
        )
    module, name = getattr(inner, "__module__", None), getattr(inner, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str):
        raise ArgumentTypeError(
            "sweep: function must have a name in a module, as one that is defined there by def, "
            f"not be {inner!r:.200}"
        )
    return f"{_script() if module == '__main__' else module}.{name}"


def check_call(function: Callable[..., Any], runs: Iterable[Run]) -> None:
    """Refuse arguments that the function does not take, and such that it needs and does not get."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # Some compiled functions do not say.
        return
    takes = [
        name
        for name, each in signature.parameters.items()
        if each.kind in (each.KEYWORD_ONLY, each.POSITIONAL_OR_KEYWORD)
    ]
    open_ended = any(each.kind == each.VAR_KEYWORD for each in signature.parameters.values())
    for names in {tuple(run.arguments): None for run in runs}:
        unknown = [] if open_ended else [name for name in names if name not in takes]
        if unknown:
            raise ArgumentError(
                f"sweep: {name_of(function)} takes no argument {unknown[0]!r}; "
                f"{suggestion(unknown[0], takes)}"
            )
        try:
            signature.bind(**dict.fromkeys(names))
        except TypeError as error:
            raise ArgumentError(
                f"sweep: {name_of(function)} cannot be called with "
                f"{', '.join(names) or 'no arguments'}: {error}"
            ) from None


def check_found_by_name(function: object, why: str) -> None:
    """Refuse what is not found by its name: lambdas, and functions inside of functions."""
    inner = _inner(function)
    found: Any = sys.modules.get(inner.__module__)
    for part in inner.__qualname__.split("."):
        found = getattr(found, part, None)
    # Methods of classes are made anew whenever they are asked for.
    if found is not inner and found != inner:
        raise ArgumentTypeError(
            f"sweep: function must be found by its name {inner.__qualname__!r} in the module "
            f"{inner.__module__!r} {why}; define it there by def, outside of any function, and "
            "give what else it needs by functools.partial"
        )


def check_handed_over(function: object, *, by_spawn: bool) -> None:
    """Refuse what cannot be handed to another process."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    importable = getattr(main, "__spec__", None) or (file and Path(file).is_file())
    if by_spawn and _inner(function).__module__ == "__main__" and not importable:
        raise ArgumentTypeError(
            f"sweep: function {_inner(function).__qualname__!r} was typed in here, where other "
            "processes do not find it; put it into a file and import it from there, or use "
            "workers=1"
        )
    try:
        pickle.dumps(function)
    except Exception as error:
        raise ArgumentTypeError(
            f"sweep: function cannot be handed to other processes: {error}"
        ) from error


def _inner(function: Any) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _script() -> str:
    main = sys.modules["__main__"]
    if (spec := getattr(main, "__spec__", None)) is not None:
        return str(spec.name)
    file = getattr(main, "__file__", None)
    return Path(file).stem if file else "__main__"
