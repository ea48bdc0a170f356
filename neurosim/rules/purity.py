"""What a function depends on beside its arguments, which is what its compiled form is known by."""

from __future__ import annotations

import builtins
import dis
import math
from collections.abc import Callable, Iterator
from types import CodeType, ModuleType
from typing import Any

import numpy as np

__all__ = ["ALLOWED", "outside_names", "source_of"]

_BUILTINS = ("abs", "bool", "float", "int", "max", "min", "round")
#: What a compiled function may use, in words.
ALLOWED = (
    f"math, numpy but for its modules, functions made by numba.njit, and {', '.join(_BUILTINS)}"
)


def _plain(function: Callable[..., Any]) -> Any:
    return getattr(function, "py_func", function)


def _globals_of(function: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """Names and values of the globals that a function reads; of numpy, what it takes from there."""
    plain = _plain(function)
    instructions = list(dis.get_instructions(plain.__code__))
    for n, instruction in enumerate(instructions):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            name = str(instruction.argval)
            value = plain.__globals__.get(name, getattr(builtins, name, None))
            following = instructions[n + 1]
            if value is np and following.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                # Numba says it best if there is no such thing.
                value = getattr(np, following.argval, np.nan)
                name = f"{name}.{following.argval}"
            yield name, value


def _origin(name: str, value: Any) -> str | None:
    """What a global is called where it comes from, if it always is the same; None otherwise."""
    if value is math:
        return "math"
    last = name.rpartition(".")[2]
    if value is np.nan and last != name:
        return name
    if isinstance(value, (ModuleType, np.ndarray)):
        return None
    own = getattr(value, "__name__", last)
    if last in _BUILTINS and value is getattr(builtins, last):
        return own
    for module in (math, np):
        if value is not None and getattr(module, own, None) is value:
            return f"{module.__name__}.{own}"
    return None


def outside_names(function: Callable[..., Any]) -> Iterator[str]:
    """Variables of an enclosing function, and globals, whose present values Numba would freeze.

    Functions within the function are named, too. What is in the modules math and numpy, some
    built-in functions and functions made by ``numba.njit`` are none; what these use in turn is. The
    modules within numpy are, of which numpy.random keeps a state.
    """
    yield from _outside(function, [])


def _outside(function: Callable[..., Any], seen: list[Any]) -> Iterator[str]:
    seen.append(function)
    code = _plain(function).__code__
    yield from code.co_freevars
    yield from (each.co_name for each in code.co_consts if isinstance(each, CodeType))
    for name, value in _globals_of(function):
        if hasattr(value, "py_func"):
            if value not in seen:
                yield from _outside(value, seen)
        elif _origin(name, value) is None:
            yield name


def source_of(function: Callable[..., Any]) -> str | None:
    """Text that determines what a function computes, and of which module it is.

    None if that cannot be known.
    """
    plain = _plain(function)
    if plain.__module__.startswith("neurosim.kernels."):
        return f"{plain.__module__}.{plain.__qualname__}"
    code: CodeType = plain.__code__
    if any(outside_names(function)):
        return None
    called = [
        (name, _source_of_global(function, name, value)) for name, value in _globals_of(function)
    ]
    defaults = plain.__defaults__, sorted((plain.__kwdefaults__ or {}).items())
    options = sorted(map(repr, getattr(function, "targetoptions", {}).items()))
    # What is cached on disk is of a module, which it imports when it is loaded.
    module = plain.__globals__.get("__name__")
    texts = code.co_code, code.co_consts, code.co_names, code.co_varnames, module
    return repr((texts, defaults, options, called))


def _source_of_global(function: Callable[..., Any], name: str, value: Any) -> str | None:
    if value is function:
        return "itself"
    return source_of(value) if hasattr(value, "py_func") else _origin(name, value)
